/* Sockets: receive, send, accept, connect, with their own time limits. */
#if defined(__x86_64__)

#include "runtime/async/emulation.h"

#include <limits.h>
#include <poll.h>
#include <sys/socket.h>

enum { WINDOW = 16 }; /* vectors sent at once, after the first attempt */

/* One receive or send as it goes on after -EAGAIN. */
struct waiting {
    struct coroutine *current;
    int descriptor;
    long flags;
    unsigned events; /* POLLIN or POLLOUT */
    uint64_t deadline_ns;
    bool begun; /* the deadline is set */
};

/* May the call wait, and has the descriptor become ready? 0: try again; else what the call returns. */
static long wait_turn(struct waiting *waiting)
{
    if (!waiting->begun) {
        if ((waiting->flags & (MSG_DONTWAIT | MSG_ERRQUEUE | MSG_OOB)) || is_nonblocking(waiting->descriptor)) {
            return -EAGAIN;
        }
        int option = waiting->events == POLLIN ? SO_RCVTIMEO : SO_SNDTIMEO;
        waiting->deadline_ns = socket_deadline(waiting->descriptor, option);
        waiting->begun = true;
    }
    long ready = await_ready(waiting->current, waiting->descriptor, waiting->events, waiting->deadline_ns,
                             waiting->deadline_ns == 0);
    return ready > 0 ? 0 : ready == 0 ? -EAGAIN : ready;
}

static bool is_stream(int descriptor)
{
    int type = 0;
    socklen_t size = sizeof type;
    return allowed_call(SYS_getsockopt, descriptor, SOL_SOCKET, SO_TYPE, ARGUMENT(&type), ARGUMENT(&size), 0) == 0 &&
           type == SOCK_STREAM;
}

long emulate_recvfrom(struct coroutine *current, long number, const long a[6])
{
    struct waiting waiting = {.current = current, .descriptor = (int)a[0], .flags = a[3], .events = POLLIN};
    bool whole = (a[3] & MSG_WAITALL) != 0;
    if (whole && (a[3] & MSG_PEEK)) {
        return coroutine_help(current, number, a);
    }
    long done = 0;
    for (;;) {
        long result = allowed_call(number, a[0], a[1] + done, a[2] - done, a[3] | MSG_DONTWAIT, a[4], a[5]);
        if (result > 0) {
            done += result;
            if (!whole || done >= a[2] || (a[3] & MSG_DONTWAIT) || !is_stream((int)a[0])) {
                return answered(current, done);
            }
        } else if (result != -EAGAIN) {
            return done > 0 ? done : answered(current, result);
        }
        long ended = wait_turn(&waiting);
        if (ended != 0) {
            return done > 0 ? done : ended;
        }
    }
}

long emulate_recvmsg(struct coroutine *current, long number, const long a[6])
{
    struct waiting waiting = {.current = current, .descriptor = (int)a[0], .flags = a[2], .events = POLLIN};
    if ((a[2] & MSG_WAITALL) && !(a[2] & MSG_DONTWAIT)) {
        return coroutine_help(current, number, a);
    }
    for (;;) {
        long result = allowed_call(number, a[0], a[1], a[2] | MSG_DONTWAIT, 0, 0, 0);
        if (result != -EAGAIN) {
            return answered(current, result);
        }
        long ended = wait_turn(&waiting);
        if (ended != 0) {
            return ended;
        }
    }
}

/* A blocking send returns when all is sent. */
long emulate_sendto(struct coroutine *current, long number, const long a[6])
{
    struct waiting waiting = {.current = current, .descriptor = (int)a[0], .flags = a[3], .events = POLLOUT};
    long done = 0;
    for (;;) {
        long result = allowed_call(number, a[0], a[1] + done, a[2] - done, a[3] | MSG_DONTWAIT, a[4], a[5]);
        if (result != -EAGAIN) {
            done += result > 0 ? result : 0;
            if (result <= 0 || done >= a[2]) {
                return answered(current, done > 0 ? done : result);
            }
        }
        long ended = wait_turn(&waiting);
        if (ended != 0) {
            return done > 0 ? done : ended;
        }
    }
}

static size_t rest(const struct msghdr *message, size_t skip, struct iovec *window)
{
    size_t count = 0;
    for (size_t i = 0; i < message->msg_iovlen && count < WINDOW; i++) {
        const struct iovec *vector = &message->msg_iov[i];
        if (skip >= vector->iov_len) {
            skip -= vector->iov_len;
        } else {
            window[count++] = (struct iovec){(char *)vector->iov_base + skip, vector->iov_len - skip};
            skip = 0;
        }
    }
    return count;
}

long emulate_sendmsg(struct coroutine *current, long number, const long a[6])
{
    const struct msghdr *message = POINTER(a[1]);
    struct waiting waiting = {.current = current, .descriptor = (int)a[0], .flags = a[2], .events = POLLOUT};
    struct iovec window[WINDOW];
    struct msghdr later = {.msg_iov = window}; /* address and control data went with the first bytes */
    const struct msghdr *next = message;
    long done = 0;
    for (;;) {
        long result = allowed_call(number, a[0], ARGUMENT(next), a[2] | MSG_DONTWAIT, 0, 0, 0);
        if (result != -EAGAIN) {
            done += result > 0 ? result : 0;
            later.msg_iovlen = result > 0 ? rest(message, (size_t)done, window) : 0;
            next = &later;
            if (later.msg_iovlen == 0) {
                return answered(current, done > 0 ? done : result);
            }
        }
        long ended = wait_turn(&waiting);
        if (ended != 0) {
            return done > 0 ? done : ended;
        }
    }
}

long emulate_sendmmsg(struct coroutine *current, long number, const long a[6])
{
    struct waiting waiting = {.current = current, .descriptor = (int)a[0], .flags = a[3], .events = POLLOUT};
    for (;;) {
        long result = allowed_call(number, a[0], a[1], a[2], a[3] | MSG_DONTWAIT, 0, 0);
        if (result != -EAGAIN) {
            return answered(current, result);
        }
        long ended = wait_turn(&waiting);
        if (ended != 0) {
            return ended;
        }
    }
}

long emulate_accept(struct coroutine *current, long number, const long a[6])
{
    if (is_nonblocking((int)a[0])) {
        return emulate_direct(number, a);
    }
    uint64_t deadline = socket_deadline((int)a[0], SO_RCVTIMEO);
    struct io_uring_sqe *operation = ring_operation(current);
    io_uring_prep_accept(operation, (int)a[0], POINTER(a[1]), POINTER(a[2]), number == SYS_accept4 ? (int)a[3] : 0);
    return await_operation(current, operation, deadline, -EAGAIN);
}

long emulate_connect(struct coroutine *current, long number, const long a[6])
{
    if (is_nonblocking((int)a[0])) {
        return emulate_direct(number, a);
    }
    uint64_t deadline = socket_deadline((int)a[0], SO_SNDTIMEO);
    struct io_uring_sqe *operation = ring_operation(current);
    io_uring_prep_connect(operation, (int)a[0], POINTER(a[1]), (socklen_t)a[2]);
    return await_operation(current, operation, deadline, -EINPROGRESS);
}

#else

typedef int nothing_here; /* ISO C has no empty translation unit */

#endif
