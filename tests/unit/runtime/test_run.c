/* A run from descriptor to outcome: what is refused, what is compared, what the figures say. Never how fast. */
#include "tests/unit/runtime/run_probe.h"

#include "runtime/models.h"

#include <errno.h>
#include <math.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static int number_as_result(struct concprobe_call *call)
{
    return concprobe_result(call, &call->number, sizeof call->number);
}

static const struct concprobe_probe number = {.abi = CONCPROBE_ABI, .name = "number", .call = number_as_result};

/* ---- refused ---- */

static void expect_malformed(struct concprobe_probe probe, const char *holds)
{
    char error[200] = "";
    assert_null(concprobe_run(&probe, NULL, error));
    if (!strstr(error, holds))
        fail_msg("\"%s\"", error);
    assert_null(concprobe_run(&probe, NULL, NULL));
}

static void test_malformed(void **state)
{
    (void)state;
    expect_malformed((struct concprobe_probe){.abi = 99, .name = "a", .call = number_as_result}, "version 99");
    expect_malformed((struct concprobe_probe){.abi = CONCPROBE_ABI, .name = "a"}, "no call");
    expect_malformed((struct concprobe_probe){.abi = CONCPROBE_ABI, .call = number_as_result}, "no name");
    expect_malformed((struct concprobe_probe){.abi = CONCPROBE_ABI, .name = "a/b", .call = number_as_result}, "a/b");
}

static void test_refused_options(void **state)
{
    (void)state;
    static const unsigned none[] = {0};
    static const char *const unknown[] = {"treading"};
    struct concprobe_options options = {.concurrency = none, .concurrency_count = 1};
    struct concprobe_outcome *outcome = concprobe_run(&number, &options, NULL);
    assert_non_null(strstr(outcome->error, "at least 1"));
    assert_int_equal(outcome->cell_count, 0);
    concprobe_outcome_free(outcome);

    options = quick_options(unknown, 1);
    outcome = concprobe_run(&number, &options, NULL);
    assert_non_null(strstr(outcome->error, "\"treading\""));
    assert_non_null(strstr(outcome->error, "threading"));
    concprobe_outcome_free(outcome);

    options = quick_options(NULL, 0);
    options.directory = "/nowhere/at/all";
    outcome = concprobe_run(&number, &options, NULL);
    assert_non_null(strstr(outcome->error, "/nowhere/at/all"));
    concprobe_outcome_free(outcome);
    concprobe_outcome_free(NULL);
}

/* ---- start functions ---- */

static int fail_start(struct concprobe_call *call)
{
    (void)call;
    return EIO;
}

static int crash_start(struct concprobe_call *call)
{
    (void)call;
    return kill(getpid(), SIGKILL) + raise(SIGSEGV) + (abort(), 0);
}

static void test_failed_starts(void **state)
{
    (void)state;
    struct concprobe_probe probe = number;
    probe.run_start = fail_start;
    struct concprobe_outcome *outcome = run_quick(&probe);
    assert_non_null(strstr(outcome->error, "run_start of the probe failed with 5"));
    concprobe_outcome_free(outcome);

    probe.run_start = crash_start;
    outcome = run_quick(&probe);
    assert_non_null(strstr(outcome->error, "run_start"));
    concprobe_outcome_free(outcome);

    probe = number;
    probe.process_start = fail_start;
    outcome = run_quick(&probe);
    assert_status(outcome, "serial", CONCPROBE_FAILED, "process_start failed with 5");
    assert_status(outcome, "multiprocessing", CONCPROBE_FAILED, "process_start failed with 5");
    concprobe_outcome_free(outcome);

    probe = number;
    probe.worker_start = fail_start;
    outcome = run_quick(&probe);
    assert_status(outcome, "threading", CONCPROBE_FAILED, "worker_start failed with 5");
    assert_status(outcome, "multiprocessing", CONCPROBE_FAILED, "worker_start failed with 5");
    concprobe_outcome_free(outcome);
}

/* Every function sees what those around it left, and is called as often as its counterpart. */
static int marks[4];

