/* Who is disqualified, on made-up call records. */
#include "runtime/equality.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>

enum { CALLS = 4, MODELS = 2, TWIN = MODELS, FIRST = 100 };

/* Serial, one model, and serial's twin: all calls went well and gave their number. */
struct round {
    struct call_record records[MODELS + 1][CALLS];
    struct ledger_cell cells[MODELS + 1];
};

static struct call_record well(uint64_t digest)
{
    struct call_record record = {.digest = digest, .result_bytes = 1, .outcome = CALL_WELL};
    record.head[0] = (unsigned char)digest;
    return record;
}

static struct call_record failed(uint16_t error)
{
    return (struct call_record){.outcome = CALL_FAILED, .error = error};
}

static void setup(struct round *round)
{
    *round = (struct round){0};
    for (size_t m = 0; m <= MODELS; m++) {
        round->cells[m].status = CONCPROBE_MEASURED;
        round->cells[m].calls = CALLS;
        for (size_t i = 0; i < CALLS; i++)
            round->records[m][i] = well(i);
    }
}

static uint64_t judge(struct round *round)
{
    struct equality *equality = equality_create(MODELS + 1);
    assert_non_null(equality);
    equality_begin(equality);
    for (size_t m = 0; m <= MODELS; m++)
        equality_note(equality, m, round->records[m], CALLS);
    uint64_t compared = equality_judge(equality, round->cells, MODELS, FIRST);
    equality_free(equality);
    return compared;
}

static void assert_disqualified(const struct round *round, const char *reason)
{
    assert_int_equal(round->cells[1].status, CONCPROBE_DISQUALIFIED);
    assert_string_equal(round->cells[1].reason, reason);
    assert_int_equal(round->cells[0].status, CONCPROBE_MEASURED);
}

static void test_equal(void **state)
{
    (void)state;
    struct round round;
    setup(&round);
    assert_int_equal(judge(&round), CALLS);
    assert_int_equal(round.cells[1].status, CONCPROBE_MEASURED);
    round.records[1][2] = (struct call_record){0}; /* not made */
    assert_int_equal(judge(&round), CALLS);
    assert_int_equal(round.cells[1].status, CONCPROBE_MEASURED);
}

static void test_different(void **state)
{
    (void)state;
    struct round round;
    setup(&round);
    round.records[1][2] = well(0xab);
    judge(&round);
    assert_disqualified(&round, "call 102 gave 1 bytes ab; serial 1 bytes 02");
    setup(&round);
    round.records[1][3].result_bytes = 0;
    judge(&round);
    assert_disqualified(&round, "call 103 gave 0 bytes ; serial 1 bytes 03");
    setup(&round);
    round.records[1][0] = well(0x1234567890abcdef);
    round.records[1][0].result_bytes = 1000;
    memset(round.records[1][0].head, 0x11, RESULT_HEAD_BYTES);
    judge(&round);
    assert_disqualified(&round, "call 100 gave 1000 bytes 11111111…, digest 90abcdef; serial 1 bytes 00");
}

static void test_failed(void **state)
{
    (void)state;
    struct round round;
    setup(&round);
    round.records[1][1] = failed(ENOENT);
    judge(&round);
    assert_disqualified(&round, "call 101 failed with 2 (No such file or directory); under serial it went well");
    setup(&round);
    round.records[1][1].outcome = CALL_WRONG;
    round.records[1][1].error = 7;
    judge(&round);
    assert_disqualified(&round, "call 101: the probe's check says 7; under serial it was right");
}

/* Where two serial runs differ, or fail, there is nothing to compare with. */
static void test_not_comparable(void **state)
{
    (void)state;
    struct round round;
    setup(&round);
    round.records[TWIN][1] = well(77);
    round.records[1][1] = well(78);
    assert_int_equal(judge(&round), CALLS - 1);
    assert_int_equal(round.cells[1].status, CONCPROBE_MEASURED);
    setup(&round);
    round.records[0][1] = failed(ENOSPC);
    round.records[TWIN][1] = failed(ENOSPC);
    round.records[1][1] = failed(ENOSPC);
    round.cells[0].failed_calls = round.cells[1].failed_calls = 1;
    assert_int_equal(judge(&round), CALLS - 1);
    assert_int_equal(round.cells[1].status, CONCPROBE_MEASURED);
}

/* Calls that serial did not get to: one of them failed, none of serial's did. */
static void test_failed_beyond(void **state)
{
    (void)state;
    struct round round;
    setup(&round);
    round.cells[1].calls = 5000;
    round.cells[1].failed_calls = 2;
    round.cells[1].call_error = EAGAIN;
    judge(&round);
    assert_disqualified(
        &round, "2 of 5000 calls failed, the last with 11 (Resource temporarily unavailable); under serial none");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_equal),          cmocka_unit_test(test_different),     cmocka_unit_test(test_failed),
        cmocka_unit_test(test_not_comparable), cmocka_unit_test(test_failed_beyond),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
