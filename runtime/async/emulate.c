/* Which emulation a system call has, and what emulations share. */
#include "runtime/async/emulate.h"

#include "runtime/async/emulation.h"
#include "runtime/execution.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>

enum { SYSTEM_CALLS = 512, UNYIELDED_LIMIT = 64 };

static emulation *const emulations[SYSTEM_CALLS] = {
#if defined(__x86_64__) /* elsewhere nothing is intercepted */
#define EMULATED(name, function) [SYS_##name] = function,
#define HELPED(name) [SYS_##name] = coroutine_help,
#include "runtime/async/system_calls.def"
#undef EMULATED
#undef HELPED
#endif
};

bool emulate_may_block(long number)
{
    return number >= 0 && number < SYSTEM_CALLS && emulations[number] != NULL;
}

long emulate_direct(long number, const long a[6])
{
    return allowed_call(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

long emulate(struct coroutine *current, long number, const long arguments[6])
{
    if (!emulate_may_block(number)) {
        return emulate_direct(number, arguments);
    }
    big_lock_before_block();
    long result = emulations[number](current, number, arguments);
    big_lock_after_block();
    return result;
}

long emulate_pass(long number, const long arguments[6])
{
    if (interception.inside > 0 || !emulate_may_block(number)) {
        return emulate_direct(number, arguments);
    }
    big_lock_before_block();
    long result = emulate_direct(number, arguments);
    big_lock_after_block();
    return result;
}

long answered(struct coroutine *current, long result)
{
    if (++current->unyielded >= UNYIELDED_LIMIT) {
        coroutine_yield(current);
    }
    return result;
}

bool is_nonblocking(int descriptor)
{
    long flags = allowed_call(SYS_fcntl, descriptor, F_GETFL, 0, 0, 0, 0);
    return flags >= 0 && (flags & O_NONBLOCK) != 0;
}

uint64_t deadline_after(uint64_t nanoseconds)
{
    uint64_t now = now_ns();
    return nanoseconds > UINT64_MAX - now ? UINT64_MAX : now + nanoseconds;
}

uint64_t socket_deadline(int descriptor, int option)
{
    struct timeval limit = {0};
    socklen_t size = sizeof limit;
    long code = allowed_call(SYS_getsockopt, descriptor, SOL_SOCKET, option, ARGUMENT(&limit), ARGUMENT(&size), 0);
    if (code != 0 || (limit.tv_sec == 0 && limit.tv_usec == 0)) {
        return 0;
    }
    return deadline_after((uint64_t)limit.tv_sec * 1000000000 + (uint64_t)limit.tv_usec * 1000);
}

static long outcome(int32_t result, enum wake_cause cause, long late)
{
    return cause == WOKEN_BY_DEADLINE ? late : cause == WOKEN_BY_SIGNAL ? -EINTR : result;
}

long await_operation(struct coroutine *current, struct io_uring_sqe *operation, uint64_t deadline_ns, long late)
{
    ring_tag(current, operation);
    enum wake_cause cause;
    const struct await await = {
        .outstanding = 1, .deadline_ns = deadline_ns, .interruptible = true, .restartable = deadline_ns == 0};
    int32_t result = coroutine_await(current, &await, &cause);
    return outcome(result, cause, late);
}

long await_ready(struct coroutine *current, int descriptor, unsigned events, uint64_t deadline_ns, bool restartable)
{
    struct io_uring_sqe *operation = ring_operation(current);
    io_uring_prep_poll_add(operation, descriptor, events);
    ring_tag(current, operation);
    enum wake_cause cause;
    const struct await await = {
        .outstanding = 1, .deadline_ns = deadline_ns, .interruptible = true, .restartable = restartable};
    int32_t result = coroutine_await(current, &await, &cause);
    return outcome(result, cause, 0);
}

long await_deadline(struct coroutine *current, uint64_t deadline_ns)
{
    enum wake_cause cause;
    coroutine_await(current, &(struct await){.deadline_ns = deadline_ns, .interruptible = true}, &cause);
    return cause == WOKEN_BY_SIGNAL ? -EINTR : 0;
}
