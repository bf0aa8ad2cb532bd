/* Worker processes that perform numbered tasks and answer with bytes.
 *
 * The work is given as functions: some run in the parent, some in the workers. A worker that crashes, answers nonsense
 * or takes too long costs the task that it was at; another worker takes its place. No process and no descriptor is left
 * behind, also after a signal.
 *
 * Threads: the parent must not have other threads that hold locks while workers are forked.
 */
#ifndef ANALYZER_PROCESS_POOL_H
#define ANALYZER_PROCESS_POOL_H

#include "base/text.h"

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

enum task_outcome {
    TASK_ANSWERED,
    TASK_CRASHED,   /* by a signal */
    TASK_EXITED,    /* the worker ended without an answer */
    TASK_TIMED_OUT, /* and was killed */
    TASK_NOT_RUN,   /* no worker could be started, or the run was interrupted */
};

struct task_report {
    uint32_t task;
    enum task_outcome outcome;
    int detail; /* TASK_CRASHED: the signal; TASK_EXITED: the exit status; TASK_NOT_RUN: errno, or 0 if interrupted */
    const char *answer; /* TASK_ANSWERED: `size` bytes, good during the call */
    size_t size;
};

struct pool_work {
    void *data; /* handed to the functions */

    /* In the parent: the next task to start; false if none is ready now. Asked again after each finished task. */
    bool (*next)(void *data, uint32_t *task);
    /* In the parent: a task has ended. Called once for each task that next() gave. */
    void (*finished)(void *data, const struct task_report *report);

    /* In a worker: once at its start (may be NULL), and for each task. */
    void *(*start)(void *data);
    void (*perform)(void *data, void *state, uint32_t task, struct text *answer);
};

struct pool_limits {
    unsigned workers;      /* at most so many at a time; at least 1 */
    double timeout;        /* seconds a task may take */
    unsigned worker_tasks; /* a worker is replaced after so many tasks; 0: never */
    size_t worker_memory;  /* … or when it has grown to so many bytes; 0: never */
};

/* Signals that would end the process (SIGINT, SIGTERM, SIGHUP) are held back between these two, so that what was made
 * in the meantime can be removed. interrupts_release() raises again what arrived. */
struct interrupts {
    sigset_t mask_before;
    int fd;      /* a signalfd, or -1 */
    int arrived; /* the signal that arrived, or 0 */
};
void interrupts_hold(struct interrupts *interrupts);
void interrupts_release(struct interrupts *interrupts);

/* Performs tasks until next() has none left and all have ended, or a held signal arrives (interrupts->arrived). */
void pool_run(const struct pool_work *work, const struct pool_limits *limits, struct interrupts *interrupts);

/* The number of CPUs that this process may use; at least 1. */
unsigned available_cpus(void);

#endif
