/* The io_uring of an event loop: operations in, completions out. */
#include "runtime/async/allowed_code.h"
#include "runtime/async/loop.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

enum { SUBMISSIONS = 1024, MOST_COMPLETIONS = 32768 };

/* The newest opcode that this file knows by number, as liburing 2.3 has no name for it. */
enum { OPCODE_FUTEX_WAIT = 51 };

static int open_ring(struct io_uring *ring, unsigned completions)
{
    static const unsigned flags[] = {IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN, IORING_SETUP_COOP_TASKRUN,
                                     0}; /* Linux 6.1, 5.19, before */
    int code = -EINVAL;
    for (size_t i = 0; i < sizeof flags / sizeof flags[0] && code == -EINVAL; i++) {
        struct io_uring_params parameters = {.flags = flags[i] | IORING_SETUP_CQSIZE, .cq_entries = completions};
        code = io_uring_queue_init_params(SUBMISSIONS, ring, &parameters);
    }
    return -code;
}

/* Cancelling all operations of one tag came with Linux 5.19; older kernels refuse the flag. */
static bool cancels_all(struct io_uring *ring)
{
    struct io_uring_sqe *operation = io_uring_get_sqe(ring);
    io_uring_prep_cancel64(operation, 2, IORING_ASYNC_CANCEL_ALL);
    struct io_uring_cqe *completion;
    if (io_uring_submit(ring) != 1 || io_uring_wait_cqe(ring, &completion) != 0) {
        return false;
    }
    bool can = completion->res != -EINVAL;
    io_uring_cqe_seen(ring, completion);
    return can;
}

static void explain(int code, char *reason, size_t size)
{
    const char *why = code == ENOSYS  ? "the kernel has no io_uring"
                      : code == EPERM ? "io_uring is forbidden here (kernel.io_uring_disabled, or a container's policy)"
                      : code == ENOMEM ? "io_uring got no memory (RLIMIT_MEMLOCK)"
                                       : NULL;
    if (why != NULL) {
        snprintf(reason, size, "%s", why);
    } else {
        snprintf(reason, size, "io_uring cannot be set up: %s", strerror(code));
    }
}

int ring_start(struct event_loop *loop, unsigned coroutines, char *reason, size_t size)
{
    unsigned completions = 2 * SUBMISSIONS;
    while (completions < 2 * coroutines && completions < MOST_COMPLETIONS) {
        completions *= 2;
    }
    int code = open_ring(&loop->ring, completions);
    if (code != 0) {
        explain(code, reason, size);
        return code;
    }
    struct io_uring_probe *probe = io_uring_get_probe_ring(&loop->ring);
    loop->has_futex = probe != NULL && io_uring_opcode_supported(probe, OPCODE_FUTEX_WAIT);
    io_uring_free_probe(probe);
    if (!(loop->ring.features & IORING_FEAT_EXT_ARG) || !cancels_all(&loop->ring)) {
        snprintf(reason, size, "this kernel's io_uring is too old (Linux 5.19 is needed)");
        io_uring_queue_exit(&loop->ring);
        return ENOSYS;
    }
    return 0;
}

static void take_completions(struct event_loop *loop)
{
    struct io_uring_cqe *completion;
    unsigned head;
    unsigned seen = 0;
    io_uring_for_each_cqe(&loop->ring, head, completion)
    {
        seen++;
        loop->in_ring--;
        if (completion->user_data == USER_DATA_HELPED) {
            helper_collect(loop);
        } else if (completion->user_data != USER_DATA_NONE) {
            loop_complete(loop, as_pointer((uintptr_t)completion->user_data), completion->res);
        }
    }
    io_uring_cq_advance(&loop->ring, seen);
}

/* In the loop there is always room, as it may submit at once. */
static struct io_uring_sqe *loop_operation(struct event_loop *loop)
{
    struct io_uring_sqe *operation = io_uring_get_sqe(&loop->ring);
    while (operation == NULL) {
        io_uring_submit(&loop->ring);
        operation = io_uring_get_sqe(&loop->ring);
    }
    loop->in_ring++;
    return operation;
}

static void watch_shells(struct event_loop *loop)
{
    if (loop->helping > 0 && !loop->helped_armed) {
        struct io_uring_sqe *operation = loop_operation(loop);
        io_uring_prep_poll_add(operation, loop->helped_event, POLLIN);
        io_uring_sqe_set_data64(operation, USER_DATA_HELPED);
        loop->helped_armed = true;
    }
}

/* Submitting and waiting are two calls, as one that did both would not tell of a signal. */
static int wait_for_completion(struct event_loop *loop)
{
    if (io_uring_sq_ready(&loop->ring) > 0) {
        io_uring_submit(&loop->ring);
    }
    if (io_uring_cq_ready(&loop->ring) > 0) {
        return 0;
    }
    uint64_t next = timers_next(loop);
    uint64_t now = next == 0 ? 0 : now_ns();
    uint64_t left = next > now ? next - now : 0;
    struct __kernel_timespec timeout = {.tv_sec = (int64_t)(left / 1000000000),
                                        .tv_nsec = (long long)(left % 1000000000)};
    struct io_uring_cqe *first;
    return io_uring_submit_and_wait_timeout(&loop->ring, &first, 1, next == 0 ? NULL : &timeout, NULL);
}

bool ring_turn(struct event_loop *loop, bool wait)
{
    watch_shells(loop);
    int code = 0;
    if (wait) {
        code = wait_for_completion(loop);
    } else if (loop->in_ring > 0) {
        code = io_uring_submit_and_get_events(&loop->ring);
    }
    take_completions(loop);
    return code == -EINTR;
}

void ring_room(struct coroutine *current, unsigned count)
{
    while (io_uring_sq_space_left(&current->loop->ring) < count) {
        coroutine_yield(current); /* the loop submits between turns */
    }
}

struct io_uring_sqe *ring_operation(struct coroutine *current)
{
    ring_room(current, 1);
    return io_uring_get_sqe(&current->loop->ring);
}

void ring_tag(struct coroutine *current, struct io_uring_sqe *operation)
{
    io_uring_sqe_set_data(operation, current);
    current->loop->in_ring++;
}

void ring_cancel(struct event_loop *loop, struct coroutine *coroutine)
{
    struct io_uring_sqe *operation = loop_operation(loop);
    io_uring_prep_cancel64(operation, (uint64_t)(uintptr_t)coroutine, IORING_ASYNC_CANCEL_ALL);
    io_uring_sqe_set_data64(operation, USER_DATA_NONE);
    coroutine->cancelled = true;
}
