/* poll-timer: waits in poll for a descriptor to become readable. */
#include "probes/inputs.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/timerfd.h>
#include <unistd.h>

enum { WAIT_NS = 3000000, GIVE_UP_MS = 5000 };

static int timer_open(struct concprobe_call *call)
{
    int *timer = malloc(sizeof *timer);
    if (!timer)
        return ENOMEM;
    *timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
    int failed = *timer < 0 ? errno : 0;
    if (failed)
        free(timer);
    else
        call->worker = timer;
    return failed;
}

static int timer_close(struct concprobe_call *call)
{
    int *timer = call->worker;
    close(*timer);
    free(timer);
    return 0;
}

static int timer_call(struct concprobe_call *call)
{
    const int timer = *(const int *)call->worker;
    const struct itimerspec wait = {.it_value.tv_nsec = WAIT_NS};
    if (timerfd_settime(timer, 0, &wait, NULL) != 0)
        return errno;
    struct pollfd readable = {.fd = timer, .events = POLLIN};
    int ready = poll(&readable, 1, GIVE_UP_MS);
    if (ready <= 0)
        return ready == 0 ? ETIMEDOUT : errno;
    uint64_t times;
    if (read(timer, &times, sizeof times) != (ssize_t)sizeof times)
        return errno;
    return concprobe_result(call, &times, sizeof times);
}

const struct concprobe_probe probe_poll_timer = {
    .abi = CONCPROBE_ABI,
    .name = "poll-timer",
    .summary = "waits 3 ms in poll for a timer's descriptor, then reads it",
    .stands_for = "code that waits for readiness with a time-out before it reads",
    .call = timer_call,
    .worker_start = timer_open,
    .worker_stop = timer_close,
};
