/* Waits of single system calls; see the header. Called by the dispatcher: nothing here may call into libc's locks. */
#include "runtime/async/wait_meter.h"

#include "runtime/async/allowed_code.h"
#include "runtime/async/emulate.h"
#include "runtime/execution.h"

#include <sys/syscall.h>
#include <time.h>

#ifndef SYS_vfork
#define SYS_vfork SYS_clone
#endif

uint64_t thread_cpu_ns(void)
{
    struct timespec used = {0};
    allowed_call(SYS_clock_gettime, CLOCK_THREAD_CPUTIME_ID, (long)(uintptr_t)&used, 0, 0, 0, 0);
    return (uint64_t)used.tv_sec * 1000000000 + (uint64_t)used.tv_nsec;
}

/* Three numbers: time on the CPU, time on a run queue (both ns), time slices. */
uint64_t run_delay_ns(int schedstat)
{
    char text[96];
    long size = allowed_call(SYS_pread64, schedstat, (long)(uintptr_t)text, sizeof text, 0, 0, 0);
    long at = 0;
    while (at < size && text[at] != ' ') {
        at++;
    }
    uint64_t delay = 0;
    for (at++; at < size && text[at] >= '0' && text[at] <= '9'; at++) {
        delay = 10 * delay + (uint64_t)(text[at] - '0');
    }
    return delay;
}

long wait_meter_call(struct wait_meter *meter, long number, const long arguments[6])
{
    if (number < 0 || number >= METERED_CALLS) {
        return emulate_direct(number, arguments);
    }
    uint64_t delay = run_delay_ns(meter->schedstat);
    uint64_t cpu = thread_cpu_ns();
    uint64_t begin = now_ns();
    long result = emulate_direct(number, arguments);
    uint64_t wall = now_ns() - begin;
    uint64_t other = thread_cpu_ns() - cpu + run_delay_ns(meter->schedstat) - delay;
    meter->calls[number]++;
    meter->wait_ns[number] += wall > other ? wall - other : 0;
    return result;
}

void wait_meter_spawn(struct wait_meter *meter)
{
    meter->spawn.under_way = true;
    meter->spawn.delay_ns = run_delay_ns(meter->schedstat);
    meter->spawn.cpu_ns = thread_cpu_ns();
    meter->spawn.wall_ns = now_ns();
}

void wait_meter_spawned(struct wait_meter *meter)
{
    if (!meter->spawn.under_way) {
        return;
    }
    uint64_t wall = now_ns() - meter->spawn.wall_ns;
    uint64_t other = thread_cpu_ns() - meter->spawn.cpu_ns + run_delay_ns(meter->schedstat) - meter->spawn.delay_ns;
    meter->spawn.under_way = false;
    meter->calls[SYS_vfork]++;
    meter->wait_ns[SYS_vfork] += wall > other ? wall - other : 0;
}
