/* hybrid loops: an event loop in each of P processes, K lanes spread over them; for calls that both wait and compute
 * and that declare no part to offload. Results travel to the parent through pipes. */
#include "runtime/models.h"
#include "runtime/models/async_lanes.h"
#include "runtime/models/process_pool.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

struct loop_worker {
    struct process_pool *pool;
    unsigned worker;
    struct async_lanes lanes;
    pthread_mutex_t sending; /* one lane at a time: a message may need several writes, between which others run */
};

static unsigned processes(const struct execution *execution)
{
    return execution->k < execution->cpus ? execution->k : execution->cpus;
}

static int deliver(struct concprobe_lane *lane, const void *bytes, size_t size)
{
    struct loop_worker *own = lane->context;
    pthread_mutex_lock(&own->sending);
    int error = process_pool_deliver(own->pool, own->worker, lane, bytes, size);
    pthread_mutex_unlock(&own->sending);
    return error;
}

static void prepare(struct concprobe_lane *lane, void *argument)
{
    lane->context = argument;
    lane->deliver = deliver;
}

static int start_loop(struct process_pool *pool, unsigned worker, struct execution *execution, void **state)
{
    struct loop_worker *own = calloc(1, sizeof *own);
    if (!own)
        return execution_fail(execution, ENOMEM, "out of memory");
    unsigned first = (unsigned)((uint64_t)execution->k * worker / pool->count);
    unsigned end = (unsigned)((uint64_t)execution->k * (worker + 1) / pool->count);
    *own = (struct loop_worker){.pool = pool,
                                .worker = worker,
                                .lanes = {.execution = execution, .first = first, .count = end - first},
                                .sending = PTHREAD_MUTEX_INITIALIZER};
    *state = own;
    return async_lanes_start(&own->lanes, prepare, own);
}

static void run_loop(void *state, struct block *block)
{
    struct loop_worker *own = state;
    async_lanes_run(&own->lanes, block);
}

static void stop_loop(void *state)
{
    struct loop_worker *own = state;
    async_lanes_stop(&own->lanes);
    free(own);
}

static void usage_of_loop(void *state, struct usage *usage)
{
    struct loop_worker *own = state;
    event_loop_usage(own->lanes.loop, usage);
}

static const struct crew crew = {.start = start_loop, .run = run_loop, .stop = stop_loop, .usage = usage_of_loop};

static int start(struct execution *execution)
{
    return process_pool_start_crew(execution, &pipe_transport, &crew, processes(execution));
}

const struct execution_model execution_hybrid_loops = {
    .about = {.name = "hybrid loops",
              .model = "hybrid",
              .summary = "an event loop in each of P processes, K coroutines spread over them",
              .competes = true},
    .available = async_lanes_fit,
    .start = start,
    .run = process_pool_run,
    .stop = process_pool_stop,
    .usage = process_pool_usage,
};
