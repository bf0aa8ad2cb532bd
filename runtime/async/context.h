/* Switching between stacks, thread-local storage included. x86-64 only (context_supported() elsewhere says no). */
#ifndef RUNTIME_ASYNC_CONTEXT_H
#define RUNTIME_ASYNC_CONTEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Prepares a stack that ends at `top` (exclusive), so that the first switch to the result calls entry(argument), which
 * must never return. */
void *context_make(void *top, void (*entry)(void *argument), void *argument);

/* Leaves this context, saved in *from (its stack pointer), for `to`, and makes `fs_base` the thread pointer. Returns
 * when something switches back. Needs the FSGSBASE instructions. */
void context_switch(void **from, void *to, uint64_t fs_base);

/* The calling thread's FS base: its thread pointer. */
uint64_t context_fs_base(void);

/* Switches to a small stack and back, once, and compares registers and floating-point control. */
bool context_self_test(void);

#endif
