/* Classes from costs. */
#include "analyzer/cost.h"
#include "tests/unit/analyzer/expect.h"
#include "tests/unit/analyzer/skeleton.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* Waiting is certain unless a test says otherwise. */
static struct classification of(struct cost cost, double quality)
{
    struct classification classification;
    for (int cause = 0; cause < CAUSE_COUNT; cause++) {
        struct waiting *waiting = &cost.waiting[cause];
        waiting->reach = waiting->reach > 0 ? waiting->reach : 1;
        waiting->chance = waiting->chance > 0 ? waiting->chance : 1;
    }
    classify(shipped_expectations(), &cost, quality, &classification);
    assert_true(classification.confidence >= 0.05 && classification.confidence <= 0.99);
    assert_true(classification.share_low <= classification.share);
    assert_true(classification.share <= classification.share_high);
    return classification;
}

static enum class_kind kind_of(struct cost cost)
{
    return of(cost, 1).class_kind;
}

static void test_short_is_trivial(void **state)
{
    (void)state;
    assert_int_equal(kind_of((struct cost){.cpu = 20, .cpu_spread = 0.5}), CLASS_TRIVIAL);
    assert_int_equal(kind_of((struct cost){0}), CLASS_TRIVIAL);
    assert_int_equal(kind_of((struct cost){.cpu = 20, .wait = {[WAIT_DISK] = 50}, .wait_spread = 1}), CLASS_TRIVIAL);
}

static void test_work_is_cpu(void **state)
{
    (void)state;
    assert_int_equal(kind_of((struct cost){.cpu = 1e5, .cpu_spread = 1}), CLASS_CPU);
    assert_int_equal(kind_of((struct cost){.cpu = 1e5, .wait = {[WAIT_DISK] = 5e3}}), CLASS_CPU);
}

static void test_waiting_is_io_or_wait_by_kind(void **state)
{
    (void)state;
    struct cost cost = {.cpu = 1e4, .cpu_spread = 0.5, .wait = {[WAIT_NETWORK] = 5e6}, .wait_spread = 1};
    assert_int_equal(kind_of(cost), CLASS_IO);
    cost.wait[WAIT_LOCK] = 9e6;
    assert_int_equal(kind_of(cost), CLASS_WAIT);
    cost.wait[WAIT_NETWORK] = 2e7;
    assert_int_equal(kind_of(cost), CLASS_IO);
    cost.wait[WAIT_IDLE] = 9e7;
    assert_int_equal(kind_of(cost), CLASS_WAIT);
}

/* What a long function is expected to take is less than what it takes. */
static void test_long_functions_take_longer(void **state)
{
    (void)state;
    struct cost cost = {.cpu = 350, .cpu_spread = 0.5, .parts = 10};
    assert_int_equal(kind_of(cost), CLASS_TRIVIAL);
    double of_short = of(cost, 1).probability[CLASS_TRIVIAL];
    cost.parts = 600;
    assert_int_equal(kind_of(cost), CLASS_CPU);
    assert_true(of(cost, 1).probability[CLASS_TRIVIAL] < 0.8 * of_short);
}

/* The same waiting behind the same rare way: a queue mostly has room, a peer never has answered yet. */
static void test_waiting_for_threads_is_less_sure(void **state)
{
    (void)state;
    struct cost cost = {.cpu = 1e4, .cpu_spread = 0.5, .wait_spread = 0.5};
    cost.waiting[CAUSE_DESCRIPTOR].reach = cost.waiting[CAUSE_LOCK].reach = 0.1;
    cost.wait[WAIT_NETWORK] = 5e6;
    assert_int_equal(kind_of(cost), CLASS_IO);
    cost.wait[WAIT_NETWORK] = 0;
    cost.wait[WAIT_LOCK] = 5e6;
    assert_int_equal(kind_of(cost), CLASS_CPU);
    cost.waiting[CAUSE_LOCK].reach = 1;
    assert_int_equal(kind_of(cost), CLASS_WAIT);
}

static void test_halves_are_mixed(void **state)
{
    (void)state;
    struct cost cost = {.cpu = 1e6, .cpu_spread = 0.3, .wait = {[WAIT_DISK] = 1.8e6}, .wait_spread = 0.3};
    struct classification classification = of(cost, 1);
    assert_int_equal(classification.class_kind, CLASS_MIXED);
    assert_close(classification.share, 0.5, 0.03);
}

static void test_confidence_follows_distance_and_quality(void **state)
{
    (void)state;
    double far = of((struct cost){.cpu = 1e7, .cpu_spread = 1}, 1).confidence;
    double near = of((struct cost){.cpu = 2e3, .cpu_spread = 1}, 1).confidence;
    double broken = of((struct cost){.cpu = 1e7, .cpu_spread = 1}, 0.5).confidence;
    double unreviewed = of((struct cost){.cpu = 1e7, .cpu_spread = 1, .unreviewed = 1}, 1).confidence;
    assert_true(far > near);
    assert_true(far > broken);
    assert_true(far > unreviewed);
    assert_close(broken, far * 0.5, 0.01);
}

