/* libconcprobe: one representative call, unmodified, under every concurrency model, measured and judged.
 *
 * A probe says how to make one call. A run makes it serially, in threads, in processes, asynchronously and as a hybrid,
 * at each wanted concurrency, interleaved, in processes of its own, and says with statistics which model wins on this
 * machine.
 *
 *     #include <concprobe.h>
 *     #include <unistd.h>
 *
 *     static int nap(struct concprobe_call *call) {
 *         usleep(5000);
 *         return concprobe_result(call, &call->number, sizeof call->number);
 *     }
 *     static const struct concprobe_probe probe = {.abi = CONCPROBE_ABI, .name = "nap", .call = nap};
 *     int main(int argc, char **argv) { return concprobe_main(argc, argv, &probe, 1); }
 *
 * Build with `cc nap.c $(pkg-config --cflags --libs concprobe)`; `./a.out --help` tells the rest.
 *
 * Ownership: descriptors and options belong to the caller and must live as long as the run; a result belongs to whoever
 * started the run, until concprobe_outcome_free(). Thread safety: one run at a time in a process; the functions that a
 * call may use are safe in every model. Nothing here is async-signal-safe.
 */
#ifndef CONCPROBE_H
#define CONCPROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

#define CONCPROBE_ABI 1

/* ---- what a probe is ---- */

/* What every function of a probe is told. Inputs must follow from `seed` and `number` alone: the same number means the
 * same input under every model, so that results can be compared. */
struct concprobe_call {
    uint64_t number; /* which call, from 0; in the functions that are not about one call: 0 */
    uint64_t seed;   /* of the run */
    void *run;       /* left by run_start; what it points to is inherited by every process (copy-on-write) */
    void *process;   /* left by process_start, one for each process that makes calls */
    void *worker;    /* left by worker_start, one for each lane: thread, worker process or coroutine */
    void *item;      /* left by call_start, one for each call */
    struct concprobe_lane *lane; /* the library's own */
};

/* 0: well. Anything else: it failed, best as a positive errno value. A failed start ends that model's run with this
 * reason; a failed call is counted, and a model that fails where serial does not is disqualified. */
typedef int concprobe_function(struct concprobe_call *call);

struct concprobe_probe {
    unsigned abi;           /* CONCPROBE_ABI */
    const char *name;       /* letters, digits, '-' and '_' */
    const char *summary;    /* one line; may be NULL */
    const char *stands_for; /* the work in real programs that this call represents; may be NULL */

    concprobe_function *call; /* the one thing that is timed; the only one that must be there */

    concprobe_function *run_start;     /* once a restart, before all processes: servers, files */
    concprobe_function *run_stop;      /* its counterpart, like all …_stop: called where the start succeeded */
    concprobe_function *process_start; /* in each process that makes calls */
    concprobe_function *process_stop;
    concprobe_function *worker_start; /* in each lane, before its first call */
    concprobe_function *worker_stop;
    concprobe_function *call_start; /* before each call, not timed */
    concprobe_function *call_stop;
    concprobe_function *check; /* after each call, not timed: was the result right? 0: yes */

    size_t stack_bytes;   /* that a call needs at most; 0: 256 KiB */
    size_t memory_bytes;  /* that each process may take, and four times what its files may; 0: half of the machine's */
    double call_seconds;  /* past this a call is said to hang; 0: 10 s */
    bool not_thread_safe; /* the call must not run twice at once in one process: threading and async are left out */
    bool needs_network;   /* leaves the private loopback: no network namespace of its own */
    bool needs_disk;      /* its working directory lies on the disk of options.directory, else in memory */
};

/* ---- what a call may use ---- */

/* Adds bytes to the result of this call. Equal calls must add equal bytes under every model; the process models carry
 * them back to the parent, which is part of their price. Returns 0, or ENOMEM. */
int concprobe_result(struct concprobe_call *call, const void *bytes, size_t size);

/* Declares a CPU part: computes `part(data)` in place, but under hybrid in a worker of the pool, to which `size` bytes
 * of `data` travel and from which they come back. `part` must reach everything through `data`. */
void concprobe_compute(struct concprobe_call *call, void (*part)(void *data), void *data, size_t size);

/* The call gives up the big lock for what stands between these (no effect without one). PyEval_SaveThread() and
 * PyEval_RestoreThread() do the same. */
void concprobe_lock_release(void);
void concprobe_lock_acquire(void);

/* A number that follows from seed and number alone, for inputs (splitmix64). */
uint64_t concprobe_random(const struct concprobe_call *call, uint64_t which);

/* ---- a run ---- */

enum concprobe_lock {
    CONCPROBE_LOCK_NONE,
    CONCPROBE_LOCK_EXPLICIT, /* a big lock, released only where the code releases it */
    CONCPROBE_LOCK_AT_BLOCK  /* a big lock, released at every blocking system call as well */
};

struct concprobe_options {
    const char *const *models; /* names as concprobe_model() tells them ("threading", "async to-thread"); NULL: all that
                                  compete by default */
    size_t model_count;
    const unsigned *concurrency; /* levels K, each from 1; NULL: 1, 2, 8, 64 */
    size_t concurrency_count;
    double budget_seconds; /* for the whole run; 0: 10 s a level */
    uint64_t seed;         /* of inputs, orders and resampling; 0 is a seed too */
    unsigned restarts;     /* 0: 5 */
    unsigned min_rounds;   /* of all restarts together; 0: 10 */
    unsigned max_rounds;   /* 0: 60 */
    double block_seconds;  /* at least this long is one measured block; 0: 0.1 */
    enum concprobe_lock lock;
    const char *directory; /* where private working directories are made; NULL: TMPDIR, else /tmp */
    FILE *progress;        /* a line of progress there; NULL: none */
};

