/* The verdict at one K: which model wins, by how much, and how sure that is.
 *
 * Compared are logarithms of throughput ratios within a round, where models run one after another in random order: what
 * slows a whole round cancels out. Their median, and its interval, are of statistics.h. The fastest model by median is
 * compared with every other competitor; these comparisons are corrected after Holm (1979): of m, ordered from the
 * surest, the i-th gets an interval of level 1 − 0.05/(m−i+1), and none is surer than those before it.
 *
 * A competitor is *beaten* where that interval of the fastest's lead lies above 1.05, *tied* where it lies inside
 * 1/1.05 … 1.05, *no faster* where it lies above 1/1.05, and else *open*. Where noise is so large that the 5
 * % margin no longer protects (a 95 % half-width above 3 %), beaten and no faster need an interval with 0.4 of that
 * error (0.02 in place of 0.05).
 *
 * The answer is the simplest model that no other beats: serial, threading, multiprocessing, async, hybrid, then the
 * order of the variants. It is the simplest of the fastest and its ties; it stands if every simpler kind is beaten and
 * no other one is open. A win: the models of all other kinds are beaten (variants of one kind do not compete for it).
 * Else a tie. If the answer does not stand: inconclusive, and it is the fastest, unproven. A competitor that no round
 * measured takes no part; one with fewer than five rounds stays open.
 *
 * The tax of interception: the same is done with throughput less the tax. Where the two answers differ, or one of them
 * is inconclusive, so is the verdict; where one is a win and one a tie of the same answer, it is a tie.
 *
 * Contamination, by two gauges:
 * - A/A: a model runs along a second time. Where its ratio to itself lies, with its whole 95 % interval, beyond ±2 %,
 *   the design itself is biased in this run: inconclusive. Where the interval leaves out 1 but not that far, a remark
 *   (expected in 5 of 100 runs).
 * - The reference spin: what a model can have been slowed against another in the worst case is the spin's spread over
 *   the rounds (90th over 10th percentile, less 1). Above 0.10, a remark; above 0.50, no tie, and a win only with its
 *   lower bound above 1.05 · (1 + spread). Steal above 5 % of the machine's time, or other programs with more than
 *   25 % of it in the median round: a remark.
 *   Interleaving cancels most of what a spread means, so these borders are wide; bench/aa measures what comes of them.
 *
 * Thread safety: pure functions. Ownership: everything belongs to the caller; only static model rows are pointed to.
 */
#ifndef RUNTIME_VERDICT_H
#define RUNTIME_VERDICT_H

#include "runtime/concprobe.h"
#include "runtime/statistics.h"

#define VERDICT_ALPHA 0.05
#define VERDICT_MARGIN 1.05     /* design.md's tie: within 5 % */
#define VERDICT_HALF_WIDTH 0.03 /* precise enough */
#define VERDICT_FAR 1.5         /* who is behind by so much, with the whole interval, is out of the race */
#define VERDICT_LOOK 0.1        /* of the error, for a decision that ends a run early: ten looks share it */
#define VERDICT_STRICT 0.4      /* of the error, for a win that is less precise than that */
#define VERDICT_AA_BIAS 1.02    /* what bench/aa found interleaved rounds to keep */
#define VERDICT_SPREAD_REMARK 0.10
#define VERDICT_SPREAD_LIMIT 0.50
#define VERDICT_STEAL_REMARK 0.05
#define VERDICT_OTHERS_REMARK 0.25

enum { VERDICT_MIN_ROUNDS = 5 };

#define VERDICT_NO_TWIN ((size_t)-1)

/* What is known of a round besides throughput. */
struct verdict_round {
    unsigned restart;
    double spin_ns; /* wall time of the reference spin (gauge.h); NaN: not measured */
    double stolen;  /* share of the machine's time that the hypervisor gave to others, 0–1; NaN: not measured */
    double others;  /* share of the machine's time that other programs used, 0–1; NaN: not measured */
    double twin;    /* calls per second of the A/A twin; NaN: missing */
};

/* All rounds at one K. */
struct verdict_input {
    unsigned k;
    uint64_t seed;
    size_t model_count, round_count;
    const struct concprobe_model *const *models; /* in the order of models.def; those that do not compete as well */
    const struct verdict_round *rounds;
    /* Calls per second, [round × model_count + model]; NaN: missing, also for all rounds of a disqualified model. */
    const double *throughput;
    const double *corrected; /* likewise, without the tax of interception; NULL: no model has any */
    size_t twin_of;          /* which model the twin repeats; VERDICT_NO_TWIN: there is none */
};

/* Fills everything. Where only one competitor was measured: inconclusive, with it as `best`. */
void verdict_judge(const struct verdict_input *input, struct concprobe_verdict *verdict);

/* The median throughput of one model, and its 95 % interval (on a logarithmic scale). NaN where not measured. */
void verdict_throughput(const struct verdict_input *input, size_t model, double *calls_per_second, double *low,
                        double *high);

/* Do more rounds add nothing? True where every comparison with the fastest has a 95 % half-width below 3 %, or a lead
 * that is above 1.5 with its whole interval, or is decided with a tenth of the error. False below VERDICT_MIN_ROUNDS.
 */
bool verdict_enough(const struct verdict_input *input);

/* Sets far[model] for those that the fastest leads by more than 1.5 with the whole interval: more rounds of them add
 * nothing. Leaves the others as they are. */
void verdict_far_behind(const struct verdict_input *input, bool *far);

#endif
