/* The big lock: an emulated interpreter lock, as CPython 3.11's (Python/ceval_gil.h).
 *
 * One lock a process. A lane holds it while it makes its call, unless it gives it up: where the code says so
 * (concprobe_lock_release, PyEval_SaveThread: `explicit`), and also around system calls that block (`at-block`).
 *
 * As in CPython the lock is not handed over between two calls just because they are two: big_lock_drop() keeps it,
 * and another lane gets it there if it has waited for 5 ms (the switch interval) and so asked for it. CPython's
 * interpreter looks for such requests between byte codes (the eval breaker); C code has no such place but the end of a
 * call, and neither has CPython while it is in C, which is why this is the same for calls that are C from end to end.
 * When it is asked for the lock, the holder waits until another lane has it (CPython's forced switching).
 *
 * execution.h has what lane_call() and the interposed system calls use: big_lock_take/drop,
 * big_lock_before/after_block. Without a lock (CONCPROBE_LOCK_NONE, or never configured) every function returns at
 * once.
 */
#ifndef RUNTIME_BIG_LOCK_H
#define RUNTIME_BIG_LOCK_H

#include "runtime/execution.h"

enum { BIG_LOCK_INTERVAL_NS = 5000000 }; /* sys.getswitchinterval() of CPython 3.2 and later: 5 ms */

/* Which lock this process and its children have. In the instance, before its model starts: no lane may run yet. */
void big_lock_configure(enum concprobe_lock lock);

/* The lane makes no call for now: its block is done. By lane_run() at its end; gives the lock up for good. A lane that
 * forgets it holds the others up for at most one interval. */
void big_lock_leave(void);

/* How lanes that are coroutines wait for the lock. Without it they wait as threads do, in a futex (which the dispatcher
 * turns into a yield as well, at its price). */
struct big_lock_scheduler {
    void *(*current)(void);          /* the coroutine that runs on this thread; NULL: none, this is a plain thread */
    void (*park)(void);              /* rests until unpark; at once where that came first */
    void (*unpark)(void *coroutine); /* from any thread */
};

/* `scheduler` must live as long as the process. Once, before lanes start. */
void big_lock_schedule_with(const struct big_lock_scheduler *scheduler);

#endif
