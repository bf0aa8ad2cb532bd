/* Costs by the path taken: which arms of branches are rare, recursion, endless loops, and what does not return. */
#include "tests/unit/analyzer/cost_fixture.h"

static void test_bound_constants_decide_branches(void **state)
{
    struct fixture *fixture = *state;
    struct function *maybe = open_function(fixture, "maybe", 1);
    uint32_t flag = add_slot(maybe, SLOT_PARAMETER, 0);
    struct open_branch branch =
        open_branch(maybe, add_condition(maybe, CONDITION_TRUTH, OPERAND_INTEGER, flag, SUMMARY_NONE));
    add_named_call(fixture, maybe, "sleep", add_integer(maybe, 1), SUMMARY_NONE);
    second_arm(maybe, &branch);
    close_branch(maybe, &branch);
    close_function(fixture, maybe);
    static const char *const names[] = {"without", "with"};
    for (int i = 0; i < 2; i++) {
        struct function *caller = open_function(fixture, names[i], 0);
        add_named_call(fixture, caller, "maybe", add_integer(caller, i), SUMMARY_NONE);
        close_function(fixture, caller);
    }
    solve(fixture);
    assert_close(cost_wait(&entry_of(fixture, "without")->total), 0, 1);
    assert_close(cost_wait(&entry_of(fixture, "with")->total), 1e9, 1e7);
}

/* if (?) for (50 times) next(); */
static void add_recursion(struct fixture *fixture, struct function *function, const char *next)
{
    struct open_branch branch = open_branch(function, add_open_condition(function));
    uint32_t loop = open_loop(function, LOOP_COUNTED, SUMMARY_NONE, add_integer(function, 50));
    add_named_call(fixture, function, next, SUMMARY_NONE, SUMMARY_NONE);
    close_loop(function, loop);
    second_arm(function, &branch);
    close_branch(function, &branch);
}

/* void f() { if (?) for (50 times) next(); } */
static void define_recursive(struct fixture *fixture, const char *name, const char *next)
{
    struct function *function = open_function(fixture, name, 0);
    add_operations(function, 100);
    add_recursion(fixture, function, next);
    close_function(fixture, function);
}

static void test_recursion_costs_more_but_does_not_explode(void **state)
{
    struct fixture *fixture = *state;
    struct function *plain = open_function(fixture, "plain", 0);
    add_operations(plain, 100);
    close_function(fixture, plain);
    define_recursive(fixture, "itself", "itself");
    define_recursive(fixture, "ping", "pong");
    define_recursive(fixture, "pong", "ping");
    solve(fixture);
    double once = entry_of(fixture, "plain")->total.cpu;
    assert_true(entry_of(fixture, "itself")->total.cpu > 2 * once);
    assert_true(entry_of(fixture, "itself")->total.cpu < 100 * once);
    assert_true(entry_of(fixture, "ping")->total.cpu > 2 * once);
    assert_true(entry_of(fixture, "ping")->total.cpu < 10000 * once);
}

/* void f() { helper(); if (?) for (50 times) f(); } */
static void define_walk(struct fixture *fixture, const char *name, const char *helper, bool recursive)
{
    struct function *function = open_function(fixture, name, 0);
    add_named_call(fixture, function, helper, SUMMARY_NONE, SUMMARY_NONE);
    if (recursive)
        add_recursion(fixture, function, name);
    close_function(fixture, function);
}

/* Code that runs once only runs cold; recursion runs it again and again. */
static void test_recursion_keeps_what_it_calls_warm(void **state)
{
    struct fixture *fixture = *state;
    static const char *const helpers[] = {"cold", "warm"}, *const walks[] = {"once", "walk"};
    struct function *main_function = open_function(fixture, "main", 0);
    main_function->flags |= FUNCTION_MAIN;
    for (int i = 0; i < 2; i++)
        add_named_call(fixture, main_function, walks[i], SUMMARY_NONE, SUMMARY_NONE);
    close_function(fixture, main_function);
    for (int i = 0; i < 2; i++) {
        define_walk(fixture, walks[i], helpers[i], i == 1);
        struct function *helper = open_function(fixture, helpers[i], 0);
        add_operations(helper, 100);
        close_function(fixture, helper);
    }
    solve(fixture);
    assert_true(entry_of(fixture, "warm")->total.cpu < 0.8 * entry_of(fixture, "cold")->total.cpu);
}

/* if (global) work(); where all that is ever assigned to the global is 1. */
static void test_members_that_are_never_cleared_may_be_zero(void **state)
{
    struct fixture *fixture = *state;
    struct function *function = open_function(fixture, "asks", 0);
    function->slots.count = 0;
    array_push(&function->slots,
               (struct slot){SLOT_GLOBAL, SLOT_NUMBER, 0, names_add(&fixture->summary.names, "flag")});
    array_push(&function->values, (struct value){.kind = VALUE_SLOT, .a = 0});
    uint32_t flag = function->values.count - 1;
    struct open_branch branch =
        open_branch(function, add_condition(function, CONDITION_TRUTH, OPERAND_INTEGER, flag, SUMMARY_NONE));
    second_arm(function, &branch);
    add_named_call(fixture, function, "sleep", add_integer(function, 1), SUMMARY_NONE);
    close_branch(function, &branch);
    array_push(&function->flows, (struct assignment){flag, add_integer(function, 1), function->nodes.count});
    close_function(fixture, function);
    solve(fixture);
    assert_true(cost_wait(&entry_of(fixture, "asks")->total) > 1e6);
}

