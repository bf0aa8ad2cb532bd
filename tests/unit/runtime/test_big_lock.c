/* The big lock's logic: exclusion, giving up, hand-over after the interval, forks, coroutines, Python's names. Times
 * are only looked at where a wrong answer is off by far more than a busy machine is. */
#include "runtime/big_lock.h"

#include "runtime/async/hooks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

void *PyEval_SaveThread(void);
void PyEval_RestoreThread(void *thread);
int PyGILState_Ensure(void);
void PyGILState_Release(int state);
int PyGILState_Check(void);

enum { LANES = 4, CALLS = 25 };

static _Atomic int within;
static _Atomic int most_within;

/* Waits without any system call that blocks: the library's own functions around those give the lock up. */
static void nap(uint64_t ns)
{
    int here = ++within;
    if (here > most_within) {
        most_within = here;
    }
    for (uint64_t end = now_ns() + ns; now_ns() < end;) {
        sched_yield();
    }
    within--;
}

static void sleep_a_while(void)
{
    int here = ++within;
    if (here > most_within) {
        most_within = here;
    }
    nanosleep(&(struct timespec){0, 1000000}, NULL);
    within--;
}

static void keep(void)
{
    nap(1000000);
}

static void give_up(void)
{
    concprobe_lock_release();
    nap(1000000);
    concprobe_lock_acquire();
}

static void save_thread(void)
{
    void *thread = PyEval_SaveThread();
    assert_non_null(thread);
    nap(1000000);
    PyEval_RestoreThread(thread);
}

static void block(void)
{
    big_lock_before_block();
    nap(1000000);
    big_lock_after_block();
}

static void *lane(void *call)
{
    for (int i = 0; i < CALLS; i++) {
        big_lock_take();
        (*(void (**)(void))call)();
        big_lock_drop();
    }
    big_lock_leave();
    return NULL;
}

/* How many of four lanes were ever in their nap at once. */
static int run_lanes(enum concprobe_lock kind, void (*call)(void))
{
    big_lock_configure(kind);
    most_within = 0;
    pthread_t threads[LANES];
    for (int i = 0; i < LANES; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, lane, &call), 0);
    }
    for (int i = 0; i < LANES; i++) {
        pthread_join(threads[i], NULL);
    }
    return most_within;
}

static void test_modes(void **state)
{
    (void)state;
    assert_int_equal(run_lanes(CONCPROBE_LOCK_EXPLICIT, keep), 1);
    assert_int_equal(run_lanes(CONCPROBE_LOCK_AT_BLOCK, keep), 1);
    assert_true(run_lanes(CONCPROBE_LOCK_NONE, keep) > 1);

    assert_true(run_lanes(CONCPROBE_LOCK_EXPLICIT, give_up) > 1);
    assert_true(run_lanes(CONCPROBE_LOCK_EXPLICIT, save_thread) > 1);
    assert_true(run_lanes(CONCPROBE_LOCK_AT_BLOCK, give_up) > 1);

    assert_int_equal(run_lanes(CONCPROBE_LOCK_EXPLICIT, block), 1);
    assert_true(run_lanes(CONCPROBE_LOCK_AT_BLOCK, block) > 1);

    assert_int_equal(run_lanes(CONCPROBE_LOCK_EXPLICIT, sleep_a_while), 1);
    if (hooks_count() > 0) { /* nanosleep() is interposed */
        assert_true(run_lanes(CONCPROBE_LOCK_AT_BLOCK, sleep_a_while) > 1);
    }
}

static void test_no_lock_no_effect(void **state)
{
    (void)state;
    big_lock_configure(CONCPROBE_LOCK_NONE);
    big_lock_take();
    assert_false(big_lock_is_held());
    concprobe_lock_acquire(); /* without release */
    big_lock_after_block();
    big_lock_drop();
    big_lock_leave();
    assert_int_equal(PyGILState_Check(), 0);
}

