/* Costs of small programs that are built by hand, with the shipped knowledge and the real value flow. */
#include "analyzer/cost.h"
#include "tests/unit/analyzer/skeleton.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#define MOST_FUNCTIONS 16

struct fixture {
    struct knowledge *knowledge;
    struct problems problems;
    struct summary summary;
    struct linked linked;
    struct flow *flow;
    struct costs *costs;
};

static int begin(void **state)
{
    struct fixture *fixture = must_malloc(sizeof *fixture);
    *fixture = (struct fixture){0};
    fixture->knowledge = knowledge_load(SOURCE_DIR "/knowledge", &fixture->problems);
    assert_non_null(fixture->knowledge);
    summary_init(&fixture->summary);
    fixture->summary.unit = names_add(&fixture->summary.names, "a.c");
    array_reserve(&fixture->summary.functions, MOST_FUNCTIONS); /* pointers to functions stay good */
    *state = fixture;
    return 0;
}

static int end(void **state)
{
    struct fixture *fixture = *state;
    costs_free(fixture->costs);
    flow_free(fixture->flow);
    linked_free(&fixture->linked);
    summary_free(&fixture->summary);
    knowledge_free(fixture->knowledge);
    problems_free(&fixture->problems);
    free(fixture);
    return 0;
}

/* ---- building ---- */

/* A function with an open body; close_function ends it. */
static struct function *open_function(struct fixture *fixture, const char *name, uint32_t parameters)
{
    struct names *names = &fixture->summary.names;
    struct function function = {.line = 10 * (fixture->summary.functions.count + 1)};
    struct text id = {0};
    text_printf(&id, "a.c#%s", name);
    function.id = names_add(names, id.string);
    text_free(&id);
    function.name = function.symbol = names_add(names, name);
    function.file = fixture->summary.unit;
    function.flags = strcmp(name, "main") == 0 ? FUNCTION_MAIN : 0;
    for (uint32_t i = 0; i < parameters; i++)
        array_push(&function.parameters, (struct parameter){.name = names_add(names, "p")});
    open_node(&function, NODE_SEQUENCE, 0, 0);
    assert_true(fixture->summary.functions.count < MOST_FUNCTIONS);
    array_push(&fixture->summary.functions, function);
    return array_last(&fixture->summary.functions);
}

static void close_function(struct fixture *fixture, struct function *function)
{
    close_node(function, 0);
    assert_null(function_check(function));
    function->body_hash = function_body_hash(&fixture->summary.names, function);
}

static uint32_t function_value(struct fixture *fixture, struct function *function, const char *name)
{
    name_id symbol = names_add(&fixture->summary.names, name);
    array_push(&function->values, (struct value){.kind = VALUE_FUNCTION, .name = symbol});
    return function->values.count - 1;
}

/* Calls a function by name with at most two arguments (SUMMARY_NONE: absent). */
static void add_named_call(struct fixture *fixture, struct function *function, const char *name, uint32_t first,
                           uint32_t second)
{
    add_call(function, function_value(fixture, function, name));
    if (first != SUMMARY_NONE)
        add_argument(function, first);
    if (second != SUMMARY_NONE)
        add_argument(function, second);
}

static void define(struct fixture *fixture, const char *name, const char *callee)
{
    struct function *function = open_function(fixture, name, 0);
    if (callee)
        add_named_call(fixture, function, callee, SUMMARY_NONE, SUMMARY_NONE);
    close_function(fixture, function);
}

static uint32_t open_loop(struct function *function, enum loop_kind kind, uint32_t trip)
{
    uint32_t loop = open_node(function, NODE_LOOP, kind, SUMMARY_NONE);
    function->nodes.items[loop].b = trip;
    open_node(function, NODE_SEQUENCE, 0, 0);
    return loop;
}

static void close_loop(struct function *function, uint32_t loop)
{
    close_node(function, loop + 1);
    close_node(function, loop);
}

static void solve(struct fixture *fixture)
{
    link_summaries(&fixture->linked, &fixture->summary, 1, fixture->knowledge);
    const struct program *program = &fixture->linked.programs.items[0];
    fixture->flow = flow_solve(&fixture->linked, program, fixture->knowledge);
    fixture->costs = costs_solve(&fixture->linked, program, fixture->flow, fixture->knowledge,
                                 knowledge_profile(fixture->knowledge, "server-lan"));
}

/* ---- asking ---- */

static const struct cost_entry *entry_of(const struct fixture *fixture, const char *name)
{
    for (uint32_t i = 0; i < fixture->linked.functions.count; i++)
        if (strcmp(names_string(&fixture->linked.names, fixture->linked.functions.items[i].body.name), name) == 0)
            return costs_function(fixture->costs, i);
    fail_msg("no function %s", name);
    return NULL;
}

