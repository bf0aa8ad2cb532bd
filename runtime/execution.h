/* The inside of libconcprobe: what an execution model is, and what it runs on.
 *
 * Who is who: the *supervisor* is the caller of concprobe_run(). For each restart it starts a *chamber*: a process with
 * a network namespace, limits and a working directory of its own, in which the probe's run_start is called (servers).
 * The chamber starts one *instance* for every model × K: a process that makes the model ready (setup, timed) and then
 * runs blocks when told. All instances of one K live at the same time and rest; the chamber runs their blocks one by
 * one, each round in a new random order. Whatever happens inside an instance (crash, exit, hang) costs that cell only.
 *
 * Within an instance work is done by *lanes*, K of them: a lane takes the next call number of the block, makes the
 * call, and records it. A model decides only where lanes run: one after another, in threads, in processes, in
 * coroutines.
 *
 * A model is one file under runtime/models/ that ends in a `const struct execution_model`, and one line in
 * runtime/models.def; a variant that only has another number of lanes stands in the same file.
 */
#ifndef RUNTIME_EXECUTION_H
#define RUNTIME_EXECUTION_H

#include "runtime/concprobe.h"

#include <stdatomic.h>

enum call_outcome { CALL_NOT_MADE, CALL_WELL, CALL_FAILED, CALL_WRONG };

enum { RESULT_HEAD_BYTES = 16 };

/* One call as it went. In memory shared by all processes of a run; a record is written by its lane alone. */
struct call_record {
    uint64_t start_ns, end_ns; /* CLOCK_MONOTONIC */
    uint64_t digest;           /* of the bytes of its result (XXH3) */
    uint32_t result_bytes;
    uint16_t outcome;                      /* enum call_outcome */
    uint16_t error;                        /* what the failed function returned, cut to 65,535 */
    unsigned char head[RESULT_HEAD_BYTES]; /* the first bytes of the result, to show a difference */
};

/* A block: the calls first … first + calls − 1, made by the lanes of one instance. Shared by its processes. */
struct block {
    _Atomic uint64_t next; /* the next number that no lane has taken */
    uint64_t first, calls;
    struct call_record *records; /* of `calls`; shared memory */
};

/* What processes used in a block, added up. */
struct usage {
    uint64_t cpu_ns;
    uint64_t voluntary, involuntary; /* context switches */
    uint64_t intercepted;            /* system calls caught */
    uint64_t tax_ns;                 /* what catching them cost, by the measured price of each way */
    uint64_t transferred_bytes, transfer_ns;
};

struct execution_model;

/* One instance: a model at one K, in a process of its own. */
struct execution {
    const struct concprobe_probe *probe;
    const struct execution_model *model;
    const struct concprobe_options *options;
    unsigned k;    /* lanes */
    unsigned cpus; /* that this process may run on */
    void *run;     /* left by the probe's run_start */
    void *process; /* left by process_start in this process */
    void *state;   /* the model's own */
    char *reason;  /* REASON_BYTES: what went wrong first, where a function says so */
    _Atomic bool has_reason;
    const volatile unsigned char *present; /* 0 in a process that fork() left behind in a call (MADV_WIPEONFORK) */
};

enum { REASON_BYTES = 160, DEFAULT_STACK_BYTES = 256 * 1024, DEFAULT_CALL_SECONDS = 10 };

/* The stack that a call of this probe may use. */
static inline size_t stack_bytes(const struct concprobe_probe *probe)
{
    return probe->stack_bytes ? probe->stack_bytes : (size_t)DEFAULT_STACK_BYTES;
}

/* The stack of a thread that makes calls: what the lane itself needs comes on top. Below it lies a guard that is wide
 * enough for large frames. */
enum { LANE_STACK_BYTES = 32 * 1024, THREAD_GUARD_BYTES = 64 * 1024 };

static inline size_t thread_stack_bytes(const struct concprobe_probe *probe)
{
    return stack_bytes(probe) + LANE_STACK_BYTES;
}

