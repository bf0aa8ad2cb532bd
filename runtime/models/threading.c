/* threading, and threading per-core: a pool of threads that rest at a gate between blocks and start together. */
#include "runtime/futex.h"
#include "runtime/models.h"
#include "runtime/models/limits.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct pool;

struct worker {
    struct pool *pool;
    pthread_t thread;
    struct concprobe_lane lane;
    int error; /* of lane_start */
};

struct pool {
    struct execution *execution;
    struct block *block;      /* what the open gate leads to; NULL: to the end */
    _Atomic uint32_t gate;    /* counts how often it was opened */
    _Atomic uint32_t working; /* threads that are not back at the gate */
    unsigned threads;         /* that exist */
    struct worker *workers;
};

static void back_at_gate(struct pool *pool)
{
    if (atomic_fetch_sub(&pool->working, 1) == 1)
        futex_wake(&pool->working, 1);
}

static void *work(void *argument)
{
    struct worker *worker = argument;
    struct pool *pool = worker->pool;
    unsigned index = (unsigned)(worker - pool->workers);
    worker->error = lane_start(pool->execution, index, &worker->lane);
    for (uint32_t opened = 0;; opened++) {
        back_at_gate(pool);
        while (atomic_load(&pool->gate) == opened)
            futex_wait(&pool->gate, opened, 0);
        if (!pool->block)
            break;
        lane_run(&worker->lane, pool->block);
    }
    if (!worker->error)
        lane_stop(&worker->lane);
    return NULL;
}

static void wait_for_all(struct pool *pool)
{
    for (uint32_t left; (left = atomic_load(&pool->working));)
        futex_wait(&pool->working, left, 0);
}

static void open_gate(struct pool *pool, struct block *block)
{
    pool->block = block;
    atomic_store(&pool->working, pool->threads);
    atomic_fetch_add(&pool->gate, 1);
    futex_wake(&pool->gate, pool->threads);
}

static void destroy(struct pool *pool)
{
    open_gate(pool, NULL);
    for (unsigned i = 0; i < pool->threads; i++)
        pthread_join(pool->workers[i].thread, NULL);
    free(pool->workers);
    free(pool);
}

static int create_threads(struct pool *pool)
{
    struct execution *execution = pool->execution;
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, thread_stack_bytes(execution->probe));
    pthread_attr_setguardsize(&attributes, THREAD_GUARD_BYTES);
    int error = 0;
    while (!error && pool->threads < execution->k) {
        struct worker *worker = &pool->workers[pool->threads];
        worker->pool = pool;
        atomic_fetch_add(&pool->working, 1);
        error = pthread_create(&worker->thread, &attributes, work, worker);
        if (error)
            atomic_fetch_sub(&pool->working, 1);
        else
            pool->threads++;
    }
    pthread_attr_destroy(&attributes);
    wait_for_all(pool);
    return error ? execution_fail(execution, ENOTSUP, "thread %u of %u could not be created: %s", pool->threads + 1,
                                  execution->k, strerrordesc_np(error))
                 : 0;
}

static int start(struct execution *execution)
{
    struct pool *pool = calloc(1, sizeof *pool);
    struct worker *workers = calloc(execution->k, sizeof *workers);
    if (!pool || !workers) {
        free(pool);
        free(workers);
        return execution_fail(execution, ENOMEM, "out of memory");
    }
    *pool = (struct pool){.execution = execution, .workers = workers};
    int error = execution_process_start(execution);
    if (!error)
        error = create_threads(pool);
    for (unsigned i = 0; i < pool->threads && !error; i++)
        error = workers[i].error;
    if (error)
        destroy(pool);
    else
        execution->state = pool;
    return error;
}

static int run(struct execution *execution, struct block *block)
{
    struct pool *pool = execution->state;
    open_gate(pool, block);
    wait_for_all(pool);
    return 0;
}

static void stop(struct execution *execution)
{
    destroy(execution->state);
    execution_process_stop(execution);
}

const struct execution_model execution_threading_per_core = {
    .about = {.name = "threading per-core",
              .model = "threading",
              .summary = "a pool with a thread for each processor, at most K",
              .competes = true},
    .start = start,
    .run = run,
    .stop = stop,
    .per_core = true,
    .shares_memory = true,
};

const struct execution_model execution_threading = {
    .about = {.name = "threading", .model = "threading", .summary = "a pool of K threads", .competes = true},
    .available = threads_fit,
    .start = start,
    .run = run,
    .stop = stop,
    .shares_memory = true,
};
