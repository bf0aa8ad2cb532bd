/* The big lock: an emulated interpreter lock, as CPython 3.11's.
 *
 * Its state is a mutable global, as interposed functions (PyEval_SaveThread) must find it without being told: one lock
 * a process is what it stands for.
 */
#include "runtime/big_lock.h"

#include <errno.h>
#include <pthread.h>
#include <time.h>

/* What a lane knows of itself; its address is the lane's identity. */
struct lane_state {
    bool given_up; /* by the code, in the middle of a call */
    bool blocked;  /* given up around a system call */
    bool inside;   /* in this file: its own system calls give nothing up */
};
static _Thread_local struct lane_state mine __attribute__((tls_model("initial-exec")));

struct waiter {
    struct waiter *next;
    const struct lane_state *lane;
    void *coroutine; /* NULL: a thread, which waits for `woken` */
    pthread_cond_t woken;
    bool handed; /* the lock is this lane's now; it is in no queue any more */
};

static struct {
    enum concprobe_lock kind; /* set before the first lane starts, as the next two */
    bool watches_forks;
    const struct big_lock_scheduler *scheduler;
    pthread_mutex_t mutex;           /* guards all that follows; held for a few instructions, never while waiting */
    const struct lane_state *holder; /* NULL: free */
    bool between_calls;              /* the holder only keeps it for its next call */
    bool wanted;                     /* a waiter asks for it (CPython: gil_drop_request) */
    uint64_t switches;               /* how often another lane got it */
    const struct lane_state *last_holder;
    struct waiter *first, *last; /* who waits, in order */
} lock = {.mutex = PTHREAD_MUTEX_INITIALIZER};

/* Nothing but the forking thread is left in a child, and the mutex may have been anyone's. */
static void after_fork(void)
{
    pthread_mutex_init(&lock.mutex, NULL);
    lock.first = lock.last = NULL;
    lock.wanted = false;
    if (lock.holder != &mine) {
        lock.holder = NULL;
    }
}

void big_lock_configure(enum concprobe_lock kind)
{
    if (kind != CONCPROBE_LOCK_NONE && !lock.watches_forks) {
        lock.watches_forks = pthread_atfork(NULL, NULL, after_fork) == 0;
    }
    lock.kind = kind;
    lock.holder = NULL;
}

void big_lock_schedule_with(const struct big_lock_scheduler *scheduler)
{
    lock.scheduler = scheduler;
}

static void hold(const struct lane_state *lane)
{
    lock.holder = lane;
    lock.between_calls = false;
    lock.wanted = false;
    lock.switches += lock.last_holder != lane;
    lock.last_holder = lane;
}

static void enqueue(struct waiter *waiter)
{
    *(lock.last ? &lock.last->next : &lock.first) = waiter;
    lock.last = waiter;
}

static void dequeue(const struct waiter *waiter)
{
    struct waiter *before = NULL;
    for (struct waiter *at = lock.first; at != NULL; before = at, at = at->next) {
        if (at == waiter) {
            *(before ? &before->next : &lock.first) = at->next;
            lock.last = at->next ? lock.last : before;
            return;
        }
    }
}

static void wake(struct waiter *waiter)
{
    if (waiter->coroutine != NULL) {
        lock.scheduler->unpark(waiter->coroutine);
    } else {
        pthread_cond_signal(&waiter->woken);
    }
}

/* The holder gives the lock up: to the first in the queue where it was asked to, else to whoever comes first. */
static void release(void)
{
    struct waiter *next = lock.first;
    lock.holder = NULL;
    if (next != NULL && lock.wanted) {
        dequeue(next);
        next->handed = true;
        hold(next->lane);
    }
    if (next != NULL) {
        wake(next);
    }
}