static void test_what_the_holder_sees(void **state)
{
    (void)state;
    big_lock_configure(CONCPROBE_LOCK_AT_BLOCK);
    assert_false(big_lock_is_held());
    big_lock_take();
    assert_true(big_lock_is_held());
    errno = EDOM;
    big_lock_before_block();
    assert_false(big_lock_is_held());
    big_lock_before_block(); /* a call within a call */
    big_lock_after_block();
    assert_true(big_lock_is_held());
    big_lock_after_block();
    concprobe_lock_acquire(); /* nothing was given up */
    assert_true(big_lock_is_held());
    concprobe_lock_release();
    concprobe_lock_release();
    big_lock_before_block(); /* it has nothing to give up */
    big_lock_after_block();
    assert_false(big_lock_is_held());
    concprobe_lock_acquire();
    assert_true(big_lock_is_held());
    assert_int_equal(errno, EDOM);
    big_lock_drop();
    assert_false(big_lock_is_held()); /* kept for the next call, but not held for one */
    big_lock_take();
    concprobe_lock_release();
    big_lock_drop(); /* a call that ends without having taken it back */
    big_lock_take();
    assert_true(big_lock_is_held());
    big_lock_leave();
    assert_false(big_lock_is_held());
}

static void test_python_names(void **state)
{
    (void)state;
    big_lock_configure(CONCPROBE_LOCK_EXPLICIT);
    big_lock_take();
    assert_int_equal(PyGILState_Check(), 1);
    int held = PyGILState_Ensure();
    PyGILState_Release(held);
    assert_int_equal(PyGILState_Check(), 1);
    void *thread = PyEval_SaveThread();
    assert_int_equal(PyGILState_Check(), 0);
    int taken = PyGILState_Ensure(); /* a callback from code that runs without the lock */
    assert_int_equal(PyGILState_Check(), 1);
    assert_true(taken != held);
    PyGILState_Release(taken);
    assert_int_equal(PyGILState_Check(), 0);
    PyEval_RestoreThread(thread);
    assert_int_equal(PyGILState_Check(), 1);
    big_lock_leave();
}

struct turns {
    _Atomic bool stop;
    _Atomic int taken; /* by the other lane */
};

static void *take_turns(void *context)
{
    struct turns *turns = context;
    while (!turns->stop) {
        big_lock_take();
        turns->taken++;
        big_lock_drop();
    }
    big_lock_leave();
    return NULL;
}

/* A lane with endless short calls keeps the lock between them, but another that waits gets it after an interval. */
static void test_switch_interval(void **state)
{
    (void)state;
    big_lock_configure(CONCPROBE_LOCK_EXPLICIT);
    struct turns turns = {0};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, take_turns, &turns), 0);
    const int turn_count = 10;
    const double interval = (double)BIG_LOCK_INTERVAL_NS;
    double waited = 0;
    for (int i = 0; i < turn_count; i++) {
        int before = turns.taken;
        while (turns.taken == before) { /* until the other has it again */
            sched_yield();
        }
        uint64_t start = now_ns();
        big_lock_take();
        waited += (double)(now_ns() - start) / turn_count;
        big_lock_leave();
    }
    turns.stop = true;
    pthread_join(thread, NULL);
    assert_true(waited > 0.5 * interval);
    assert_true(waited < 20 * interval);
    assert_true(turns.taken > 100); /* it was not handed over at every call */
}

static void *take_once(void *unused)
{
    (void)unused;
    big_lock_take();
    big_lock_drop(); /* and never leaves */
    return NULL;
}

static void test_a_lane_that_forgets_to_leave(void **state)
{
    (void)state;
    big_lock_configure(CONCPROBE_LOCK_EXPLICIT);
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, take_once, NULL), 0);
    pthread_join(thread, NULL);
    big_lock_take();
    assert_true(big_lock_is_held());
    big_lock_leave();
}

static void *fork_without_it(void *status)
{
    pid_t child = fork();
    if (child == 0) {
        alarm(5);
        bool held = big_lock_is_held();
        big_lock_take();
        _exit(!held && big_lock_is_held() ? 0 : 1);
    }
    waitpid(child, status, 0);
    return NULL;
}

