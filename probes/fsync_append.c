/* fsync-append: a record at the end of a log, made durable. */
#include "probes/scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { RECORD_SIZE = 4096, LARGEST_LOG = 1 << 22 };

/* Every worker has a log of its own. A name that is taken is another worker's. */
static int append_open(struct concprobe_call *call)
{
    int failed = EEXIST;
    for (unsigned number = 0; failed == EEXIST; number++) {
        char name[64];
        snprintf(name, sizeof name, "log-%d-%u", (int)getpid(), number);
        failed = scratch_open(&call->worker, name, O_WRONLY | O_CREAT | O_EXCL | O_APPEND);
    }
    return failed;
}

static int append_close(struct concprobe_call *call)
{
    scratch_close(call->worker);
    return 0;
}

/* Keeps the log small. */
static int append_trim(struct concprobe_call *call)
{
    int log = scratch_descriptor(call->worker);
    struct stat status;
    if (fstat(log, &status) != 0)
        return errno;
    return status.st_size < LARGEST_LOG || ftruncate(log, 0) == 0 ? 0 : errno;
}

static int append_call(struct concprobe_call *call)
{
    unsigned char record[RECORD_SIZE];
    memset(record, (int)(call->number & 0xFF), sizeof record);
    int log = scratch_descriptor(call->worker);
    ssize_t written = write(log, record, sizeof record);
    if (written != (ssize_t)sizeof record)
        return written < 0 ? errno : ENOSPC;
    if (fsync(log) != 0)
        return errno;
    return concprobe_result(call, &call->number, sizeof call->number);
}

const struct concprobe_probe probe_fsync_append = {
    .abi = CONCPROBE_ABI,
    .name = "fsync-append",
    .summary = "appends 4 KiB to a log and waits for the disk",
    .stands_for =
        "journals, message queues, mail spools: the disk's flush is the wait (none where TMPDIR is in memory)",
    .call = append_call,
    .worker_start = append_open,
    .worker_stop = append_close,
    .call_start = append_trim,
    .needs_disk = true,
};
