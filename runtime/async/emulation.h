/* What the emulations of single system calls share; for emulate*.c alone.
 *
 * An emulation gets the number and the six arguments as the kernel would, and returns what the kernel would. None
 * allocates memory or takes a lock, as it may stand inside malloc().
 */
#ifndef RUNTIME_ASYNC_EMULATION_H
#define RUNTIME_ASYNC_EMULATION_H

#include "runtime/async/allowed_code.h"
#include "runtime/async/emulate.h"
#include "runtime/async/loop.h"

#include <errno.h>
#include <sys/syscall.h>

typedef long emulation(struct coroutine *current, long number, const long a[6]);

#define EMULATED(name, function) emulation function;
#define HELPED(name)
#include "runtime/async/system_calls.def"
#undef EMULATED
#undef HELPED

/* Arguments as system calls take them. */
#define POINTER(argument) as_pointer((uintptr_t)(argument))
#define ARGUMENT(pointer) ((long)(uintptr_t)(pointer))

/* ---- emulate.c ---- */

/* A call was answered without waiting. After many in a row the others get a turn. */
long answered(struct coroutine *current, long result);

/* Is O_NONBLOCK set on it? false also for what is no descriptor. */
bool is_nonblocking(int descriptor);

/* Waits for one prepared and filled operation: its result; -EINTR after a signal; `late` past the deadline (0: none).
 */
long await_operation(struct coroutine *current, struct io_uring_sqe *operation, uint64_t deadline_ns, long late);

/* Waits until a descriptor is ready: events, 0 past the deadline, -EINTR, or another error. */
long await_ready(struct coroutine *current, int descriptor, unsigned events, uint64_t deadline_ns, bool restartable);

/* Waits for time to pass: 0, or -EINTR. */
long await_deadline(struct coroutine *current, uint64_t deadline_ns);

/* The deadline that SO_RCVTIMEO or SO_SNDTIMEO (`option`) sets for a call that begins now; 0: none. */
uint64_t socket_deadline(int descriptor, int option);

/* CLOCK_MONOTONIC now + so many nanoseconds; never 0. */
uint64_t deadline_after(uint64_t nanoseconds);

/* ---- emulate_poll.c ---- */

/* The coroutine has another signal mask for the time of a call (`mask` NULL: it keeps its own). */
struct masked {
    uint64_t before;
    bool applied;
    bool interrupted; /* a signal that it lets through was pending: the call ends at once */
};
struct masked mask_apply(struct coroutine *current, const void *mask);
void mask_restore(struct coroutine *current, const struct masked *masked);

#endif
