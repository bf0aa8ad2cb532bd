/* hybrid: coroutines on one thread as under async, and a process for every CPU to which the declared CPU parts of calls
 * travel. */
#include "runtime/models.h"
#include "runtime/models/one_loop.h"

#include <errno.h>

static void compute(struct concprobe_lane *lane, void (*part)(void *), void *data, size_t size)
{
    compute_pool_do(lane->context, coroutine_current(), part, data, size);
}

static void prepare(struct concprobe_lane *lane, void *pool)
{
    lane->context = pool;
    lane->compute = compute;
}

static int start(struct execution *execution)
{
    struct compute_pool *pool = compute_pool_start(execution, execution->cpus);
    return pool ? one_loop_start(execution, pool, prepare) : ENOTSUP;
}

const struct execution_model execution_hybrid = {
    .about = {.name = "hybrid",
              .model = "hybrid",
              .summary = "K coroutines on one thread, declared CPU parts computed by a pool of processes",
              .competes = true},
    .available = async_lanes_fit,
    .start = start,
    .run = one_loop_run,
    .stop = one_loop_stop,
    .usage = one_loop_usage,
    .borrowed_bytes = async_lanes_borrowed,
    .shares_memory = true,
};
