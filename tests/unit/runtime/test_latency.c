/* Percentiles of made-up calls, whose corrected latencies can be counted by hand. */
#include "runtime/latency.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>

#define MS 1000000U

static void assert_near(double actual, double expected, double share)
{
    if (!(fabs(actual - expected) <= share * expected)) {
        fail_msg("%.10g is not %.10g ± %g %%", actual, expected, 100 * share);
    }
}

static struct latencies *new_latencies(void)
{
    struct latencies *latencies = calloc(1, sizeof *latencies);
    assert_non_null(latencies);
    return latencies;
}

static struct call_record call(uint64_t start, uint64_t end)
{
    return (struct call_record){.start_ns = start, .end_ns = end, .outcome = CALL_WELL};
}

/* Every percentile of 1 … n is within half a bucket, from nanoseconds to minutes. */
static void test_percentiles(void **state)
{
    (void)state;
    for (uint64_t unit = 1; unit < 1000000000; unit *= 1000) {
        struct latencies *latencies = new_latencies();
        for (uint64_t i = 1; i <= 10000; i++) {
            latency_record(&latencies->made, i * unit, 1);
        }
        struct concprobe_latency summary;
        latency_summary(&latencies->made, &summary);
        double scale = (double)unit;
        assert_near(summary.p50, 5000 * scale, 0.004);
        assert_near(summary.p90, 9000 * scale, 0.004);
        assert_near(summary.p99, 9900 * scale, 0.004);
        assert_near(summary.p999, 9990 * scale, 0.004);
        assert_near(summary.max, 10000 * scale, 0);
        free(latencies);
    }
}

static void test_ends_of_the_scale(void **state)
{
    (void)state;
    struct latencies *latencies = new_latencies();
    assert_true(isnan(latency_percentile(&latencies->made, 0.5)));
    latency_record(&latencies->made, 0, 3);
    assert_near(latency_percentile(&latencies->made, 0.999), 0, 0);
    latency_record(&latencies->made, UINT64_MAX, 5);
    assert_near(latency_percentile(&latencies->made, 0.999), (double)UINT64_MAX, 0.004);
    assert_near(latency_percentile(&latencies->made, 0.1), 0, 0);
    free(latencies);
}

/* Four clients, served one after another, 1 ms each: every call but the first three takes 4 ms of its client's time. */
static void test_serial_makes_clients_wait(void **state)
{
    (void)state;
    enum { CALLS = 400 };
    struct call_record records[CALLS];
    for (uint64_t i = 0; i < CALLS; i++) {
        records[(i * 7) % CALLS] = call(i * MS, (i + 1) * MS); /* records come in any order */
    }
    struct latencies *latencies = new_latencies();
    assert_int_equal(latency_add_block(latencies, records, CALLS, 4), 0);
    struct concprobe_latency made;
    struct concprobe_latency corrected;
    latency_summary(&latencies->made, &made);
    latency_summary(&latencies->corrected, &corrected);
    assert_near(made.p50, MS, 0.004);
    assert_near(made.max, MS, 0);
    assert_near(corrected.p50, 4.0 * MS, 0.004);
    assert_near(corrected.max, 4.0 * MS, 0);
    assert_int_equal(latencies->corrected.count, CALLS);
    assert_near(latency_percentile(&latencies->corrected, 1.0 / (double)CALLS), MS, 0.004);
    free(latencies);
}

/* Four clients in parallel, 4 ms each: same throughput as above, same response, and nothing to correct. */
static void test_parallel_needs_no_correction(void **state)
{
    (void)state;
    enum { CALLS = 400 };
    struct call_record records[CALLS];
    for (uint64_t i = 0; i < CALLS; i++) {
        records[i] = call(i / 4 * 4 * MS, (i / 4 + 1) * 4 * MS);
    }
    struct latencies *latencies = new_latencies();
    assert_int_equal(latency_add_block(latencies, records, CALLS, 4), 0);
    assert_near(latency_percentile(&latencies->made, 0.5), 4.0 * MS, 0.004);
    assert_near(latency_percentile(&latencies->corrected, 0.01), 4.0 * MS, 0.004);
    assert_int_equal(latencies->corrected.count, CALLS);
    assert_int_equal(latencies->corrected.max, 4 * MS);
    free(latencies);
}

/* One client, 999 calls of 1 ms, then a stall of 1 s. Mean pace I = 1999 ms / 1000 = 1.999 ms, so the stall hides
 * ⌊1000 / 1.999⌋ − 1 = 499 calls, spread evenly from 2 ms to 998 ms. Of 1,499 calls, a third is then slow. */
static void test_a_stall_hides_calls(void **state)
{
    (void)state;
    enum { CALLS = 1000 };
    struct call_record records[CALLS];
    for (uint64_t i = 0; i < CALLS; i++) {
        records[i] = call(i * MS, (i + 1) * MS);
    }
    records[CALLS - 1].end_ns = (CALLS - 1 + 1000) * (uint64_t)MS;
    struct latencies *latencies = new_latencies();
    assert_int_equal(latency_add_block(latencies, records, CALLS, 1), 0);
    struct concprobe_latency made;
    struct concprobe_latency corrected;
    latency_summary(&latencies->made, &made);
    latency_summary(&latencies->corrected, &corrected);
    assert_near(made.p99, MS, 0.004); /* as made, 99.9 % of the calls took 1 ms */
    assert_near(made.max, 1000.0 * MS, 0);
    assert_int_equal(latencies->corrected.count, 1000 + 499);
    assert_near(corrected.p50, MS, 0.004);
    assert_near(corrected.p90, (1000 - 1.999 * 149) * MS, 0.01); /* the 150th from above */
    assert_near(corrected.p99, (1000 - 1.999 * 14) * MS, 0.01);
    assert_near(corrected.max, 1000.0 * MS, 0);
    free(latencies);
}

/* An hour's stall beside 99,999 short calls: all calls that it hides are counted. */
static void test_long_stall(void **state)
{
    (void)state;
    enum { CALLS = 100000 };
    struct call_record *records = calloc(CALLS, sizeof *records);
    assert_non_null(records);
    for (uint64_t i = 0; i < CALLS; i++) {
        records[i] = call(i, i + 1);
    }
    struct latencies *latencies = new_latencies();
    assert_int_equal(latency_add_block(latencies, records, CALLS, 1), 0);
    records[0] = call(0, 3600000000000);
    assert_int_equal(latency_add_block(latencies, records, CALLS, 1), 0);
    assert_in_range(latencies->corrected.count, 3 * CALLS - 10, 3 * CALLS + 10);
    free(records);
    free(latencies);
}

static void test_calls_not_made(void **state)
{
    (void)state;
    struct call_record records[3] = {call(0, 5), {0}, call(5, 15)};
    records[2].outcome = CALL_FAILED;
    struct latencies *latencies = new_latencies();
    assert_int_equal(latency_add_block(latencies, records, 3, 1), 0);
    assert_int_equal(latencies->made.count, 2);
    assert_int_equal(latency_add_block(latencies, records + 1, 1, 1), 0);
    assert_int_equal(latency_add_block(latencies, records, 0, 1), 0);
    assert_int_equal(latencies->made.count, 2);
    assert_int_equal(latencies->made.max, 10);
    free(latencies);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_percentiles),
        cmocka_unit_test(test_ends_of_the_scale),
        cmocka_unit_test(test_serial_makes_clients_wait),
        cmocka_unit_test(test_parallel_needs_no_correction),
        cmocka_unit_test(test_a_stall_hides_calls),
        cmocka_unit_test(test_long_stall),
        cmocka_unit_test(test_calls_not_made),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
