/* async: K coroutines on one thread; every blocking system call of the unmodified call yields to the others. Tells what
 * a rewrite for an event loop would bring. */
#include "runtime/models.h"
#include "runtime/models/async_lanes.h"

#include <errno.h>
#include <stdlib.h>

static int start(struct execution *execution)
{
    struct async_lanes *lanes = malloc(sizeof *lanes);
    if (!lanes)
        return execution_fail(execution, ENOMEM, "out of memory");
    *lanes = (struct async_lanes){.execution = execution, .count = execution->k};
    execution->state = lanes;
    int error = execution_process_start(execution);
    return error ? error : async_lanes_start(lanes, NULL, NULL);
}

static int run(struct execution *execution, struct block *block)
{
    async_lanes_run(execution->state, block);
    return 0;
}

static void stop(struct execution *execution)
{
    async_lanes_stop(execution->state);
    execution_process_stop(execution);
    free(execution->state);
}

static void usage(struct execution *execution, struct usage *usage)
{
    const struct async_lanes *lanes = execution->state;
    event_loop_usage(lanes->loop, usage);
}

const struct execution_model execution_async = {
    .about = {.name = "async",
              .model = "async",
              .summary = "K coroutines on one thread, blocking calls yield: what a rewrite to async would bring",
              .competes = true},
    .available = async_lanes_fit,
    .start = start,
    .run = run,
    .stop = stop,
    .usage = usage,
    .borrowed_bytes = async_lanes_borrowed,
    .shares_memory = true,
};
