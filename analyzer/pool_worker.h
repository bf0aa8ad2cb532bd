/* Between the process pool and its workers: the worker's main loop and the form of its answers. */
#ifndef ANALYZER_POOL_WORKER_H
#define ANALYZER_POOL_WORKER_H

#include "analyzer/process_pool.h"

#include <sys/types.h>

#define ANSWER_MAGIC UINT32_C(0xC0CA11ED)

/* Before the bytes of each answer. A task is asked for by its number alone. */
struct answer_frame {
    uint32_t magic;
    uint32_t task;
    uint64_t size;
    uint32_t last; /* the worker ends after this answer */
    uint32_t unused;
};

/* Performs tasks from the socket until it is closed. */
_Noreturn void pool_worker_main(const struct pool_work *work, const struct pool_limits *limits, int socket,
                                const sigset_t *mask, pid_t parent);

#endif
