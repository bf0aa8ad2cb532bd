/* hash: checksums of a buffer. */
#include "probes/inputs.h"

#include <errno.h>
#include <zlib.h>

enum { POOL_SIZE = 1 << 20, PART_SIZE = 1 << 18 };

static int hash_prepare(struct concprobe_call *call)
{
    call->run = input_bytes(call, POOL_SIZE);
    return call->run ? 0 : ENOMEM;
}

static int hash_call(struct concprobe_call *call)
{
    const unsigned char *part = (const unsigned char *)call->run + input_choice(call, 0, POOL_SIZE - PART_SIZE);
    const uLong sums[] = {crc32(0, part, PART_SIZE), adler32(1, part, PART_SIZE)};
    return concprobe_result(call, sums, sizeof sums);
}

const struct concprobe_probe probe_hash = {
    .abi = CONCPROBE_ABI,
    .name = "hash",
    .summary = "CRC-32 and Adler-32 of 256 KiB (zlib)",
    .stands_for = "checksums, hashing, fingerprints: computing over memory that is already there",
    .call = hash_call,
    .run_start = hash_prepare,
    .run_stop = input_free_run,
};