static int run_start(struct concprobe_call *call)
{
    call->run = &marks[0];
    return call->process || call->worker || call->item;
}

static int process_start(struct concprobe_call *call)
{
    call->process = &marks[1];
    return call->run != &marks[0] || call->worker;
}

static int worker_start(struct concprobe_call *call)
{
    call->worker = &marks[2];
    return call->run != &marks[0] || call->process != &marks[1];
}

static int call_start(struct concprobe_call *call)
{
    bool well = call->run == &marks[0] && call->process == &marks[1] && call->worker == &marks[2] && !call->item;
    call->item = malloc(16); /* freed by call_stop, else the leak checker speaks */
    return !well || !call->item;
}

static int call_with_all(struct concprobe_call *call)
{
    if (call->worker != &marks[2] || !call->item)
        return EINVAL;
    uint64_t random = concprobe_random(call, 1);
    return concprobe_result(call, &random, sizeof random);
}

static int check_result(struct concprobe_call *call)
{
    return call->item ? 0 : EINVAL;
}

static int call_stop(struct concprobe_call *call)
{
    free(call->item);
    return 0;
}

static void test_all_functions(void **state)
{
    (void)state;
    struct concprobe_probe probe = {.abi = CONCPROBE_ABI,
                                    .name = "all",
                                    .call = call_with_all,
                                    .run_start = run_start,
                                    .process_start = process_start,
                                    .worker_start = worker_start,
                                    .call_start = call_start,
                                    .check = check_result,
                                    .call_stop = call_stop};
    struct concprobe_outcome *outcome = run_quick(&probe);
    for (size_t i = 0; i < outcome->cell_count; i++) {
        const struct concprobe_cell *cell = &outcome->cells[i];
        assert_status(outcome, cell->model->name, CONCPROBE_MEASURED, "");
        assert_int_equal(cell->failed_calls, 0);
        assert_true(cell->calls > 0);
    }
    concprobe_outcome_free(outcome);
}

/* ---- equality ---- */

static int tell_thread(struct concprobe_call *call)
{
    unsigned char main_thread = syscall(SYS_gettid) == getpid();
    return concprobe_result(call, &main_thread, 1);
}

static int tell_time(struct concprobe_call *call)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return concprobe_result(call, &now, sizeof now);
}

static int fail_in_threads(struct concprobe_call *call)
{
    return syscall(SYS_gettid) == getpid() ? number_as_result(call) : ENOTTY;
}

static int no_result(struct concprobe_call *call)
{
    (void)call;
    return 0;
}

static void test_different_results(void **state)
{
    (void)state;
    struct concprobe_probe probe = {.abi = CONCPROBE_ABI, .name = "differs", .call = tell_thread};
    struct concprobe_outcome *outcome = run_quick(&probe);
    assert_status(outcome, "threading", CONCPROBE_DISQUALIFIED, "1 bytes 00; serial 1 bytes 01");
    assert_status(outcome, "multiprocessing", CONCPROBE_MEASURED, "");
    assert_ptr_not_equal(outcome->verdicts[0].best, cell_of(outcome, "threading")->model);
    concprobe_outcome_free(outcome);

    probe.call = fail_in_threads;
    outcome = run_quick(&probe);
    assert_status(outcome, "threading", CONCPROBE_DISQUALIFIED, "failed with 25");
    assert_status(outcome, "multiprocessing", CONCPROBE_MEASURED, "");
    concprobe_outcome_free(outcome);
}

static void test_nothing_comparable(void **state)
{
    (void)state;
    struct concprobe_probe probe = {.abi = CONCPROBE_ABI, .name = "time", .call = tell_time};
    for (int i = 0; i < 2; i++) {
        struct concprobe_outcome *outcome = run_quick(&probe);
        assert_status(outcome, "threading", CONCPROBE_MEASURED, "");
        assert_int_equal(outcome->verdicts[0].decision, CONCPROBE_INCONCLUSIVE);
        assert_non_null(strstr(outcome->verdicts[0].reason, "compare"));
        concprobe_outcome_free(outcome);
        probe.call = no_result;
    }
}

/* ---- large results travel whole ---- */

