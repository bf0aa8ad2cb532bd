/* async: K coroutines on one thread; every blocking system call of the unmodified call yields to the others. Tells what
 * a rewrite for an event loop would bring. */
#include "runtime/models.h"
#include "runtime/models/one_loop.h"

#include <stddef.h>

static int start(struct execution *execution)
{
    return one_loop_start(execution, NULL, NULL);
}

const struct execution_model execution_async = {
    .about = {.name = "async",
              .model = "async",
              .summary = "K coroutines on one thread, blocking calls yield: what a rewrite to async would bring",
              .competes = true},
    .available = async_lanes_fit,
    .start = start,
    .run = one_loop_run,
    .stop = one_loop_stop,
    .usage = one_loop_usage,
    .borrowed_bytes = async_lanes_borrowed,
    .shares_memory = true,
};
