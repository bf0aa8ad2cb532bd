/* Statistics of measured rounds: medians, and intervals by a bootstrap that is clustered by restart.
 *
 * What is measured in one process start has something in common (addresses, caches, the order of allocations), so the
 * rounds of one restart are no independent witnesses: whole restarts are resampled (Kalibera & Jones, "Rigorous
 * benchmarking in reasonable time", ISMM 2013). The bootstrap gives the standard error of the median; the interval is
 *
 *     median ± t(C−1) · √(C/(C−1)) · SE        with C restarts
 *
 * because percentiles of a bootstrap over as few as five clusters are too narrow: t(C−1) as Cameron & Miller, "A
 * practitioner's guide to cluster-robust inference", J. Human Resources 50 (2015), √(C/(C−1)) as Hesterberg, "What
 * teachers should know about the bootstrap", The American Statistician 69 (2015). With a single restart its rounds
 * are resampled, and what differs between restarts is not seen.
 *
 * Everything is deterministic by seed, allocates at most scratch memory that it frees, and may be called by any thread.
 */
#ifndef RUNTIME_STATISTICS_H
#define RUNTIME_STATISTICS_H

#include <stddef.h>
#include <stdint.h>

/* A generator of its own: xoshiro256** (Blackman & Vigna 2018), seeded by splitmix64. */
struct random_source {
    uint64_t state[4];
};

void random_seed(struct random_source *source, uint64_t seed);
uint64_t random_next(struct random_source *source);
double random_unit(struct random_source *source);                /* from 0, below 1 */
size_t random_below(struct random_source *source, size_t bound); /* from 0, below bound ≥ 1; unbiased */

/* Sorts. NaN for none. */
double median(double *values, size_t count);

/* The quantile p (0–1) of sorted values, linear between them (type 7 of Hyndman & Fan 1996). NaN for none. */
double quantile(const double *sorted, size_t count, double p);

/* Student's t with `freedom` ≥ 1 degrees: P(T ≤ t), and the t at which it is p. */
double student_probability(double t, unsigned freedom);
double student_quantile(double p, unsigned freedom);

/* Values with the restart that each comes from. NaN values are passed over. */
struct sample {
    const double *values;
    const unsigned *restarts;
    size_t count;
};

/* A median and how well it is known. */
struct estimate {
    double median;
    double error;     /* standard error, √(C/(C−1)) included; NaN with fewer than two values */
    unsigned freedom; /* degrees of freedom: clusters − 1 */
    size_t count;     /* of values that were no NaN */
    unsigned restarts;
};

enum { BOOTSTRAP_RESAMPLES = 1000 };

struct estimate estimate_median(const struct sample *sample, uint64_t seed);

struct interval {
    double low, high;
};

/* The interval that holds the truth with probability 1 − alpha. NaN bounds where the error is not known. */
struct interval estimate_interval(const struct estimate *estimate, double alpha);

/* P of a median this far above `bound` or farther, were the truth `bound` (one-sided). 1 where it is not known. */
double estimate_above(const struct estimate *estimate, double bound);

#endif
