/* The few instructions that Syscall User Dispatch lets through whatever the selector says: the runtime's own system
 * calls. x86-64 only.
 */
#ifndef RUNTIME_ASYNC_ALLOWED_CODE_H
#define RUNTIME_ASYNC_ALLOWED_CODE_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* What a register holds, as a pointer. */
static inline void *as_pointer(uintptr_t bits)
{
    void *pointer;
    memcpy(&pointer, &bits, sizeof pointer);
    return pointer;
}

/* Makes a system call: its result, or a negative errno value. Touches neither errno nor thread-local state; safe in
 * signal handlers and in every thread. */
long allowed_call(long number, long a, long b, long c, long d, long e, long f);

/* What a signal handler of the dispatcher returns through (sa_restorer), and where a caught rt_sigreturn is sent. */
void allowed_sigreturn(void);

/* Where a system call must happen at the place of its caller, with its registers (clone: the child returns there on
 * another stack), control is sent through a thunk: system call, then a jump to `return_address`. The address of one, or
 * NULL where all are taken. One thunk a return address, for good. */
void *allowed_thunk(uintptr_t return_address);

/* Where these instructions lie. */
const void *allowed_begin(void);
size_t allowed_size(void);

#endif
