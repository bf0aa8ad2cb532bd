/* async to-thread: an event loop that hands every call to a pool of K threads and hears of its end through an eventfd,
 * as asyncio.to_thread() and libuv's uv_queue_work() do. */
#include "runtime/big_lock.h"
#include "runtime/models.h"
#include "runtime/models/limits.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct offload;

struct worker {
    struct offload *offload;
    pthread_t thread;
    struct concprobe_lane lane;
    int error; /* of lane_start */
};

/* Numbers of calls travel to the workers through a bounded queue, K long, as no more than K are under way. */
struct offload {
    struct execution *execution;
    struct worker *workers;
    unsigned threads; /* that exist */
    struct block *block;
    int epoll, ended; /* eventfd: counts calls that have ended */

    pthread_mutex_t mutex; /* guards what follows */
    pthread_cond_t wanted, ready;
    uint64_t *queue;
    unsigned first, queued, started;
    bool closing;
};

static bool take(struct offload *offload, uint64_t *taken)
{
    pthread_mutex_lock(&offload->mutex);
    while (!offload->queued && !offload->closing) {
        big_lock_leave(); /* who waits for work keeps no one from the lock */
        pthread_cond_wait(&offload->wanted, &offload->mutex);
    }
    bool some = offload->queued > 0;
    if (some) {
        *taken = offload->queue[offload->first];
        offload->first = (offload->first + 1) % offload->execution->k;
        offload->queued--;
    }
    pthread_mutex_unlock(&offload->mutex);
    return some;
}

static void submit(struct offload *offload, uint64_t taken)
{
    pthread_mutex_lock(&offload->mutex);
    offload->queue[(offload->first + offload->queued) % offload->execution->k] = taken;
    offload->queued++;
    pthread_cond_signal(&offload->wanted);
    pthread_mutex_unlock(&offload->mutex);
}

static void *work(void *argument)
{
    struct worker *worker = argument;
    struct offload *offload = worker->offload;
    worker->error = lane_start(offload->execution, (unsigned)(worker - offload->workers), &worker->lane);
    pthread_mutex_lock(&offload->mutex);
    offload->started++;
    pthread_cond_signal(&offload->ready);
    pthread_mutex_unlock(&offload->mutex);
    for (uint64_t taken; take(offload, &taken);) {
        struct block *block = offload->block;
        lane_call(&worker->lane, block->first + taken, &block->records[taken]);
        eventfd_write(offload->ended, 1);
    }
    if (!worker->error)
        lane_stop(&worker->lane);
    return NULL;
}

static int create_threads(struct offload *offload)
{
    struct execution *execution = offload->execution;
    size_t stack = stack_bytes(execution->probe);
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, stack < (size_t)PTHREAD_STACK_MIN ? (size_t)PTHREAD_STACK_MIN : stack);
    int error = 0;
    for (unsigned i = 0; i < execution->k && !error; i++) {
        offload->workers[i].offload = offload;
        error = pthread_create(&offload->workers[i].thread, &attributes, work, &offload->workers[i]);
        offload->threads += error == 0;
    }
    pthread_attr_destroy(&attributes);
    pthread_mutex_lock(&offload->mutex);
    while (offload->started < offload->threads)
        pthread_cond_wait(&offload->ready, &offload->mutex);
    pthread_mutex_unlock(&offload->mutex);
    if (error)
        return execution_fail(execution, ENOTSUP, "thread %u of %u could not be created: %s", offload->threads + 1,
                              execution->k, strerror(error));
    for (unsigned i = 0; i < execution->k && !error; i++)
        error = offload->workers[i].error;
    return error;
}

/* A failed start needs no undoing: the instance ends. */
static int start(struct execution *execution)
{
    struct offload *offload = calloc(1, sizeof *offload);
    if (!offload)
        return execution_fail(execution, ENOMEM, "out of memory");
    *offload = (struct offload){.execution = execution,
                                .workers = calloc(execution->k, sizeof *offload->workers),
                                .queue = calloc(execution->k, sizeof *offload->queue),
                                .epoll = epoll_create1(EPOLL_CLOEXEC),
                                .ended = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK),
                                .mutex = PTHREAD_MUTEX_INITIALIZER,
                                .wanted = PTHREAD_COND_INITIALIZER,
                                .ready = PTHREAD_COND_INITIALIZER};
    execution->state = offload;
    struct epoll_event event = {.events = EPOLLIN};
    if (!offload->workers || !offload->queue || offload->epoll < 0 || offload->ended < 0 ||
        epoll_ctl(offload->epoll, EPOLL_CTL_ADD, offload->ended, &event))
        return execution_fail(execution, errno, "no event loop: %s", strerror(errno));
    int error = execution_process_start(execution);
    return error ? error : create_threads(offload);
}

static bool submit_next(struct offload *offload)
{
    uint64_t taken = atomic_fetch_add_explicit(&offload->block->next, 1, memory_order_relaxed);
    if (taken >= offload->block->calls)
        return false;
    submit(offload, taken);
    return true;
}

/* The loop: for every call that ends it starts the next. */
static int run(struct execution *execution, struct block *block)
{
    struct offload *offload = execution->state;
    offload->block = block;
    uint64_t under_way = 0;
    while (under_way < execution->k && submit_next(offload))
        under_way++;
    while (under_way) {
        struct epoll_event event;
        eventfd_t ended;
        if (epoll_wait(offload->epoll, &event, 1, -1) != 1 || eventfd_read(offload->ended, &ended))
            continue;
        under_way -= ended;
        for (; ended && submit_next(offload); ended--)
            under_way++;
    }
    return 0;
}

static void stop(struct execution *execution)
{
    struct offload *offload = execution->state;
    pthread_mutex_lock(&offload->mutex);
    offload->closing = true;
    pthread_cond_broadcast(&offload->wanted);
    pthread_mutex_unlock(&offload->mutex);
    for (unsigned i = 0; i < offload->threads; i++)
        pthread_join(offload->workers[i].thread, NULL);
    execution_process_stop(execution);
    close(offload->ended);
    close(offload->epoll);
    free(offload->queue);
    free(offload->workers);
    free(offload);
}

const struct execution_model execution_async_to_thread = {
    .about = {.name = "async to-thread",
              .model = "async",
              .summary = "an event loop that hands each call to a pool of K threads",
              .competes = false},
    .available = threads_fit,
    .start = start,
    .run = run,
    .stop = stop,
    .shares_memory = true,
};
