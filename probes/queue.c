/* queue: hands a job to a consumer thread and waits for its answer. */
#include "probes/inputs.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/queue.h>

enum { STEPS = 50000 }; /* about 50 µs */

/* A job lives on the stack of the call that waits for it. */
struct job {
    STAILQ_ENTRY(job) next;
    pthread_cond_t answered;
    uint64_t value;
    bool done;
};

struct consumer {
    pthread_mutex_t lock; /* over everything here and in jobs */
    pthread_cond_t work;
    STAILQ_HEAD(, job) jobs;
    bool closed;
    pthread_t thread;
};

static void *consume(void *data)
{
    struct consumer *consumer = data;
    pthread_mutex_lock(&consumer->lock);
    for (;;) {
        struct job *job = STAILQ_FIRST(&consumer->jobs);
        if (!job && consumer->closed)
            break;
        if (!job) {
            pthread_cond_wait(&consumer->work, &consumer->lock);
            continue;
        }
        STAILQ_REMOVE_HEAD(&consumer->jobs, next);
        pthread_mutex_unlock(&consumer->lock);
        uint64_t value = input_spin(job->value, STEPS);
        pthread_mutex_lock(&consumer->lock);
        job->value = value;
        job->done = true;
        pthread_cond_signal(&job->answered);
    }
    pthread_mutex_unlock(&consumer->lock);
    return NULL;
}

static int queue_prepare(struct concprobe_call *call)
{
    struct consumer *consumer = calloc(1, sizeof *consumer);
    if (!consumer)
        return ENOMEM;
    pthread_mutex_init(&consumer->lock, NULL);
    pthread_cond_init(&consumer->work, NULL);
    STAILQ_INIT(&consumer->jobs);
    int failed = pthread_create(&consumer->thread, NULL, consume, consumer);
    if (failed)
        free(consumer);
    else
        call->process = consumer;
    return failed;
}

static int queue_close(struct concprobe_call *call)
{
    struct consumer *consumer = call->process;
    pthread_mutex_lock(&consumer->lock);
    consumer->closed = true;
    pthread_cond_signal(&consumer->work);
    pthread_mutex_unlock(&consumer->lock);
    pthread_join(consumer->thread, NULL);
    free(consumer);
    return 0;
}

static int queue_call(struct concprobe_call *call)
{
    struct consumer *consumer = call->process;
    struct job job = {.answered = PTHREAD_COND_INITIALIZER, .value = call->number};
    pthread_mutex_lock(&consumer->lock);
    STAILQ_INSERT_TAIL(&consumer->jobs, &job, next);
    pthread_cond_signal(&consumer->work);
    while (!job.done)
        pthread_cond_wait(&job.answered, &consumer->lock);
    pthread_mutex_unlock(&consumer->lock);
    return concprobe_result(call, &job.value, sizeof job.value);
}

const struct concprobe_probe probe_queue = {
    .abi = CONCPROBE_ABI,
    .name = "queue",
    .summary = "hands a job of 50 µs to the process's one consumer thread and waits for it",
    .stands_for = "producers and consumers, actor mailboxes, a database's single writer",
    .call = queue_call,
    .process_start = queue_prepare,
    .process_stop = queue_close,
};
