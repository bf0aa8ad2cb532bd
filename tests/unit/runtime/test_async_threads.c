/* Coroutines have what threads have: their own thread-local storage, locks that hold, conditions that time out. */
#include "tests/unit/runtime/async_test.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { COUNT = 20 };

static struct timespec in_milliseconds(clockid_t clock, int milliseconds)
{
    struct timespec time;
    clock_gettime(clock, &time);
    time.tv_nsec += milliseconds * 1000000L;
    time.tv_sec += time.tv_nsec / 1000000000;
    time.tv_nsec %= 1000000000;
    return time;
}

/* ---- thread-local storage ---- */

static _Thread_local unsigned mine;

static void own_storage(void *argument, unsigned index)
{
    pthread_t *ids = argument;
    mine = index;
    errno = (int)index;
    ids[index] = pthread_self();
    char *copy = strdup("a b"), *rest = NULL;
    const char *first = strtok_r(copy, " ", &rest);
    usleep(2000);
    CHECK(mine == index && errno == (int)index && pthread_equal(ids[index], pthread_self()));
    CHECK(!strcmp(first, "a"));
    free(copy);
    for (unsigned i = 0; i < index; i++)
        CHECK(!pthread_equal(ids[i], ids[index]));
}

static void later_storage(void *argument, unsigned index)
{
    (void)argument;
    CHECK(mine == index);
}

static void test_storage_is_each_coroutines_own(void **state)
{
    (void)state;
    pthread_t ids[COUNT];
    char reason[160];
    struct event_loop *loop = event_loop_start(COUNT, 0, reason, sizeof reason);
    assert_non_null(loop);
    async_failures = 0;
    event_loop_run(loop, own_storage, ids);
    event_loop_run(loop, later_storage, NULL); /* and stays so between runs */
    event_loop_stop(loop);
    assert_int_equal(async_failures, 0);
}

/* ---- locks ---- */

struct critical {
    pthread_mutex_t mutex;
    unsigned inside, most, entered;
};

static void enter(void *argument, unsigned index)
{
    struct critical *critical = argument;
    (void)index;
    CHECK(pthread_mutex_lock(&critical->mutex) == 0);
    critical->inside++;
    critical->most = critical->inside > critical->most ? critical->inside : critical->most;
    critical->entered++;
    usleep(500);
    critical->inside--;
    CHECK(pthread_mutex_unlock(&critical->mutex) == 0);
}

static void test_mutexes_hold_one(void **state)
{
    (void)state;
    static const int kinds[] = {PTHREAD_MUTEX_NORMAL, PTHREAD_MUTEX_RECURSIVE, PTHREAD_MUTEX_ERRORCHECK,
                                PTHREAD_MUTEX_ADAPTIVE_NP};
    for (size_t i = 0; i < 8; i++) {
        struct critical critical = {0};
        pthread_mutexattr_t attributes;
        pthread_mutexattr_init(&attributes);
        pthread_mutexattr_settype(&attributes, kinds[i % 4]);
        pthread_mutexattr_setprotocol(&attributes, i < 4 ? PTHREAD_PRIO_NONE : PTHREAD_PRIO_INHERIT);
        pthread_mutex_init(&critical.mutex, &attributes);
        run_async(COUNT, enter, &critical);
        assert_int_equal(critical.most, 1);
        assert_int_equal(critical.entered, COUNT);
    }
}

static void relock(void *argument, unsigned index)
{
    pthread_mutex_t *mutex = argument;
    (void)index;
    CHECK(pthread_mutex_lock(mutex) == 0);
    CHECK(pthread_mutex_lock(mutex) == EDEADLK);
    usleep(100);
    CHECK(pthread_mutex_unlock(mutex) == 0);
    CHECK(pthread_mutex_unlock(mutex) == EPERM);
}

static void test_owners_are_told_apart(void **state)
{
    (void)state;
    pthread_mutex_t mutex = PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP;
    run_async(COUNT, relock, &mutex);
}

static void read_and_write(void *argument, unsigned index)
{
    static int value;
    pthread_rwlock_t *lock = argument;
    if (index % 4 == 0) {
        CHECK(pthread_rwlock_wrlock(lock) == 0);
        int before = value;
        usleep(300);
        CHECK(value == before);
        value++;
    } else {
        CHECK(pthread_rwlock_rdlock(lock) == 0);
        int before = value;
        usleep(300);
        CHECK(value == before);
    }
    pthread_rwlock_unlock(lock);
}

static void test_read_write_locks(void **state)
{
    (void)state;
    pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
    run_async(COUNT, read_and_write, &lock);
}

/* ---- conditions and semaphores ---- */

struct meeting {
    pthread_mutex_t mutex;
    pthread_cond_t condition;
    sem_t semaphore;
    pthread_barrier_t barrier;
    unsigned here;
};

