/* What a serial call waits for, by system call, and the class that follows.
 *
 * First calls are made as they are, for wall time, without what they spent runnable on a run queue where the kernel
 * tells it, and the share of waiting: what is left of that without CPU time. Then more calls are made with every system
 * call of the thread caught and timed (Syscall User Dispatch), for how the waiting divides; what catching costs stays
 * out of the share.
 */
#ifndef RUNTIME_WAIT_PROFILE_H
#define RUNTIME_WAIT_PROFILE_H

#include "runtime/execution.h"

enum { WAIT_PROFILE_ROWS = 24 };

/* Holds no pointers: may lie in memory that processes share. */
struct wait_profile {
    double wall_ns, share; /* of a call; share 0–1 */
    char class_name[12];   /* by the borders of the analysis: trivial, cpu, mixed, io, wait */
    size_t count;          /* of rows, longest first; 0 also where calls cannot be caught */
    struct concprobe_wait waits[WAIT_PROFILE_ROWS];
};

/* Measures in the calling process and thread, for about `seconds`, and at least three calls of each kind. The process
 * should make no other calls. 0, or a positive errno value with execution->reason. */
int wait_profile_measure(const struct execution *execution, double seconds, struct wait_profile *profile);

/* The class of a call of so many nanoseconds, `share` of them waiting, `passive` of the waiting for locks, children or
 * idleness (0–1). */
const char *wait_profile_class(double wall_ns, double share, double passive);

#endif
