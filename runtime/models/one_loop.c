/* K lanes on one event loop. */
#include "runtime/models/one_loop.h"

#include <errno.h>
#include <stdlib.h>

struct one_loop {
    struct async_lanes lanes;
    struct compute_pool *pool; /* NULL: parts are computed in place */
};

int one_loop_start(struct execution *execution, struct compute_pool *pool,
                   void (*prepare)(struct concprobe_lane *lane, void *pool))
{
    struct one_loop *one = malloc(sizeof *one);
    if (!one)
        return execution_fail(execution, ENOMEM, "out of memory");
    *one = (struct one_loop){.lanes = {.execution = execution, .count = execution->k}, .pool = pool};
    execution->state = one;
    int error = execution_process_start(execution);
    return error ? error : async_lanes_start(&one->lanes, prepare, pool);
}

int one_loop_run(struct execution *execution, struct block *block)
{
    struct one_loop *one = execution->state;
    async_lanes_run(&one->lanes, block);
    return 0;
}

void one_loop_stop(struct execution *execution)
{
    struct one_loop *one = execution->state;
    async_lanes_stop(&one->lanes);
    execution_process_stop(execution);
    if (one->pool)
        compute_pool_stop(one->pool);
    free(one);
}

void one_loop_usage(struct execution *execution, struct usage *usage)
{
    const struct one_loop *one = execution->state;
    event_loop_usage(one->lanes.loop, usage);
    if (one->pool)
        compute_pool_usage(one->pool, usage);
}
