/* What processes take, as /proc tells it. */
#include "runtime/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const size_t large_bytes = (size_t)64 << 20;

static pid_t start_child(size_t bytes, int *started)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t pid = fork();
    if (!pid) {
        char *memory = malloc(bytes + 1);
        if (!memory || write(ends[1], memset(memory, 1, bytes + 1), 1) != 1)
            _exit(1);
        for (;;)
            pause();
    }
    *started = ends[0];
    char byte;
    assert_int_equal(read(ends[0], &byte, 1), 1);
    close(ends[1]);
    return pid;
}

static void end_child(pid_t pid, int started)
{
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    close(started);
}

/* A child's memory counts, and what it shares with us counts once. */
static void test_tree(void **state)
{
    (void)state;
    double before = memory_of_process_tree();
    if (isnan(before))
        skip(); /* an old kernel */
    assert_true(before > 0);
    int started;
    pid_t pid = start_child(large_bytes, &started);
    double with_child = memory_of_process_tree();
    pid_t found[2] = {0};
    assert_int_equal(process_children(getpid(), found, 2), 1);
    assert_int_equal(found[0], pid);
    end_child(pid, started);
    double large = (double)large_bytes;
    bool shadowed = getenv("SANITIZED") != NULL; /* a sanitizer's memory is counted too */
    assert_true(with_child - before > 0.9 * large);
    assert_true(shadowed || with_child - before < 1.5 * large);
    assert_int_equal(process_children(getpid(), found, 2), 0);

    char *own = malloc(large_bytes);
    assert_non_null(own);
    memset(own, 1, large_bytes);
    double with_own = memory_of_process_tree();
    pid = start_child(0, &started);
    double shared = memory_of_process_tree();
    end_child(pid, started);
    assert_true(shadowed || shared - with_own < 0.5 * large);
    free(own);
}

static void test_open_files(void **state)
{
    (void)state;
    unsigned before = open_files();
    int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    assert_int_equal(open_files(), before + 1);
    close(fd);
    assert_int_equal(open_files(), before);
}

static void test_limits(void **state)
{
    (void)state;
    assert_int_equal(memory_limit(12345), 12345);
    assert_true(memory_limit(0) > (1 << 20));
    assert_true(memory_data_bytes() > 0);
    assert_true(number_in_file("/proc/sys/kernel/pid_max") > 300);
    assert_true(number_in_file("/nowhere") < 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tree),
        cmocka_unit_test(test_open_files),
        cmocka_unit_test(test_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