static enum class_kind class_of(const struct fixture *fixture, const char *name)
{
    struct classification classification;
    classify(&entry_of(fixture, name)->total, 1, &classification);
    return classification.class_kind;
}

/* ---- the tests ---- */

static void test_costs_add_up_and_loops_multiply(void **state)
{
    struct fixture *fixture = *state;
    struct function *leaf = open_function(fixture, "leaf", 0);
    add_operations(leaf, 100);
    close_function(fixture, leaf);
    define(fixture, "once", "leaf");
    struct function *often = open_function(fixture, "often", 0);
    uint32_t loop = open_loop(often, LOOP_COUNTED, add_integer(often, 1000));
    add_named_call(fixture, often, "leaf", SUMMARY_NONE, SUMMARY_NONE);
    close_loop(often, loop);
    close_function(fixture, often);
    solve(fixture);
    double one = entry_of(fixture, "leaf")->total.cpu;
    assert_true(one > 10 && one < 1000);
    assert_true(entry_of(fixture, "once")->total.cpu >= one);
    assert_true(entry_of(fixture, "often")->total.cpu >= 1000 * one);
    assert_true(entry_of(fixture, "often")->total.cpu < 1500 * one + 1000);
    assert_int_equal(class_of(fixture, "leaf"), CLASS_TRIVIAL);
    assert_int_equal(class_of(fixture, "often"), CLASS_CPU);
    assert_close(cost_wait(&entry_of(fixture, "often")->total), 0, 1e-9);
}

static void test_waiting_has_its_kind_and_source(void **state)
{
    struct fixture *fixture = *state;
    struct function *nap = open_function(fixture, "nap", 0);
    add_named_call(fixture, nap, "sleep", add_integer(nap, 2), SUMMARY_NONE);
    close_function(fixture, nap);
    define(fixture, "caller", "nap");
    solve(fixture);
    const struct cost_entry *entry = entry_of(fixture, "caller");
    assert_close(entry->total.wait[WAIT_SLEEP], 2e9, 1e7);
    assert_close(entry->most_wait.share, 1, 0.01);
    const struct cost_entry *callee = costs_entry(fixture->costs, entry->most_wait.entry);
    assert_non_null(callee);
    assert_string_equal(callee->most_wait.api->name, "sleep");
    assert_int_equal(class_of(fixture, "caller"), CLASS_IO);
}

static void test_calls_bind_parameters(void **state)
{
    struct fixture *fixture = *state;
    struct function *nap = open_function(fixture, "nap", 1);
    add_named_call(fixture, nap, "sleep", add_slot(nap, SLOT_PARAMETER, 0), SUMMARY_NONE);
    close_function(fixture, nap);
    static const char *const names[] = {"one", "thirty"};
    for (int i = 0; i < 2; i++) {
        struct function *caller = open_function(fixture, names[i], 0);
        add_named_call(fixture, caller, "nap", add_integer(caller, i ? 30 : 1), SUMMARY_NONE);
        close_function(fixture, caller);
    }
    solve(fixture);
    assert_close(cost_wait(&entry_of(fixture, "one")->total), 1e9, 1e7);
    assert_close(cost_wait(&entry_of(fixture, "thirty")->total), 30e9, 3e8);
}

