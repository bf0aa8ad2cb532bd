/* async: K coroutines on one thread; every blocking system call of the unmodified call yields to the others. Tells what
 * a rewrite for an event loop would bring.
 *
 * hybrid: the same, and a process for every CPU to which the declared CPU parts of calls travel.
 */
#include "runtime/models.h"
#include "runtime/models/async_lanes.h"
#include "runtime/models/compute_pool.h"

#include <errno.h>
#include <stdlib.h>

struct async {
    struct async_lanes lanes;
    struct compute_pool *pool; /* hybrid's; NULL: parts are computed in place */
};

static int start(struct execution *execution, struct compute_pool *pool,
                 void (*prepare)(struct concprobe_lane *lane, void *argument))
{
    struct async *async = malloc(sizeof *async);
    if (!async)
        return execution_fail(execution, ENOMEM, "out of memory");
    *async = (struct async){.lanes = {.execution = execution, .count = execution->k}, .pool = pool};
    execution->state = async;
    int error = execution_process_start(execution);
    return error ? error : async_lanes_start(&async->lanes, prepare, pool);
}

static int run(struct execution *execution, struct block *block)
{
    struct async *async = execution->state;
    async_lanes_run(&async->lanes, block);
    return 0;
}

static void stop(struct execution *execution)
{
    struct async *async = execution->state;
    async_lanes_stop(&async->lanes);
    execution_process_stop(execution);
    if (async->pool)
        compute_pool_stop(async->pool);
    free(async);
}

static void usage(struct execution *execution, struct usage *usage)
{
    const struct async *async = execution->state;
    event_loop_usage(async->lanes.loop, usage);
    if (async->pool)
        compute_pool_usage(async->pool, usage);
}

/* What the two have in common. */
#define ASYNC_EXECUTION                                                                                                \
    .available = async_lanes_fit, .run = run, .stop = stop, .usage = usage, .borrowed_bytes = async_lanes_borrowed,    \
    .shares_memory = true

static int start_async(struct execution *execution)
{
    return start(execution, NULL, NULL);
}

const struct execution_model execution_async = {
    .about = {.name = "async",
              .model = "async",
              .summary = "K coroutines on one thread, blocking calls yield: what a rewrite to async would bring",
              .competes = true},
    .start = start_async,
    ASYNC_EXECUTION,
};

static void compute(struct concprobe_lane *lane, void (*part)(void *), void *data, size_t size)
{
    compute_pool_do(lane->context, coroutine_current(), part, data, size);
}

static void prepare_compute(struct concprobe_lane *lane, void *argument)
{
    lane->context = argument;
    lane->compute = compute;
}

static int start_hybrid(struct execution *execution)
{
    struct compute_pool *pool = compute_pool_start(execution, execution->cpus);
    return pool ? start(execution, pool, prepare_compute) : ENOTSUP;
}

const struct execution_model execution_hybrid = {
    .about = {.name = "hybrid",
              .model = "hybrid",
              .summary = "K coroutines on one thread, declared CPU parts computed by a pool of processes",
              .competes = true},
    .start = start_hybrid,
    ASYNC_EXECUTION,
};
