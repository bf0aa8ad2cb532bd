/* Files and pipes in coroutines: the same results and errno values as on a thread. */
#include "tests/unit/runtime/async_test.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

enum { BIG = 300000 };

static int new_file(void)
{
    char name[] = "/tmp/concprobe-XXXXXX";
    int file = opened(mkstemp(name));
    unlink(name);
    return file;
}

/* ---- pipes ---- */

static void ping_pong(void *argument, unsigned index)
{
    int(*pipes)[2] = argument;
    char byte = 0;
    if (index == 0) { /* waits first: the other writes while it waits */
        CHECK(read(pipes[0][0], &byte, 1) == 1 && byte == 'a');
        CHECK(write(pipes[1][1], "b", 1) == 1);
    } else {
        CHECK(write(pipes[0][1], "a", 1) == 1);
        CHECK(read(pipes[1][0], &byte, 1) == 1 && byte == 'b');
    }
}

static void test_coroutines_talk_through_pipes(void **state)
{
    (void)state;
    int pipes[2][2];
    assert_int_equal(pipe(pipes[0]) | pipe(pipes[1]), 0);
    run_async(2, ping_pong, pipes);
}

/* A write of more than a pipe holds returns when all is written; reads are short. */
static void big_through_pipe(void *argument, unsigned index)
{
    const int *ends = argument;
    static char out[BIG], in[BIG];
    if (index == 0) {
        memset(out, 'x', sizeof out);
        out[BIG - 1] = 'y';
        CHECK(write(ends[1], out, sizeof out) == BIG);
        close(ends[1]);
        return;
    }
    size_t got = 0;
    ssize_t part;
    bool was_short = false;
    while ((part = read(ends[0], in + got, sizeof in - got)) > 0) {
        was_short |= (size_t)part < sizeof in - got;
        got += (size_t)part;
        usleep(100);
    }
    CHECK(got == BIG && in[0] == 'x' && in[BIG - 1] == 'y');
    CHECK(was_short && part == 0);
}

static void test_a_write_is_whole_and_reads_are_short(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    run_async(2, big_through_pipe, ends);
}

static void nonblocking(void *argument, unsigned index)
{
    (void)argument;
    (void)index;
    int ends[2];
    char byte;
    static char much[BIG];
    CHECK(pipe2(ends, O_NONBLOCK) == 0);
    errno = 0;
    CHECK(read(ends[0], &byte, 1) == -1 && errno == EAGAIN);
    ssize_t fits = write(ends[1], much, sizeof much);
    CHECK(fits > 0 && fits < BIG);
    errno = 0;
    CHECK(write(ends[1], "x", 1) == -1 && errno == EAGAIN);
    CHECK(read(ends[0], much, sizeof much) == fits);
    close(ends[1]);
    CHECK(read(ends[0], &byte, 1) == 0);
    close(ends[0]);
    errno = 0;
    CHECK(read(ends[0], &byte, 1) == -1 && errno == EBADF);
    errno = 0;
    CHECK(close(ends[0]) == -1 && errno == EBADF);
}

static void test_nonblocking_descriptors_do_not_wait(void **state)
{
    (void)state;
    run_async(1, nonblocking, NULL);
}

static volatile sig_atomic_t broken;
static void on_broken_pipe(int number)
{
    broken = number;
}

static void write_to_closed(void *argument, unsigned index)
{
    int *ends = argument;
    (void)index;
    errno = 0;
    CHECK(write(ends[1], "x", 1) == -1 && errno == EPIPE);
}

static void test_a_broken_pipe_raises_its_signal(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    close(ends[0]);
    signal(SIGPIPE, on_broken_pipe);
    broken = 0;
    run_async(1, write_to_closed, ends);
    assert_int_equal(broken, SIGPIPE);
    signal(SIGPIPE, SIG_DFL);
}

/* ---- files ---- */

