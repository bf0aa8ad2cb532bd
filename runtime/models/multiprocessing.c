/* multiprocessing, and multiprocessing per-core: a pool of forked processes, each with a pipe to the parent for
 * its results. */
#include "runtime/models.h"
#include "runtime/models/limits.h"
#include "runtime/models/process_pool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/uio.h>
#include <unistd.h>

enum { READ_BYTES = 64 * 1024, EVENTS = 64 };

struct pipes {
    int epoll;
    int finished; /* eventfd */
    struct ends {
        int read, write;
    } *ends; /* K */
    char buffer[READ_BYTES];
};

static bool watch(int epoll, int fd)
{
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    return !epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

static bool open_pipe(int epoll, struct ends *ends)
{
    int fds[2];
    if (pipe2(fds, O_CLOEXEC))
        return false;
    *ends = (struct ends){.read = fds[0], .write = fds[1]};
    return fcntl(ends->read, F_SETFL, O_NONBLOCK) == 0 && watch(epoll, ends->read);
}

static int open_pipes(struct process_pool *pool)
{
    unsigned k = pool->count;
    struct pipes *pipes = calloc(1, sizeof *pipes);
    pool->channel = pipes;
    if (pipes)
        pipes->ends = calloc(k, sizeof *pipes->ends);
    if (!pipes || !pipes->ends)
        return execution_fail(pool->execution, ENOMEM, "out of memory");
    pipes->epoll = epoll_create1(EPOLL_CLOEXEC);
    pipes->finished = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    bool well = pipes->epoll >= 0 && pipes->finished >= 0 && watch(pipes->epoll, pipes->finished);
    for (unsigned i = 0; well && i < k; i++)
        well = open_pipe(pipes->epoll, &pipes->ends[i]);
    return well ? 0 : execution_fail(pool->execution, ENOTSUP, "%u pipes could not be opened: %s", k, strerror(errno));
}

static int send_all(int fd, struct iovec *parts, int count)
{
    while (count) {
        ssize_t wrote = writev(fd, parts, count);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote < 0)
            return errno;
        size_t left = (size_t)wrote;
        for (; count && left >= parts->iov_len; parts++, count--)
            left -= parts->iov_len;
        if (count) {
            parts->iov_base = (char *)parts->iov_base + left;
            parts->iov_len -= left;
        }
    }
    return 0;
}

static int send_through_pipe(struct process_pool *pool, unsigned worker, const struct result_header *header,
                             const void *bytes)
{
    const struct pipes *pipes = pool->channel;
    struct iovec parts[] = {{(void *)header, sizeof *header}, {(void *)bytes, header->size}};
    return send_all(pipes->ends[worker].write, parts, header->size ? 2 : 1);
}

static void wake_parent(struct process_pool *pool)
{
    const struct pipes *pipes = pool->channel;
    eventfd_write(pipes->finished, 1);
}

static size_t receive_from_pipes(struct process_pool *pool, int wait_ms)
{
    struct pipes *pipes = pool->channel;
    struct epoll_event events[EVENTS];
    size_t sum = 0;
    int count = epoll_wait(pipes->epoll, events, EVENTS, wait_ms);
    for (int i = 0; i < count; i++) {
        ssize_t got = read(events[i].data.fd, pipes->buffer, sizeof pipes->buffer);
        if (got > 0 && events[i].data.fd != pipes->finished)
            sum += (size_t)got;
    }
    return sum;
}

static void close_pipes(struct process_pool *pool)
{
    struct pipes *pipes = pool->channel;
    for (unsigned i = 0; i < pool->count; i++) {
        close(pipes->ends[i].read);
        close(pipes->ends[i].write);
    }
    close(pipes->finished);
    close(pipes->epoll);
    free(pipes->ends);
    free(pipes);
}

const struct transport pipe_transport = {.open = open_pipes,
                                         .send = send_through_pipe,
                                         .finished = wake_parent,
                                         .receive = receive_from_pipes,
                                         .close = close_pipes};

static int start(struct execution *execution)
{
    return process_pool_start(execution, &pipe_transport);
}

const struct execution_model execution_multiprocessing_per_core = {
    .about = {.name = "multiprocessing per-core",
              .model = "multiprocessing",
              .summary = "a pool with a forked process for each processor, at most K",
              .competes = true},
    .start = start,
    .run = process_pool_run,
    .stop = process_pool_stop,
    .usage = process_pool_usage,
    .per_core = true,
};

const struct execution_model execution_multiprocessing = {
    .about = {.name = "multiprocessing",
              .model = "multiprocessing",
              .summary = "a pool of K forked processes, results through a pipe each",
              .competes = true},
    .available = processes_fit,
    .start = start,
    .run = process_pool_run,
    .stop = process_pool_stop,
    .usage = process_pool_usage,
};
