/* Lanes as coroutines; see the header. */
#include "runtime/models/async_lanes.h"

#include "runtime/memory.h"

#include <errno.h>
#include <stdlib.h>

bool async_lanes_fit(const struct concprobe_options *options, unsigned k, char *reason, size_t size)
{
    (void)options;
    return event_loop_available(k, 0, reason, size);
}

double async_lanes_borrowed(const struct execution *execution)
{
    return (double)execution->k * (double)KERNEL_STACK_BYTES;
}

static void start_lane(void *argument, unsigned index)
{
    struct async_lanes *lanes = argument;
    int error = lane_start(lanes->execution, lanes->first + index, &lanes->lanes[index]);
    if (error && !lanes->error)
        lanes->error = error;
}

static void run_lane(void *argument, unsigned index)
{
    struct async_lanes *lanes = argument;
    lane_run(&lanes->lanes[index], lanes->block);
}

static void stop_lane(void *argument, unsigned index)
{
    struct async_lanes *lanes = argument;
    lane_stop(&lanes->lanes[index]);
}

int async_lanes_start(struct async_lanes *lanes, void (*prepare)(struct concprobe_lane *lane, void *argument),
                      void *argument)
{
    struct execution *execution = lanes->execution;
    lanes->lanes = calloc(lanes->count, sizeof *lanes->lanes);
    if (!lanes->lanes)
        return execution_fail(execution, ENOMEM, "out of memory");
    for (unsigned i = 0; prepare && i < lanes->count; i++)
        prepare(&lanes->lanes[i], argument);
    lanes->loop = event_loop_start(lanes->count, stack_bytes(execution->probe), execution->reason, REASON_BYTES);
    if (!lanes->loop) {
        free(lanes->lanes);
        return ENOTSUP;
    }
    event_loop_run(lanes->loop, start_lane, lanes);
    if (lanes->error) {
        event_loop_stop(lanes->loop);
        free(lanes->lanes);
    }
    return lanes->error;
}

void async_lanes_run(struct async_lanes *lanes, struct block *block)
{
    lanes->block = block;
    event_loop_run(lanes->loop, run_lane, lanes);
}

void async_lanes_stop(struct async_lanes *lanes)
{
    event_loop_run(lanes->loop, stop_lane, lanes);
    event_loop_stop(lanes->loop);
    free(lanes->lanes);
}
