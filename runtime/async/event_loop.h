/* One event loop on one thread: runs functions in coroutines whose blocking system calls become io_uring operations.
 *
 * Unmodified blocking code calls into it in two ways: the interposed functions of hooks.c, and Syscall User Dispatch
 * for whatever they do not see (calls inside libc). docs/async.md tells the whole.
 *
 * One loop a process. All functions are for the thread that started it.
 */
#ifndef RUNTIME_ASYNC_EVENT_LOOP_H
#define RUNTIME_ASYNC_EVENT_LOOP_H

#include "runtime/execution.h"

struct event_loop;

/* Can a loop with `coroutines` coroutines run here? false, with the reason. Cheap enough to
 * ask each time: makes a small ring and enables dispatch for an instant. */
bool event_loop_available(unsigned coroutines, size_t stack_bytes, char *reason, size_t size);

/* Makes ring, coroutines and dispatch ready. `stack_bytes` 0: 256 KiB. NULL with the reason (and errno) otherwise.
 * Below each stack lies a guard of 64 KiB. */
struct event_loop *event_loop_start(unsigned coroutines, size_t stack_bytes, char *reason, size_t size);

/* Runs body(argument, i) for i in [0, coroutines), each in its coroutine i, until all have returned. May be called
 * again: bodies find the thread-local storage that earlier ones left. */
void event_loop_run(struct event_loop *loop, void (*body)(void *argument, unsigned index), void *argument);

void event_loop_stop(struct event_loop *loop);

/* How often and in which way calls were intercepted, since the start. */
struct interception_counts {
    uint64_t hooked;     /* by interposed functions */
    uint64_t dispatched; /* by Syscall User Dispatch */
    uint64_t yields;     /* the thread went to another coroutine, or waited */
    uint64_t helped;     /* "not async-able": made by the shell, as io_uring has no form of them */
};
struct interception_counts event_loop_counts(const struct event_loop *loop);

/* What each way costs here, ns, measured when first asked. Tax is what interception adds to what a program written for
 * an event loop pays: `hook`, `dispatch` and `help`, but not `yield`. */
struct interception_prices {
    double hook;     /* an interposed call that need not wait, over the same call made directly */
    double dispatch; /* SIGSYS and the way back */
    double yield;    /* to the loop, through a ring operation, and back, alone on the loop */
    double help;     /* a call in the shell: two hand-offs between threads */
};
struct interception_prices event_loop_prices(struct event_loop *loop);

/* Adds `intercepted` and `tax_ns` of this loop. */
void event_loop_usage(struct event_loop *loop, struct usage *usage);

#endif
