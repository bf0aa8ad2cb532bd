/* What functions did while a program ran: the file .concadvise/observed.json of a tree, read and written.
 *
 * Ownership: everything belongs to the arena of struct observed; observed_free releases it.
 * Units: nanoseconds; shares are from 0 to 1. Times of a function are inclusive of what it calls, of its outermost
 * calls, without preemption and without the recorder's own time; "self" leaves out instrumented callees. What was not
 * measured is negative (a sampled profile knows no calls, an on-CPU profile no waiting).
 */
#ifndef MODEL_OBSERVED_H
#define MODEL_OBSERVED_H

#include "base/arena.h"
#include "base/array.h"
#include "base/error.h"
#include "model/concepts.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* Where it lies, from the tree's root. */
#define OBSERVED_DIRECTORY ".concadvise"
#define OBSERVED_FILE OBSERVED_DIRECTORY "/observed.json"

struct observed_function {
    const char *file; /* relative to the root */
    const char *name;
    unsigned line;
    double calls, outer_calls; /* outer_calls: finished outermost calls, those that the times are of */
    double unfinished_calls;   /* open when a process was killed; their times are known up to some moment before it */
    double wall_ns, cpu_ns;
    double wall_self_ns, cpu_self_ns;
    double offcpu_share; /* of wall_ns: slept of its own will */
    double lock_share;   /* of wall_ns: slept for a lock, a condition, a thread or a child */
    double iocall_share; /* of wall_ns: inside calls that do input or output, blocked or not */
    double agree;        /* share of the processes, weighted by calls, that alone would give the same label */
    bool labelled;       /* false: too little is known */
    enum class_kind label;
};

struct observed_overhead {
    double hook_ns;   /* what one hook costs, two a call; negative: nothing was instrumented */
    double sample_ns; /* what a look at the CPU clock adds */
    double share;     /* of the processor time of the recorded threads; it is taken out of all times */
};

struct observed {
    struct arena arena;
    const char *source;         /* "instrumented", or "imported" */
    const char *const *command; /* what ran, or which files were imported */
    uint32_t command_count;
    uint32_t processes; /* that ran functions of the tree */
    uint32_t cut_short; /* of them: crashed, killed or still running: what was measured until then counts */
    uint32_t threads;
    uint32_t lost_threads; /* not recorded */
    struct observed_overhead overhead;
    struct observed_function *functions; /* by file and name */
    uint32_t function_count;
};

void observed_init(struct observed *observed);
void observed_free(struct observed *observed);

/* The class that measured behaviour has: by the borders of the vocabulary (concepts.h). `call_ns` is the mean wall time
 * of a call, negative where calls were not counted: then nothing is trivial. */
enum class_kind observed_class(double call_ns, double offcpu_share, double lock_share);

/* Whether two classes are one answer: waiting for input and other waiting are told apart by hardly any measurement. */
bool observed_same_class(enum class_kind left, enum class_kind right);

/* Sorts the functions by file and name. */
void observed_sort(struct observed *observed);

/* A function's row, or NULL. The functions are sorted. */
const struct observed_function *observed_find(const struct observed *observed, const char *file, const char *name);

/* false, with a warning, if the file cannot be read or is no such file; without one if there is no such file. */
bool observed_read(struct observed *observed, const char *path, struct problems *problems);

/* The keys that say what a function did; `json` stands inside an object. */
struct json_writer;
void observed_write_measures(struct json_writer *json, const struct observed_function *function);

/* false if the stream refused anything (see errno). `version` is the program's. */
bool observed_write(const struct observed *observed, const char *version, FILE *stream);

#endif
