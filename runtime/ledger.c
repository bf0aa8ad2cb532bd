/* What a run writes down, in memory that all its processes share. */
#include "runtime/ledger.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/mman.h>

enum { MIN_RECORDS = 1 << 18 }; /* of a block: 18 MiB, touched only as far as used */

/* Hands out pieces of one mapping; with memory NULL it only adds up. */
struct carver {
    char *memory;
    size_t used;
};

static void *carve(struct carver *carver, size_t count, size_t size)
{
    size_t at = carver->used;
    carver->used += (count * size + 63) / 64 * 64;
    return carver->memory ? carver->memory + at : NULL;
}

static void carve_cell(struct carver *carver, struct ledger_cell *cell, unsigned max_rounds)
{
    struct ledger_cell pieces = {
        .status = CONCPROBE_NOT_RUN,
        .setup_ns = carve(carver, max_rounds, sizeof *pieces.setup_ns),
        .memory_bytes = carve(carver, max_rounds, sizeof *pieces.memory_bytes),
        .rounds = carve(carver, max_rounds, sizeof *pieces.rounds),
        .latencies = carve(carver, 1, sizeof *pieces.latencies),
    };
    if (cell)
        *cell = pieces;
}

static void carve_all(struct carver *carver, struct ledger *ledger, const unsigned *concurrency)
{
    size_t cells = ledger->model_count + 1;
    ledger->report = carve(carver, 1, sizeof *ledger->report);
    ledger->boxes = carve(carver, cells + 1, sizeof *ledger->boxes);
    ledger->records = carve(carver, ledger->record_count, sizeof *ledger->records);
    ledger->levels = carve(carver, ledger->level_count, sizeof *ledger->levels);
    for (size_t i = 0; i < ledger->level_count; i++) {
        struct ledger_level level = {
            .k = concurrency[i],
            .rounds = carve(carver, ledger->max_rounds, sizeof *level.rounds),
            .cells = carve(carver, cells, sizeof *level.cells),
        };
        for (size_t c = 0; c < cells; c++)
            carve_cell(carver, level.cells ? &level.cells[c] : NULL, ledger->max_rounds);
        if (ledger->levels)
            ledger->levels[i] = level;
    }
}

int ledger_create(struct ledger *ledger, const unsigned *concurrency, size_t level_count, size_t model_count,
                  unsigned max_rounds)
{
    *ledger = (struct ledger){
        .level_count = level_count, .model_count = model_count, .max_rounds = max_rounds, .record_count = MIN_RECORDS};
    for (size_t i = 0; i < level_count; i++)
        if (concurrency[i] > ledger->record_count)
            ledger->record_count = concurrency[i];
    struct carver carver = {0};
    carve_all(&carver, ledger, concurrency);
    ledger->size = carver.used;
    ledger->memory =
        mmap(NULL, ledger->size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (ledger->memory == MAP_FAILED) {
        ledger->memory = NULL;
        return ENOMEM;
    }
    carver = (struct carver){.memory = ledger->memory};
    carve_all(&carver, ledger, concurrency);
    return 0;
}

void ledger_destroy(struct ledger *ledger)
{
    if (ledger->memory)
        munmap(ledger->memory, ledger->size);
    ledger->memory = NULL;
}

struct verdict_round *ledger_add_round(struct ledger *ledger, struct ledger_level *level, unsigned restart)
{
    if (level->round_count == ledger->max_rounds)
        return NULL;
    for (size_t c = 0; c <= ledger->model_count; c++)
        for (size_t f = 0; f < FIGURE_COUNT; f++)
            level->cells[c].rounds[level->round_count].figures[f] = NAN;
    struct verdict_round *round = &level->rounds[level->round_count++];
    *round = (struct verdict_round){.restart = restart, .spin_ns = NAN, .stolen = NAN, .others = NAN, .twin = NAN};
    return round;
}

bool cell_ended(const struct ledger_cell *cell)
{
    return cell->status != CONCPROBE_MEASURED && cell->status != CONCPROBE_NOT_RUN;
}

void cell_end(struct ledger_cell *cell, enum concprobe_status status, const char *format, ...)
{
    if (cell_ended(cell))
        return;
    cell->status = status;
    va_list args;
    va_start(args, format);
    vsnprintf(cell->reason, sizeof cell->reason, format, args);
    va_end(args);
}
