/* What a blocking system call becomes in a coroutine: the same result, errno value and side effects, but others run
 * while it waits.
 *
 * The way is the same everywhere: first the call itself, told not to wait; only where it would wait, and the caller had
 * not asked for EAGAIN, an io_uring operation is awaited. So a call that need not wait costs what it always did.
 */
#ifndef RUNTIME_ASYNC_EMULATE_H
#define RUNTIME_ASYNC_EMULATE_H

#include "runtime/async/coroutine.h"

/* A system call of the running coroutine, by its number: result or negative errno value. Calls that cannot block are
 * made directly. */
long emulate(struct coroutine *current, long number, const long arguments[6]);

/* A system call of a common thread: made as it is; the big lock is given up around it where it may block. */
long emulate_pass(long number, const long arguments[6]);

/* May it block at all? By its number. */
_Bool emulate_may_block(long number);

/* Makes it as it is. */
long emulate_direct(long number, const long arguments[6]);

#endif