static void test_waiting_that_is_seldom_reached_does_not_count(void **state)
{
    (void)state;
    struct cost cost = {.cpu = 1e4, .cpu_spread = 0.5, .wait = {[WAIT_NETWORK] = 1e6}, .wait_spread = 0.5};
    cost.waiting[CAUSE_DESCRIPTOR].reach = 0.3;
    assert_int_equal(kind_of(cost), CLASS_IO);
    assert_true(of(cost, 1).share > 0.9);
    cost.waiting[CAUSE_DESCRIPTOR].reach = 0.001;
    assert_int_equal(kind_of(cost), CLASS_CPU);
    assert_true(of(cost, 1).share < 0.1);
}

/* A rate limit that is hardly ever set sleeps for long; what is sent waits a little, but always. */
static void test_rare_waiting_does_not_hide_what_always_happens(void **state)
{
    (void)state;
    struct cost cost = {.cpu = 1e4, .cpu_spread = 0.5, .wait = {[WAIT_NETWORK] = 1e6}, .wait_spread = 0.5};
    assert_int_equal(kind_of(cost), CLASS_IO);
    cost.wait[WAIT_SLEEP] = 5e7;
    cost.waiting[CAUSE_SLEEP].reach = 0.01;
    assert_int_equal(kind_of(cost), CLASS_IO);
    cost.wait[WAIT_NETWORK] = 1e3;
    assert_int_equal(kind_of(cost), CLASS_CPU);
    assert_true(of(cost, 1).share_high > 0.9); /* where it does happen, it is all */
}

static void test_people_are_told_what_is_likely(void **state)
{
    (void)state;
    double waits[WAIT_COUNT];
    struct cost cost = {.wait = {[WAIT_NETWORK] = 1e6, [WAIT_SLEEP] = 5e7}};
    cost.waiting[CAUSE_DESCRIPTOR] = (struct waiting){.reach = 1, .chance = 1};
    cost.waiting[CAUSE_SLEEP] = (struct waiting){.reach = 0.01, .chance = 1};
    cost_typical_waits(shipped_expectations(), &cost, waits);
    assert_close(waits[WAIT_NETWORK], 1e6, 1);
    assert_close(waits[WAIT_SLEEP], 0, 1);
    cost.waiting[CAUSE_DESCRIPTOR].chance = 0.1; /* now neither is */
    cost_typical_waits(shipped_expectations(), &cost, waits);
    assert_close(waits[WAIT_NETWORK], 1e6, 1);
    assert_close(waits[WAIT_SLEEP], 5e7, 1);
}

/* Most hosts are given as numbers. */
static void test_name_lookups_are_less_sure_than_peers(void **state)
{
    (void)state;
    struct cost cost = {.cpu = 1e4, .cpu_spread = 0.5, .wait = {[WAIT_NETWORK] = 1e6}, .wait_spread = 0.5};
    cost.waiting[CAUSE_DESCRIPTOR].reach = cost.waiting[CAUSE_NAME].reach = 0.3;
    assert_int_equal(kind_of(cost), CLASS_IO);
    cost.wait[WAIT_DNS] = cost.wait[WAIT_NETWORK];
    cost.wait[WAIT_NETWORK] = 0;
    assert_int_equal(kind_of(cost), CLASS_CPU);
    cost.waiting[CAUSE_NAME].reach = 1;
    assert_int_equal(kind_of(cost), CLASS_IO);
}

static void test_waiting_that_is_not_there_does_not_count(void **state)
{
    (void)state;
    struct cost cost = {.cpu = 1e4, .cpu_spread = 0.5, .wait = {[WAIT_NETWORK] = 1e6}, .wait_spread = 0.5};
    cost.waiting[CAUSE_DESCRIPTOR].chance = 0.9;
    assert_int_equal(kind_of(cost), CLASS_IO);
    cost.waiting[CAUSE_DESCRIPTOR].chance = 0.1;
    assert_int_equal(kind_of(cost), CLASS_CPU);
    assert_true(of(cost, 1).share_high < 0.1);
}

static void test_unknown_only_where_most_is_unresolved(void **state)
{
    (void)state;
    struct cost cost = {.cpu = 60, .cpu_spread = 1, .unknown = 1, .assumed = 0.9};
    assert_int_equal(kind_of(cost), CLASS_UNKNOWN);
    cost.assumed = 0.5;
    assert_int_equal(kind_of(cost), CLASS_TRIVIAL);
    cost.assumed = 0.9;
    cost.unknown = 0.1; /* seldom called */
    assert_int_equal(kind_of(cost), CLASS_TRIVIAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_short_is_trivial),
        cmocka_unit_test(test_work_is_cpu),
        cmocka_unit_test(test_waiting_is_io_or_wait_by_kind),
        cmocka_unit_test(test_halves_are_mixed),
        cmocka_unit_test(test_confidence_follows_distance_and_quality),
        cmocka_unit_test(test_waiting_that_is_seldom_reached_does_not_count),
        cmocka_unit_test(test_long_functions_take_longer),
        cmocka_unit_test(test_waiting_for_threads_is_less_sure),
        cmocka_unit_test(test_rare_waiting_does_not_hide_what_always_happens),
        cmocka_unit_test(test_people_are_told_what_is_likely),
        cmocka_unit_test(test_name_lookups_are_less_sure_than_peers),
        cmocka_unit_test(test_waiting_that_is_not_there_does_not_count),
        cmocka_unit_test(test_unknown_only_where_most_is_unresolved),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
