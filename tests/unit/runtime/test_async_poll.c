/* Waiting for descriptors, time and signals in coroutines. */
#include "tests/unit/runtime/async_test.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static double milliseconds_since(uint64_t begin)
{
    return (double)(now_ns() - begin) / 1e6;
}

/* ---- poll ---- */

static void poll_time(void *argument, unsigned index)
{
    const int *ends = argument;
    struct pollfd polled[3] = {{.fd = ends[0], .events = POLLIN}, {.fd = -1, .events = POLLIN}, {.fd = ends[0]}};
    uint64_t begin = now_ns();
    CHECK(poll(polled, 3, 40 + (int)index) == 0 && !polled[0].revents && !polled[1].revents);
    CHECK(milliseconds_since(begin) >= 40 + index && milliseconds_since(begin) < 500);
    begin = now_ns();
    CHECK(poll(polled, 3, 0) == 0 && milliseconds_since(begin) < 20);
    CHECK(poll(NULL, 0, 10) == 0);
    struct timespec limit = {0, 20000000};
    begin = now_ns();
    CHECK(ppoll(polled, 1, &limit, NULL) == 0 && milliseconds_since(begin) >= 20);
    CHECK(limit.tv_nsec == 20000000); /* unlike the system call, the function leaves it alone */
    struct pollfd bad[2] = {{.fd = 9999, .events = POLLIN}, {.fd = ends[1], .events = POLLOUT}};
    CHECK(poll(bad, 2, -1) == 2 && bad[0].revents == POLLNVAL && bad[1].revents == POLLOUT);
}

static void test_poll_waits_no_longer_than_asked(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    double took = run_async(10, poll_time, ends);
    assert_true(took < 500);
}

enum { MANY = 40 };

/* Coroutine 0 waits for one of many, the others write to it one after another. */
static void poll_many(void *argument, unsigned index)
{
    int(*pipes)[2] = argument;
    if (index > 0) {
        usleep(2000 * index);
        CHECK(write(pipes[index][1], "x", 1) == 1);
        return;
    }
    struct pollfd polled[MANY];
    for (int i = 0; i < MANY; i++)
        polled[i] = (struct pollfd){.fd = pipes[i][0], .events = POLLIN};
    polled[MANY - 1] = (struct pollfd){.fd = pipes[1][0], .events = POLLPRI}; /* twice the same */
    char byte;
    for (int round = 1; round <= 3; round++) {
        int count = round == 2 ? 10 : MANY, told = 0, ready = poll(polled, (nfds_t)count, 5000);
        for (int i = 0; i < count; i++)
            told += polled[i].revents != 0;
        /* on a busy machine the next may have written, too */
        CHECK(ready >= 1 && ready == told && polled[round].revents == POLLIN);
        CHECK(read(polled[round].fd, &byte, 1) == 1);
    }
}

static void test_poll_of_many(void **state)
{
    (void)state;
    int pipes[MANY][2];
    for (int i = 0; i < MANY; i++)
        assert_int_equal(pipe(pipes[i]), 0);
    run_async(4, poll_many, pipes);
    for (int i = 0; i < MANY; i++) {
        close(pipes[i][0]);
        close(pipes[i][1]);
    }
}

/* ---- select ---- */

