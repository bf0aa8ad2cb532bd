/* sleep-released: waits, and gives the big lock up meanwhile. */
#include "probes/inputs.h"

#include <errno.h>
#include <time.h>

static int released_call(struct concprobe_call *call)
{
    struct timespec rest = {.tv_nsec = 5000000};
    int failed = 0;
    concprobe_lock_release();
    while (!failed && nanosleep(&rest, &rest) != 0)
        failed = errno == EINTR ? 0 : errno;
    concprobe_lock_acquire();
    return failed ? failed : concprobe_result(call, &call->number, sizeof call->number);
}

const struct concprobe_probe probe_sleep_released = {
    .abi = CONCPROBE_ABI,
    .name = "sleep-released",
    .summary = "sleeps 5 ms between giving up the big lock and taking it again",
    .stands_for =
        "an extension function that releases the GIL while it waits; compare with sleep under --lock explicit",
    .call = released_call,
};
