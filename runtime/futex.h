/* Waiting on a word of memory, within a process or between processes that share it. */
#ifndef RUNTIME_FUTEX_H
#define RUNTIME_FUTEX_H

#include <limits.h>
#include <linux/futex.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* Returns once woken, at once where *word is no longer `seen`, after timeout_ns (0: never), or for no reason. */
static inline void futex_wait(_Atomic uint32_t *word, uint32_t seen, uint64_t timeout_ns)
{
    struct timespec timeout = {.tv_sec = (time_t)(timeout_ns / 1000000000), .tv_nsec = (long)(timeout_ns % 1000000000)};
    syscall(SYS_futex, word, FUTEX_WAIT, seen, timeout_ns ? &timeout : NULL, NULL, 0);
}

static inline void futex_wake(_Atomic uint32_t *word, unsigned waiters)
{
    syscall(SYS_futex, word, FUTEX_WAKE, waiters > INT_MAX ? INT_MAX : (int)waiters, NULL, NULL, 0);
}

#endif
