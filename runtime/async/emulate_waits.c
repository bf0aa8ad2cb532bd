/* Waiting for time, for a futex word, and for children. */
#if defined(__x86_64__)

#include "runtime/async/emulation.h"

#include <linux/futex.h>
#include <poll.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

enum { OPCODE_FUTEX_WAIT = 51, FUTEX2_U32 = 2, FUTEX2_PRIVATE_FLAG = 128 }; /* linux/io_uring.h, futex.h of 6.7 */

static bool is_valid(const struct timespec *time)
{
    return time->tv_sec >= 0 && time->tv_nsec >= 0 && time->tv_nsec < 1000000000;
}

static uint64_t nanoseconds(const struct timespec *time)
{
    const uint64_t most = (UINT64_C(1) << 62) / 1000000000;
    uint64_t seconds = (uint64_t)time->tv_sec < most ? (uint64_t)time->tv_sec : most;
    return seconds * 1000000000 + (uint64_t)time->tv_nsec;
}

/* A point of `clock` on CLOCK_MONOTONIC. That a clock may be set meanwhile is not followed. */
static uint64_t deadline_at(clockid_t clock, const struct timespec *time)
{
    struct timespec now;
    clock_gettime(clock, &now);
    uint64_t then = nanoseconds(time);
    uint64_t current = nanoseconds(&now);
    return deadline_after(then > current ? then - current : 0);
}

/* ---- time ---- */

static long sleep_until(struct coroutine *current, uint64_t deadline, struct timespec *left)
{
    if (deadline <= now_ns()) {
        return answered(current, 0);
    }
    long code = await_deadline(current, deadline);
    if (code == -EINTR && left != NULL) {
        uint64_t now = now_ns();
        uint64_t rest = deadline > now ? deadline - now : 0;
        *left = (struct timespec){(time_t)(rest / 1000000000), (long)(rest % 1000000000)};
    }
    return code;
}

long emulate_nanosleep(struct coroutine *current, long number, const long a[6])
{
    (void)number;
    const struct timespec *time = POINTER(a[0]);
    return is_valid(time) ? sleep_until(current, deadline_after(nanoseconds(time)), POINTER(a[1])) : -EINVAL;
}

long emulate_clock_nanosleep(struct coroutine *current, long number, const long a[6])
{
    clockid_t clock = (clockid_t)a[0];
    bool absolute = ((unsigned long)a[1] & TIMER_ABSTIME) != 0;
    const struct timespec *time = POINTER(a[2]);
    if (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC && clock != CLOCK_BOOTTIME) {
        return coroutine_help(current, number, a);
    }
    if (!is_valid(time)) {
        return -EINVAL;
    }
    return absolute ? sleep_until(current, deadline_at(clock, time), NULL)
                    : sleep_until(current, deadline_after(nanoseconds(time)), POINTER(a[3]));
}

long emulate_pause(struct coroutine *current, long number, const long a[6])
{
    (void)number;
    (void)a;
    return await_deadline(current, 0);
}

/* ---- futex ---- */

static long wait_word(struct coroutine *current, uintptr_t word, const uint32_t expected[2], unsigned flags,
                      uint64_t deadline)
{
    struct io_uring_sqe *operation = ring_operation(current);
    io_uring_prep_rw(OPCODE_FUTEX_WAIT, operation, (int)flags, as_pointer(word), 0, expected[0]);
    operation->addr3 = expected[1];
    return await_operation(current, operation, deadline, -ETIMEDOUT);
}

