/* An instance: one model at one K, in a process of its own. This is the chamber's side of it. */
#ifndef RUNTIME_INSTANCE_H
#define RUNTIME_INSTANCE_H

#include "runtime/ledger.h"

#include <sys/types.h>

struct instance {
    pid_t pid;             /* 0: none */
    int sink;              /* its standard error; −1: none */
    unsigned files_before; /* its first call: descriptors it had open */
    const struct execution_model *model;
    struct ledger_cell *cell;
    struct instance_box *box;
};

/* What an instance is made from. */
struct instance_plan {
    const struct concprobe_probe *probe;
    const struct concprobe_options *options;
    unsigned k, cpus;
    void *run;       /* left by run_start */
    uint64_t end_ns; /* when the budget is spent: then there is no more patience with what computes */
    struct call_record *records;
};

/* Starts the process and the model in it. Where that fails, the cell has ended and there is no process. */
void instance_start(struct instance *instance, const struct instance_plan *plan);

/* Runs a block of the calls first … first + calls − 1; box->took_ns and box->usage tell how it went. It is cut short
 * after limit_ns. false: the cell has ended, and the process with it. */
bool instance_run(struct instance *instance, const struct instance_plan *plan, uint64_t first, uint64_t calls,
                  uint64_t limit_ns);

/* How much memory its process tree takes, in bytes; NaN where that cannot be told. */
double instance_weigh(struct instance *instance, const struct instance_plan *plan);

/* Measures what a serial call waits for, in a process for that alone: `instance` has a box and a cell, which ends where
 * that fails. */
bool instance_profile(struct instance *instance, const struct instance_plan *plan);

/* Ends it in order; after a while, by force. */
void instance_stop(struct instance *instance, const struct instance_plan *plan);

/* The process itself: takes orders until told to stop. Does not return. */
_Noreturn void instance_serve(const struct instance *instance, const struct instance_plan *plan);

#endif
