/* Waiting for several descriptors: poll, select, epoll, with their signal masks. */
#if defined(__x86_64__)

#include "runtime/async/emulation.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <time.h>

enum {
    SINGLE_POLLS = 16, /* so many are operations of their own; more go through an epoll descriptor */
    MOST_SELECTED = FD_SETSIZE
};
static const uint64_t spurious_ns = 1000000;

static void set_mask(struct coroutine *current, uint64_t mask)
{
    allowed_call(SYS_rt_sigprocmask, SIG_SETMASK, ARGUMENT(&mask), 0, sizeof mask, 0, 0);
    loop_mask_changed(current, mask);
}

struct masked mask_apply(struct coroutine *current, const void *mask)
{
    struct masked masked = {.before = current->mask, .applied = mask != NULL};
    if (masked.applied) {
        uint64_t wanted;
        uint64_t pending = 0;
        memcpy(&wanted, mask, sizeof wanted);
        wanted &= ~(UINT64_C(1) << (SIGSYS - 1));
        allowed_call(SYS_rt_sigpending, ARGUMENT(&pending), sizeof pending, 0, 0, 0, 0);
        masked.interrupted = (pending & masked.before & ~wanted) != 0;
        set_mask(current, wanted); /* what is pending comes here */
    }
    return masked;
}

void mask_restore(struct coroutine *current, const struct masked *masked)
{
    if (masked->applied) {
        set_mask(current, masked->before);
    }
}

/* ---- until one of them is ready ---- */

static long await_each(struct coroutine *current, const struct pollfd *polled, size_t count, uint64_t deadline_ns)
{
    ring_room(current, SINGLE_POLLS);
    unsigned outstanding = 0;
    for (size_t i = 0; i < count; i++) {
        if (polled[i].fd >= 0) {
            struct io_uring_sqe *operation = ring_operation(current);
            io_uring_prep_poll_add(operation, polled[i].fd, (unsigned short)polled[i].events);
            ring_tag(current, operation);
            outstanding++;
        }
    }
    enum wake_cause cause;
    coroutine_await(current,
                    &(struct await){.outstanding = outstanding, .deadline_ns = deadline_ns, .interruptible = true},
                    &cause);
    return cause == WOKEN_BY_COMPLETION ? 1 : cause == WOKEN_BY_SIGNAL ? -EINTR : 0;
}

/* A descriptor may be named twice: what is waited for is all of it. */
static long add_to_epoll(int epoll, const struct pollfd *polled, size_t count, size_t which)
{
    struct epoll_event event = {.events = (unsigned short)polled[which].events};
    long code = allowed_call(SYS_epoll_ctl, epoll, EPOLL_CTL_ADD, polled[which].fd, ARGUMENT(&event), 0, 0);
    if (code == -EEXIST) {
        for (size_t i = 0; i < count; i++) {
            event.events |= polled[i].fd == polled[which].fd ? (unsigned short)polled[i].events : 0U;
        }
        code = allowed_call(SYS_epoll_ctl, epoll, EPOLL_CTL_MOD, polled[which].fd, ARGUMENT(&event), 0, 0);
    }
    return code;
}

static long await_many(struct coroutine *current, const struct pollfd *polled, size_t count, uint64_t deadline_ns)
{
    long epoll = allowed_call(SYS_epoll_create1, EPOLL_CLOEXEC, 0, 0, 0, 0, 0);
    long result = epoll < 0 ? epoll : 0;
    for (size_t i = 0; i < count && result == 0; i++) {
        result = polled[i].fd < 0 ? 0 : add_to_epoll((int)epoll, polled, count, i);
    }
    if (result == 0) {
        result = await_ready(current, (int)epoll, POLLIN, deadline_ns, false);
    } else {
        result = -ENOMEM; /* no descriptor left, or one that cannot be watched so */
    }
    if (epoll >= 0) {
        allowed_call(SYS_close, epoll, 0, 0, 0, 0, 0);
    }
    return result;
}

