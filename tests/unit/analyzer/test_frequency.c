/* Frequencies: how often each part of a function runs. */
#include "analyzer/frequency.h"
#include "analyzer/traits.h"
#include "tests/unit/analyzer/expect.h"
#include "tests/unit/analyzer/skeleton.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

struct fixture {
    struct arena arena;
    struct function function;
    struct frequencies found;
    uint16_t calls[8]; /* CALL_… flags */
};

static int begin(void **state)
{
    struct fixture *fixture = must_malloc(sizeof *fixture);
    *fixture = (struct fixture){0};
    arena_init(&fixture->arena);
    open_node(&fixture->function, NODE_SEQUENCE, 0, 0);
    *state = fixture;
    return 0;
}

static int end(void **state)
{
    struct fixture *fixture = *state;
    function_free(&fixture->function);
    arena_free(&fixture->arena);
    free(fixture);
    return 0;
}

static void solve(struct fixture *fixture)
{
    close_node(&fixture->function, 0);
    struct frequency_input input = {
        .function = &fixture->function, .expect = shipped_expectations(), .calls = fixture->calls};
    frequency_solve(&input, &fixture->arena, &fixture->found);
}

static double at(const struct fixture *fixture, uint32_t node)
{
    return fixture->found.nodes[node];
}

/* if (condition) { then } else { otherwise }: returns the nodes of the two arms' operations. */
struct arms {
    uint32_t then, otherwise;
};

static struct arms add_branch(struct function *function, uint32_t condition, enum node_kind then_ends,
                              uint32_t then_value)
{
    struct arms arms;
    struct open_branch branch = open_branch(function, condition);
    arms.then = add_operations(function, 1);
    if (then_ends != NODE_SEQUENCE)
        add_leaf(function, then_ends, 0, then_value);
    second_arm(function, &branch);
    arms.otherwise = add_operations(function, 1);
    close_branch(function, &branch);
    return arms;
}

static void test_sequence_runs_once(void **state)
{
    struct fixture *fixture = *state;
    uint32_t first = add_operations(&fixture->function, 1), second = add_operations(&fixture->function, 1);
    solve(fixture);
    assert_close(at(fixture, first), 1, 1e-9);
    assert_close(at(fixture, second), 1, 1e-9);
    assert_close(fixture->found.comes_back, 1, 1e-9);
    assert_int_equal(fixture->found.group_count, 1);
}

static void test_open_branch_is_even(void **state)
{
    struct fixture *fixture = *state;
    struct arms arms =
        add_branch(&fixture->function, add_open_condition(&fixture->function), NODE_SEQUENCE, SUMMARY_NONE);
    solve(fixture);
    assert_close(at(fixture, arms.then), 0.5, 1e-9);
    assert_close(at(fixture, arms.otherwise), 0.5, 1e-9);
    assert_int_not_equal(fixture->found.groups[arms.then], fixture->found.groups[arms.otherwise]);
}

static void test_constants_decide(void **state)
{
    struct fixture *fixture = *state;
    struct function *function = &fixture->function;
    uint32_t never =
        add_condition(function, CONDITION_GREATER, OPERAND_INTEGER, add_integer(function, 3), add_integer(function, 4));
    uint32_t always =
        add_condition(function, CONDITION_BITS, OPERAND_INTEGER, add_integer(function, 6), add_integer(function, 2));
    uint32_t both = add_condition(function, CONDITION_AND, OPERAND_INTEGER, always, add_open_condition(function));
    uint32_t none = add_condition(function, CONDITION_AND, OPERAND_INTEGER, never, add_open_condition(function));
    struct arms first = add_branch(function, never, NODE_SEQUENCE, SUMMARY_NONE);
    struct arms second = add_branch(function, always, NODE_SEQUENCE, SUMMARY_NONE);
    struct arms third = add_branch(function, both, NODE_SEQUENCE, SUMMARY_NONE);
    struct arms fourth = add_branch(function, none, NODE_SEQUENCE, SUMMARY_NONE);
    solve(fixture);
    assert_close(at(fixture, first.then), 0, 1e-9);
    assert_close(at(fixture, second.then), 1, 1e-9);
    assert_close(at(fixture, third.then), 0.5, 1e-9);
    assert_close(at(fixture, fourth.then), 0, 1e-9);
    assert_int_equal(fixture->found.groups[first.otherwise], 0); /* no guess, no group */
}

