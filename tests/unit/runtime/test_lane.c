/* Lanes by themselves: what a call is told, what is recorded of it, and how results grow. */
#include "runtime/execution.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* A process with one lane, ready to call. */
struct one_lane {
    char reason[REASON_BYTES];
    struct concprobe_options options;
    struct execution execution;
    struct concprobe_lane lane;
};

static void ready(struct one_lane *one, const struct concprobe_probe *probe)
{
    *one = (struct one_lane){.options = {.seed = 7}};
    one->execution =
        (struct execution){.probe = probe, .options = &one->options, .k = 1, .cpus = 1, .reason = one->reason};
    assert_int_equal(execution_process_start(&one->execution), 0);
    assert_int_equal(lane_start(&one->execution, 0, &one->lane), 0);
}

static void done(struct one_lane *one)
{
    lane_stop(&one->lane);
    execution_process_stop(&one->execution);
}

static int answer(struct concprobe_call *call)
{
    uint32_t number = (uint32_t)call->number;
    return concprobe_result(call, &number, sizeof number);
}

static int fail_on_odd(struct concprobe_call *call)
{
    return call->number % 2 ? EPIPE : 0;
}

static void test_records(void **state)
{
    (void)state;
    const struct concprobe_probe probe = {.call = answer, .check = fail_on_odd};
    struct one_lane one;
    ready(&one, &probe);
    struct call_record records[5] = {0};
    struct block block = {.first = 100, .calls = 4, .records = records};
    lane_run(&one.lane, &block);
    for (uint32_t i = 0; i < 4; i++) {
        uint32_t number = 100 + i;
        assert_int_equal(records[i].outcome, number % 2 ? CALL_WRONG : CALL_WELL);
        assert_int_equal(records[i].error, number % 2 ? EPIPE : 0);
        assert_int_equal(records[i].result_bytes, sizeof number);
        assert_memory_equal(records[i].head, &number, sizeof number);
        assert_true(records[i].end_ns >= records[i].start_ns && records[i].start_ns > 0);
    }
    assert_int_equal(records[4].outcome, CALL_NOT_MADE);
    assert_true(records[0].digest != records[2].digest);
    done(&one);
}

static void test_failures(void **state)
{
    (void)state;
    struct concprobe_probe probe = {.call = fail_on_odd};
    struct one_lane one;
    ready(&one, &probe);
    struct call_record record = {0};
    lane_call(&one.lane, 3, &record);
    assert_int_equal(record.outcome, CALL_FAILED);
    assert_int_equal(record.error, EPIPE);
    lane_call(&one.lane, 4, &record);
    assert_int_equal(record.outcome, CALL_WELL);
    probe.call_start = fail_on_odd;
    lane_call(&one.lane, 5, &record);
    assert_int_equal(record.outcome, CALL_FAILED);
    assert_int_equal(record.start_ns, record.end_ns);
    done(&one);
}

/* Results grow piece by piece; nothing of the call before is left in them. */
static int many_pieces(struct concprobe_call *call)
{
    for (uint64_t i = 0; i < call->number; i++) {
        unsigned char byte = (unsigned char)i;
        if (concprobe_result(call, &byte, 1))
            return ENOMEM;
    }
    return concprobe_result(call, NULL, 0);
}

static void test_results_grow(void **state)
{
    (void)state;
    const struct concprobe_probe probe = {.call = many_pieces};
    struct one_lane one;
    ready(&one, &probe);
    struct call_record record = {0};
    static const uint64_t sizes[] = {5000, 0, 3};
    for (size_t i = 0; i < 3; i++) {
        lane_call(&one.lane, sizes[i], &record);
        assert_int_equal(record.outcome, CALL_WELL);
        assert_int_equal(record.result_bytes, sizes[i]);
    }
    assert_memory_equal(record.head, "\0\1\2\0", 4);
    done(&one);
    struct concprobe_call none = {0};
    assert_int_equal(concprobe_result(&none, "x", 1), EINVAL); /* outside of a call */
}

static int fork_once(struct concprobe_call *call)
{
    pid_t pid = fork();
    if (pid > 0)
        waitpid(pid, NULL, 0);
    return pid < 0 ? errno : answer(call);
}

/* Was a process forked in a call to go on, it would write this byte too. */
static void test_stray_processes_end(void **state)
{
    (void)state;
    const struct concprobe_probe probe = {.call = fork_once};
    struct one_lane one;
    ready(&one, &probe);
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    struct call_record record = {0};
    lane_call(&one.lane, 1, &record);
    assert_int_equal(write(ends[1], "x", 1), 1);
    close(ends[1]);
    char bytes[4];
    assert_int_equal(read(ends[0], bytes, sizeof bytes), 1);
    close(ends[0]);
    done(&one);
}

static void add_one(void *data)
{
    ++*(int *)data;
}

static void test_compute_in_place(void **state)
{
    (void)state;
    struct concprobe_call call = {0};
    int value = 1;
    concprobe_compute(&call, add_one, &value, sizeof value);
    assert_int_equal(value, 2);
}

static void test_random(void **state)
{
    (void)state;
    struct concprobe_call one = {.seed = 1, .number = 2};
    struct concprobe_call same = {.seed = 1, .number = 2};
    struct concprobe_call other = {.seed = 1, .number = 3};
    assert_int_equal(concprobe_random(&one, 5), concprobe_random(&same, 5));
    assert_true(concprobe_random(&one, 5) != concprobe_random(&one, 6));
    assert_true(concprobe_random(&one, 5) != concprobe_random(&other, 5));
    other = (struct concprobe_call){.seed = 2, .number = 2};
    assert_true(concprobe_random(&one, 5) != concprobe_random(&other, 5));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_records),          cmocka_unit_test(test_failures),
        cmocka_unit_test(test_results_grow),     cmocka_unit_test(test_stray_processes_end),
        cmocka_unit_test(test_compute_in_place), cmocka_unit_test(test_random),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
