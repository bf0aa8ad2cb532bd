/* What the hooks cost on this machine. Measured once for each directory of records: the first process leaves the
 * numbers for the others. */
#include "runtime/recorder/recorder.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { BURSTS = 1500, BURST_CALLS = 8, COUNTED_CALLS = 1000, RESTART_EVERY = 50, CLOCK_EVERY = 15 };

/* Rather too little than too much: an overestimate would make short functions take negative time. */
enum { CREDIT_PERCENT = 85 };

static uint64_t time_calls(unsigned calls)
{
    void *self = (void *)(uintptr_t)calibrate; // NOLINT(performance-no-int-to-ptr): as compilers pass it
    uint64_t begin = clock_ns(CLOCK_MONOTONIC);
    for (unsigned i = 0; i < calls; i++) {
        __cyg_profile_func_enter(self, NULL);
        __cyg_profile_func_exit(self, NULL);
    }
    return clock_ns(CLOCK_MONOTONIC) - begin;
}

static uint64_t time_samples(void)
{
    uint64_t begin = clock_ns(CLOCK_MONOTONIC);
    for (unsigned i = 0; i < BURST_CALLS; i++)
        clock_ns(CLOCK_THREAD_CPUTIME_ID);
    return clock_ns(CLOCK_MONOTONIC) - begin;
}

/* The cheapest of many short bursts: neighbours and interrupts must not count. */
static void measure(struct recorded_thread *thread)
{
    struct record_header *header = recorder.header;
    uint64_t best_hooks = UINT64_MAX, best_samples = UINT64_MAX;
    for (unsigned i = 0; i < BURSTS; i++) {
        if (i % RESTART_EVERY == 0)
            account_restart(thread);
        thread->wall = clock_ns(CLOCK_MONOTONIC); /* no sample falls due in a burst */
        uint64_t took = time_calls(BURST_CALLS);
        best_hooks = took < best_hooks ? took : best_hooks;
        if (i % CLOCK_EVERY)
            continue;
        took = time_samples();
        best_samples = took < best_samples ? took : best_samples;
    }
    thread->slot->functions[function_number(thread, (uint64_t)(uintptr_t)calibrate)].counted_only = 1;
    uint64_t counted = time_calls(COUNTED_CALLS) / (2ull * COUNTED_CALLS);
    header->hook_ns = best_hooks * CREDIT_PERCENT / (100ull * BURST_CALLS * 2);
    header->sample_ns = best_samples / BURST_CALLS;
    header->counted_hook_ns = counted * CREDIT_PERCENT / 100;
}

static bool read_numbers(const char *path)
{
    char text[128] = "";
    long file = syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return false;
    long length = syscall(SYS_read, file, text, sizeof text - 1);
    syscall(SYS_close, file);
    text[length > 0 ? length : 0] = '\0';
    char *end = text;
    uint64_t hook = strtoull(end, &end, 10), sample = strtoull(end, &end, 10), counted = strtoull(end, &end, 10);
    if (!hook || !sample || *end != '\n')
        return false;
    recorder.header->hook_ns = hook;
    recorder.header->sample_ns = sample;
    recorder.header->counted_hook_ns = counted;
    return true;
}

static void write_numbers(const char *path)
{
    const unsigned readable = 0644;
    char text[128];
    int length =
        snprintf(text, sizeof text, "%llu %llu %llu\n", (unsigned long long)recorder.header->hook_ns,
                 (unsigned long long)recorder.header->sample_ns, (unsigned long long)recorder.header->counted_hook_ns);
    long file = syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, readable);
    if (file < 0)
        return;
    syscall(SYS_write, file, text, length);
    syscall(SYS_close, file);
}

void calibrate(struct recorded_thread *thread)
{
    char path[RECORD_PATH + 16];
    snprintf(path, sizeof path, "%s/calibration", recorder.directory);
    if (read_numbers(path))
        return;
    measure(thread);
    write_numbers(path);
    struct record_function *own = &thread->slot->functions[function_number(thread, (uint64_t)(uintptr_t)calibrate)];
    memset(own, 0, sizeof *own);
    memset(&thread->slot->account, 0, sizeof thread->slot->account);
    thread->slot->depth = 0;
    account_restart(thread);
}