static void select_sets(void *argument, unsigned index)
{
    const int *ends = argument;
    if (index == 1) {
        usleep(20000);
        CHECK(write(ends[1], "x", 1) == 1);
        return;
    }
    fd_set reads, writes;
    FD_ZERO(&reads);
    FD_ZERO(&writes);
    FD_SET(ends[0], &reads);
    struct timeval limit = {0, 10000};
    CHECK(select(ends[0] + 1, &reads, NULL, NULL, &limit) == 0 && !FD_ISSET(ends[0], &reads));
    CHECK(limit.tv_sec == 0 && limit.tv_usec == 0);
    FD_SET(ends[0], &reads);
    limit = (struct timeval){5, 0};
    CHECK(select(ends[1] + 1, &reads, NULL, NULL, &limit) == 1 && FD_ISSET(ends[0], &reads));
    CHECK(limit.tv_sec == 4 && limit.tv_usec > 0); /* what is left of it */
    FD_SET(ends[0], &writes);
    FD_ZERO(&writes);
    FD_SET(ends[1], &writes);
    CHECK(select(ends[1] + 1, &reads, &writes, NULL, NULL) == 2 && FD_ISSET(ends[1], &writes));
    struct timespec exact = {0, 5000000};
    FD_ZERO(&reads);
    CHECK(pselect(0, &reads, NULL, NULL, &exact, NULL) == 0 && exact.tv_nsec == 5000000);
    errno = 0;
    volatile int wrong = -1;
    CHECK(select(wrong, NULL, NULL, NULL, &limit) == -1 && errno == EINVAL);
}

static void test_select(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    run_async(2, select_sets, ends);
}

/* ---- epoll ---- */

static void epoll_events(void *argument, unsigned index)
{
    const int *ends = argument;
    if (index == 1) {
        usleep(20000);
        CHECK(write(ends[1], "x", 1) == 1);
        return;
    }
    int epoll = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = 77}, found[4];
    CHECK(epoll_ctl(epoll, EPOLL_CTL_ADD, ends[0], &event) == 0);
    CHECK(epoll_wait(epoll, found, 4, 0) == 0);
    CHECK(epoll_wait(epoll, found, 4, 5) == 0);
    CHECK(epoll_wait(epoll, found, 4, -1) == 1 && found[0].data.u32 == 77 && found[0].events == EPOLLIN);
    errno = 0;
    CHECK(epoll_wait(ends[0], found, 4, 5) == -1 && errno == EINVAL);
    close(epoll);
}

static void test_epoll(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    run_async(2, epoll_events, ends);
}

/* ---- sleep ---- */

static void sleeps(void *argument, unsigned index)
{
    (void)argument;
    (void)index;
    struct timespec time = {0, 20000000}, left = {7, 7};
    uint64_t begin = now_ns();
    CHECK(nanosleep(&time, &left) == 0 && left.tv_sec == 7);
    CHECK(clock_nanosleep(CLOCK_REALTIME, 0, &time, NULL) == 0);
    clock_gettime(CLOCK_REALTIME, &time);
    time.tv_nsec += 20000000;
    time.tv_sec += time.tv_nsec / 1000000000;
    time.tv_nsec %= 1000000000;
    CHECK(clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &time, NULL) == 0);
    CHECK(clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &time, NULL) == 0); /* is past: at once */
    CHECK(milliseconds_since(begin) >= 60 && milliseconds_since(begin) < 500);
    time = (struct timespec){0, 1000000000};
    errno = 0;
    CHECK(nanosleep(&time, NULL) == -1 && errno == EINVAL);
    CHECK(clock_nanosleep(CLOCK_MONOTONIC, 0, &time, NULL) == EINVAL);
    CHECK(usleep(1000) == 0 && sleep(0) == 0);
}

static void test_sleeping(void **state)
{
    (void)state;
    assert_true(run_async(50, sleeps, NULL) < 500);
}

/* ---- signals ---- */

static volatile sig_atomic_t alarms;
static void on_alarm(int number)
{
    (void)number;
    alarms++;
}

static void alarm_in(int milliseconds)
{
    struct itimerval timer = {.it_value = {0, milliseconds * 1000L}};
    setitimer(ITIMER_REAL, &timer, NULL);
}

static void install(int flags)
{
    const struct sigaction action = {.sa_handler = on_alarm, .sa_flags = flags};
    sigaction(SIGALRM, &action, NULL);
}

