/* Whatever a call does is a result in its model's cell, and never the end of the run. */
#include "tests/unit/runtime/run_probe.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define ALL_MODELS_COUNT 4
static const char *const all_models[ALL_MODELS_COUNT] = {"serial", "threading", "threading per-call",
                                                         "multiprocessing"};

static int number_as_result(struct concprobe_call *call)
{
    return concprobe_result(call, &call->number, sizeof call->number);
}

/* Runs a call under the models; all of them must end so. */
static void expect_everywhere(concprobe_function *function, enum concprobe_status status, const char *reason_holds)
{
    struct concprobe_probe probe = {
        .abi = CONCPROBE_ABI, .name = "bad", .call = function, .memory_bytes = (size_t)64 << 20};
    if (status == CONCPROBE_HUNG)
        probe.call_seconds = 0.3; /* elsewhere a busy machine would make it a hang */
    struct concprobe_outcome *outcome = run_quick(&probe);
    assert_string_equal(outcome->error, "");
    for (size_t i = 0; i < ALL_MODELS_COUNT; i++)
        assert_status(outcome, all_models[i], status, reason_holds);
    concprobe_outcome_free(outcome);
}

/* Without a mount namespace, files are not in memory and not bounded. */
static bool mounts_are_allowed(void)
{
    pid_t pid = fork();
    if (!pid)
        _exit(unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0);
    int status = 1;
    waitpid(pid, &status, 0);
    return status == 0;
}

/* ---- the process ends ---- */

static int crash(struct concprobe_call *call)
{
    (void)call;
    return raise(SIGSEGV);
}

static int call_exit(struct concprobe_call *call)
{
    (void)call;
    exit(3);
}

static int fail_assertion(struct concprobe_call *call)
{
    (void)call;
    fputs("bad.c:7: bad: Assertion `false' failed.\n", stderr);
    abort();
}

static int replace_process(struct concprobe_call *call)
{
    (void)call;
    execl("/bin/true", "true", (char *)NULL);
    return errno;
}

static int terminate(struct concprobe_call *call)
{
    (void)call;
    return kill(getpid(), SIGTERM);
}

static void test_deaths(void **state)
{
    (void)state;
    expect_everywhere(crash, CONCPROBE_CRASHED, "SIGSEGV");
    expect_everywhere(call_exit, CONCPROBE_CRASHED, "exit(3)");
    expect_everywhere(fail_assertion, CONCPROBE_CRASHED, "Assertion");
    expect_everywhere(replace_process, CONCPROBE_CRASHED, "exit(0)");
    expect_everywhere(terminate, CONCPROBE_CRASHED, "SIGTERM");
}

/* ---- it never ends ---- */

static int wait_for_ever(struct concprobe_call *call)
{
    (void)call;
    for (;;)
        pause();
    return 0;
}

static int spin_for_ever(struct concprobe_call *call)
{
    for (volatile uint64_t spins = call->number;; spins++)
        ;
    return 0;
}

static void test_hangs(void **state)
{
    (void)state;
    expect_everywhere(wait_for_ever, CONCPROBE_HUNG, "0.3 s");
    expect_everywhere(spin_for_ever, CONCPROBE_HUNG, "0.3 s");
}

/* ---- it does odd things and returns ---- */

static int fork_and_return_twice(struct concprobe_call *call)
{
    pid_t pid = fork();
    if (pid < 0)
        return errno;
    if (pid && waitpid(pid, NULL, 0) != pid)
        return errno;
    return number_as_result(call);
}

static int run_program(struct concprobe_call *call)
{
    int status = system("true");
    return status ? EIO : number_as_result(call);
}

static int jump(struct concprobe_call *call)
{
    jmp_buf place;
    if (!setjmp(place))
        longjmp(place, 1);
    return number_as_result(call);
}

static int block_sigsys(struct concprobe_call *call)
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGSYS);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    return number_as_result(call);
}

static int print_much(struct concprobe_call *call)
{
    static const char page[65536] = "x";
    for (int i = 0; i < 256; i++) { /* 16 MiB a call: with all calls of all models more than a gigabyte */
        fwrite(page, 1, sizeof page, stdout);
        fwrite(page, 1, sizeof page, stderr);
    }
    return number_as_result(call);
}

static void test_oddities(void **state)
{
    (void)state;
    expect_everywhere(fork_and_return_twice, CONCPROBE_MEASURED, "");
    expect_everywhere(run_program, CONCPROBE_MEASURED, "");
    expect_everywhere(jump, CONCPROBE_MEASURED, "");
    expect_everywhere(block_sigsys, CONCPROBE_MEASURED, "");
    expect_everywhere(print_much, CONCPROBE_MEASURED, "");
}

static int close_everything(struct concprobe_call *call)
{
    close_range(0, ~0u, 0);
    return number_as_result(call);
}