static void test_null_and_failure_are_rare(void **state)
{
    struct fixture *fixture = *state;
    struct function *function = &fixture->function;
    add_call(function, add_value(function, VALUE_FUNCTION, 0, 0));
    uint32_t result = add_slot(function, SLOT_LOCAL, 0);
    array_push(&function->flows, (struct assignment){result, add_value(function, VALUE_CALL, 0, 0), 0});
    uint32_t failed = add_condition(function, CONDITION_LESS, OPERAND_INTEGER, result, add_integer(function, 0));
    uint32_t null = add_condition(function, CONDITION_EQUAL, OPERAND_POINTER, add_value(function, VALUE_UNKNOWN, 0, 0),
                                  add_integer(function, 0));
    struct arms failure = add_branch(function, failed, NODE_SEQUENCE, SUMMARY_NONE);
    struct arms missing = add_branch(function, null, NODE_SEQUENCE, SUMMARY_NONE);
    solve(fixture);
    assert_in_range((int)(1000 * at(fixture, failure.then)), 20, 150);
    assert_in_range((int)(1000 * at(fixture, missing.then)), 200, 300);
    assert_close(at(fixture, failure.then) + at(fixture, failure.otherwise), 1, 1e-9);
}

static void test_arms_that_return_errors_are_rare(void **state)
{
    struct fixture *fixture = *state;
    struct function *function = &fixture->function;
    uint32_t minus_one = add_integer(function, -1);
    struct arms arms = add_branch(function, add_open_condition(function), NODE_RETURN, minus_one);
    uint32_t after = add_operations(function, 1);
    solve(fixture);
    assert_in_range((int)(1000 * at(fixture, arms.then)), 20, 250);
    assert_close(at(fixture, after), at(fixture, arms.otherwise), 1e-9);
}

/* if (?) return; or if (?) { f(); return; }: the node of the return. */
static uint32_t add_leaving_branch(struct function *function, bool calls)
{
    struct open_branch branch = open_branch(function, add_open_condition(function));
    if (calls)
        add_call(function, add_value(function, VALUE_FUNCTION, 0, 0));
    uint32_t leaves = add_leaf(function, NODE_RETURN, 0, SUMMARY_NONE);
    second_arm(function, &branch);
    close_branch(function, &branch);
    return leaves;
}

static void test_returning_at_once_is_likelier_than_doing_something_first(void **state)
{
    struct fixture *fixture = *state;
    uint32_t at_once = add_leaving_branch(&fixture->function, false);
    uint32_t later = add_leaving_branch(&fixture->function, true);
    add_operations(&fixture->function, 1);
    solve(fixture);
    double guards = at(fixture, at_once);
    assert_in_range((int)(100 * guards), 40, 50);
    assert_true(at(fixture, later) / (1 - guards) < guards - 0.1);
}

static void test_nothing_follows_a_call_that_does_not_return(void **state)
{
    struct fixture *fixture = *state;
    struct function *function = &fixture->function;
    add_call(function, add_value(function, VALUE_FUNCTION, 0, 0));
    uint32_t after = add_operations(function, 1);
    fixture->calls[0] = CALL_NEVER_RETURNS;
    solve(fixture);
    assert_close(at(fixture, after), 0, 1e-9);
    assert_close(fixture->found.comes_back, 0, 1e-9);
    assert_int_equal(how_it_returns(function, fixture->calls), CALL_NEVER_RETURNS);
    fixture->calls[0] = 0;
    assert_int_equal(how_it_returns(function, fixture->calls), 0);
}