static void test_bound_constants_decide_branches(void **state)
{
    struct fixture *fixture = *state;
    struct function *maybe = open_function(fixture, "maybe", 1);
    uint32_t flag = add_slot(maybe, SLOT_PARAMETER, 0);
    uint32_t branch =
        open_node(maybe, NODE_BRANCH, 0, add_condition(maybe, CONDITION_TRUTH, OPERAND_INTEGER, flag, SUMMARY_NONE));
    uint32_t arm = open_node(maybe, NODE_SEQUENCE, 0, 0);
    add_named_call(fixture, maybe, "sleep", add_integer(maybe, 1), SUMMARY_NONE);
    close_node(maybe, arm);
    arm = open_node(maybe, NODE_SEQUENCE, 0, 0);
    close_node(maybe, arm);
    close_node(maybe, branch);
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

static void test_callbacks_are_called_during_the_call(void **state)
{
    struct fixture *fixture = *state;
    struct function *compare = open_function(fixture, "compare", 2);
    add_operations(compare, 1000);
    close_function(fixture, compare);
    struct function *sorts = open_function(fixture, "sorts", 0);
    add_call(sorts, function_value(fixture, sorts, "qsort"));
    add_argument(sorts, add_value(sorts, VALUE_UNKNOWN, 0, 0));
    add_argument(sorts, add_integer(sorts, 1024));
    add_argument(sorts, add_integer(sorts, 8));
    add_argument(sorts, function_value(fixture, sorts, "compare"));
    close_function(fixture, sorts);
    solve(fixture);
    double one = entry_of(fixture, "compare")->total.cpu, all = entry_of(fixture, "sorts")->total.cpu;
    assert_true(all > 5000 * one && all < 20000 * one); /* 1024 times 10 */
}

static void test_threads_cost_their_start_only(void **state)
{
    struct fixture *fixture = *state;
    struct function *work = open_function(fixture, "work", 1);
    add_named_call(fixture, work, "sleep", add_integer(work, 100), SUMMARY_NONE);
    close_function(fixture, work);
    struct function *starts = open_function(fixture, "starts", 0);
    add_call(starts, function_value(fixture, starts, "pthread_create"));
    for (int i = 0; i < 2; i++)
        add_argument(starts, add_value(starts, VALUE_UNKNOWN, 0, 0));
    add_argument(starts, function_value(fixture, starts, "work"));
    add_argument(starts, add_integer(starts, 0));
    close_function(fixture, starts);
    solve(fixture);
    assert_true(entry_of(fixture, "starts")->total.cpu > 1000);
    assert_true(cost_wait(&entry_of(fixture, "starts")->total) < 1e6);
}

/* void f() { if (?) f(); } */
static void define_recursive(struct fixture *fixture, const char *name, const char *next)
{
    struct function *function = open_function(fixture, name, 0);
    add_operations(function, 100);
    uint32_t branch = open_node(function, NODE_BRANCH, 0, add_open_condition(function));
    uint32_t arm = open_node(function, NODE_SEQUENCE, 0, 0);
    uint32_t loop = open_loop(function, LOOP_COUNTED, add_integer(function, 50));
    add_named_call(fixture, function, next, SUMMARY_NONE, SUMMARY_NONE);
    close_loop(function, loop);
    close_node(function, arm);
    arm = open_node(function, NODE_SEQUENCE, 0, 0);
    close_node(function, arm);
    close_node(function, branch);
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

static void test_unknown_callees_are_counted(void **state)
{
    struct fixture *fixture = *state;
    define(fixture, "only", "nobody_knows");
    struct function *through = open_function(fixture, "through", 1);
    add_call(through, add_slot(through, SLOT_PARAMETER, 0));
    close_function(fixture, through);
    solve(fixture);
    const struct cost_entry *only = entry_of(fixture, "only"), *indirect = entry_of(fixture, "through");
    assert_close(only->total.unknown, 1, 1e-9);
    assert_int_equal(only->unknown_sites, 1);
    assert_string_equal(names_string(&fixture->linked.names, only->first_unknown), "nobody_knows");
    assert_int_equal(class_of(fixture, "only"), CLASS_UNKNOWN);
    assert_int_equal(indirect->unknown_sites, 1);
    assert_int_equal(indirect->first_unknown, 0);
}

static void test_pointers_lead_to_what_is_cheap_more_often(void **state)
{
    struct fixture *fixture = *state;
    static const char *const names[] = {"small", "large"};
    for (uint32_t i = 0; i < 2; i++) {
        struct function *target = open_function(fixture, names[i], 0);
        add_operations(target, i ? 30000 : 10000);
        close_function(fixture, target);
    }
    struct function *calls = open_function(fixture, "calls", 1);
    calls->parameters.items[0].callable = true;
    add_call(calls, add_slot(calls, SLOT_PARAMETER, 0));
    close_function(fixture, calls);
    struct function *both = open_function(fixture, "both", 0);
    uint32_t a = function_value(fixture, both, "small"), b = function_value(fixture, both, "large");
    array_push(&both->values, (struct value){.kind = VALUE_JOIN, .a = a, .b = b});
    add_named_call(fixture, both, "calls", both->values.count - 1, SUMMARY_NONE);
    close_function(fixture, both);
    solve(fixture);
    double small = entry_of(fixture, "small")->total.cpu, large = entry_of(fixture, "large")->total.cpu;
    double mean = entry_of(fixture, "both")->total.cpu;
    assert_true(mean > 1.1 * small);
    assert_true(mean < 0.95 * (small + large) / 2);
    assert_true(entry_of(fixture, "both")->total.cpu_spread > 0.3);
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
    uint32_t branch = open_node(function, NODE_BRANCH, 0,
                                add_condition(function, CONDITION_TRUTH, OPERAND_INTEGER, flag, SUMMARY_NONE));
    uint32_t arm = open_node(function, NODE_SEQUENCE, 0, 0);
    close_node(function, arm);
    arm = open_node(function, NODE_SEQUENCE, 0, 0);
    add_named_call(fixture, function, "sleep", add_integer(function, 1), SUMMARY_NONE);
    close_node(function, arm);
    close_node(function, branch);
    array_push(&function->flows, (struct assignment){flag, add_integer(function, 1), function->nodes.count});
    close_function(fixture, function);
    solve(fixture);
    assert_true(cost_wait(&entry_of(fixture, "asks")->total) > 1e6);
}

static void define_branch_to(struct fixture *fixture, const char *name, const char *callee)
{
    struct function *function = open_function(fixture, name, 0);
    uint32_t branch = open_node(function, NODE_BRANCH, 0, add_open_condition(function));
    uint32_t arm = open_node(function, NODE_SEQUENCE, 0, 0);
    add_named_call(fixture, function, callee, SUMMARY_NONE, SUMMARY_NONE);
    close_node(function, arm);
    arm = open_node(function, NODE_SEQUENCE, 0, 0);
    close_node(function, arm);
    close_node(function, branch);
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
    uint32_t loop = open_loop(function, LOOP_ENDLESS, SUMMARY_NONE);
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
    uint32_t branch = open_node(checks, NODE_BRANCH, 0, add_open_condition(checks));
    uint32_t arm = open_node(checks, NODE_SEQUENCE, 0, 0);
    add_named_call(fixture, checks, "sleep", add_integer(checks, 1), SUMMARY_NONE);
    add_named_call(fixture, checks, "give_up", SUMMARY_NONE, SUMMARY_NONE);
    close_node(checks, arm);
    arm = open_node(checks, NODE_SEQUENCE, 0, 0);
    close_node(checks, arm);
    close_node(checks, branch);
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
    uint32_t branch = open_node(uses, NODE_BRANCH, 0, null);
    uint32_t arm = open_node(uses, NODE_SEQUENCE, 0, 0);
    add_named_call(fixture, uses, "sleep", add_integer(uses, 1), SUMMARY_NONE);
    close_node(uses, arm);
    arm = open_node(uses, NODE_SEQUENCE, 0, 0);
    close_node(uses, arm);
    close_node(uses, branch);
    close_function(fixture, uses);
    solve(fixture);
    assert_true(cost_wait(&entry_of(fixture, "uses")->total) < 1e7); /* 1 % of a second */
}

static void test_call_frequencies(void **state)
{
    struct fixture *fixture = *state;
    define(fixture, "leaf", NULL);
    struct function *often = open_function(fixture, "often", 0);
    uint32_t loop = open_loop(often, LOOP_COUNTED, add_integer(often, 7));
    add_named_call(fixture, often, "leaf", SUMMARY_NONE, SUMMARY_NONE);
    close_loop(often, loop);
    close_function(fixture, often);
    solve(fixture);
    uint32_t function = entry_of(fixture, "often")->function;
    assert_close(costs_call_frequency(fixture->costs, function, 0), 7, 1e-9);
    assert_close(costs_call_frequency(fixture->costs, function, 1), 0, 1e-9);
    assert_null(costs_function(fixture->costs, 1000));
}

static void test_print_names_calls_and_costs(void **state)
{
    struct fixture *fixture = *state;
    struct function *nap = open_function(fixture, "nap", 0);
    add_named_call(fixture, nap, "sleep", add_integer(nap, 2), SUMMARY_NONE);
    close_function(fixture, nap);
    solve(fixture);
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    assert_non_null(stream);
    costs_print(fixture->costs, entry_of(fixture, "nap")->function, stream);
    fclose(stream);
    assert_non_null(strstr(text, "a.c#nap\n"));
    assert_non_null(strstr(text, "sleep 2 s"));
    assert_non_null(strstr(text, "io ("));
    free(text);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_costs_add_up_and_loops_multiply),
        TEST(test_waiting_has_its_kind_and_source),
        TEST(test_calls_bind_parameters),
        TEST(test_bound_constants_decide_branches),
        TEST(test_callbacks_are_called_during_the_call),
        TEST(test_threads_cost_their_start_only),
        TEST(test_recursion_costs_more_but_does_not_explode),
        TEST(test_unknown_callees_are_counted),
        TEST(test_pointers_lead_to_what_is_cheap_more_often),
        TEST(test_members_that_are_never_cleared_may_be_zero),
        TEST(test_sleeps_on_the_side_are_rare),
        TEST(test_dispatchers_idle),
        TEST(test_what_ends_the_program_does_not_return),
        TEST(test_allocations_do_not_fail),
        TEST(test_call_frequencies),
        TEST(test_print_names_calls_and_costs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