static void whole_files(void *argument, unsigned index)
{
    int file = new_file();
    char back[64] = "";
    (void)argument;
    char text[32];
    int length = snprintf(text, sizeof text, "line of %u\n", index);
    CHECK(write(file, text, (size_t)length) == length);
    CHECK(pwrite(file, "L", 1, 0) == 1);
    CHECK(pread(file, back, sizeof back, 0) == length && back[0] == 'L' &&
          !memcmp(back + 1, text + 1, (size_t)length - 1));
    CHECK(lseek(file, 0, SEEK_CUR) == length); /* pread and pwrite do not move */
    CHECK(read(file, back, sizeof back) == 0);
    CHECK(lseek(file, 0, SEEK_SET) == 0 && read(file, back, 4) == 4 && !memcmp(back, "Line", 4));
    CHECK(fsync(file) == 0 && fdatasync(file) == 0);
    CHECK(ftruncate(file, 4) == 0 && lseek(file, 0, SEEK_END) == 4);
    errno = 0;
    CHECK(pread(file, back, 1, -1) == -1 && errno == EINVAL);
    void *volatile nowhere = (void *)1;
    CHECK(lseek(file, 0, SEEK_SET) == 0);
    errno = 0;
    CHECK(read(file, nowhere, 4) == -1 && errno == EFAULT);
    CHECK(close(file) == 0);
}

static void test_files(void **state)
{
    (void)state;
    run_async(20, whole_files, NULL);
}

/* More vectors than are handed to the ring at once, empty ones among them. */
static void vectors(void *argument, unsigned index)
{
    (void)argument;
    (void)index;
    enum { COUNT = 50 };
    struct iovec out[COUNT], in[COUNT];
    static char from[COUNT][100], to[COUNT][100];
    size_t sum = 0;
    for (size_t i = 0; i < COUNT; i++) {
        size_t size = i * 2;
        memset(from[i], 'a' + (int)(i % 26), size);
        out[i] = (struct iovec){from[i], size};
        in[i] = (struct iovec){to[i], size};
        sum += size;
    }
    int file = new_file();
    CHECK(writev(file, out, COUNT) == (ssize_t)sum);
    CHECK(preadv(file, in, COUNT, 0) == (ssize_t)sum);
    CHECK(!memcmp(from, to, sizeof from));
    CHECK(pwritev(file, out + 10, 2, 5) == 42);
    errno = 0;
    volatile int wrong = -1;
    CHECK(readv(file, in, wrong) == -1 && errno == EINVAL);
    close(file);
}

static void test_vectors(void **state)
{
    (void)state;
    run_async(1, vectors, NULL);
}

static void opening(void *argument, unsigned index)
{
    (void)argument;
    char name[64];
    snprintf(name, sizeof name, "/tmp/concprobe-%d-%u", (int)getpid(), index);
    errno = 0;
    CHECK(open(name, O_RDONLY) == -1 && errno == ENOENT);
    int file = opened(open(name, O_CREAT | O_EXCL | O_RDWR | O_APPEND | O_CLOEXEC, 0600));
    CHECK(fcntl(file, F_GETFD) == FD_CLOEXEC);
    CHECK(write(file, "ab", 2) == 2 && lseek(file, 0, SEEK_SET) == 0 && write(file, "cd", 2) == 2);
    char back[8] = "";
    CHECK(pread(file, back, sizeof back, 0) == 4 && !strcmp(back, "abcd"));
    errno = 0;
    CHECK(open(name, O_CREAT | O_EXCL | O_RDWR, 0600) == -1 && errno == EEXIST);
    CHECK(close(file) == 0);
    char other[80];
    snprintf(other, sizeof other, "%s.moved", name);
    CHECK(rename(name, other) == 0 && unlink(other) == 0);
    errno = 0;
    CHECK(unlink(other) == -1 && errno == ENOENT);
}

static void test_opening_and_removing(void **state)
{
    (void)state;
    run_async(20, opening, NULL);
}

/* The loop outlives code that closes every descriptor. */
static void close_all(void *argument, unsigned index)
{
    (void)argument;
    if (index == 0) {
        for (int i = 3; i < 256; i++)
            close(i);
        close_range(3, 10000, 0);
    }
    usleep(1000);
}

static void test_closing_all_descriptors(void **state)
{
    (void)state;
    run_async(4, close_all, NULL);
}

int main(void)
{
    need_async();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_coroutines_talk_through_pipes),
        cmocka_unit_test(test_a_write_is_whole_and_reads_are_short),
        cmocka_unit_test(test_nonblocking_descriptors_do_not_wait),
        cmocka_unit_test(test_a_broken_pipe_raises_its_signal),
        cmocka_unit_test(test_files),
        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_opening_and_removing),
        cmocka_unit_test(test_closing_all_descriptors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