long emulate_futex(struct coroutine *current, long number, const long a[6])
{
    long command = a[1] & FUTEX_CMD_MASK;
    bool waits = command == FUTEX_WAIT || command == FUTEX_WAIT_BITSET;
    /* Priority-inheriting ones look at the thread that calls: it must be the one whose identifier is in the word. */
    bool needs_thread = command == FUTEX_LOCK_PI || command == FUTEX_LOCK_PI2 || command == FUTEX_UNLOCK_PI ||
                        command == FUTEX_TRYLOCK_PI || command == FUTEX_WAIT_REQUEUE_PI ||
                        command == FUTEX_CMP_REQUEUE_PI;
    if (needs_thread || (waits && !current->loop->has_futex)) {
        return coroutine_help(current, number, a);
    }
    if (!waits) {
        return emulate_direct(number, a);
    }
    const struct timespec *time = POINTER(a[3]);
    uint64_t deadline = 0;
    if (time != NULL) {
        clockid_t clock = (a[1] & FUTEX_CLOCK_REALTIME) ? CLOCK_REALTIME : CLOCK_MONOTONIC;
        if (!is_valid(time)) {
            return -EINVAL;
        }
        deadline = command == FUTEX_WAIT ? deadline_after(nanoseconds(time)) : deadline_at(clock, time);
    }
    const uint32_t expected[2] = {(uint32_t)a[2], command == FUTEX_WAIT ? FUTEX_BITSET_MATCH_ANY : (uint32_t)a[5]};
    unsigned flags = FUTEX2_U32 | ((a[1] & FUTEX_PRIVATE_FLAG) ? FUTEX2_PRIVATE_FLAG : 0);
    return wait_word(current, (uintptr_t)a[0], expected, flags, deadline);
}

int coroutine_wait_futex(struct coroutine *current, const _Atomic uint32_t *address, uint32_t value,
                         uint64_t deadline_ns, bool shared)
{
    if (!current->loop->has_futex) {
        struct timespec deadline = {(time_t)(deadline_ns / 1000000000), (long)(deadline_ns % 1000000000)};
        const long a[6] = {ARGUMENT(address),
                           FUTEX_WAIT_BITSET | (shared ? 0 : FUTEX_PRIVATE_FLAG),
                           value,
                           deadline_ns == 0 ? 0 : ARGUMENT(&deadline),
                           0,
                           (long)FUTEX_BITSET_MATCH_ANY};
        return (int)coroutine_help(current, SYS_futex, a);
    }
    const uint32_t expected[2] = {value, FUTEX_BITSET_MATCH_ANY};
    return (int)wait_word(current, (uintptr_t)address, expected, FUTEX2_U32 | (shared ? 0 : FUTEX2_PRIVATE_FLAG),
                          deadline_ns);
}

/* ---- children ---- */

/* 0: it has ended; else an error. */
static long await_child(struct coroutine *current, pid_t child)
{
    long descriptor = allowed_call(SYS_pidfd_open, child, 0, 0, 0, 0, 0);
    if (descriptor < 0) {
        return descriptor;
    }
    long ready = await_ready(current, (int)descriptor, POLLIN, 0, true);
    allowed_call(SYS_close, descriptor, 0, 0, 0, 0, 0);
    return ready > 0 ? 0 : ready;
}

long emulate_wait4(struct coroutine *current, long number, const long a[6])
{
    for (;;) {
        long result = allowed_call(number, a[0], a[1], a[2] | WNOHANG, a[3], 0, 0);
        if (result != 0 || (a[2] & WNOHANG)) {
            return answered(current, result);
        }
        if ((int)a[0] <= 0 || (a[2] & (WUNTRACED | WCONTINUED))) {
            return coroutine_help(current, number, a); /* several children, or not their end */
        }
        long code = await_child(current, (pid_t)a[0]);
        if (code != 0) {
            return code == -EINTR ? code : coroutine_help(current, number, a);
        }
    }
}

long emulate_waitid(struct coroutine *current, long number, const long a[6])
{
    bool only_end = (a[3] & (WEXITED | WSTOPPED | WCONTINUED)) == WEXITED;
    if (a[3] & WNOHANG) {
        return emulate_direct(number, a);
    }
    if (a[0] != P_PID || !only_end) {
        return coroutine_help(current, number, a);
    }
    long code = await_child(current, (pid_t)a[1]);
    return code == 0 ? emulate_direct(number, a) : code == -EINTR ? code : coroutine_help(current, number, a);
}

#else

#include "runtime/async/coroutine.h"

#include <errno.h>

int coroutine_wait_futex(struct coroutine *current, const _Atomic uint32_t *address, uint32_t value,
                         uint64_t deadline_ns, bool shared)
{
    (void)current, (void)address, (void)value, (void)deadline_ns, (void)shared;
    return -ENOSYS; /* there are no coroutines */
}

#endif
