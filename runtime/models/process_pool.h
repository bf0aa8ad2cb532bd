/* A pool of K worker processes, for the multiprocessing models. What differs between these is how a result travels to
 * the parent, which waits for the end of the block and receives: the transport.
 *
 * Workers are forked at the start, rest at a gate between blocks, and take call numbers from the shared block by
 * themselves: nothing has to travel to them, as inputs follow from the number.
 */
#ifndef RUNTIME_MODELS_PROCESS_POOL_H
#define RUNTIME_MODELS_PROCESS_POOL_H

#include "runtime/execution.h"

#include <sys/types.h>

struct process_pool;

/* What goes before the bytes of every result. */
struct result_header {
    uint64_t number, size;
};

/* How results travel. Functions that return int return 0 or a positive errno value. */
struct transport {
    /* In the parent, before workers are forked; fills execution->reason. */
    int (*open)(struct process_pool *pool);
    /* In a worker, in the timed part of a call: takes the whole message, header and bytes. */
    int (*send)(struct process_pool *pool, unsigned worker, const struct result_header *header, const void *bytes);
    /* In a worker that was the last to finish the block: ends the parent's wait in receive(). */
    void (*finished)(struct process_pool *pool);
    /* In the parent: takes what has come, else waits for up to wait_ms. Returns the bytes taken. */
    size_t (*receive)(struct process_pool *pool, int wait_ms);
    void (*close)(struct process_pool *pool);
};

/* A pipe for each worker; multiprocessing.c. */
extern const struct transport pipe_transport;

/* What a worker's process does with a block: by default, the calls of one lane. `usage` may be NULL. */
struct crew {
    /* In the worker's process, after process_start: makes its lanes ready. */
    int (*start)(struct process_pool *pool, unsigned worker, struct execution *execution, void **state);
    void (*run)(void *state, struct block *block);
    void (*stop)(void *state);
    void (*usage)(void *state, struct usage *usage); /* adds what getrusage() does not tell */
};

/* A worker as both sides see it; in shared memory, a line of cache or more each. */
struct pool_worker {
    _Alignas(64) struct usage usage; /* since its start, as of its last arrival at the gate */
    uint64_t sent_bytes;             /* headers included, likewise */
    int error;                       /* of its start */
    char reason[REASON_BYTES];
};

struct pool_gate {
    _Atomic uint32_t opened;  /* how often */
    _Atomic uint32_t working; /* workers that are not back */
    struct block *block;      /* what it leads to; NULL: to the end */
};

struct process_pool {
    struct execution *execution;
    const struct transport *transport;
    const struct crew *crew;
    unsigned count; /* of workers */
    struct pool_gate *gate;
    struct pool_worker *workers;
    size_t shared_bytes; /* of gate and workers together */
    pid_t *pids;
    unsigned started;
    uint64_t received_bytes; /* by the parent */
    void *channel;           /* the transport's own */
};

/* For the functions of a struct execution_model. */
int process_pool_start(struct execution *execution, const struct transport *transport);
/* With `count` workers (at most K) that are crewed otherwise. */
int process_pool_start_crew(struct execution *execution, const struct transport *transport, const struct crew *crew,
                            unsigned count);
int process_pool_run(struct execution *execution, struct block *block);
void process_pool_stop(struct execution *execution);
void process_pool_usage(struct execution *execution, struct usage *usage);

/* In a worker, for a lane's `deliver`: sends a result to the parent. One at a time in a process. */
int process_pool_deliver(struct process_pool *pool, unsigned worker, const struct concprobe_lane *lane,
                         const void *bytes, size_t size);

/* Zeroed memory that this process shares with those that it forks; NULL where there is none. Freed with munmap(). */
void *shared_memory(size_t size);

#endif