static void interrupted(void *argument, unsigned index)
{
    int *ends = argument;
    (void)index;
    char byte;
    struct timespec time = {5, 0}, left = {0};
    install(0);
    alarm_in(20);
    errno = 0;
    CHECK(read(ends[0], &byte, 1) == -1 && errno == EINTR);
    alarm_in(20);
    errno = 0;
    CHECK(nanosleep(&time, &left) == -1 && errno == EINTR && left.tv_sec == 4);
    alarm_in(20);
    CHECK(sleep(5) == 4);
    alarm_in(20);
    errno = 0;
    CHECK(pause() == -1 && errno == EINTR);
    install(SA_RESTART);
    struct pollfd polled = {.fd = ends[0], .events = POLLIN};
    alarm_in(20);
    errno = 0;
    CHECK(poll(&polled, 1, 5000) == -1 && errno == EINTR); /* is never restarted */
    int before = alarms;
    alarm_in(20);
    CHECK(write(ends[1], "x", 1) == 1 && read(ends[0], &byte, 1) == 1);
    alarm_in(20);
    time = (struct timespec){0, 50000000};
    CHECK(nanosleep(&time, NULL) == -1);
    CHECK(alarms == before + 1);
}

static void test_signals_interrupt(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    run_async(1, interrupted, ends);
}

/* With SA_RESTART a read goes on after the signal. */
static void restarted(void *argument, unsigned index)
{
    const int *ends = argument;
    char byte = 0;
    if (index == 0) {
        install(SA_RESTART);
        alarm_in(20);
        CHECK(read(ends[0], &byte, 1) == 1 && byte == 'z');
    } else {
        struct timespec time = {0, 60000000};
        while (nanosleep(&time, &time) == -1)
            ;
        CHECK(write(ends[1], "z", 1) == 1);
    }
}

static void test_signals_restart(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    alarms = 0;
    run_async(2, restarted, ends);
    assert_int_equal(alarms, 1);
}

/* SIGSYS stays the runtime's own, whatever the code does with its mask. */
static void block_everything(void *argument, unsigned index)
{
    (void)argument;
    (void)index;
    sigset_t all, before;
    sigfillset(&all);
    CHECK(sigprocmask(SIG_SETMASK, &all, &before) == 0);
    CHECK(getppid() > 0);
    usleep(1000);
    signal(SIGSYS, SIG_IGN);
    CHECK(getppid() > 0);
    sigset_t now;
    CHECK(sigprocmask(SIG_SETMASK, &before, &now) == 0 && sigismember(&now, SIGTERM));
}

static void test_blocking_all_signals(void **state)
{
    (void)state;
    run_async(3, block_everything, NULL);
}

/* The usual pattern: a signal is blocked but while pselect waits. */
static void selecting_with_mask(void *argument, unsigned index)
{
    (void)argument;
    (void)index;
    sigset_t blocked, none, before;
    struct timespec limit = {5, 0};
    install(0);
    sigemptyset(&none);
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGALRM);
    CHECK(sigprocmask(SIG_BLOCK, &blocked, &before) == 0);
    int seen = alarms;
    raise(SIGALRM);
    usleep(20000);
    CHECK(alarms == seen);
    errno = 0;
    CHECK(pselect(0, NULL, NULL, NULL, &limit, &none) == -1 && errno == EINTR && alarms == seen + 1);
    alarm_in(20);
    errno = 0;
    CHECK(ppoll(NULL, 0, &limit, &none) == -1 && errno == EINTR && alarms == seen + 2);
    alarm_in(10);
    usleep(30000);
    CHECK(alarms == seen + 2);
    CHECK(sigprocmask(SIG_SETMASK, &before, NULL) == 0 && alarms == seen + 3);
}

static void test_masks_of_waiting_calls(void **state)
{
    (void)state;
    run_async(1, selecting_with_mask, NULL);
}

int main(void)
{
    need_async();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_poll_waits_no_longer_than_asked),
        cmocka_unit_test(test_poll_of_many),
        cmocka_unit_test(test_select),
        cmocka_unit_test(test_epoll),
        cmocka_unit_test(test_sleeping),
        cmocka_unit_test(test_signals_interrupt),
        cmocka_unit_test(test_signals_restart),
        cmocka_unit_test(test_blocking_all_signals),
        cmocka_unit_test(test_masks_of_waiting_calls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
