/* The async and hybrid models: the same results as serial, and ends that are results. */
#include "tests/unit/runtime/async_test.h"
#include "tests/unit/runtime/cell_of.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

enum { LANES = 6 };

static void square(void *data)
{
    uint64_t *number = data;
    *number *= *number;
}

static int wait_and_square(struct concprobe_call *call)
{
    uint64_t number = call->number;
    usleep(300);
    concprobe_compute(call, square, &number, sizeof number);
    usleep(300);
    return number == call->number * call->number ? concprobe_result(call, &number, sizeof number) : EBADMSG;
}

static void divide_by_zero(void *data)
{
    (void)data;
    raise(SIGFPE);
}

static int wait_and_crash(struct concprobe_call *call)
{
    usleep(300);
    concprobe_compute(call, divide_by_zero, call, 1);
    return 0;
}

static int wait_and_exit(struct concprobe_call *call)
{
    usleep(300);
    if (call->number > 20)
        exit(5);
    return 0;
}

static struct concprobe_outcome *run(concprobe_function *call, const char *const *models, size_t count)
{
    char error[200] = "";
    const unsigned levels[] = {LANES};
    const struct concprobe_probe probe = {.abi = CONCPROBE_ABI, .name = "tested", .call = call, .call_seconds = 2};
    const struct concprobe_options options = {.models = models,
                                              .model_count = count,
                                              .concurrency = levels,
                                              .concurrency_count = 1,
                                              .budget_seconds = 2,
                                              .restarts = 1,
                                              .block_seconds = 0.01};
    struct concprobe_outcome *outcome = concprobe_run(&probe, &options, error);
    if (!outcome)
        fail_msg("%s", error);
    return outcome;
}

static void test_results_are_those_of_serial(void **state)
{
    (void)state;
    static const char *const models[] = {"async", "async as-is", "async to-thread", "hybrid", "hybrid loops"};
    struct concprobe_outcome *outcome = run(wait_and_square, models, 5);
    for (size_t i = 0; i < 5; i++) {
        const struct concprobe_cell *cell = cell_of(outcome, models[i]);
        if (cell->status != CONCPROBE_MEASURED)
            print_error("%s: %s\n", models[i], cell->reason);
        assert_int_equal(cell->status, CONCPROBE_MEASURED);
        assert_int_equal(cell->failed_calls, 0);
        assert_true(cell->calls > 0);
    }
    assert_true(cell_of(outcome, "async")->intercepted > 1.5); /* two sleeps a call */
    assert_true(cell_of(outcome, "async")->calls_per_second > 2 * cell_of(outcome, "async as-is")->calls_per_second);
    assert_true(cell_of(outcome, "hybrid loops")->intercepted > 1.5);
    concprobe_outcome_free(outcome);
}

static void test_a_crash_in_the_pool_is_the_cells(void **state)
{
    (void)state;
    static const char *const models[] = {"hybrid"};
    struct concprobe_outcome *outcome = run(wait_and_crash, models, 1);
    const struct concprobe_cell *cell = cell_of(outcome, "hybrid");
    assert_int_equal(cell->status, CONCPROBE_CRASHED);
    assert_non_null(strstr(cell->reason, "SIGFPE"));
    concprobe_outcome_free(outcome);
}

static void test_an_exit_in_a_coroutine_is_the_cells(void **state)
{
    (void)state;
    static const char *const models[] = {"async", "hybrid loops"};
    struct concprobe_outcome *outcome = run(wait_and_exit, models, 2);
    for (size_t i = 0; i < 2; i++) {
        const struct concprobe_cell *cell = cell_of(outcome, models[i]);
        assert_int_equal(cell->status, CONCPROBE_CRASHED);
        assert_non_null(strstr(cell->reason, "exit(5)"));
    }
    concprobe_outcome_free(outcome);
}

int main(void)
{
    need_async();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_results_are_those_of_serial),
        cmocka_unit_test(test_a_crash_in_the_pool_is_the_cells),
        cmocka_unit_test(test_an_exit_in_a_coroutine_is_the_cells),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
