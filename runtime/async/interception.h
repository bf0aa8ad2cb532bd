/* What interposed functions and the dispatcher's signal handler must find without asking anyone: every mutable global
 * and thread-local of the runtime's interception is here.
 */
#ifndef RUNTIME_ASYNC_INTERCEPTION_H
#define RUNTIME_ASYNC_INTERCEPTION_H

#include <stdatomic.h>
#include <stdint.h>

struct coroutine;
struct wait_meter;

/* Of each thread. A coroutine has the thread-local storage of the thread that it borrowed, so that this is also "of
 * each coroutine": no switch has to change it. */
struct interception {
    struct coroutine *coroutine;     /* NULL: a common thread */
    struct wait_meter *meter;        /* measures waits here; NULL: does not */
    unsigned inside;                 /* interposed functions that are under way: what they call is passed on */
    volatile unsigned char selector; /* of a common thread whose calls are dispatched for the big lock */
};
extern _Thread_local struct interception interception __attribute__((tls_model("initial-exec")));

/* What the kernel reads at every system call of a dispatched thread: one of these. */
enum { SELECTOR_ALLOW = 0, SELECTOR_BLOCK = 1 };

/* One byte a process that is dispatched (one thread of it is); on a page of its own that a forked child finds zeroed,
 * and so knows that it is no part of the loop any more. */
struct interception_page {
    volatile unsigned char selector;
    volatile unsigned char alive; /* 1 in the process that set interception up */
};
extern struct interception_page *interception_page; /* NULL until set up */

/* Return addresses of the thunks of allowed_code.h; 0: free. */
enum { ALLOWED_THUNKS = 32 };
extern uintptr_t allowed_slots[ALLOWED_THUNKS] __attribute__((visibility("hidden")));

/* What interposed functions call in common threads: the next definition of each name. */
#define HOOK(type, name, parameters, names, number, arguments) HOOK_##name,
#define CHECKED_HOOK(type, name, parameters, names, number, arguments, needed, room) HOOK_##name,
#define SPECIAL_HOOK(name) HOOK_##name,
enum hook {
#include "runtime/async/hooks.def"
    HOOK_COUNT
};
#undef HOOK
#undef CHECKED_HOOK
#undef SPECIAL_HOOK
typedef void next_function(void);
extern next_function *interception_next[HOOK_COUNT];

/* Sets the page up, once a process. 0, or an errno value. */
int interception_start(void);

#endif