/* > 0: look again; 0: past the deadline; -EINTR; -ENOMEM: not in this way. */
static long await_any(struct coroutine *current, const struct pollfd *polled, size_t count, uint64_t deadline_ns)
{
    return count <= SINGLE_POLLS ? await_each(current, polled, count, deadline_ns)
                                 : await_many(current, polled, count, deadline_ns);
}

/* ---- poll ---- */

struct limit {
    bool at_once;
    uint64_t deadline_ns; /* 0: none */
};

static bool limit_of(const struct timespec *time, struct limit *limit)
{
    *limit = (struct limit){0};
    if (time == NULL) {
        return true;
    }
    if (time->tv_sec < 0 || time->tv_nsec < 0 || time->tv_nsec >= 1000000000) {
        return false;
    }
    limit->at_once = time->tv_sec == 0 && time->tv_nsec == 0;
    uint64_t most = (UINT64_C(1) << 62) / 1000000000;
    uint64_t seconds = (uint64_t)time->tv_sec < most ? (uint64_t)time->tv_sec : most;
    limit->deadline_ns = limit->at_once ? 0 : deadline_after(seconds * 1000000000 + (uint64_t)time->tv_nsec);
    return true;
}

static void write_left(struct timespec *time, const struct limit *limit)
{
    uint64_t now = now_ns();
    uint64_t left = limit->deadline_ns > now ? limit->deadline_ns - now : 0;
    *time = (struct timespec){(time_t)(left / 1000000000), (long)(left % 1000000000)};
}

static long poll_until(struct coroutine *current, struct pollfd *polled, size_t count, const struct limit *limit)
{
    bool spurious = false;
    for (;;) {
        long result = allowed_call(SYS_poll, ARGUMENT(polled), (long)count, 0, 0, 0, 0);
        if (result != 0 || limit->at_once) {
            return answered(current, result);
        }
        if (spurious) {
            await_deadline(current, deadline_after(spurious_ns));
        }
        result = await_any(current, polled, count, limit->deadline_ns);
        if (result <= 0) {
            return result;
        }
        spurious = true;
    }
}

long emulate_poll(struct coroutine *current, long number, const long a[6])
{
    int milliseconds = (int)a[2];
    const struct timespec time = {milliseconds / 1000, milliseconds % 1000 * 1000000L};
    struct limit limit;
    limit_of(milliseconds < 0 ? NULL : &time, &limit);
    long result = poll_until(current, POINTER(a[0]), (unsigned)a[1], &limit);
    return result == -ENOMEM ? coroutine_help(current, number, a) : result;
}

long emulate_ppoll(struct coroutine *current, long number, const long a[6])
{
    struct timespec *time = POINTER(a[2]);
    struct limit limit;
    if (!limit_of(time, &limit)) {
        return -EINVAL;
    }
    struct masked masked = mask_apply(current, POINTER(a[3]));
    long result = masked.interrupted ? -EINTR : poll_until(current, POINTER(a[0]), (unsigned)a[1], &limit);
    if (result == -ENOMEM) {
        result = coroutine_help(current, number, a);
    } else if (time != NULL) {
        write_left(time, &limit);
    }
    mask_restore(current, &masked);
    return result;
}

/* ---- select ---- */

enum { SET_BYTES = MOST_SELECTED / 8 };
struct sets {
    unsigned char bits[3][SET_BYTES]; /* read, write, exceptional */
};

static void copy_sets(struct sets *sets, const long a[6], bool back)
{
    size_t bytes = ((size_t)a[0] + 63) / 64 * 8;
    for (int i = 0; i < 3; i++) {
        if (a[1 + i] != 0) {
            void *theirs = POINTER(a[1 + i]);
            memcpy(back ? theirs : sets->bits[i], back ? sets->bits[i] : theirs, bytes);
        }
    }
}

