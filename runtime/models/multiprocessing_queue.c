/* multiprocessing queue: as multiprocessing, but all results pass through one queue (POSIX message queue,
 * mq_overview(7)), which is bounded: who is too fast waits. Results longer than a message travel in several. */
#include "runtime/models.h"
#include "runtime/models/limits.h"
#include "runtime/models/process_pool.h"

#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { MESSAGES = 10, MESSAGE_BYTES = 8192 }; /* what every system allows: msg_max and msgsize_max of mq_overview(7) */

struct queue {
    mqd_t messages;
    int finished; /* eventfd */
    char buffer[MESSAGE_BYTES];
};

static int open_queue(struct process_pool *pool)
{
    struct queue *queue = calloc(1, sizeof *queue);
    if (!queue)
        return execution_fail(pool->execution, ENOMEM, "out of memory");
    pool->channel = queue;
    char name[64];
    snprintf(name, sizeof name, "/concprobe-%d-%llu", (int)getpid(), (unsigned long long)now_ns());
    struct mq_attr attributes = {.mq_maxmsg = MESSAGES, .mq_msgsize = MESSAGE_BYTES};
    queue->messages = mq_open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600, &attributes);
    if (queue->messages == (mqd_t)-1)
        return execution_fail(pool->execution, ENOTSUP, "no message queue here: %s", strerror(errno));
    mq_unlink(name);
    queue->finished = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return queue->finished >= 0 ? 0 : execution_fail(pool->execution, errno, "eventfd: %s", strerror(errno));
}

static int send_message(mqd_t messages, const char *bytes, size_t size)
{
    while (mq_send(messages, bytes, size, 0))
        if (errno != EINTR)
            return errno;
    return 0;
}

static int send_through_queue(struct process_pool *pool, unsigned worker, const struct result_header *header,
                              const void *bytes)
{
    (void)worker;
    const struct queue *queue = pool->channel;
    char message[MESSAGE_BYTES];
    size_t used = sizeof *header;
    memcpy(message, header, used);
    for (size_t at = 0, part; at < header->size; at += part) {
        part = header->size - at < sizeof message - used ? header->size - at : sizeof message - used;
        memcpy(message + used, (const char *)bytes + at, part);
        if (at + part == header->size) {
            used += part;
            break;
        }
        int error = send_message(queue->messages, message, used + part);
        if (error)
            return error;
        used = 0;
    }
    return send_message(queue->messages, message, used);
}

static void wake_parent(struct process_pool *pool)
{
    const struct queue *queue = pool->channel;
    eventfd_write(queue->finished, 1);
}

static size_t receive_from_queue(struct process_pool *pool, int wait_ms)
{
    struct queue *queue = pool->channel;
    struct pollfd ready[] = {{.fd = queue->messages, .events = POLLIN}, {.fd = queue->finished, .events = POLLIN}};
    if (poll(ready, 2, wait_ms) <= 0)
        return 0;
    eventfd_t finished;
    if (ready[1].revents)
        eventfd_read(queue->finished, &finished);
    if (!ready[0].revents)
        return 0;
    ssize_t got = mq_receive(queue->messages, queue->buffer, sizeof queue->buffer, NULL);
    return got > 0 ? (size_t)got : 0;
}

static void close_queue(struct process_pool *pool)
{
    struct queue *queue = pool->channel;
    mq_close(queue->messages);
    close(queue->finished);
    free(queue);
}

static int start(struct execution *execution)
{
    static const struct transport transport = {.open = open_queue,
                                               .send = send_through_queue,
                                               .finished = wake_parent,
                                               .receive = receive_from_queue,
                                               .close = close_queue};
    return process_pool_start(execution, &transport);
}

const struct execution_model execution_multiprocessing_queue = {
    .about = {.name = "multiprocessing queue",
              .model = "multiprocessing",
              .summary = "a pool of K forked processes, results through one message queue"},
    .available = processes_fit,
    .start = start,
    .run = process_pool_run,
    .stop = process_pool_stop,
    .usage = process_pool_usage,
};
