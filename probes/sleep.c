/* sleep: waits, and nothing else. */
#include "probes/inputs.h"

#include <errno.h>
#include <time.h>

static int sleep_call(struct concprobe_call *call)
{
    struct timespec rest = {.tv_nsec = 5000000};
    while (nanosleep(&rest, &rest) != 0)
        if (errno != EINTR)
            return errno;
    return concprobe_result(call, &call->number, sizeof call->number);
}

const struct concprobe_probe probe_sleep = {
    .abi = CONCPROBE_ABI,
    .name = "sleep",
    .summary = "sleeps 5 ms",
    .stands_for = "any wait that needs nothing from this machine: the upper bound of what overlapping can bring",
    .call = sleep_call,
};
