/* hybrid: an event loop with K coroutines, and a process for every CPU to which the declared CPU parts of calls travel.
 */
#include "runtime/models.h"
#include "runtime/models/async_lanes.h"
#include "runtime/models/compute_pool.h"

#include <errno.h>
#include <stdlib.h>

struct hybrid {
    struct async_lanes lanes;
    struct compute_pool *pool;
};

static void compute(struct concprobe_lane *lane, void (*part)(void *), void *data, size_t size)
{
    compute_pool_do(lane->context, coroutine_current(), part, data, size);
}

static void prepare(struct concprobe_lane *lane, void *argument)
{
    lane->context = argument;
    lane->compute = compute;
}

static int start(struct execution *execution)
{
    struct hybrid *hybrid = malloc(sizeof *hybrid);
    if (!hybrid)
        return execution_fail(execution, ENOMEM, "out of memory");
    *hybrid = (struct hybrid){.lanes = {.execution = execution, .count = execution->k},
                              .pool = compute_pool_start(execution, execution->cpus)};
    execution->state = hybrid;
    if (!hybrid->pool)
        return ENOTSUP;
    int error = execution_process_start(execution);
    return error ? error : async_lanes_start(&hybrid->lanes, prepare, hybrid->pool);
}

static int run(struct execution *execution, struct block *block)
{
    struct hybrid *hybrid = execution->state;
    async_lanes_run(&hybrid->lanes, block);
    return 0;
}

static void stop(struct execution *execution)
{
    struct hybrid *hybrid = execution->state;
    async_lanes_stop(&hybrid->lanes);
    execution_process_stop(execution);
    compute_pool_stop(hybrid->pool);
    free(hybrid);
}

static void usage(struct execution *execution, struct usage *usage)
{
    const struct hybrid *hybrid = execution->state;
    event_loop_usage(hybrid->lanes.loop, usage);
    compute_pool_usage(hybrid->pool, usage);
}

const struct execution_model execution_hybrid = {
    .about = {.name = "hybrid",
              .model = "hybrid",
              .summary = "K coroutines on one thread, declared CPU parts computed by a pool of processes",
              .competes = true},
    .available = async_lanes_fit,
    .start = start,
    .run = run,
    .stop = stop,
    .usage = usage,
    .borrowed_bytes = async_lanes_borrowed,
    .shares_memory = true,
};
