/* compress: deflates text. */
#include "probes/inputs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { POOL_SIZE = 1 << 18, PART_SIZE = 1 << 15, PACKED_SIZE = PART_SIZE + PART_SIZE / 8 };

struct packed {
    uLongf size;
    unsigned char bytes[PACKED_SIZE];
};

static int compress_prepare(struct concprobe_call *call)
{
    call->run = input_text(call, POOL_SIZE);
    return call->run ? 0 : ENOMEM;
}

static int compress_make_room(struct concprobe_call *call)
{
    call->worker = malloc(sizeof(struct packed));
    return call->worker ? 0 : ENOMEM;
}

static const unsigned char *part_of(const struct concprobe_call *call)
{
    return (const unsigned char *)call->run + input_choice(call, 0, POOL_SIZE - PART_SIZE);
}

static int compress_call(struct concprobe_call *call)
{
    struct packed *packed = call->worker;
    packed->size = sizeof packed->bytes;
    if (compress2(packed->bytes, &packed->size, part_of(call), PART_SIZE, Z_DEFAULT_COMPRESSION) != Z_OK)
        return ENOMEM;
    return concprobe_result(call, packed->bytes, packed->size);
}

static int compress_check(struct concprobe_call *call)
{
    const struct packed *packed = call->worker;
    unsigned char back[PART_SIZE];
    uLongf size = sizeof back;
    if (uncompress(back, &size, packed->bytes, packed->size) != Z_OK || size != PART_SIZE)
        return EBADMSG;
    return memcmp(back, part_of(call), PART_SIZE) == 0 ? 0 : EBADMSG;
}

const struct concprobe_probe probe_compress = {
    .abi = CONCPROBE_ABI,
    .name = "compress",
    .summary = "deflates 32 KiB of text (zlib)",
    .stands_for = "compression and encoding: computing, and a result of some KiB that travels back",
    .call = compress_call,
    .run_start = compress_prepare,
    .run_stop = input_free_run,
    .worker_start = compress_make_room,
    .worker_stop = input_free_worker,
    .check = compress_check,
};
