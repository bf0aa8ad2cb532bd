/* Where a thread's time went between two samples of its clocks. */
#include "runtime/recorder/recorder.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Waiting for a processor so far (ns) and how often the thread got one: the second and third field of schedstat. */
static bool read_schedstat(int thread, uint64_t *queue_delay, uint64_t *switches)
{
    char path[64], text[128];
    if (thread)
        snprintf(path, sizeof path, "/proc/self/task/%d/schedstat", thread);
    else
        snprintf(path, sizeof path, "/proc/thread-self/schedstat");
    long file = syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return false;
    long length = syscall(SYS_read, file, text, sizeof text - 1);
    syscall(SYS_close, file);
    if (length <= 0)
        return false;
    text[length] = '\0';
    char *end = text;
    strtoull(end, &end, 10);
    *queue_delay = strtoull(end, &end, 10);
    *switches = strtoull(end, &end, 10);
    return true;
}

static void add_sleep(struct recorded_thread *thread, uint64_t slept)
{
    thread->slot->account.off += slept;
    if (thread->in_wait)
        thread->slot->account.lock += slept;
}

/* Divides `gap`, time on no processor, by what the scheduler says happened since the last gap. */
static void divide_gap(struct recorded_thread *thread, uint64_t gap, uint64_t queue_delay, uint64_t switches)
{
    if (switches == thread->switches) {
        thread->slot->account.steal += gap;
        return;
    }
    uint64_t queued = queue_delay > thread->queue_delay ? queue_delay - thread->queue_delay : 0;
    if (queued > gap)
        queued = gap;
    thread->slot->account.queue += queued;
    add_sleep(thread, gap - queued);
    thread->queue_delay = queue_delay;
    thread->switches = switches;
}

/* Without /proc: a thread that switched voluntarily slept, another one was preempted. */
static void divide_gap_roughly(struct recorded_thread *thread, uint64_t gap)
{
    struct rusage usage;
    getrusage(RUSAGE_THREAD, &usage);
    uint64_t switches = (uint64_t)usage.ru_nvcsw;
    if (switches != thread->switches)
        add_sleep(thread, gap);
    else
        thread->slot->account.queue += gap;
    thread->switches = switches;
}

void account_sample(struct recorded_thread *thread, uint64_t now)
{
    uint64_t cpu = clock_ns(CLOCK_THREAD_CPUTIME_ID);
    uint64_t wall_passed = now > thread->wall ? now - thread->wall : 0;
    uint64_t cpu_passed = cpu > thread->cpu ? cpu - thread->cpu : 0;
    bool other_clock = cpu < thread->cpu; /* a child of vfork runs on this thread's memory */
    thread->wall = now;
    thread->cpu = cpu;
    thread->slot->seen = now;
    if (other_clock || wall_passed < cpu_passed + CLOCK_NOISE_NS)
        return;
    uint64_t queue_delay, switches;
    if (read_schedstat(0, &queue_delay, &switches))
        divide_gap(thread, wall_passed - cpu_passed, queue_delay, switches);
    else
        divide_gap_roughly(thread, wall_passed - cpu_passed);
    thread->sample_overhead += clock_ns(CLOCK_THREAD_CPUTIME_ID) - cpu; /* being preempted meanwhile is no overhead */
}

void account_sample_other(struct recorded_thread *thread, uint64_t now)
{
    enum { PER_THREAD = 4, SCHEDULED = 2 }; /* Linux: the clock id of a thread's CPU time */
    uint64_t cpu = clock_ns((clockid_t)(~(unsigned)thread->number << 3 | PER_THREAD | SCHEDULED));
    if (!cpu || now <= thread->wall || cpu < thread->cpu)
        return;
    uint64_t wall_passed = now - thread->wall, cpu_passed = cpu - thread->cpu;
    if (wall_passed > cpu_passed + CLOCK_NOISE_NS) {
        uint64_t queue_delay = thread->queue_delay, switches;
        read_schedstat(thread->number, &queue_delay, &switches);
        /* The switch of a thread that still sleeps is counted only when it runs again. */
        divide_gap(thread, wall_passed - cpu_passed, queue_delay, thread->switches + 1);
    }
    if (thread->in_call && now > thread->call_started) {
        thread->slot->account.io += now - thread->call_started;
        thread->call_started = now;
    }
    thread->wall = now;
    thread->cpu = cpu;
    thread->slot->seen = now;
}

void account_restart(struct recorded_thread *thread)
{
    struct rusage usage;
    if (!read_schedstat(0, &thread->queue_delay, &thread->switches)) {
        getrusage(RUSAGE_THREAD, &usage);
        thread->switches = (uint64_t)usage.ru_nvcsw;
    }
    thread->number = (int)syscall(SYS_gettid);
    thread->slot->thread = (uint32_t)thread->number;
    thread->wall = thread->slot->seen = clock_ns(CLOCK_MONOTONIC);
    thread->cpu = clock_ns(CLOCK_THREAD_CPUTIME_ID);
}

void account_charge_sample(struct recorded_thread *thread)
{
    thread->slot->account.overhead += recorder.header->sample_ns + thread->sample_overhead;
    thread->sample_overhead = 0;
}
