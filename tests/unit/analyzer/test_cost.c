/* Costs of calls: how they add up, wait, bind parameters, reach callbacks and pointers, and what is said of them. */
#include "tests/unit/analyzer/cost_fixture.h"

static void test_costs_add_up_and_loops_multiply(void **state)
{
    struct fixture *fixture = *state;
    struct function *leaf = open_function(fixture, "leaf", 0);
    add_operations(leaf, 100);
    close_function(fixture, leaf);
    define(fixture, "once", "leaf");
    struct function *often = open_function(fixture, "often", 0);
    uint32_t loop = open_loop(often, LOOP_COUNTED, SUMMARY_NONE, add_integer(often, 1000));
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

static void test_call_frequencies(void **state)
{
    struct fixture *fixture = *state;
    define(fixture, "leaf", NULL);
    struct function *often = open_function(fixture, "often", 0);
    uint32_t loop = open_loop(often, LOOP_COUNTED, SUMMARY_NONE, add_integer(often, 7));
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_costs_add_up_and_loops_multiply),
        TEST(test_waiting_has_its_kind_and_source),
        TEST(test_calls_bind_parameters),
        TEST(test_callbacks_are_called_during_the_call),
        TEST(test_threads_cost_their_start_only),
        TEST(test_unknown_callees_are_counted),
        TEST(test_pointers_lead_to_what_is_cheap_more_often),
        TEST(test_call_frequencies),
        TEST(test_print_names_calls_and_costs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
