/* Latency percentiles of call records, as made and corrected for coordinated omission.
 *
 * A closed loop does not send while it waits, so a stall hides the calls that should have been made meanwhile (Gil
 * Tene, "How NOT to measure latency", 2013). Two corrections, in this order:
 * 1. From when it was due: K clients each want their next call as soon as the last one returned. In order of start,
 *    call i is due when the (i−K)-th call to end ends (the first K: when the block starts), and its response time runs
 *    from there. So a model that serves 64 clients one after another answers each after 64 calls, not after one;
 *    mean response = K / throughput (Little's law). What the probe does between calls, untimed, counts as waiting.
 * 2. Expected interval (HdrHistogram's recordValueWithExpectedInterval): a client that kept the block's mean pace I =
 *    K · wall / calls would have sent more calls during a response r > I; they are added as r−I, r−2I, … down to I.
 *
 * Values go into log-linear histograms as HdrHistogram's: 256 steps an octave, an error of at most 0.4 %. Memory: two
 * tables of a fixed size, whatever the number of calls. Not thread-safe: one user at a time.
 */
#ifndef RUNTIME_LATENCY_H
#define RUNTIME_LATENCY_H

#include "runtime/execution.h"

enum { LATENCY_OCTAVE_STEPS = 256, LATENCY_BUCKETS = 57 * LATENCY_OCTAVE_STEPS };

struct latency_histogram {
    uint64_t count;
    uint64_t max; /* ns, exact */
    uint64_t buckets[LATENCY_BUCKETS];
};

void latency_record(struct latency_histogram *histogram, uint64_t ns, uint64_t times);
/* The smallest value that a share p (0–1) of all does not exceed, in ns; NaN where empty. */
double latency_percentile(const struct latency_histogram *histogram, double p);

/* All calls of one model at one K. Zeroed it is empty; 230 KiB. */
struct latencies {
    struct latency_histogram made, corrected;
};

/* Adds the calls of a block that ran with K lanes; records of calls that were not made are passed over.
 * 0, or ENOMEM (scratch of 32 bytes a call). */
int latency_add_block(struct latencies *latencies, const struct call_record *records, size_t count, unsigned k);

void latency_summary(const struct latency_histogram *histogram, struct concprobe_latency *summary);

#endif