/* Sleeps until woken, at most for the switch interval; returns whether that passed. */
static bool wait_an_interval(struct waiter *waiter)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += BIG_LOCK_INTERVAL_NS;
    if (until.tv_nsec >= 1000000000) {
        until.tv_nsec -= 1000000000;
        until.tv_sec++;
    }
    return pthread_cond_clockwait(&waiter->woken, &lock.mutex, CLOCK_MONOTONIC, &until) == ETIMEDOUT;
}

/* A coroutine has no timer, but when it comes to wait the holder does not run: it asks at once. */
static void park(void)
{
    pthread_mutex_unlock(&lock.mutex);
    lock.scheduler->park();
    pthread_mutex_lock(&lock.mutex);
}

/* Waits in the queue until the lock is this lane's. */
static void acquire_in_turn(void)
{
    struct waiter waiter = {.lane = &mine, .woken = PTHREAD_COND_INITIALIZER};
    waiter.coroutine = lock.scheduler ? lock.scheduler->current() : NULL;
    enqueue(&waiter);
    while (!waiter.handed && lock.holder != NULL) {
        uint64_t switches = lock.switches;
        bool asks = waiter.coroutine != NULL || wait_an_interval(&waiter);
        if (waiter.handed || lock.holder == NULL || !asks || switches != lock.switches) {
            continue;
        }
        if (lock.between_calls) {
            break; /* the holder is at the end of a call: CPython would give it up there */
        }
        lock.wanted = true;
        if (waiter.coroutine != NULL) {
            park();
        }
    }
    if (!waiter.handed) {
        dequeue(&waiter);
        hold(&mine);
    }
    pthread_cond_destroy(&waiter.woken);
}

static void enter(void)
{
    mine.inside = true;
    pthread_mutex_lock(&lock.mutex);
}

static void leave(void)
{
    pthread_mutex_unlock(&lock.mutex);
    mine.inside = false;
}

static void acquire(void)
{
    int error = errno;
    enter();
    if (lock.holder == &mine && lock.between_calls && lock.wanted) {
        release();
    }
    if (lock.holder == &mine) {
        lock.between_calls = false;
    } else if (lock.holder == NULL) {
        hold(&mine);
    } else {
        acquire_in_turn();
    }
    leave();
    errno = error;
}

/* Gives the lock up if this lane holds it for a call; returns whether it did. */
static bool give_up(void)
{
    int error = errno;
    enter();
    bool held = lock.holder == &mine && !lock.between_calls;
    if (held) {
        release();
    }
    leave();
    errno = error;
    return held;
}

void big_lock_take(void)
{
    if (lock.kind != CONCPROBE_LOCK_NONE) {
        acquire();
    }
}

void big_lock_drop(void)
{
    if (lock.kind == CONCPROBE_LOCK_NONE) {
        return;
    }
    mine.given_up = false; /* a call may end without having taken it back */
    enter();
    if (lock.holder == &mine && lock.wanted) {
        release();
    } else if (lock.holder == &mine) {
        lock.between_calls = true;
    }
    leave();
}

void big_lock_leave(void)
{
    if (lock.kind == CONCPROBE_LOCK_NONE) {
        return;
    }
    enter();
    if (lock.holder == &mine) {
        release();
    }
    leave();
}

void big_lock_before_block(void)
{
    if (lock.kind == CONCPROBE_LOCK_AT_BLOCK && !mine.inside && !mine.blocked) {
        mine.blocked = give_up();
    }
}

void big_lock_after_block(void)
{
    if (mine.blocked && !mine.inside) {
        acquire();
        mine.blocked = false;
    }
}

void concprobe_lock_release(void)
{
    if (lock.kind != CONCPROBE_LOCK_NONE) {
        mine.given_up = give_up() || mine.given_up;
    }
}

void concprobe_lock_acquire(void)
{
    if (mine.given_up) {
        mine.given_up = false;
        acquire();
    }
}

bool big_lock_is_held(void)
{
    if (lock.kind == CONCPROBE_LOCK_NONE) {
        return false;
    }
    enter();
    bool held = lock.holder == &mine && !lock.between_calls;
    leave();
    return held;
}