static size_t as_polled(const struct sets *sets, int descriptors, struct pollfd *polled)
{
    static const short events[3] = {POLLIN, POLLOUT, POLLPRI};
    size_t count = 0;
    for (int descriptor = 0; descriptor < descriptors; descriptor++) {
        short wanted = 0;
        for (int i = 0; i < 3; i++) {
            if (sets->bits[i][descriptor / 8] & (1U << (descriptor % 8))) {
                wanted = (short)(wanted | events[i]);
            }
        }
        if (wanted != 0) {
            polled[count++] = (struct pollfd){.fd = descriptor, .events = wanted};
        }
    }
    return count;
}

/* a[1…3] are the sets. */
static long select_until(struct coroutine *current, const long a[6], const struct limit *limit)
{
    struct sets sets = {0};
    struct pollfd polled[MOST_SELECTED];
    copy_sets(&sets, a, false);
    size_t count = as_polled(&sets, (int)a[0], polled);
    bool waited = false;
    for (;;) {
        struct timespec none = {0};
        long result = allowed_call(SYS_pselect6, a[0], a[1], a[2], a[3], ARGUMENT(&none), 0);
        if (result != 0 || limit->at_once) {
            return answered(current, result);
        }
        if (waited) { /* select sees less than poll: a hang-up is no exceptional condition to it */
            await_deadline(current, deadline_after(spurious_ns));
        }
        result = await_any(current, polled, count, limit->deadline_ns);
        if (result == 0) {
            return 0; /* the sets have been emptied */
        }
        copy_sets(&sets, a, true);
        if (result < 0) {
            return result;
        }
        waited = true;
    }
}

long emulate_select(struct coroutine *current, long number, const long a[6])
{
    struct timeval *time = POINTER(a[4]);
    struct timespec exact = {0};
    if (a[0] < 0 || a[0] > MOST_SELECTED) {
        return a[0] < 0 ? -EINVAL : coroutine_help(current, number, a);
    }
    if (time != NULL) {
        if (time->tv_usec < 0 || time->tv_sec < 0) {
            return -EINVAL;
        }
        exact = (struct timespec){time->tv_sec + time->tv_usec / 1000000, time->tv_usec % 1000000 * 1000};
    }
    struct limit limit;
    limit_of(time == NULL ? NULL : &exact, &limit);
    long result = select_until(current, a, &limit);
    if (result == -ENOMEM) {
        return coroutine_help(current, number, a);
    }
    if (time != NULL) {
        write_left(&exact, &limit);
        *time = (struct timeval){exact.tv_sec, exact.tv_nsec / 1000};
    }
    return result;
}

long emulate_pselect(struct coroutine *current, long number, const long a[6])
{
    struct timespec *time = POINTER(a[4]);
    const struct {
        const void *mask;
        size_t size;
    } *signals = POINTER(a[5]);
    struct limit limit;
    if (a[0] < 0 || !limit_of(time, &limit)) {
        return -EINVAL;
    }
    if (a[0] > MOST_SELECTED) {
        return coroutine_help(current, number, a);
    }
    struct masked masked = mask_apply(current, signals == NULL ? NULL : signals->mask);
    long result = masked.interrupted ? -EINTR : select_until(current, a, &limit);
    if (result == -ENOMEM) {
        result = coroutine_help(current, number, a);
    } else if (time != NULL) {
        write_left(time, &limit);
    }
    mask_restore(current, &masked);
    return result;
}

/* ---- epoll ---- */

long emulate_epoll_wait(struct coroutine *current, long number, const long a[6])
{
    int milliseconds = (int)a[3];
    uint64_t deadline = milliseconds > 0 ? deadline_after((uint64_t)milliseconds * 1000000) : 0;
    struct masked masked = mask_apply(current, number == SYS_epoll_pwait ? POINTER(a[4]) : NULL);
    long result = -EINTR;
    while (!masked.interrupted) {
        result = allowed_call(SYS_epoll_wait, a[0], a[1], a[2], 0, 0, 0);
        if (result != 0 || milliseconds == 0) {
            answered(current, result);
            break;
        }
        result = await_ready(current, (int)a[0], POLLIN, deadline, false);
        if (result <= 0) {
            break;
        }
    }
    mask_restore(current, &masked);
    return result;
}

#else

typedef int nothing_here; /* ISO C has no empty translation unit */

#endif
