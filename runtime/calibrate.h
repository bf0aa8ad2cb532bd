/* Measures what basic operations cost on this machine: what a cost profile holds as far as it can be measured.
 *
 * Every measure runs in many short batches, those of all measures interleaved, so that a disturbance hits all alike;
 * the result is the median of the batches. Work of the processor is taken in the thread's CPU time, which others' work
 * does not lengthen; what waits is taken in real time. While it runs it looks how quiet the machine is.
 *
 * Ownership: the caller owns struct calibration; its strings are constants or lie in it. Threads: one calibration at a
 * time; it starts and joins threads of its own, and forks. Errors: what cannot be measured has a reason in its row;
 * what the caller must put right (a folder that cannot be written, a host that does not answer) makes calibrate()
 * false, with a problem.
 */
#ifndef RUNTIME_CALIBRATE_H
#define RUNTIME_CALIBRATE_H

#include "base/error.h"

#include <stdbool.h>

#define MOST_CALIBRATED 32

struct calibration_options {
    const char *disk; /* a folder on the file system to measure: 4 MiB are written there for a while */
    const char *host; /* whose HTTP round trip is measured, or NULL */
    const char *port; /* "80" */
    unsigned batches; /* of each measure; 0: 25 */
};

struct calibrated {
    const char *quantity; /* of a profile (see knowledge/quantities.def), or NULL: only worth knowing */
    const char *what;     /* what was measured, for people */
    const char *reason;   /* why it was not measured, or NULL */
    double ns;            /* the median; ns, or ns per byte */
    double spread;        /* between batches: half the distance between the quartiles, by the median */
    unsigned batches;
};

struct calibration {
    struct calibrated rows[MOST_CALIBRATED];
    unsigned count;
    double stolen;  /* share of the time in which a hypervisor ran somebody else, 0 to 1 */
    double delayed; /* share of the time in which this thread was ready and did not run */
    double noisy;   /* share of the rows whose batches differ much */
    bool quiet;     /* none of the three is so high that a second run would differ by 20 % */
};

bool calibrate(const struct calibration_options *options, struct calibration *calibration, struct problems *problems);

#endif
