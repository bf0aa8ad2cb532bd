/* The big lock: an emulated interpreter lock, as CPython 3.11's (Python/ceval_gil.h).
 *
 * One lock a process. A lane holds it while it makes its call, unless it gives it up: where the code says so
 * (concprobe_lock_release, PyEval_SaveThread: `explicit`), and also around system calls that block (`at-block`).
 *
 * As in CPython the lock is not handed over between two calls just because they are two: big_lock_drop() keeps it for
 * the lane, and another gets it there if it has waited for 5 ms (the switch interval) and so asked for it. CPython's
 * interpreter looks for such requests between byte codes (the eval breaker). C code has no such place but the end of a
 * call; nor has CPython while it is in C, so this is the same for calls that are C from end to end. A lane that was
 * asked hands the lock over, and cannot take it back before the other had it (CPython's forced switching); one that
 * gives it up unasked may have it again before another wakes up, as in CPython.
 *
 * execution.h has what lane_call() and the interposed system calls use: big_lock_take/drop, big_lock_before/after_block
 * (which leave errno as it is). Without a lock (CONCPROBE_LOCK_NONE, or never configured) every function returns at
 * once. Safe for every thread and coroutine that has thread-local storage of its own; a forked child has a lock of its
 * own, held by the one thread that is left if that held it before.
 */
#ifndef RUNTIME_BIG_LOCK_H
#define RUNTIME_BIG_LOCK_H

#include "runtime/execution.h"

enum { BIG_LOCK_INTERVAL_NS = 5000000 }; /* sys.getswitchinterval() of CPython 3.2 and later: 5 ms */

/* Which lock this process and its children have. In the instance, before its model starts: no lane may run yet. */
void big_lock_configure(enum concprobe_lock kind);

/* The lane makes no call for now: its block is done. By lane_run() at its end; gives the lock up for good. A lane that
 * forgets it holds the others up for at most one interval. */
void big_lock_leave(void);

/* Does the calling lane hold it for a call? false where there is no lock. */
bool big_lock_is_held(void);

/* How lanes that are coroutines wait for the lock. Without it they wait as threads do, in a futex (which the dispatcher
 * turns into a yield as well, at its price). */
struct big_lock_scheduler {
    /* The coroutine that runs on this thread; NULL: none, this is a plain thread. */
    void *(*current)(void);
    /* Rests until unpark(); returns at once where that came since the last park(). May return for no cause. */
    void (*park)(void);
    /* From the thread of the coroutines. Of one that does not rest: its next park() returns at once, nothing else. */
    void (*unpark)(void *coroutine);
};

/* `scheduler` must live as long as the process. Once, before lanes start. */
void big_lock_schedule_with(const struct big_lock_scheduler *scheduler);

#endif