enum { LARGE = 300000 }; /* more than a pipe, a message, and a ring hold */

static int large_result(struct concprobe_call *call)
{
    unsigned char *bytes = malloc(LARGE);
    if (!bytes)
        return ENOMEM;
    memset(bytes, (int)(call->number & 0xff), LARGE);
    int error = concprobe_result(call, bytes, LARGE / 2);
    error = error ? error : concprobe_result(call, bytes + LARGE / 2, LARGE / 2);
    free(bytes);
    return error;
}

static void test_large_results(void **state)
{
    (void)state;
    static const char *const models[] = {"multiprocessing", "multiprocessing queue", "multiprocessing shared-memory"};
    struct concprobe_probe probe = {.abi = CONCPROBE_ABI, .name = "large", .call = large_result};
    struct concprobe_options options = quick_options(models, 3);
    struct concprobe_outcome *outcome = concprobe_run(&probe, &options, NULL);
    for (size_t i = 0; i < 3; i++) {
        assert_status(outcome, models[i], CONCPROBE_MEASURED, "");
        assert_true(cell_of(outcome, models[i])->transfer_ns_per_kib > 0);
    }
    assert_true(isnan(cell_of(outcome, "serial")->transfer_ns_per_kib));
    concprobe_outcome_free(outcome);
}

/* ---- availability and figures ---- */

static void test_unavailable(void **state)
{
    (void)state;
    struct concprobe_probe probe = number;
    probe.not_thread_safe = true;
    struct concprobe_outcome *outcome = run_quick(&probe);
    assert_status(outcome, "threading", CONCPROBE_UNAVAILABLE, "not thread-safe");
    assert_status(outcome, "multiprocessing", CONCPROBE_MEASURED, "");
    concprobe_outcome_free(outcome);

    static const unsigned huge[] = {1, 100000};
    static const char *const models[] = {"threading"};
    struct concprobe_options options = quick_options(models, 1);
    options.concurrency = huge;
    options.concurrency_count = 2;
    outcome = concprobe_run(&number, &options, NULL);
    assert_int_equal(outcome->cell_count, 4);
    assert_int_equal(outcome->cells[1].status, CONCPROBE_MEASURED);
    assert_int_equal(outcome->cells[2].status, CONCPROBE_MEASURED);
    assert_true(outcome->cells[3].status == CONCPROBE_UNAVAILABLE || outcome->cells[3].status == CONCPROBE_MEASURED);
    assert_true(outcome->cells[3].status == CONCPROBE_MEASURED || outcome->cells[3].reason[0]);
    concprobe_outcome_free(outcome);
}

static void test_figures(void **state)
{
    (void)state;
    struct concprobe_outcome *outcome = run_quick(&number);
    for (size_t i = 0; i < outcome->cell_count; i++) {
        const struct concprobe_cell *cell = &outcome->cells[i];
        assert_int_equal(cell->k, 2);
        assert_int_equal(cell->rounds, 2);
        assert_int_equal(cell->restarts, 1);
        assert_true(cell->calls_per_second > 0 && cell->wall_ns > 0 && cell->setup_ns > 0);
        assert_true(fabs(cell->corrected_calls_per_second / cell->calls_per_second - 1) < 1e-9); /* nothing is caught */
        assert_true(cell->latency.p50 > 0 && cell->latency.max >= cell->latency.p50);
        assert_true(cell->cpu_ns >= 0 && cell->voluntary >= 0 && cell->involuntary >= 0);
    }
    const struct concprobe_cell *processes = cell_of(outcome, "multiprocessing");
    assert_true(isnan(processes->worker_bytes) || processes->worker_bytes > 0);
    assert_int_equal(outcome->verdict_count, 1);
    assert_non_null(outcome->verdicts[0].best);
    assert_true(outcome->verdicts[0].aa_ratio > 0);
    concprobe_outcome_free(outcome);
}

static int nap(struct concprobe_call *call)
{
    usleep(2000);
    return number_as_result(call);
}

