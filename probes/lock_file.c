/* lock-file: a short critical section under a lock that all processes share. */
#include "probes/inputs.h"
#include "probes/scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>

enum { STEPS = 100000 }; /* about 0.1 ms */

static int lock_prepare(struct concprobe_call *call)
{
    (void)call;
    return scratch_write("lock", "", 0);
}

/* A file opened by itself, so that its lock excludes the other workers'. */
static int lock_open(struct concprobe_call *call)
{
    return scratch_open(&call->worker, "lock", O_RDWR);
}

static int lock_close(struct concprobe_call *call)
{
    scratch_close(call->worker);
    return 0;
}

static int lock_call(struct concprobe_call *call)
{
    int file = scratch_descriptor(call->worker);
    if (flock(file, LOCK_EX) != 0)
        return errno;
    uint64_t value = input_spin(call->number, STEPS);
    if (flock(file, LOCK_UN) != 0)
        return errno;
    return concprobe_result(call, &value, sizeof value);
}

const struct concprobe_probe probe_lock_file = {
    .abi = CONCPROBE_ABI,
    .name = "lock-file",
    .summary = "computes 0.1 ms while it holds a file's lock (flock)",
    .stands_for = "mail boxes, package databases, pid files: one at a time, whatever the model",
    .call = lock_call,
    .run_start = lock_prepare,
    .worker_start = lock_open,
    .worker_stop = lock_close,
};
