/* Groups of guesses: what is expensive runs less often than guessed, as far as it computes. */
#include "analyzer/cost_internal.h"
#include "tests/unit/analyzer/expect.h"
#include "tests/unit/analyzer/skeleton.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define MOST_GROUPS 5

struct folded {
    struct frequency_group groups[MOST_GROUPS];
    struct group_sum sums[MOST_GROUPS];
    uint32_t others[MOST_GROUPS];
    uint32_t count;
};

static struct folded begin(void)
{
    return (struct folded){.count = 1};
}

/* A group that runs `share` times per execution of its parent and computes `cpu` ns each time. */
static uint32_t add(struct folded *folded, bool is_arm, uint32_t parent, double share, double cpu)
{
    double around = parent ? folded->groups[parent].frequency : 1;
    uint32_t group = folded->count++;
    assert_true(group < MOST_GROUPS);
    folded->groups[group] = (struct frequency_group){
        .parent = parent, .spread = 1, .is_arm = is_arm, .share = share, .frequency = around * share};
    folded->sums[group].cpu = around * share * cpu;
    return group;
}

static void fold(struct folded *folded)
{
    struct cost_node node = {.groups = folded->groups, .group_count = folded->count};
    cost_fold_groups(shipped_expectations(), &node, folded->sums, folded->others);
}

static void test_cheap_arms_run_as_guessed(void **state)
{
    (void)state;
    struct folded folded = begin();
    uint32_t arm = add(&folded, true, 0, 0.4, 1);
    fold(&folded);
    assert_close(folded.sums[arm].rarer, 1, 0.01);
    assert_close(folded.sums[0].cpu, 0.4, 0.01);
    assert_close(folded.sums[0].rarer, 1, 1e-9);
}

static void test_expensive_arms_are_rarer(void **state)
{
    (void)state;
    static const double times[] = {1e3, 1e4, 1e5, 1e6, 1e7};
    double before = 1;
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        struct folded folded = begin();
        uint32_t arm = add(&folded, true, 0, 0.4, times[i]);
        fold(&folded);
        assert_true(folded.sums[arm].rarer < before);
        assert_true(folded.sums[arm].rarer > 0);
        before = folded.sums[arm].rarer;
    }
    assert_true(before < 0.2);
}

static void test_one_arm_or_the_other(void **state)
{
    (void)state;
    struct folded folded = begin();
    uint32_t first = add(&folded, true, 0, 0.4, 1e6), second = add(&folded, true, 0, 0.6, 10);
    folded.groups[second].other = first;
    fold(&folded);
    assert_close(0.4 * folded.sums[first].rarer + 0.6 * folded.sums[second].rarer, 1, 1e-9);
    assert_true(folded.sums[second].rarer > 1.2);
}

static void test_equal_arms_keep_their_odds(void **state)
{
    (void)state;
    struct folded folded = begin();
    uint32_t first = add(&folded, true, 0, 0.3, 1e6), second = add(&folded, true, 0, 0.7, 1e6);
    folded.groups[second].other = first;
    fold(&folded);
    assert_close(folded.sums[first].rarer, 1, 1e-9);
    assert_close(folded.sums[0].cpu, 1e6, 1);
}

static void test_loops_keep_their_turns(void **state)
{
    (void)state;
    struct folded folded = begin();
    uint32_t loop = add(&folded, false, 0, 2, 1e9);
    fold(&folded);
    assert_close(folded.sums[loop].rarer, 1, 1e-9);
    assert_close(folded.sums[0].cpu, 2e9, 1);
}

static void test_inner_groups_are_rarer_by_both(void **state)
{
    (void)state;
    struct folded folded = begin();
    uint32_t outer = add(&folded, true, 0, 0.5, 0), inner = add(&folded, true, outer, 0.5, 1e5);
    fold(&folded);
    assert_true(folded.sums[inner].rarer < folded.sums[outer].rarer);
    assert_close(folded.sums[0].cpu, 0.25 * folded.sums[inner].rarer * 1e5, 1);
}

static void test_waiting_keeps_the_guess(void **state)
{
    (void)state;
    struct folded folded = begin();
    uint32_t arm = add(&folded, true, 0, 0.5, 1e6);
    folded.sums[arm].wait = 5e6;
    fold(&folded);
    assert_close(folded.sums[0].wait, 5e6, 1e-3);
    assert_true(folded.sums[0].cpu < 0.5e6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cheap_arms_run_as_guessed), cmocka_unit_test(test_expensive_arms_are_rarer),
        cmocka_unit_test(test_one_arm_or_the_other),      cmocka_unit_test(test_equal_arms_keep_their_odds),
        cmocka_unit_test(test_loops_keep_their_turns),    cmocka_unit_test(test_inner_groups_are_rarer_by_both),
        cmocka_unit_test(test_waiting_keeps_the_guess),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
