/* How throughput scales with K: a fit of the Universal Scalability Law (Gunther, "Guerrilla capacity planning", 2007)
 *
 *     X(K) = λK / (1 + σ(K−1) + κK(K−1))
 *
 * to the median of each level, by least squares on log X (errors of throughput are relative), with λ free, and √σ and
 * √κ as parameters so that neither is negative; Levenberg–Marquardt of our own (Marquardt 1963). κ is weakly
 * identified: at least six levels are asked for, and the intervals come from a bootstrap: 400 fits to medians that are
 * drawn anew, each level's around its own by Student's t with its clustered error (statistics.h). Beyond the machine's
 * CPUs a fit of CPU-bound calls is extrapolation.
 *
 * Thread safety: a pure function, deterministic by seed.
 */
#ifndef RUNTIME_SCALING_H
#define RUNTIME_SCALING_H

#include "runtime/concprobe.h"
#include "runtime/statistics.h"

enum { SCALING_MIN_LEVELS = 6, SCALING_RESAMPLES = 400 };

/* All rounds of a model at one K: calls per second. */
struct scaling_level {
    unsigned k;
    struct sample rounds;
};

/* Levels with fewer than two rounds are passed over. Fills everything; `reason` says why there is no fit, or, with a
 * fit, that it misses the levels by more than 10 % (root mean square). */
void scaling_fit(const struct concprobe_model *model, const struct scaling_level *levels, size_t count, uint64_t seed,
                 struct concprobe_scaling *scaling);

#endif
