/* Measures how long the system calls of a thread wait: wall time minus CPU time, minus time spent runnable on the run
 * queue, where the kernel tells it (schedstat).
 */
#ifndef RUNTIME_ASYNC_WAIT_METER_H
#define RUNTIME_ASYNC_WAIT_METER_H

#include <stdbool.h>
#include <stdint.h>

enum { METERED_CALLS = 512 };

struct wait_meter {
    int schedstat; /* /proc/thread-self/schedstat; −1: not told */
    uint64_t calls[METERED_CALLS];
    uint64_t wait_ns[METERED_CALLS];
    struct {
        bool under_way;
        uint64_t wall_ns, cpu_ns, delay_ns; /* when it began */
    } spawn;
};

/* A child is made that shares this memory until it runs another program, and this thread waits for that (vfork). What
 * it waited is added, as SYS_vfork's, at the thread's next system call. */
void wait_meter_spawn(struct wait_meter *meter);
void wait_meter_spawned(struct wait_meter *meter);

/* Makes the system call and adds what it waited. */
long wait_meter_call(struct wait_meter *meter, long number, const long arguments[6]);

/* How long the thread of `schedstat` was runnable without running, ns; 0 where that is not told. */
uint64_t run_delay_ns(int schedstat);

/* CPU time of the calling thread, ns. */
uint64_t thread_cpu_ns(void);

#endif