static void test_closed_descriptors(void **state)
{
    (void)state;
    struct concprobe_probe probe = {.abi = CONCPROBE_ABI, .name = "closes", .call = close_everything};
    struct concprobe_outcome *outcome = run_quick(&probe);
    assert_status(outcome, "serial", CONCPROBE_MEASURED, "");
    assert_status(outcome, "threading", CONCPROBE_MEASURED, "");
    /* the pipe that carries results is gone */
    assert_status(outcome, "multiprocessing", CONCPROBE_DISQUALIFIED, "Bad file descriptor");
    concprobe_outcome_free(outcome);
}

/* Many at once: on a busy machine blocks may be as short as one call. */
static int leak_descriptors(struct concprobe_call *call)
{
    enum { MANY = 20 };
    for (int i = 0; i < MANY; i++)
        if (open("/dev/null", O_RDONLY) < 0 && errno != EMFILE)
            return errno;
    return number_as_result(call);
}

static void test_leaked_descriptors(void **state)
{
    (void)state;
    struct concprobe_probe probe = {.abi = CONCPROBE_ABI, .name = "leaks", .call = leak_descriptors};
    struct concprobe_outcome *outcome = run_quick(&probe);
    assert_status(outcome, "serial", CONCPROBE_MEASURED, "descriptors");
    assert_status(outcome, "threading", CONCPROBE_MEASURED, "descriptors");
    concprobe_outcome_free(outcome);
}

/* ---- limits ---- */

static int use_stack(struct concprobe_call *call)
{
    volatile char frames[1 << 20];
    for (size_t i = sizeof frames; i > 0; i -= 1024)
        frames[i - 1] = (char)i;
    return number_as_result(call);
}

static void test_deep_stack(void **state)
{
    (void)state;
    struct concprobe_probe probe = {.abi = CONCPROBE_ABI, .name = "deep", .call = use_stack};
    struct concprobe_outcome *outcome = run_quick(&probe);
    assert_status(outcome, "serial", CONCPROBE_MEASURED, "");
    assert_status(outcome, "threading", CONCPROBE_CRASHED, "raise stack_bytes");
    assert_status(outcome, "threading per-call", CONCPROBE_CRASHED, "raise stack_bytes");
    concprobe_outcome_free(outcome);
    probe.stack_bytes = 2 << 20;
    outcome = run_quick(&probe);
    assert_status(outcome, "threading", CONCPROBE_MEASURED, "");
    concprobe_outcome_free(outcome);
}