/* Everything returns 0 or a positive errno value, with execution->reason filled. Of these, three say what the cell
 * becomes: ENOTSUP unavailable, EOWNERDEAD crashed (a process of the model died in a call), ECANCELED failed (a start
 * function of the probe said no); all others are failures as well. */
struct execution_model {
    struct concprobe_model about;
    /* May it run here at all? false, with the reason ("unavailable, because …"). Cheap; may be NULL: always. */
    bool (*available)(const struct concprobe_options *options, unsigned k, char *reason, size_t size);
    /* Makes everything ready for the first call: pools, rings, lanes with their worker_start. Timed as set-up. */
    int (*start)(struct execution *execution);
    /* Runs one block to its end: all lanes, until no number is left. */
    int (*run)(struct execution *execution, struct block *block);
    /* Lanes' worker_stop, pools down. Never called after a failed start. */
    void (*stop)(struct execution *execution);
    /* What the model's other processes used since start, and its interception; NULL: nothing beyond this process. */
    void (*usage)(struct execution *execution, struct usage *usage);
    /* Bytes of memory that are there for the way of measuring, not for the model: taken off its figure. NULL: none. */
    double (*borrowed_bytes)(const struct execution *execution);
    bool per_core;      /* has no more lanes than processors: calls beyond them wait for their turn */
    bool shares_memory; /* lanes run at once in one process: not for probes that are not thread-safe */
};

/* How many lanes a model has for K calls at once. */
static inline unsigned lanes_of(const struct execution_model *model, unsigned k, unsigned cpus)
{
    return model->per_core && k > cpus ? cpus : k;
}

/* ---- lanes (lane.c) ---- */

/* How a lane's result leaves it; a model that carries results elsewhere sets `deliver`. */
struct concprobe_lane {
    struct execution *execution;
    struct concprobe_call call;
    unsigned index; /* 0 … K−1 */
    unsigned char *result;
    size_t result_size, result_capacity;
    /* The result of one call is complete; called inside the timed part. NULL: it stays where it is. */
    int (*deliver)(struct concprobe_lane *lane, const void *bytes, size_t size);
    /* Runs a declared CPU part; NULL: in place. */
    void (*compute)(struct concprobe_lane *lane, void (*part)(void *), void *data, size_t size);
    void *context;         /* the model's own */
    void *alternate_stack; /* fault.h */
};

/* The probe's process_start and process_stop, in a process that makes calls. */
int execution_process_start(struct execution *execution);
void execution_process_stop(struct execution *execution);

/* Makes a lane ready (worker_start); lane_stop() undoes it. `lane` is zeroed but for what the model set. */
int lane_start(struct execution *execution, unsigned index, struct concprobe_lane *lane);
void lane_stop(struct concprobe_lane *lane);

/* Makes one call and records it: call_start, [call, deliver], check, call_stop; only what is in brackets is timed. A
 * process that the call forked off, and that returns from it, ends there. */
void lane_call(struct concprobe_lane *lane, uint64_t number, struct call_record *record);

/* Takes numbers of the block and makes these calls, until none is left. */
void lane_run(struct concprobe_lane *lane, struct block *block);

/* What this process, and the children that it has waited for, used until now: CPU time and switches are added. */
void usage_of_process(struct usage *usage);
void usage_add(struct usage *sum, const struct usage *part);

/* CLOCK_MONOTONIC. */
uint64_t now_ns(void);

/* Fills execution->reason, if nothing else has failed before, and returns `error`. Any lane may call it. */
int execution_fail(struct execution *execution, int error, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* ---- the big lock (big_lock.c); no effect where options->lock is CONCPROBE_LOCK_NONE ---- */

/* Around every call, by lane_call(). In lanes of one process they exclude each other; a lane that waits yields in the
 * async models. */
void big_lock_take(void);
void big_lock_drop(void);
/* Around a system call that may block, by the interposed functions and the dispatcher, under CONCPROBE_LOCK_AT_BLOCK.
 */
void big_lock_before_block(void);
void big_lock_after_block(void);

#endif