static void test_waits(void **state)
{
    (void)state;
    struct concprobe_probe probe = {.abi = CONCPROBE_ABI, .name = "nap", .call = nap};
    struct concprobe_outcome *outcome = run_quick(&probe);
    assert_string_equal(outcome->class_name, "io");
    assert_true(outcome->wait_share > 0.7 && outcome->wait_share <= 1);
    concprobe_outcome_free(outcome);
}

static void test_budget(void **state)
{
    (void)state;
    struct concprobe_options options = quick_options(NULL, 0);
    options.budget_seconds = 1e-9;
    struct concprobe_outcome *outcome = concprobe_run(&number, &options, NULL);
    assert_string_equal(outcome->error, "");
    for (size_t i = 0; i < outcome->cell_count; i++)
        assert_int_equal(outcome->cells[i].status, CONCPROBE_NOT_RUN);
    concprobe_outcome_free(outcome);
}

/* Names are what the user types: each once, and of a model of the vocabulary; serial is first. */
static _Atomic int at_once; /* calls, in one process */

static int at_most_two(struct concprobe_call *call)
{
    bool crowded = atomic_fetch_add(&at_once, 1) >= 2;
    nanosleep(&(struct timespec){0, 1000000}, NULL);
    atomic_fetch_sub(&at_once, 1);
    return crowded ? EBUSY : number_as_result(call);
}

/* A pool for the processors has no more lanes than there are; for fewer calls it is the ordinary pool. */
static void test_lanes_for_processors(void **state)
{
    (void)state;
    cpu_set_t before;
    cpu_set_t first_two;
    CPU_ZERO(&first_two);
    assert_int_equal(sched_getaffinity(0, sizeof before, &before), 0);
    for (size_t cpu = 0; cpu < CPU_SETSIZE && CPU_COUNT(&first_two) < 2; cpu++)
        if (CPU_ISSET(cpu, &before))
            CPU_SET(cpu, &first_two);
    assert_int_equal(sched_setaffinity(0, sizeof first_two, &first_two), 0);
    static const char *const models[] = {"threading", "threading per-core", "multiprocessing per-core"};
    static const unsigned levels[] = {1, 12};
    const struct concprobe_probe probe = {.abi = CONCPROBE_ABI, .name = "at-most-two", .call = at_most_two};
    struct concprobe_options options = quick_options(models, 3);
    options.concurrency = levels;
    options.concurrency_count = 2;
    char error[200] = "";
    struct concprobe_outcome *outcome = concprobe_run(&probe, &options, error);
    assert_non_null(outcome);
    assert_status(outcome, "threading per-core", CONCPROBE_UNAVAILABLE, "the same as threading"); /* K = 1 */
    for (size_t i = 0; i < outcome->cell_count; i++) {
        const struct concprobe_cell *cell = &outcome->cells[i];
        if (cell->k == 12 && strcmp(cell->model->name, "serial") != 0)
            assert_int_equal(cell->status,
                             strcmp(cell->model->name, "threading") == 0 ? CONCPROBE_DISQUALIFIED : CONCPROBE_MEASURED);
    }
    concprobe_outcome_free(outcome);
    sched_setaffinity(0, sizeof before, &before);
}

static void test_model_table(void **state)
{
    (void)state;
    assert_string_equal(concprobe_model(0)->name, "serial");
    for (size_t i = 0; concprobe_model(i); i++) {
        const struct concprobe_model *model = concprobe_model(i);
        assert_ptr_equal(&execution_model_named(model->name)->about, model);
        assert_int_equal(strncmp(model->name, model->model, strlen(model->model)), 0);
        assert_true(model->summary[0] != '\0');
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_malformed),
        cmocka_unit_test(test_refused_options),
        cmocka_unit_test(test_failed_starts),
        cmocka_unit_test(test_all_functions),
        cmocka_unit_test(test_different_results),
        cmocka_unit_test(test_nothing_comparable),
        cmocka_unit_test(test_large_results),
        cmocka_unit_test(test_unavailable),
        cmocka_unit_test(test_figures),
        cmocka_unit_test(test_waits),
        cmocka_unit_test(test_budget),
        cmocka_unit_test(test_lanes_for_processors),
        cmocka_unit_test(test_model_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
