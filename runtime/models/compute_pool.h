/* A pool of processes that compute parts which calls declare (concprobe_compute), for hybrid.
 *
 * Data travel through shared memory: the loop copies them into a slot, wakes the worker, and copies them back. Each
 * worker has two slots, so that it need not wait for the loop between two parts.
 */
#ifndef RUNTIME_MODELS_COMPUTE_POOL_H
#define RUNTIME_MODELS_COMPUTE_POOL_H

#include "runtime/async/coroutine.h"
#include "runtime/execution.h"

struct compute_pool;

/* Forks the workers; before the process has other threads. NULL with execution->reason. */
struct compute_pool *compute_pool_start(struct execution *execution, unsigned workers);
void compute_pool_stop(struct compute_pool *pool);

/* In a coroutine: computes part(data) in a worker, and meanwhile gives the thread to others. Data too large for a slot
 * (COMPUTE_SLOT_BYTES) are computed in place. A worker that dies takes this process along, in the same way. */
enum { COMPUTE_SLOT_BYTES = 64 * 1024 * 1024 };
void compute_pool_do(struct compute_pool *pool, struct coroutine *current, void (*part)(void *data), void *data,
                     size_t size);

/* Adds what the workers used, and what travelled. */
void compute_pool_usage(const struct compute_pool *pool, struct usage *usage);

#endif