static void test_known_trip_counts_multiply(void **state)
{
    struct fixture *fixture = *state;
    struct function *function = &fixture->function;
    uint32_t outer = open_loop(function, LOOP_COUNTED, SUMMARY_NONE, add_integer(function, 100));
    uint32_t inner = open_loop(function, LOOP_COUNTED, SUMMARY_NONE, add_integer(function, 30));
    uint32_t body = add_operations(function, 1);
    close_loop(function, inner);
    close_loop(function, outer);
    uint32_t after = add_operations(function, 1);
    solve(fixture);
    assert_close(at(fixture, body), 3000, 1e-6);
    assert_close(at(fixture, after), 1, 1e-9);
    assert_int_equal(fixture->found.groups[body], 0);
}

static void test_unknown_loop_is_a_wide_guess(void **state)
{
    struct fixture *fixture = *state;
    struct function *function = &fixture->function;
    uint32_t loop = open_loop(function, LOOP_COUNTED, SUMMARY_NONE, SUMMARY_NONE);
    uint32_t body = add_operations(function, 1);
    close_loop(function, loop);
    solve(fixture);
    assert_close(at(fixture, body), 3.8, 1e-6);
    uint32_t group = fixture->found.groups[body];
    assert_int_not_equal(group, 0);
    assert_true(fixture->found.group[group].spread > 1);
}

static void test_inner_loops_are_shorter(void **state)
{
    struct fixture *fixture = *state;
    struct function *function = &fixture->function;
    uint32_t outer = open_loop(function, LOOP_COUNTED, SUMMARY_NONE, SUMMARY_NONE);
    uint32_t once = add_operations(function, 1);
    uint32_t inner = open_loop(function, LOOP_COUNTED, SUMMARY_NONE, SUMMARY_NONE);
    uint32_t body = add_operations(function, 1);
    close_loop(function, inner);
    close_loop(function, outer);
    solve(fixture);
    assert_true(at(fixture, body) > at(fixture, once));
    assert_true(at(fixture, body) < at(fixture, once) * at(fixture, once));
}

/* An arm that ends in `sets = 1`, after a condition that the other value is true. */
static struct arms add_setting_branch(struct function *function, uint32_t asks, uint32_t sets)
{
    uint32_t condition = add_condition(function, CONDITION_TRUTH, OPERAND_INTEGER, asks, SUMMARY_NONE);
    struct arms arms = add_branch(function, condition, NODE_SEQUENCE, SUMMARY_NONE);
    array_push(&function->flows, (struct assignment){sets, add_integer(function, 1), arms.then});
    return arms;
}

static void test_what_an_arm_settles_is_rare(void **state)
{
    struct fixture *fixture = *state;
    struct function *function = &fixture->function;
    uint32_t global = add_slot(function, SLOT_GLOBAL, 0), other = add_slot(function, SLOT_GLOBAL, 1),
             local = add_slot(function, SLOT_LOCAL, 0);
    struct arms settles = add_setting_branch(function, global, global);
    struct arms sets_another = add_setting_branch(function, other, global);
    struct arms forgets = add_setting_branch(function, local, local);
    solve(fixture);
    assert_true(at(fixture, settles.then) < 0.2);
    assert_true(at(fixture, sets_another.then) > 0.3);
    assert_true(at(fixture, forgets.then) > 0.3);
}

static void test_comparisons_are_settled_by_constants_only(void **state)
{
    struct fixture *fixture = *state;
    struct function *function = &fixture->function;
    uint32_t used = add_slot(function, SLOT_GLOBAL, 0), room = add_slot(function, SLOT_GLOBAL, 1);
    uint32_t full = add_condition(function, CONDITION_GREATER_EQUAL, OPERAND_INTEGER, used, room);
    struct arms empties = add_branch(function, full, NODE_SEQUENCE, SUMMARY_NONE);
    array_push(&function->flows, (struct assignment){used, add_integer(function, 0), empties.then});
    struct arms goes_on = add_branch(function, full, NODE_SEQUENCE, SUMMARY_NONE);
    array_push(&function->flows,
               (struct assignment){used, add_value(function, VALUE_UNKNOWN, 0, 0), goes_on.otherwise});
    solve(fixture);
    assert_true(at(fixture, empties.then) < 0.3);
    assert_close(at(fixture, goes_on.then), 0.5, 1e-9);
}

