/* The contamination gauge: how much of the machine did others have while a round was measured?
 *
 * The reference spin is a fixed piece of arithmetic on one thread. Its wall time grows with a slower clock, neighbours
 * on the core and the hypervisor; it is too short (1 to 2 ms) to be interrupted often. Beside it, over the whole round:
 * how long this thread stood ready without a CPU (/proc/thread-self/schedstat, second number), what all CPUs did but
 * idle, and the time stolen from the machine (/proc/stat, line `cpu`). What cannot be read is NaN.
 *
 *     struct gauge gauge;
 *     gauge_begin(&gauge);       runs the spin
 *     …a round…
 *     gauge_end(&gauge);         fills the results
 *
 * To be called in the process that starts the blocks, while these rest. One gauge a thread.
 */
#ifndef RUNTIME_GAUGE_H
#define RUNTIME_GAUGE_H

#include <stdint.h>

struct gauge {
    double spin_ns;      /* wall time of the spin */
    double run_delay_ns; /* of this thread since gauge_begin, the spin included */
    double stolen;       /* share of all CPUs' time since gauge_begin, 0–1; NaN where less than 50 ms passed */
    double busy_ns;      /* what all CPUs did but idle since gauge_begin, stolen time left out; NaN likewise */
    double wall_ns;      /* since gauge_begin */
    /* the gauge's own */
    uint64_t begin_ns;
    double begin_delay_ns, begin_steal, begin_busy;
};

void gauge_begin(struct gauge *gauge);
void gauge_end(struct gauge *gauge);

/* The share of all CPUs' time that other programs used, 0–1, given the CPU time that the round itself used. The
 * kernel counts in ticks of 10 ms, so over 300 ms it is good to some percent. */
double gauge_others(const struct gauge *gauge, double own_ns);

#endif
