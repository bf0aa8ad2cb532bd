/* serial: one call after another, on the thread of the instance. K changes nothing. */
#include "runtime/models.h"

#include <errno.h>
#include <stdlib.h>

static int start(struct execution *execution)
{
    struct concprobe_lane *lane = calloc(1, sizeof *lane);
    if (!lane)
        return execution_fail(execution, ENOMEM, "out of memory");
    int error = execution_process_start(execution);
    if (!error)
        error = lane_start(execution, 0, lane);
    execution->state = lane;
    return error;
}

static int run(struct execution *execution, struct block *block)
{
    lane_run(execution->state, block);
    return 0;
}

static void stop(struct execution *execution)
{
    lane_stop(execution->state);
    execution_process_stop(execution);
    free(execution->state);
}

const struct execution_model execution_serial = {
    .about = {.name = "serial", .model = "serial", .summary = "one call after another", .competes = true},
    .start = start,
    .run = run,
    .stop = stop,
};