static uint32_t add_sleeping_branch(struct function *function)
{
    uint32_t branch = open_node(function, NODE_BRANCH, 0, add_open_condition(function));
    uint32_t arm = open_node(function, NODE_SEQUENCE, 0, 0);
    uint32_t sleeps = add_call(function, add_value(function, VALUE_FUNCTION, 0, 0));
    close_node(function, arm);
    arm = open_node(function, NODE_SEQUENCE, 0, 0);
    close_node(function, arm);
    close_node(function, branch);
    return sleeps;
}

static void test_sleeping_is_for_what_went_wrong(void **state)
{
    struct fixture *fixture = *state;
    struct function *function = &fixture->function;
    uint32_t once = add_sleeping_branch(function);
    uint32_t loop = open_loop(function, LOOP_COUNTED, SUMMARY_NONE, add_integer(function, 10));
    uint32_t idle = add_sleeping_branch(function);
    close_loop(function, loop);
    fixture->calls[0] = fixture->calls[1] = CALL_SLEEPS;
    solve(fixture);
    assert_true(at(fixture, once) < 0.1);
    assert_close(at(fixture, idle), 5, 1e-6);
}

static void test_long_functions_reach_their_end(void **state)
{
    struct fixture *fixture = *state;
    struct function *function = &fixture->function;
    for (int i = 0; i < 40; i++)
        add_branch(function, add_open_condition(function), NODE_RETURN, add_integer(function, -1));
    uint32_t after = add_operations(function, 1);
    solve(fixture);
    assert_true(at(fixture, after) > 0.05);
    assert_true(at(fixture, after) < 0.5);
}

static void test_endless_loop_runs_until_it_is_left(void **state)
{
    struct fixture *fixture = *state;
    struct function *function = &fixture->function;
    uint32_t loop = open_loop(function, LOOP_ENDLESS, SUMMARY_NONE, SUMMARY_NONE);
    struct arms arms = add_branch(function, add_open_condition(function), NODE_BREAK, SUMMARY_NONE);
    close_loop(function, loop);
    uint32_t after = add_operations(function, 1);
    solve(fixture);
    double turns = at(fixture, arms.then) + at(fixture, arms.otherwise);
    assert_true(turns > 2 && turns < 60); /* between what the guess per turn says and what such loops mostly make */
    assert_close(at(fixture, after), 1, 1e-6);
    assert_int_equal(how_it_returns(function, NULL), 0);
}

static void test_endless_loop_without_exit_never_ends(void **state)
{
    struct fixture *fixture = *state;
    struct function *function = &fixture->function;
    uint32_t loop = open_loop(function, LOOP_ENDLESS, SUMMARY_NONE, SUMMARY_NONE);
    uint32_t body = add_operations(function, 1);
    close_loop(function, loop);
    uint32_t after = add_operations(function, 1);
    solve(fixture);
    assert_true(at(fixture, body) >= 100);
    assert_close(at(fixture, after), 0, 1e-9);
    assert_int_equal(how_it_returns(function, NULL), CALL_NEVER_RETURNS | CALL_RUNS_FOREVER);
}

static void test_failed_call_is_tried_again_rarely(void **state)
{
    struct fixture *fixture = *state;
    struct function *function = &fixture->function;
    uint32_t result = add_value(function, VALUE_UNKNOWN, 0, 0);
    uint32_t failed = add_condition(function, CONDITION_LESS, OPERAND_INTEGER, result, add_integer(function, 0));
    uint32_t interrupted = add_condition(function, CONDITION_EQUAL, OPERAND_INTEGER, result, add_integer(function, 4));
    uint32_t both = add_condition(function, CONDITION_AND, OPERAND_INTEGER, failed, interrupted);
    uint32_t loop = open_loop(function, LOOP_CONDITION, both, SUMMARY_NONE);
    uint32_t body = add_operations(function, 1);
    close_loop(function, loop);
    solve(fixture);
    assert_true(at(fixture, body) < 1.1);
    assert_true(at(fixture, body) >= 1);
}

