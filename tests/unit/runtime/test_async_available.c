/* Where a mechanism is forbidden, async says so and does not run. Each case in a child, as nothing is given back. */
#include "tests/unit/runtime/async_test.h"

#include "runtime/fault.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SET_DISPATCH = 59 }; /* PR_SET_SYSCALL_USER_DISPATCH */

/* From now on `number` (with first argument `first`, or any: −1) fails with `error`. */
static void forbid(int number, long first, int error)
{
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)number, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args)),
        BPF_JUMP(BPF_JMP | (first < 0 ? BPF_JGE : BPF_JEQ) | BPF_K, first < 0 ? 0 : (unsigned)first, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)error),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof filter / sizeof *filter, filter};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
        _exit(77);
}

static void no_ring(void)
{
    forbid(SYS_io_uring_setup, -1, ENOSYS);
}

static void ring_forbidden(void)
{
    forbid(SYS_io_uring_setup, -1, EPERM);
}

static void no_dispatch(void)
{
    forbid(SYS_prctl, SET_DISPATCH, EINVAL);
}

static void little_space(void)
{
    struct rlimit limit = {UINT64_C(1) << 31, UINT64_C(1) << 31};
    setrlimit(RLIMIT_AS, &limit);
}

static void nothing(void)
{
}

/* Is the reason given with so many coroutines what is expected? */
static void expect_reason(void (*forbid_it)(void), unsigned coroutines, const char *expected)
{
    pid_t child = fork();
    if (child == 0) {
        char reason[160] = "", same[160] = "";
        forbid_it();
        bool available = event_loop_available(coroutines, 0, reason, sizeof reason);
        bool started = coroutines < 1000 && event_loop_start(coroutines, 0, same, sizeof same) != NULL;
        if (available || !strstr(reason, expected))
            fprintf(stderr, "available: %d, reason: '%s', expected: '%s'\n", available, reason, expected);
        _exit(!available && !started && strstr(reason, expected) && (same[0] || coroutines >= 1000) ? 0 : 1);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
        skip();
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void test_without_io_uring(void **state)
{
    (void)state;
    expect_reason(no_ring, 10, "the kernel has no io_uring");
    expect_reason(ring_forbidden, 10, "io_uring is forbidden here");
}

static void test_without_dispatch(void **state)
{
    (void)state;
    expect_reason(no_dispatch, 10, "Syscall User Dispatch");
}

static void test_beyond_limits(void **state)
{
    (void)state;
    expect_reason(nothing, 10000000, "10000000 threads");
    expect_reason(little_space, 10000, "address space");
}

/* ---- stack ---- */

static unsigned deep(const volatile unsigned char *before, unsigned depth)
{
    volatile unsigned char frame[1024];
    frame[0] = (unsigned char)(before[0] + depth);
    return depth == 0 ? frame[0] : deep(frame, depth - 1) + frame[0];
}

static void go_deep(void *argument, unsigned index)
{
    volatile unsigned char start[1] = {1};
    if (index == 1)
        CHECK(deep(start, *(const unsigned *)argument) != 12345);
    usleep(1000);
}

static void test_the_promised_stack_is_there(void **state)
{
    (void)state;
    unsigned depth = 200; /* of 1 KiB and some */
    run_async(3, go_deep, &depth);
}

static void test_an_overflow_hits_the_guard(void **state)
{
    (void)state;
    pid_t child = fork();
    if (child == 0) {
        signal(SIGSEGV, SIG_DFL); /* cmocka's */
        fault_handler_install();
        fault_thread_enter();
        unsigned depth = 10000;
        run_async(3, go_deep, &depth);
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGSTKFLT); /* fault.h */
}

static void end_thread(void *argument, unsigned index)
{
    if (index == 1)
        pthread_exit(argument);
    usleep(1000);
}

static void test_ending_the_thread_ends_the_process(void **state)
{
    (void)state;
    pid_t child = fork();
    if (child == 0) {
        if (!freopen("/dev/null", "w", stderr))
            _exit(1);
        run_async(3, end_thread, NULL);
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGABRT);
}

int main(void)
{
    need_async();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_without_io_uring),
        cmocka_unit_test(test_without_dispatch),
        cmocka_unit_test(test_beyond_limits),
        cmocka_unit_test(test_the_promised_stack_is_there),
        cmocka_unit_test(test_an_overflow_hits_the_guard),
        cmocka_unit_test(test_ending_the_thread_ends_the_process),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
