/* Stackful coroutines with thread-local storage of their own.
 *
 * Each borrows the stack and the thread control block of a thread that is parked for good: errno, the resolver's state,
 * the owner of a recursive mutex and every other thread-local thing are the coroutine's own, as glibc keeps them
 * relative to the thread pointer (FS base), which a switch changes. The parked thread, called its shell, also makes the
 * system calls that io_uring has no form of (coroutine_help()).
 *
 * All coroutines of an event loop run on its one thread. Nothing here allocates once they are made, as the dispatcher
 * may interrupt malloc() itself.
 */
#ifndef RUNTIME_ASYNC_COROUTINE_H
#define RUNTIME_ASYNC_COROUTINE_H

#include "runtime/async/interception.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

struct event_loop;

enum wake_cause { WOKEN_BY_COMPLETION, WOKEN_BY_DEADLINE, WOKEN_BY_SIGNAL };

/* What a shell does: changed by the loop's thread (CALL, END) and by the shell (IDLE). A futex word. */
enum shell_order { SHELL_STARTING, SHELL_IDLE, SHELL_CALL, SHELL_END };

struct coroutine {
    struct event_loop *loop;
    void *context; /* its stack pointer, while it does not run */
    uint64_t fs_base;
    uint64_t mask;          /* of signals that it blocks */
    struct coroutine *next; /* in the run queue, or among those that shells have finished for */
    unsigned index;

    void (*body)(void *argument, unsigned index);
    void *argument;

    /* While it waits: see coroutine_await(). */
    unsigned outstanding; /* completions to come */
    bool answered;        /* one has come: `result` is of it */
    bool cancelled;       /* the rest has been asked to end */
    bool interruptible, restartable;
    enum wake_cause cause;
    int32_t result;
    uint64_t deadline_ns;            /* CLOCK_MONOTONIC; 0: none */
    size_t timer;                    /* its place in the loop's heap + 1; 0: not there */
    struct coroutine *older, *newer; /* among the waiting, by when they began */
    unsigned unyielded;              /* calls in a row that were answered without waiting */

    pthread_t shell;
    bool has_shell;
    _Atomic uint32_t order; /* enum shell_order */
    long number, arguments[6], answer;
    _Atomic uint32_t permit; /* parking.c */
    char *stack_top;         /* where its own frames begin, below the shell's */
};

/* Memory of a set of coroutines: stacks with guard pages, in one mapping. */
struct coroutine_set {
    struct coroutine *items;
    unsigned count;
    char *stacks;
    size_t stride, guard_bytes, stack_bytes;
};

/* Makes `count` coroutines that rest, each with `stack_bytes` of stack for its body, by as many threads as there are
 * CPUs (at most 4). 0, or an errno value with the reason. */
int coroutines_start(struct coroutine_set *set, unsigned count, size_t stack_bytes, struct event_loop *loop,
                     char *reason, size_t reason_size);
void coroutines_stop(struct coroutine_set *set);

/* The coroutine that runs on this thread; NULL on common threads, and in a child that was forked off one. */
static inline struct coroutine *coroutine_current(void)
{
    struct coroutine *current = interception.coroutine;
    return current != NULL && interception_page->alive ? current : NULL;
}

/* ---- in a coroutine: waiting ---- */

struct await {
    unsigned outstanding; /* completions that the prepared operations will bring */
    uint64_t deadline_ns; /* CLOCK_MONOTONIC; 0: none */
    bool interruptible;   /* a signal ends it */
    bool restartable;     /* but not one whose handler was installed with SA_RESTART */
};

/* Gives the thread to others until the first operation has completed and the rest is cancelled, the deadline has passed
 * or a signal came. The first result; `cause` says which it was: with another cause than completion all operations were
 * cancelled without effect. */
int32_t coroutine_await(struct coroutine *current, const struct await *await, enum wake_cause *cause);

/* Gives the others a turn. */
void coroutine_yield(struct coroutine *current);

/* Makes a system call in the shell, and meanwhile gives the thread to others. */
long coroutine_help(struct coroutine *current, long number, const long arguments[6]);

/* Rests until coroutine_unpark(), at once where that came first. */
void coroutine_park(struct coroutine *current);
/* From any thread; cheapest on the loop's own. */
void coroutine_unpark(struct coroutine *coroutine);

/* Waits as FUTEX_WAIT does while *address is `value`, until `deadline_ns` (CLOCK_MONOTONIC; 0: for ever); for the big
 * lock and for pools. `shared`: between processes. 0, or -EAGAIN, -ETIMEDOUT, -EINTR. */
int coroutine_wait_futex(struct coroutine *current, const _Atomic uint32_t *address, uint32_t value,
                         uint64_t deadline_ns, bool shared);

#endif
