/* Lanes that are coroutines of one event loop, for the async and hybrid models. */
#ifndef RUNTIME_MODELS_ASYNC_LANES_H
#define RUNTIME_MODELS_ASYNC_LANES_H

#include "runtime/async/event_loop.h"

struct async_lanes {
    struct execution *execution;
    struct event_loop *loop;
    unsigned first, count; /* lane indices first … first + count − 1 */
    struct concprobe_lane *lanes;
    struct block *block; /* while one runs */
    int error;           /* of the first lane that did not start */
};

/* May `k` lanes run so? For execution_model.available. */
bool async_lanes_fit(const struct concprobe_options *options, unsigned k, char *reason, size_t size);

/* For execution_model.borrowed_bytes: the kernel's stacks of the threads that coroutines borrow their storage from. A
 * program written for an event loop has none. */
double async_lanes_borrowed(const struct execution *execution);

/* Makes loop and lanes ready, after execution_process_start(). `prepare` (may be NULL) sets what lanes need before they
 * start. 0, or an errno value with execution->reason; what was made is then gone again, but for lanes that started. */
int async_lanes_start(struct async_lanes *lanes, void (*prepare)(struct concprobe_lane *lane, void *argument),
                      void *argument);
void async_lanes_run(struct async_lanes *lanes, struct block *block);
void async_lanes_stop(struct async_lanes *lanes);

#endif