static void meet(void *argument, unsigned index)
{
    struct meeting *meeting = argument;
    pthread_mutex_lock(&meeting->mutex);
    if (++meeting->here == COUNT)
        pthread_cond_broadcast(&meeting->condition);
    while (meeting->here < COUNT)
        CHECK(pthread_cond_wait(&meeting->condition, &meeting->mutex) == 0);
    pthread_mutex_unlock(&meeting->mutex);
    pthread_barrier_wait(&meeting->barrier);
    if (index == 0)
        for (unsigned i = 1; i < COUNT; i++)
            sem_post(&meeting->semaphore);
    else
        CHECK(sem_wait(&meeting->semaphore) == 0);
}

static void time_out(void *argument, unsigned index)
{
    struct meeting *meeting = argument;
    uint64_t begin = now_ns();
    struct timespec limit = in_milliseconds(CLOCK_REALTIME, 30 + (int)index);
    pthread_mutex_lock(&meeting->mutex);
    CHECK(pthread_cond_timedwait(&meeting->condition, &meeting->mutex, &limit) == ETIMEDOUT);
    pthread_mutex_unlock(&meeting->mutex);
    limit = in_milliseconds(CLOCK_MONOTONIC, 30);
    CHECK(sem_clockwait(&meeting->semaphore, CLOCK_MONOTONIC, &limit) == -1 && errno == ETIMEDOUT);
    double took = (double)(now_ns() - begin) / 1e6;
    CHECK(took >= 60 + index && took < 1000);
}

static void test_conditions_semaphores_and_barriers(void **state)
{
    (void)state;
    struct meeting meeting = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, {{0}}, {{0}}, 0};
    sem_init(&meeting.semaphore, 0, 0);
    pthread_barrier_init(&meeting.barrier, NULL, COUNT);
    run_async(COUNT, meet, &meeting);
    assert_true(run_async(COUNT, time_out, &meeting) < 1000);
}

/* ---- other threads ---- */

static void *seven(void *argument)
{
    usleep(20000);
    return argument;
}

static void start_threads(void *argument, unsigned index)
{
    (void)argument;
    pthread_t thread;
    void *result = NULL;
    int value = (int)index;
    CHECK(pthread_create(&thread, NULL, seven, &value) == 0);
    CHECK(pthread_join(thread, &result) == 0 && result == &value);
}

static void test_threads_are_joined(void **state)
{
    (void)state;
    assert_true(run_async(COUNT, start_threads, NULL) < 20.0 * (double)COUNT); /* at once, not one by one */
}

/* A coroutine that waits for a condition is woken by a thread, and a thread by a coroutine. */
static void *answer(void *argument)
{
    struct meeting *meeting = argument;
    for (unsigned i = 0; i < 100; i++) {
        pthread_mutex_lock(&meeting->mutex);
        while (meeting->here % 2 == 0)
            pthread_cond_wait(&meeting->condition, &meeting->mutex);
        meeting->here++;
        pthread_cond_signal(&meeting->condition);
        pthread_mutex_unlock(&meeting->mutex);
    }
    return NULL;
}

static void ask(void *argument, unsigned index)
{
    struct meeting *meeting = argument;
    (void)index;
    for (unsigned i = 0; i < 100; i++) {
        pthread_mutex_lock(&meeting->mutex);
        meeting->here++;
        pthread_cond_signal(&meeting->condition);
        while (meeting->here % 2 == 1)
            pthread_cond_wait(&meeting->condition, &meeting->mutex);
        pthread_mutex_unlock(&meeting->mutex);
    }
}

static void test_threads_and_coroutines_wake_each_other(void **state)
{
    (void)state;
    struct meeting meeting = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, {{0}}, {{0}}, 0};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, answer, &meeting), 0);
    run_async(1, ask, &meeting);
    pthread_join(thread, NULL);
    assert_int_equal(meeting.here, 200);
}

/* ---- many ---- */

static void nap(void *argument, unsigned index)
{
    unsigned *slept = argument;
    (void)index;
    usleep(1000);
    ++*slept;
}

static void test_thousands(void **state)
{
    (void)state;
    unsigned slept = 0;
    run_async(5000, nap, &slept);
    assert_int_equal(slept, 5000);
}

int main(void)
{
    need_async();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_storage_is_each_coroutines_own),
        cmocka_unit_test(test_mutexes_hold_one),
        cmocka_unit_test(test_owners_are_told_apart),
        cmocka_unit_test(test_read_write_locks),
        cmocka_unit_test(test_conditions_semaphores_and_barriers),
        cmocka_unit_test(test_threads_are_joined),
        cmocka_unit_test(test_threads_and_coroutines_wake_each_other),
        cmocka_unit_test(test_thousands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
