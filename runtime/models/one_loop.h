/* What async and hybrid share: K lanes on one event loop, with a pool of processes for computing or without one.
 *
 * Ownership: a pool that is given belongs to the execution from then on; one_loop_stop() ends it.
 */
#ifndef RUNTIME_MODELS_ONE_LOOP_H
#define RUNTIME_MODELS_ONE_LOOP_H

#include "runtime/models/async_lanes.h"
#include "runtime/models/compute_pool.h"

/* `pool` and `prepare` may be NULL; `prepare` is called with the pool for each lane before it starts. 0, or an errno
 * value with execution->reason. */
int one_loop_start(struct execution *execution, struct compute_pool *pool,
                   void (*prepare)(struct concprobe_lane *lane, void *pool));

/* For execution_model. */
int one_loop_run(struct execution *execution, struct block *block);
void one_loop_stop(struct execution *execution);
void one_loop_usage(struct execution *execution, struct usage *usage);

#endif
