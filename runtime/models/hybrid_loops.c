/* hybrid loops: an event loop in each of P processes, K lanes spread over them; for calls that both wait and compute
 * and that declare no part to offload. Results travel to the parent through pipes. */
#include "runtime/async/coroutine.h"
#include "runtime/big_lock.h"
#include "runtime/models.h"
#include "runtime/models/async_lanes.h"
#include "runtime/models/process_pool.h"

#include <errno.h>
#include <stdlib.h>

/* A lane that waits until it may send. */
struct sender {
    struct coroutine *coroutine;
    struct sender *next;
};

struct loop_worker {
    struct process_pool *pool;
    unsigned worker;
    struct async_lanes lanes;
    bool sending; /* one lane at a time: a message may need several writes, between which others run */
    struct sender *first, *last;
};

static unsigned processes(const struct execution *execution)
{
    return execution->k < execution->cpus ? execution->k : execution->cpus;
}

static void wait_in_line(struct loop_worker *own)
{
    struct sender self = {.coroutine = coroutine_current()};
    *(own->first ? &own->last->next : &own->first) = &self;
    own->last = &self;
    bool locked = big_lock_is_held();
    if (locked)
        concprobe_lock_release();
    coroutine_park(self.coroutine);
    if (locked)
        concprobe_lock_acquire();
}

/* Who has sent hands on to the next in line. */
static int deliver(struct concprobe_lane *lane, const void *bytes, size_t size)
{
    struct loop_worker *own = lane->context;
    if (own->sending)
        wait_in_line(own);
    own->sending = true;
    int error = process_pool_deliver(own->pool, own->worker, lane, bytes, size);
    struct sender *next = own->first;
    if (next) {
        own->first = next->next;
        coroutine_unpark(next->coroutine);
    } else {
        own->sending = false;
    }
    return error;
}

static void prepare(struct concprobe_lane *lane, void *argument)
{
    lane->context = argument;
    lane->deliver = deliver;
}

static int start_loop(struct process_pool *pool, unsigned worker, struct execution *execution, void **state)
{
    struct loop_worker *own = calloc(1, sizeof *own);
    if (!own)
        return execution_fail(execution, ENOMEM, "out of memory");
    unsigned first = (unsigned)((uint64_t)execution->k * worker / pool->count);
    unsigned end = (unsigned)((uint64_t)execution->k * (worker + 1) / pool->count);
    *own = (struct loop_worker){
        .pool = pool, .worker = worker, .lanes = {.execution = execution, .first = first, .count = end - first}};
    *state = own;
    return async_lanes_start(&own->lanes, prepare, own);
}

static void run_loop(void *state, struct block *block)
{
    struct loop_worker *own = state;
    async_lanes_run(&own->lanes, block);
}

static void stop_loop(void *state)
{
    struct loop_worker *own = state;
    async_lanes_stop(&own->lanes);
    free(own);
}

static void usage_of_loop(void *state, struct usage *usage)
{
    struct loop_worker *own = state;
    event_loop_usage(own->lanes.loop, usage);
}

static const struct crew crew = {.start = start_loop, .run = run_loop, .stop = stop_loop, .usage = usage_of_loop};

static int start(struct execution *execution)
{
    return process_pool_start_crew(execution, &pipe_transport, &crew, processes(execution));
}

const struct execution_model execution_hybrid_loops = {
    .about = {.name = "hybrid loops",
              .model = "hybrid",
              .summary = "an event loop in each of P processes, K coroutines spread over them",
              .competes = true},
    .available = async_lanes_fit,
    .start = start,
    .run = process_pool_run,
    .stop = process_pool_stop,
    .usage = process_pool_usage,
    .borrowed_bytes = async_lanes_borrowed,
    .shares_memory = true,
};
