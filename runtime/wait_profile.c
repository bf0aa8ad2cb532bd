/* Measured waits of a serial call; see the header. */
#include "runtime/wait_profile.h"

#include "runtime/async/dispatch.h"
#include "runtime/async/interception.h"
#include "runtime/async/system_call_names.h"
#include "runtime/async/wait_meter.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { LEAST_CALLS = 3, MOST_CALLS = 100000 };

/* The borders of the analysis. */
static const double trivial_ns = 1000, cpu_border = 0.3, wait_border = 0.7;

/* Below this share what is left over is noise. */
static const double least_rest = 0.02;

/* A probe whose call is timed from inside the library. `execution` comes first: lanes point to it. */
struct timed {
    struct execution execution;
    struct concprobe_probe probe; /* as given, but for `call` */
    concprobe_function *call;
    struct wait_meter *meter; /* NULL: calls are made as they are */
    int schedstat;
    uint64_t calls, wall_ns, wait_ns;
};

static int timed_call(struct concprobe_call *call)
{
    struct timed *timed = (struct timed *)call->lane->execution;
    uint64_t delay = run_delay_ns(timed->schedstat);
    uint64_t cpu = thread_cpu_ns();
    uint64_t begin = now_ns();
    interception.meter = timed->meter;
    int error = timed->call(call);
    interception.meter = NULL;
    uint64_t wall = now_ns() - begin;
    uint64_t used = thread_cpu_ns() - cpu;
    uint64_t delayed = run_delay_ns(timed->schedstat) - delay; /* what other programs took, which is no part of it */
    wall -= delayed < wall ? delayed : wall;
    wall = wall > used ? wall : used; /* some of the delay may lie before or after the call */
    timed->calls++;
    timed->wall_ns += wall;
    timed->wait_ns += wall - used;
    return error;
}

static void make_calls(struct timed *timed, struct concprobe_lane *lane, double seconds, uint64_t *number)
{
    uint64_t end = now_ns() + (uint64_t)(seconds * 1e9);
    timed->calls = timed->wall_ns = timed->wait_ns = 0;
    for (unsigned i = 0; i < LEAST_CALLS || (i < MOST_CALLS && now_ns() < end); i++) {
        struct call_record record = {0};
        lane_call(lane, (*number)++, &record);
    }
}

/* ---- rows ---- */

static bool is_passive(long number)
{
    switch (number) {
    case SYS_futex:
    case SYS_wait4:
#ifdef SYS_vfork
    case SYS_vfork:
#endif
    case SYS_waitid:
    case SYS_flock:
    case SYS_semop:
    case SYS_semtimedop:
#ifdef SYS_pause
    case SYS_pause:
#endif
    case SYS_rt_sigsuspend:
    case SYS_rt_sigtimedwait:
        return true;
    default:
        return false;
    }
}

static int longer(const void *a, const void *b)
{
    const struct concprobe_wait *left = a, *right = b;
    return (left->share < right->share) - (left->share > right->share);
}

/* Puts a row in, in place of the shortest where all are taken. */
static void add_row(struct wait_profile *profile, const struct concprobe_wait *row)
{
    if (profile->count < WAIT_PROFILE_ROWS)
        profile->waits[profile->count++] = *row;
    else if (row->share > profile->waits[WAIT_PROFILE_ROWS - 1].share)
        profile->waits[WAIT_PROFILE_ROWS - 1] = *row;
    qsort(profile->waits, profile->count, sizeof *profile->waits, longer);
}

/* The metered calls tell how the waiting divides; how much there is, the others. Returns the passive part. */
static double divide(struct wait_profile *profile, const struct wait_meter *meter, double calls)
{
    double sum = 0, passive = 0;
    for (long number = 0; number < METERED_CALLS; number++)
        sum += (double)meter->wait_ns[number];
    double whole = sum / calls / profile->wall_ns; /* as a share of a call */
    double scale = whole > profile->share && whole > 0 ? profile->share / whole : 1;
    for (unsigned number = 0; number < METERED_CALLS; number++) {
        struct concprobe_wait row = {.share = scale * (double)meter->wait_ns[number] / calls / profile->wall_ns,
                                     .calls = (double)meter->calls[number] / calls};
        if (!meter->wait_ns[number])
            continue;
        const char *name = system_call_name(number);
        if (name)
            snprintf(row.name, sizeof row.name, "%s", name);
        else
            snprintf(row.name, sizeof row.name, "system call %u", (unsigned)number);
        add_row(profile, &row);
        passive += is_passive(number) ? row.share : 0;
    }
    double rest = profile->share - scale * whole;
    if (rest > least_rest) {
        struct concprobe_wait row = {.name = "outside system calls", .share = rest};
        add_row(profile, &row);
    }
    return profile->share > 0 ? passive / profile->share : 0;
}

const char *wait_profile_class(double wall_ns, double share, double passive)
{
    if (wall_ns < trivial_ns)
        return "trivial";
    if (share <= cpu_border)
        return "cpu";
    if (share < wait_border)
        return "mixed";
    return passive > 0.5 ? "wait" : "io";
}

static void measure(struct timed *timed, struct concprobe_lane *lane, double seconds, struct wait_profile *profile)
{
    uint64_t number = 0;
    make_calls(timed, lane, 0, &number); /* warm-up */
    make_calls(timed, lane, seconds / 2, &number);
    profile->wall_ns = (double)timed->wall_ns / (double)timed->calls;
    profile->share = timed->wall_ns ? (double)timed->wait_ns / (double)timed->wall_ns : 0;
    double passive = 0;
    struct wait_meter *meter = calloc(1, sizeof *meter);
    if (meter && dispatch_thread_start() == 0) {
        meter->schedstat = timed->schedstat;
        timed->meter = meter;
        make_calls(timed, lane, seconds / 2, &number);
        dispatch_stop();
        passive = divide(profile, meter, (double)timed->calls);
    }
    free(meter);
    snprintf(profile->class_name, sizeof profile->class_name, "%s",
             wait_profile_class(profile->wall_ns, profile->share, passive));
}

int wait_profile_measure(const struct execution *execution, double seconds, struct wait_profile *profile)
{
    struct timed *timed = calloc(1, sizeof *timed);
    struct concprobe_lane *lane = calloc(1, sizeof *lane);
    *profile = (struct wait_profile){0};
    int error = ENOMEM;
    if (!timed || !lane)
        goto done;
    *timed = (struct timed){.execution = *execution, .probe = *execution->probe, .call = execution->probe->call};
    timed->probe.call = timed_call;
    timed->execution.probe = &timed->probe;
    timed->schedstat = open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC);
    error = execution_process_start(&timed->execution);
    if (error)
        goto close;
    error = lane_start(&timed->execution, 0, lane);
    if (!error) {
        measure(timed, lane, seconds, profile);
        lane_stop(lane);
    }
    execution_process_stop(&timed->execution);
close:
    if (timed->schedstat >= 0)
        close(timed->schedstat);
done:
    free(lane);
    free(timed);
    return error;
}
