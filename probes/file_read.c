/* file-read: a part of a file that is in the page cache. */
#include "probes/inputs.h"
#include "probes/scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

enum { FILE_SIZE = 4 << 20, PART_SIZE = 1 << 16 };

static int read_prepare(struct concprobe_call *call)
{
    unsigned char *bytes = input_bytes(call, FILE_SIZE);
    if (!bytes)
        return ENOMEM;
    int failed = scratch_write("file-read.data", bytes, FILE_SIZE);
    free(bytes);
    return failed ? failed : scratch_open(&call->run, "file-read.data", O_RDONLY);
}

static int read_close(struct concprobe_call *call)
{
    scratch_close(call->run);
    return 0;
}

static int read_make_room(struct concprobe_call *call)
{
    call->worker = malloc(PART_SIZE);
    return call->worker ? 0 : ENOMEM;
}

static int read_call(struct concprobe_call *call)
{
    const off_t place = (off_t)input_choice(call, 0, FILE_SIZE - PART_SIZE);
    const unsigned char *part = call->worker;
    ssize_t got = pread(scratch_descriptor(call->run), call->worker, PART_SIZE, place);
    if (got != PART_SIZE)
        return got < 0 ? errno : EIO;
    uint64_t sum = 0;
    for (size_t i = 0; i < PART_SIZE; i += 64)
        sum = sum * 31 + part[i];
    return concprobe_result(call, &sum, sizeof sum);
}

const struct concprobe_probe probe_file_read = {
    .abi = CONCPROBE_ABI,
    .name = "file-read",
    .summary = "64 KiB of a file that is in the page cache",
    .stands_for = "reads that look like waiting and are copying: static files, indexes that fit in memory",
    .call = read_call,
    .run_start = read_prepare,
    .run_stop = read_close,
    .worker_start = read_make_room,
    .worker_stop = input_free_worker,
    .needs_disk = true,
};
