/* Are the results of all models equal? */
#include "runtime/equality.h"

#include <stdlib.h>
#include <string.h>

enum { KEPT = 512 }; /* calls of each block that are compared */

struct equality {
    size_t count;
    struct kept {
        size_t count;
        struct call_record records[KEPT];
    } kept[];
};

struct equality *equality_create(size_t count)
{
    struct equality *equality = calloc(1, sizeof *equality + count * sizeof equality->kept[0]);
    if (equality)
        equality->count = count;
    return equality;
}

void equality_free(struct equality *equality)
{
    free(equality);
}

void equality_begin(struct equality *equality)
{
    for (size_t i = 0; i < equality->count; i++)
        equality->kept[i].count = 0;
}

void equality_note(struct equality *equality, size_t instance, const struct call_record *records, size_t count)
{
    struct kept *kept = &equality->kept[instance];
    kept->count = count < KEPT ? count : KEPT;
    memcpy(kept->records, records, kept->count * sizeof *records);
}

static bool same_result(const struct call_record *one, const struct call_record *other)
{
    return one->outcome == CALL_WELL && other->outcome == CALL_WELL && one->digest == other->digest &&
           one->result_bytes == other->result_bytes;
}

/* "4 bytes 2a000000", "1200 bytes 00112233…, digest 5f…": what a person needs to see a difference. */
static void describe_result(const struct call_record *record, char *text, size_t size)
{
    char head[2 * RESULT_HEAD_BYTES + 1] = "";
    size_t shown = record->result_bytes < RESULT_HEAD_BYTES ? record->result_bytes : RESULT_HEAD_BYTES;
    for (size_t i = 0; i < shown; i++)
        snprintf(head + 2 * i, 3, "%02x", record->head[i]);
    if (record->result_bytes > RESULT_HEAD_BYTES)
        snprintf(text, size, "%u bytes %.8s…, digest %08x", record->result_bytes, head,
                 (unsigned)(record->digest & UINT32_MAX));
    else
        snprintf(text, size, "%u bytes %s", record->result_bytes, head);
}

static void disqualify(struct ledger_cell *cell, const struct call_record *serial, const struct call_record *record,
                       uint64_t number)
{
    char own[80];
    char other[80];
    if (record->outcome == CALL_FAILED) {
        const char *name = strerrordesc_np(record->error);
        cell_end(cell, CONCPROBE_DISQUALIFIED, "call %llu failed with %u (%s); under serial it went well",
                 (unsigned long long)number, record->error, name ? name : "no errno value");
    } else if (record->outcome == CALL_WRONG) {
        cell_end(cell, CONCPROBE_DISQUALIFIED, "call %llu: the probe's check says %u; under serial it was right",
                 (unsigned long long)number, record->error);
    } else {
        describe_result(record, own, sizeof own);
        describe_result(serial, other, sizeof other);
        cell_end(cell, CONCPROBE_DISQUALIFIED, "call %llu gave %s; serial %s", (unsigned long long)number, own, other);
    }
}

/* Compares one model's call with serial's; false: they differ. */
static bool agrees(const struct call_record *serial, const struct call_record *twin, const struct call_record *record)
{
    if (record->outcome == CALL_NOT_MADE || serial->outcome != CALL_WELL || twin->outcome != CALL_WELL)
        return true; /* nothing to compare with */
    if (record->outcome != CALL_WELL)
        return false;
    return !same_result(serial, twin) || same_result(serial, record);
}

/* Failed calls among those that serial has not made. */
static void judge_failures(struct ledger_cell *cells, size_t model_count)
{
    const struct ledger_cell *serial = &cells[0];
    for (size_t m = 1; m < model_count && serial->calls && !serial->failed_calls; m++) {
        struct ledger_cell *cell = &cells[m];
        const char *name = strerrordesc_np((int)cell->call_error);
        if (cell->failed_calls)
            cell_end(cell, CONCPROBE_DISQUALIFIED,
                     "%llu of %llu calls failed, the last with %u (%s); under serial none",
                     (unsigned long long)cell->failed_calls, (unsigned long long)cell->calls, cell->call_error,
                     name ? name : "no errno value");
    }
}

uint64_t equality_judge(const struct equality *equality, struct ledger_cell *cells, size_t model_count, uint64_t first)
{
    const struct kept *serial = &equality->kept[0];
    const struct kept *twin = &equality->kept[equality->count - 1];
    size_t both = serial->count < twin->count ? serial->count : twin->count;
    uint64_t compared = 0;
    for (size_t i = 0; i < both; i++)
        compared += same_result(&serial->records[i], &twin->records[i]) && serial->records[i].result_bytes;
    for (size_t m = 1; m < model_count; m++) {
        const struct kept *kept = &equality->kept[m];
        for (size_t i = 0; i < both && i < kept->count; i++)
            if (!agrees(&serial->records[i], &twin->records[i], &kept->records[i])) {
                disqualify(&cells[m], &serial->records[i], &kept->records[i], first + i);
                break;
            }
    }
    judge_failures(cells, model_count);
    return compared;
}