static void test_goto_arrives_at_the_label(void **state)
{
    struct fixture *fixture = *state;
    struct function *function = &fixture->function;
    uint32_t loop = open_loop(function, LOOP_ENDLESS, SUMMARY_NONE, SUMMARY_NONE);
    add_branch(function, add_open_condition(function), NODE_GOTO, SUMMARY_NONE);
    close_loop(function, loop);
    uint32_t skipped = add_operations(function, 1);
    uint32_t label = open_node(function, NODE_SEQUENCE, 0, 0);
    uint32_t labelled = add_operations(function, 1);
    close_node(function, label);
    solve(fixture);
    assert_close(at(fixture, skipped), 0, 1e-9);
    assert_close(at(fixture, labelled), 1, 1e-6);
    assert_int_equal(how_it_returns(function, NULL), 0);
}

static void test_break_leaves_the_loop_around_a_label(void **state)
{
    struct fixture *fixture = *state;
    struct function *function = &fixture->function;
    uint32_t loop = open_loop(function, LOOP_ENDLESS, SUMMARY_NONE, SUMMARY_NONE);
    uint32_t label = open_loop(function, LOOP_GOTO, SUMMARY_NONE, SUMMARY_NONE);
    uint32_t body = add_operations(function, 1);
    add_leaf(function, NODE_BREAK, 0, SUMMARY_NONE);
    close_loop(function, label);
    close_loop(function, loop);
    solve(fixture);
    assert_close(at(fixture, body), 1, 1e-6);
    assert_close(fixture->found.comes_back, 1, 1e-6);
}

static uint32_t add_arm(struct function *function, unsigned flags, uint32_t label, enum node_kind ends)
{
    uint32_t arm = open_node(function, NODE_ARM, flags, label);
    function->nodes.items[arm].b = 1;
    uint32_t sequence = open_node(function, NODE_SEQUENCE, 0, 0);
    uint32_t work = add_operations(function, 1);
    if (ends != NODE_SEQUENCE)
        add_leaf(function, ends, 0, SUMMARY_NONE);
    close_node(function, sequence);
    close_node(function, arm);
    return work;
}

static void test_switch_shares_its_arms(void **state)
{
    struct fixture *fixture = *state;
    struct function *function = &fixture->function;
    uint32_t node = open_node(function, NODE_SWITCH, 0, add_value(function, VALUE_UNKNOWN, 0, 0));
    uint32_t one = add_arm(function, 0, add_integer(function, 1), NODE_BREAK);
    uint32_t two = add_arm(function, ARM_FALLS_THROUGH, add_integer(function, 2), NODE_SEQUENCE);
    uint32_t three = add_arm(function, 0, add_integer(function, 3), NODE_RETURN);
    uint32_t other = add_arm(function, ARM_DEFAULT, SUMMARY_NONE, NODE_BREAK);
    close_node(function, node);
    uint32_t after = add_operations(function, 1);
    solve(fixture);
    assert_close(at(fixture, one), at(fixture, two), 1e-9);
    assert_close(at(fixture, three), 2 * at(fixture, one), 1e-9);
    assert_close(at(fixture, other), at(fixture, one), 1e-9);
    assert_close(at(fixture, after), at(fixture, one) + at(fixture, other), 1e-9);
}

static void test_known_switch_takes_one_arm(void **state)
{
    struct fixture *fixture = *state;
    struct function *function = &fixture->function;
    uint32_t node = open_node(function, NODE_SWITCH, 0, add_integer(function, 2));
    uint32_t one = add_arm(function, 0, add_integer(function, 1), NODE_BREAK);
    uint32_t two = add_arm(function, 0, add_integer(function, 2), NODE_BREAK);
    uint32_t other = add_arm(function, ARM_DEFAULT, SUMMARY_NONE, NODE_BREAK);
    close_node(function, node);
    solve(fixture);
    assert_close(at(fixture, one), 0, 1e-9);
    assert_close(at(fixture, two), 1, 1e-9);
    assert_close(at(fixture, other), 0, 1e-9);
}