static void test_a_process_has_its_own(void **state)
{
    (void)state;
    big_lock_configure(CONCPROBE_LOCK_EXPLICIT);
    big_lock_take();
    pthread_t thread;
    int status = -1;
    assert_int_equal(pthread_create(&thread, NULL, fork_without_it, &status), 0);
    pthread_join(thread, NULL);
    assert_int_equal(status, 0);

    pid_t child = fork(); /* by the holder: it still holds it */
    if (child == 0) {
        _exit(big_lock_is_held() ? 0 : 1);
    }
    int held = -1;
    waitpid(child, &held, 0);
    assert_int_equal(held, 0);
    big_lock_leave();
}

/* A scheduler of coroutines on one thread: the lanes of this test are the threads' storage, so each of its coroutines
 * is a thread that runs only when it is its turn. */
struct fiber {
    pthread_t thread;
    pthread_cond_t turn;
    bool ready, done;
    int calls;
};

static struct {
    pthread_mutex_t mutex; /* held by the fiber that runs */
    struct fiber fibers[LANES];
    int parked;
} fibers = {.mutex = PTHREAD_MUTEX_INITIALIZER};
static _Thread_local struct fiber *current_fiber;

static void fiber_switch(void) /* until this one is ready and gets its turn */
{
    struct fiber *me = current_fiber;
    do {
        for (int i = 0; i < LANES; i++) {
            if (fibers.fibers[i].ready) {
                pthread_cond_signal(&fibers.fibers[i].turn);
            }
        }
        pthread_cond_wait(&me->turn, &fibers.mutex);
    } while (!me->ready);
}

static void *fiber_current(void)
{
    return current_fiber;
}

static void fiber_park(void)
{
    current_fiber->ready = false;
    fibers.parked++;
    fiber_switch();
}

static void fiber_unpark(void *fiber)
{
    ((struct fiber *)fiber)->ready = true;
    pthread_cond_signal(&((struct fiber *)fiber)->turn);
}

static void fiber_wait(void) /* what a blocking call becomes: others run meanwhile */
{
    pthread_mutex_unlock(&fibers.mutex);
    nap(1000000);
    pthread_mutex_lock(&fibers.mutex);
}

static void *fiber_body(void *fiber)
{
    current_fiber = fiber;
    pthread_mutex_lock(&fibers.mutex);
    current_fiber->ready = true;
    for (int i = 0; i < CALLS; i++) {
        big_lock_take();
        fiber_wait();
        current_fiber->calls++;
        big_lock_drop();
    }
    big_lock_leave();
    pthread_mutex_unlock(&fibers.mutex);
    return NULL;
}

static void test_coroutines_are_parked(void **state)
{
    (void)state;
    static const struct big_lock_scheduler scheduler = {fiber_current, fiber_park, fiber_unpark};
    big_lock_configure(CONCPROBE_LOCK_EXPLICIT);
    big_lock_schedule_with(&scheduler);
    most_within = 0;
    for (int i = 0; i < LANES; i++) {
        pthread_cond_init(&fibers.fibers[i].turn, NULL);
        assert_int_equal(pthread_create(&fibers.fibers[i].thread, NULL, fiber_body, &fibers.fibers[i]), 0);
    }
    for (int i = 0; i < LANES; i++) {
        pthread_join(fibers.fibers[i].thread, NULL);
        assert_int_equal(fibers.fibers[i].calls, CALLS);
    }
    assert_int_equal(most_within, 1);
    assert_true(fibers.parked > 0);
    big_lock_schedule_with(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_modes),
        cmocka_unit_test(test_no_lock_no_effect),
        cmocka_unit_test(test_what_the_holder_sees),
        cmocka_unit_test(test_python_names),
        cmocka_unit_test(test_switch_interval),
        cmocka_unit_test(test_a_lane_that_forgets_to_leave),
        cmocka_unit_test(test_a_process_has_its_own),
        cmocka_unit_test(test_coroutines_are_parked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