static void define_branch_to(struct fixture *fixture, const char *name, const char *callee)
{
    struct function *function = open_function(fixture, name, 0);
    struct open_branch branch = open_branch(function, add_open_condition(function));
    add_named_call(fixture, function, callee, SUMMARY_NONE, SUMMARY_NONE);
    second_arm(function, &branch);
    close_branch(function, &branch);
    close_function(fixture, function);
}

static void test_sleeps_on_the_side_are_rare(void **state)
{
    struct fixture *fixture = *state;
    struct function *nap = open_function(fixture, "nap", 0);
    add_named_call(fixture, nap, "sleep", add_integer(nap, 1), SUMMARY_NONE);
    close_function(fixture, nap);
    define_branch_to(fixture, "retries", "nap");
    define(fixture, "waits", "nap");
    solve(fixture);
    assert_true(cost_wait(&entry_of(fixture, "retries")->total) < 0.1e9);
    assert_close(cost_wait(&entry_of(fixture, "waits")->total), 1e9, 1e7);
}

/* A loop that polls, with or without calling handlers. */
static void define_poller(struct fixture *fixture, const char *name, bool dispatches)
{
    struct function *function = open_function(fixture, name, 1);
    uint32_t loop = open_loop(function, LOOP_ENDLESS, SUMMARY_NONE, SUMMARY_NONE);
    add_call(function, function_value(fixture, function, "poll"));
    for (int i = 0; i < 3; i++)
        add_argument(function, i < 2 ? add_value(function, VALUE_UNKNOWN, 0, 0) : add_integer(function, -1));
    if (dispatches)
        add_call(function, add_slot(function, SLOT_PARAMETER, 0));
    close_loop(function, loop);
    close_function(fixture, function);
}

static void test_dispatchers_idle(void **state)
{
    struct fixture *fixture = *state;
    define_poller(fixture, "dispatcher", true);
    define_poller(fixture, "waiter", false);
    solve(fixture);
    const struct cost *dispatcher = &entry_of(fixture, "dispatcher")->total,
                      *waiter = &entry_of(fixture, "waiter")->total;
    assert_close(dispatcher->wait[WAIT_IDLE], cost_wait(dispatcher), 1);
    assert_close(waiter->wait[WAIT_IDLE], 0, 1);
    assert_true(cost_wait(waiter) > 0);
    assert_int_equal(class_of(fixture, "waiter"), CLASS_IO);
    assert_true(entry_of(fixture, "waiter")->noreturn);
}

static void test_what_ends_the_program_does_not_return(void **state)
{
    struct fixture *fixture = *state;
    define(fixture, "die", "abort");
    define(fixture, "give_up", "die");
    struct function *checks = open_function(fixture, "checks", 0);
    struct open_branch branch = open_branch(checks, add_open_condition(checks));
    add_named_call(fixture, checks, "sleep", add_integer(checks, 1), SUMMARY_NONE);
    add_named_call(fixture, checks, "give_up", SUMMARY_NONE, SUMMARY_NONE);
    second_arm(checks, &branch);
    close_branch(checks, &branch);
    close_function(fixture, checks);
    solve(fixture);
    assert_true(entry_of(fixture, "die")->noreturn);
    assert_true(entry_of(fixture, "give_up")->noreturn);
    assert_false(entry_of(fixture, "checks")->noreturn);
    assert_true(cost_wait(&entry_of(fixture, "checks")->total) < 1e6); /* of a second */
    assert_int_equal(class_of(fixture, "checks"), CLASS_TRIVIAL);
}

static void test_allocations_do_not_fail(void **state)
{
    struct fixture *fixture = *state;
    struct function *wrapper = open_function(fixture, "wrapper", 0);
    add_named_call(fixture, wrapper, "malloc", add_integer(wrapper, 8), SUMMARY_NONE);
    uint32_t result = add_slot(wrapper, SLOT_RETURN, 0), block = add_value(wrapper, VALUE_CALL, 0, 0);
    add_leaf(wrapper, NODE_RETURN, 0, block);
    array_push(&wrapper->flows, (struct assignment){result, block, wrapper->nodes.count});
    close_function(fixture, wrapper);
    struct function *uses = open_function(fixture, "uses", 0);
    add_named_call(fixture, uses, "wrapper", SUMMARY_NONE, SUMMARY_NONE);
    uint32_t null =
        add_condition(uses, CONDITION_EQUAL, OPERAND_POINTER, add_value(uses, VALUE_CALL, 0, 0), add_integer(uses, 0));
    struct open_branch branch = open_branch(uses, null);
    add_named_call(fixture, uses, "sleep", add_integer(uses, 1), SUMMARY_NONE);
    second_arm(uses, &branch);
    close_branch(uses, &branch);
    close_function(fixture, uses);
    solve(fixture);
    assert_true(cost_wait(&entry_of(fixture, "uses")->total) < 1e7); /* 1 % of a second */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_bound_constants_decide_branches),       TEST(test_recursion_costs_more_but_does_not_explode),
        TEST(test_recursion_keeps_what_it_calls_warm),    TEST(test_members_that_are_never_cleared_may_be_zero),
        TEST(test_sleeps_on_the_side_are_rare),           TEST(test_dispatchers_idle),
        TEST(test_what_ends_the_program_does_not_return), TEST(test_allocations_do_not_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