static int fill_disk(struct concprobe_call *call)
{
    static char megabyte[1 << 20];
    int fd = open("large", O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
    int error = fd < 0 ? errno : 0;
    for (int i = 0; i < 32 && !error; i++) /* twice what 64 MiB of memory leave for files */
        if (write(fd, megabyte, sizeof megabyte) != (ssize_t)sizeof megabyte)
            error = errno ? errno : ENOSPC;
    close(fd);
    return error ? error : number_as_result(call);
}

static int take_memory(struct concprobe_call *call)
{
    static volatile size_t wanted = (size_t)4 << 30; /* volatile: no compiler may leave it out */
    char *volatile memory = malloc(wanted);
    if (!memory)
        return ENOMEM;
    free(memory);
    return number_as_result(call);
}

/* Every call fails, under every model alike: that is measured, and nothing is decided from it. */
static void expect_failed_calls(concprobe_function *function)
{
    struct concprobe_probe probe = {
        .abi = CONCPROBE_ABI, .name = "large", .call = function, .memory_bytes = (size_t)64 << 20};
    struct concprobe_outcome *outcome = run_quick(&probe);
    const struct concprobe_cell *serial = cell_of(outcome, "serial");
    assert_int_equal(serial->status, CONCPROBE_MEASURED);
    assert_true(serial->failed_calls > 0);
    assert_int_equal(outcome->verdicts[0].decision, CONCPROBE_INCONCLUSIVE);
    assert_non_null(strstr(outcome->verdicts[0].reason, "fail"));
    concprobe_outcome_free(outcome);
}

static void test_limits(void **state)
{
    (void)state;
    if (mounts_are_allowed())
        expect_failed_calls(fill_disk);
    if (!getenv("SANITIZED"))
        expect_failed_calls(take_memory);
}

static void test_one_cpu(void **state)
{
    (void)state;
    cpu_set_t before;
    cpu_set_t one;
    assert_int_equal(sched_getaffinity(0, sizeof before, &before), 0);
    CPU_ZERO(&one);
    for (int i = 0; i < CPU_SETSIZE && !CPU_COUNT(&one); i++)
        if (CPU_ISSET((size_t)i, &before))
            CPU_SET((size_t)i, &one);
    assert_int_equal(sched_setaffinity(0, sizeof one, &one), 0);
    struct concprobe_probe probe = {.abi = CONCPROBE_ABI, .name = "number", .call = number_as_result};
    struct concprobe_outcome *outcome = run_quick(&probe);
    assert_int_equal(sched_setaffinity(0, sizeof before, &before), 0);
    assert_int_equal(outcome->cpus, 1);
    for (size_t i = 0; i < ALL_MODELS_COUNT; i++)
        assert_status(outcome, all_models[i], CONCPROBE_MEASURED, "");
    concprobe_outcome_free(outcome);
}

/* ---- nothing is left behind ---- */

static int left_behind[2]; /* a pipe: who still holds its end lives */

static int leave_daemon(struct concprobe_call *call)
{
    pid_t pid = fork();
    if (!pid) {
        setsid();
        if (!fork())
            for (;;)
                pause();
        _exit(0);
    }
    waitpid(pid, NULL, 0);
    return number_as_result(call);
}

static void test_daemons_end(void **state)
{
    (void)state;
    assert_int_equal(pipe(left_behind), 0);
    struct concprobe_probe probe = {.abi = CONCPROBE_ABI, .name = "daemon", .call = leave_daemon};
    concprobe_outcome_free(run_quick(&probe));
    close(left_behind[1]);
    struct pollfd end = {.fd = left_behind[0], .events = POLLIN};
    assert_int_equal(poll(&end, 1, 10000), 1);
    assert_true(end.revents & POLLHUP);
    close(left_behind[0]);
}

static char parent_directory[] = "/var/tmp/concprobe-test-XXXXXX";

static int scatter_files(struct concprobe_call *call)
{
    int fd = open("scattered", O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    if (fd < 0)
        return errno;
    close(fd);
    mkdir("directory", 0700);
    return number_as_result(call);
}

static void test_directory_is_removed(void **state)
{
    (void)state;
    assert_non_null(mkdtemp(parent_directory));
    static const char *const models[] = {"serial"};
    for (int on_disk = 0; on_disk < 2; on_disk++) {
        struct concprobe_probe probe = {
            .abi = CONCPROBE_ABI, .name = "files", .call = scatter_files, .needs_disk = on_disk};
        struct concprobe_options options = quick_options(models, 1);
        options.directory = parent_directory;
        struct concprobe_outcome *outcome = concprobe_run(&probe, &options, NULL);
        assert_status(outcome, "serial", CONCPROBE_MEASURED, "");
        concprobe_outcome_free(outcome);
    }
    assert_int_equal(rmdir(parent_directory), 0); /* empty again */
}

/* A run that is killed leaves nothing: no process, no directory. */
static void test_killed_run(void **state)
{
    (void)state;
    static char directory[] = "/var/tmp/concprobe-killed-XXXXXX";
    assert_non_null(mkdtemp(directory));
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t pid = fork();
    if (!pid) {
        static const char *const models[] = {"threading", "multiprocessing"};
        struct concprobe_probe probe = {
            .abi = CONCPROBE_ABI, .name = "hangs", .call = wait_for_ever, .call_seconds = 60, .needs_disk = true};
        struct concprobe_options options = quick_options(models, 2);
        options.directory = directory;
        concprobe_run(&probe, &options, NULL);
        _exit(0);
    }
    close(ends[1]);
    usleep(300000);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    struct pollfd end = {.fd = ends[0], .events = POLLIN};
    assert_int_equal(poll(&end, 1, 10000), 1); /* all its processes have ended */
    close(ends[0]);
    int left = -1;
    for (int i = 0; i < 100 && (left = rmdir(directory)); i++)
        usleep(50000);
    assert_int_equal(left, 0);
}

/* ---- the user's files ---- */

static char precious[] = "/var/tmp/concprobe-precious-XXXXXX";

static int write_to_precious(struct concprobe_call *call)
{
    int fd = open(precious, O_WRONLY | O_TRUNC | O_CLOEXEC);
    if (fd >= 0)
        close(fd);
    /* but these are its own */
    FILE *file = fopen("own", "w");
    FILE *scratch = tmpfile();
    int error = file && scratch ? 0 : errno;
    if (file)
        fclose(file);
    if (scratch)
        fclose(scratch);
    return error ? error : number_as_result(call);
}

static void test_files_of_others_stay(void **state)
{
    (void)state;
    int fd = mkstemp(precious);
    if (fd < 0)
        fail_msg("no file could be made in /var/tmp");
    assert_int_equal(write(fd, "kept", 4), 4);
    struct concprobe_probe probe = {.abi = CONCPROBE_ABI, .name = "files", .call = write_to_precious};
    struct concprobe_outcome *outcome = run_quick(&probe);
    assert_status(outcome, "serial", CONCPROBE_MEASURED, "");
    concprobe_outcome_free(outcome);
    close(fd);
    struct stat status;
    assert_int_equal(stat(precious, &status), 0);
    unlink(precious);
    if (mounts_are_allowed())
        assert_int_equal(status.st_size, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_deaths),
        cmocka_unit_test(test_hangs),
        cmocka_unit_test(test_oddities),
        cmocka_unit_test(test_closed_descriptors),
        cmocka_unit_test(test_leaked_descriptors),
        cmocka_unit_test(test_deep_stack),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_one_cpu),
        cmocka_unit_test(test_daemons_end),
        cmocka_unit_test(test_directory_is_removed),
        cmocka_unit_test(test_killed_run),
        cmocka_unit_test(test_files_of_others_stay),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
