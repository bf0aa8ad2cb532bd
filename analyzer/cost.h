/* Cost: what one call of each function takes, CPU and waiting, with uncertainty; bottom-up over the call graph.
 *
 * Formulas. Frequencies are structural: loops by trip count, branches by their conditions (docs/analyzer.md lists the
 * numbers and their sources). Means add, but what is seldom reached counts less than its mean; spreads combine to first
 * order. Recursion: the members of a strongly connected component are evaluated several times, which counts that many
 * turns of the recursion.
 *
 * Ownership: struct costs owns the entries.
 */
#ifndef ANALYZER_COST_H
#define ANALYZER_COST_H

#include "analyzer/flow.h"

/* What waiting comes from. It happens or does not as a whole: a program whose descriptors wait may never sleep. */
enum wait_cause { CAUSE_DESCRIPTOR, CAUSE_PIPE, CAUSE_NAME, CAUSE_SLEEP, CAUSE_LOCK, CAUSE_PROCESS, CAUSE_COUNT };

/* How likely the waiting of one cause is. */
struct waiting {
    double reach;  /* how likely a call gets as far as to it, 0 to 1 */
    double chance; /* how likely it is there at all (the descriptor may be of another kind), 0 to 1 */
};

struct cost {
    double cpu;                          /* mean, ns */
    double cpu_spread;                   /* of ln(cpu) */
    double parts;                        /* of a function's skeleton: its length; 0: not one */
    double wait[WAIT_COUNT];             /* means, ns */
    double covariance;                   /* of ln(cpu) and ln(sum of waits): a loop's trip count makes both longer */
    double cpu_reach;                    /* how likely a call gets as far as to most of its CPU time, 0 to 1 */
    double wait_spread;                  /* of ln(sum of waits) */
    struct waiting waiting[CAUSE_COUNT]; /* by cause */
    double unknown;    /* expected number of calls whose cost nobody knows, per call of this function */
    double unreviewed; /* share of the time that comes from entries nobody read up, or that were derived with doubt, 0
                          to 1 */
    double assumed;    /* share of the time that was put in for the unknown calls, 0 to 1 */
};

double cost_wait(const struct cost *cost);
/* The part of it that comes from one cause. */
double cost_wait_of(const struct cost *cost, enum wait_cause cause);
enum wait_cause cause_of_wait(enum wait_kind kind);
/* How likely it happens at all, 0 to 1. */
double waiting_happens(const struct expectations *expect, const struct cost *cost, enum wait_cause cause);
/* The waits of the causes that are more likely than not to happen (of all, if none is), by kind: what people are told.
 * Returns their sum. */
double cost_typical_waits(const struct expectations *expect, const struct cost *cost, double waits[WAIT_COUNT]);
/* How likely a call gets as far as to what waits most, and that waits. */
double cost_waits_how_often(const struct cost *cost);

/* How likely something happens at all of which so much is expected per call (0 to 1): what is expected once in
 * thousands of calls nearly never does, it is an error path or a feature that is not used. */
double happens_at_all(const struct expectations *expect, double reach);

/* Where most of something comes from: a call of the function, and what it leads to. */
struct cost_source {
    uint32_t call;         /* or SUMMARY_NONE: its own code */
    uint32_t function;     /* the callee, or NO_FUNCTION */
    const struct api *api; /* the callee's entry, where it has no body */
    double share;          /* of the function's total, 0 to 1 */
    double frequency;      /* expected calls per call of the function */
    uint32_t entry;        /* the callee's cost entry (see cost_entry), or SUMMARY_NONE */
};

struct cost_entry {
    uint32_t function;
    struct cost total; /* inclusive */
    double self_cpu;
    struct cost_source most_wait, most_cpu;
    uint32_t unknown_sites; /* indirect calls without a target, and callees nobody knows */
    name_id first_unknown;  /* symbol of the first unknown callee by weight, or 0 (an indirect call) */
    uint32_t unknown_line;
    bool noreturn; /* no path comes back */
};

struct costs;

struct costs *costs_solve(const struct linked *linked, const struct program *program, const struct flow *flow,
                          const struct knowledge *knowledge, const struct profile *profile);
void costs_free(struct costs *costs);

/* A function's answer: its entry with what the calls bind that a run of the program makes most often; NULL if the
 * function is not of this program. */
const struct cost_entry *costs_function(const struct costs *costs, uint32_t function);
const struct cost_entry *costs_entry(const struct costs *costs, uint32_t entry);

/* Expected calls of each call site per call of the function: for loops and evidence. */
double costs_call_frequency(const struct costs *costs, uint32_t function, uint32_t call);
/* Can a call site be reached at all, by any entry of the function? Constants may rule it out. */
bool costs_may_call(const struct costs *costs, uint32_t function, uint32_t call);

void costs_print(const struct costs *costs, uint32_t function, FILE *stream);

/* ---- the class ---- */

struct classification {
    enum class_kind class_kind;
    double confidence;                   /* 0 to 1 */
    double probability[CLASS_COUNT];     /* before the quality counts; of unknown: 0 */
    double share_low, share, share_high; /* waiting: 10 %, median, 90 % */
};

/* The class with the most probability over the borders (see model/concepts.h), for log-normal CPU and waiting.
 * `quality` (0 to 1) is that of the parse. `unknown` if what is unresolved could change the answer. */
void classify(const struct expectations *expect, const struct cost *cost, double quality,
              struct classification *classification);

#endif