static void test_messages_make_an_arm_rare(void **state)
{
    struct fixture *fixture = *state;
    struct function *function = &fixture->function;
    uint32_t branch = open_node(function, NODE_BRANCH, 0, add_open_condition(function));
    uint32_t arm = open_node(function, NODE_SEQUENCE, 0, 0);
    uint32_t log = add_call(function, add_value(function, VALUE_FUNCTION, 0, 0));
    close_node(function, arm);
    arm = open_node(function, NODE_SEQUENCE, 0, 0);
    close_node(function, arm);
    close_node(function, branch);
    fixture->calls[0] = CALL_LOGS;
    solve(fixture);
    double logs = at(fixture, log);
    fixture->calls[0] = CALL_COLD;
    solve(fixture);
    double cold = at(fixture, log);
    fixture->calls[0] = CALL_NEVER_RETURNS;
    solve(fixture);
    assert_true(logs < 0.4);
    assert_true(cold < logs);
    assert_true(at(fixture, log) < cold && at(fixture, log) > 0);
}

static void test_nothing_exceeds_the_cap(void **state)
{
    struct fixture *fixture = *state;
    struct function *function = &fixture->function;
    uint32_t loops[12];
    for (unsigned i = 0; i < 12; i++)
        loops[i] = open_loop(function, LOOP_COUNTED, SUMMARY_NONE, add_integer(function, 1000));
    uint32_t body = add_operations(function, 1);
    for (unsigned i = 12; i-- > 0;)
        close_loop(function, loops[i]);
    solve(fixture);
    assert_close(at(fixture, body), 1e7, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_sequence_runs_once, begin, end),
        cmocka_unit_test_setup_teardown(test_open_branch_is_even, begin, end),
        cmocka_unit_test_setup_teardown(test_constants_decide, begin, end),
        cmocka_unit_test_setup_teardown(test_null_and_failure_are_rare, begin, end),
        cmocka_unit_test_setup_teardown(test_arms_that_return_errors_are_rare, begin, end),
        cmocka_unit_test_setup_teardown(test_returning_at_once_is_likelier_than_doing_something_first, begin, end),
        cmocka_unit_test_setup_teardown(test_nothing_follows_a_call_that_does_not_return, begin, end),
        cmocka_unit_test_setup_teardown(test_known_trip_counts_multiply, begin, end),
        cmocka_unit_test_setup_teardown(test_unknown_loop_is_a_wide_guess, begin, end),
        cmocka_unit_test_setup_teardown(test_inner_loops_are_shorter, begin, end),
        cmocka_unit_test_setup_teardown(test_what_an_arm_settles_is_rare, begin, end),
        cmocka_unit_test_setup_teardown(test_comparisons_are_settled_by_constants_only, begin, end),
        cmocka_unit_test_setup_teardown(test_sleeping_is_for_what_went_wrong, begin, end),
        cmocka_unit_test_setup_teardown(test_long_functions_reach_their_end, begin, end),
        cmocka_unit_test_setup_teardown(test_endless_loop_runs_until_it_is_left, begin, end),
        cmocka_unit_test_setup_teardown(test_endless_loop_without_exit_never_ends, begin, end),
        cmocka_unit_test_setup_teardown(test_failed_call_is_tried_again_rarely, begin, end),
        cmocka_unit_test_setup_teardown(test_goto_arrives_at_the_label, begin, end),
        cmocka_unit_test_setup_teardown(test_break_leaves_the_loop_around_a_label, begin, end),
        cmocka_unit_test_setup_teardown(test_switch_shares_its_arms, begin, end),
        cmocka_unit_test_setup_teardown(test_known_switch_takes_one_arm, begin, end),
        cmocka_unit_test_setup_teardown(test_messages_make_an_arm_rare, begin, end),
        cmocka_unit_test_setup_teardown(test_nothing_exceeds_the_cap, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
