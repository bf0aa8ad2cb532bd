/* Syscall User Dispatch: every system call of a thread, wherever it is made, comes to a signal handler here.
 *
 * The handler runs on the stack of the code that it interrupts, may yield from within, and returns with the result in
 * place. It is no security mechanism.
 */
#ifndef RUNTIME_ASYNC_DISPATCH_H
#define RUNTIME_ASYNC_DISPATCH_H

#include <stddef.h>

/* Dispatches the system calls of the calling thread while interception_page->selector says so (an event loop does while
 * a coroutine runs). 0, or an errno value with the reason. */
int dispatch_start(char *reason, size_t size);

/* Dispatches every system call of the calling common thread: its waits are measured, or the big lock is given up around
 * what may block. 0, or an errno value. */
int dispatch_thread_start(void);

/* For a lane under the big lock in its at-block mode: gives it up around every system call that may block, those inside
 * libc as well. Nothing in coroutines, whose calls are caught anyway. */
void dispatch_lane_start(void);

/* Ends either, for the calling thread. */
void dispatch_stop(void);

#endif