/* Every model there is: one row for `index`, NULL past the last. */
struct concprobe_model {
    const char *name;    /* "serial", "threading", "threading per-call", "multiprocessing", … */
    const char *model;   /* of the vocabulary: serial, threading, multiprocessing, async, hybrid */
    const char *summary; /* one line */
    bool competes;       /* takes part in the verdict; the others are run where named */
};
const struct concprobe_model *concprobe_model(size_t index);

/* ---- what a run finds ---- */

enum concprobe_status {
    CONCPROBE_MEASURED,
    CONCPROBE_UNAVAILABLE,  /* the kernel, the container or the build forbids the mechanism: see reason */
    CONCPROBE_DISQUALIFIED, /* other results than serial, or failed calls where serial had none */
    CONCPROBE_CRASHED,      /* a signal, exit() or abort() in the call */
    CONCPROBE_HUNG,         /* a call took longer than call_seconds; stopped by the watchdog */
    CONCPROBE_FAILED,       /* a start function failed, or a limit (memory, files, disk) was hit */
    CONCPROBE_NOT_RUN       /* the budget was spent before its turn */
};

struct concprobe_latency { /* ns */
    double p50, p90, p99, p999, max;
};

struct concprobe_wait { /* where a call waits, by system call */
    char name[32];      /* "recvfrom", "futex", … */
    double share;       /* of the wall time of a serial call spent off the CPU in it, 0–1 */
    double calls;       /* of it, each call of the probe */
};

/* One model at one K. Figures are medians over rounds; NaN where not measured. */
struct concprobe_cell {
    const struct concprobe_model *model;
    unsigned k;
    enum concprobe_status status;
    char reason[160]; /* of any other status than measured; also a remark on a measured one; "" if none */
    unsigned rounds, restarts;
    uint64_t calls, failed_calls;

    double calls_per_second, low, high; /* median, 95 % interval, bootstrap clustered by restart */
    struct concprobe_latency latency;   /* of the call as made */
    struct concprobe_latency corrected; /* for coordinated omission */
    double wall_ns, cpu_ns;             /* a call: its wall time, and CPU time of all processes over calls made */
    double voluntary, involuntary;      /* context switches a call */
    double setup_ns;                    /* until the model was ready for its first call: pool, processes, rings */
    double worker_bytes;                /* memory a lane: (PSS + kernel stacks + page tables − serial's) / K */
    double transfer_ns_per_kib;         /* of a result, for models that carry it between processes */
    double intercepted;                 /* system calls caught a call */
    double tax_ns;                      /* what catching them cost a call; calls_per_second is raw */
    double corrected_calls_per_second;  /* without the tax */
};

enum concprobe_decision { CONCPROBE_WIN, CONCPROBE_TIE, CONCPROBE_INCONCLUSIVE };

/* The verdict at one K. A win: the 95 % interval of the best's lead over the models of every other kind,
 * Holm-corrected, lies above 1.05 (the 98 % interval where the run was noisy). A tie: `best` is the simplest model that
 * no other beats by 5 %. docs/verdict.md has the rest. */
struct concprobe_verdict {
    unsigned k;
    enum concprobe_decision decision;
    const struct concprobe_model *best; /* NULL where nothing could be compared */
    double lead, lead_low, lead_high;   /* best over the next: ratio of throughputs */
    double over_serial, over_serial_low, over_serial_high;
    double gauge; /* contamination: the spread of a reference spin over the rounds, 0 = quiet machine */
    double aa_ratio, aa_low, aa_high; /* a model against itself, run along: should hold 1 */
    char reason[256];                 /* in words */
};

struct concprobe_scaling { /* X(K) = λK / (1 + σ(K−1) + κK(K−1)), Gunther 2007 */
    const struct concprobe_model *model;
    bool fitted; /* else see reason: at least 6 levels are needed */
    double lambda, lambda_low, lambda_high;
    double sigma, sigma_low, sigma_high;
    double kappa, kappa_low, kappa_high;
    double best_k; /* √((1−σ)/κ); infinity where κ is 0 */
    char reason[120];
};

struct concprobe_outcome {
    const struct concprobe_probe *probe;
    struct concprobe_options options; /* as run: defaults filled in */
    unsigned cpus;
    size_t cell_count, verdict_count, scaling_count, wait_count;
    struct concprobe_cell *cells;       /* by K, then in the order of the models */
    struct concprobe_verdict *verdicts; /* by K */
    struct concprobe_scaling *scalings;
    struct concprobe_wait *waits; /* of a serial call, longest first */
    double wait_share;            /* 0–1; NaN where not measured */
    const char *class_name; /* by the measured wait share: trivial, cpu, mixed, io, wait; NULL where not measured */
    char error[200];        /* of the whole run; "" if none */
};

/* Runs it. NULL only where memory is out or the descriptor is malformed (`error` then says how, at most 200 bytes). */
struct concprobe_outcome *concprobe_run(const struct concprobe_probe *probe, const struct concprobe_options *options,
                                        char *error);
void concprobe_outcome_free(struct concprobe_outcome *outcome);

/* For people: a table, a chart where `width` columns (0: 80) leave room, and the verdicts. */
void concprobe_print(const struct concprobe_outcome *outcome, FILE *stream, unsigned width);
/* For programs: one JSON object, schema probe.schema.json. false where it could not be written. */
bool concprobe_print_json(const struct concprobe_outcome *outcome, FILE *stream);

/* The command line of a program of probes: --list, NAME, --model, --concurrency, --budget, --restarts, --seed, --lock,
 * --output-format text|json, --help. Returns the exit code: 0 measured, 2 wrong use, 3 nothing could be measured. */
int concprobe_main(int argc, char **argv, const struct concprobe_probe *probes, size_t count);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
