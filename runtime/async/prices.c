/* What each way of interception costs on this machine, measured on the loop itself while it has nothing else to do. */
#include "runtime/async/allowed_code.h"
#include "runtime/async/loop.h"

#include <math.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { REPEATS = 400, ROUNDS = 5, HELPS = 40 };

/* One figure: `ways` are compared by the least time of several rounds, as all disturbance only adds. */
struct measurement {
    struct interception_prices prices;
    int event; /* an eventfd that is always readable */
};

static double least(double a, double b)
{
    return a < b ? a : b;
}

static double per_call(uint64_t begin, unsigned calls)
{
    return (double)(now_ns() - begin) / calls;
}

static double time_direct_reads(int event)
{
    uint64_t value;
    uint64_t begin = now_ns();
    for (unsigned i = 0; i < REPEATS; i++) {
        allowed_call(SYS_read, event, (long)(uintptr_t)&value, sizeof value, 0, 0, 0);
    }
    return per_call(begin, REPEATS);
}

static double time_hooked_reads(int event)
{
    uint64_t value;
    uint64_t begin = now_ns();
    for (unsigned i = 0; i < REPEATS; i++) {
        if (read(event, &value, sizeof value) < 0) {
            return 0;
        }
    }
    return per_call(begin, REPEATS);
}

static double time_direct_calls(void)
{
    uint64_t begin = now_ns();
    for (unsigned i = 0; i < REPEATS; i++) {
        allowed_call(SYS_getppid, 0, 0, 0, 0, 0, 0);
    }
    return per_call(begin, REPEATS);
}

static double time_dispatched_calls(void)
{
    uint64_t begin = now_ns();
    for (unsigned i = 0; i < REPEATS; i++) {
        getppid();
    }
    return per_call(begin, REPEATS);
}

static double time_yields(struct coroutine *current)
{
    uint64_t begin = now_ns();
    for (unsigned i = 0; i < REPEATS; i++) {
        struct io_uring_sqe *operation = ring_operation(current);
        io_uring_prep_nop(operation);
        ring_tag(current, operation);
        enum wake_cause cause;
        coroutine_await(current, &(struct await){.outstanding = 1}, &cause);
    }
    return per_call(begin, REPEATS);
}

static double time_helps(struct coroutine *current)
{
    const long none[6] = {0};
    uint64_t begin = now_ns();
    for (unsigned i = 0; i < HELPS; i++) {
        coroutine_help(current, SYS_getppid, none);
    }
    return per_call(begin, HELPS);
}

static void measure(void *argument, unsigned index)
{
    if (index != 0) {
        return;
    }
    struct measurement *measurement = argument;
    struct coroutine *current = coroutine_current();
    double reads = INFINITY, hooked = INFINITY, direct = INFINITY, dispatched = INFINITY, yield = INFINITY;
    double help = INFINITY;
    for (unsigned round = 0; round < ROUNDS; round++) {
        reads = least(reads, time_direct_reads(measurement->event));
        hooked = least(hooked, time_hooked_reads(measurement->event));
        direct = least(direct, time_direct_calls());
        dispatched = least(dispatched, time_dispatched_calls());
        yield = least(yield, time_yields(current));
        help = least(help, time_helps(current));
    }
    measurement->prices = (struct interception_prices){.hook = hooked > reads ? hooked - reads : 0,
                                                       .dispatch = dispatched > direct ? dispatched - direct : 0,
                                                       .yield = yield,
                                                       .help = help};
}

struct interception_prices event_loop_prices(struct event_loop *loop)
{
    if (!loop->priced) {
        struct interception_counts before = loop->counts;
        struct measurement measurement = {.event =
                                              eventfd((unsigned)REPEATS * ROUNDS * 4, EFD_SEMAPHORE | EFD_CLOEXEC)};
        event_loop_run(loop, measure, &measurement);
        close(measurement.event);
        loop->prices = measurement.prices;
        loop->counts = before;
        loop->priced = true;
    }
    return loop->prices;
}

void event_loop_usage(struct event_loop *loop, struct usage *usage)
{
    struct interception_prices prices = event_loop_prices(loop);
    const struct interception_counts *counts = &loop->counts;
    usage->intercepted += counts->hooked + counts->dispatched;
    usage->tax_ns += (uint64_t)((double)counts->hooked * prices.hook + (double)counts->dispatched * prices.dispatch +
                                (double)counts->helped * prices.help);
}
