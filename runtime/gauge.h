/* The contamination gauge: how much of the machine did others have while a round was measured?
 *
 * The reference spin is a fixed piece of arithmetic on one thread. Its wall time grows with everything that is not
 * ours: neighbours on the core, frequency, the hypervisor. Beside it, over the whole round: how long this thread stood
 * ready without a CPU (/proc/thread-self/schedstat, second number), and the time stolen from the machine (/proc/stat,
 * eighth number of `cpu`). What cannot be read is NaN.
 *
 *     struct gauge gauge;
 *     gauge_begin(&gauge);       runs the spin, about 1 ms
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
    double stolen;       /* share of all CPUs' time since gauge_begin, 0–1; NaN where less than 10 ms passed */
    /* the gauge's own */
    uint64_t begin_ns;
    double begin_delay_ns, begin_steal_ticks;
};

void gauge_begin(struct gauge *gauge);
void gauge_end(struct gauge *gauge);

#endif
