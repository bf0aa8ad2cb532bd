/* memory-scan: adds up more memory than a cache holds. */
#include "probes/inputs.h"

#include <errno.h>

enum { POOL_SIZE = 64 << 20, PART_SIZE = 16 << 20 };

static int scan_prepare(struct concprobe_call *call)
{
    call->run = input_bytes(call, POOL_SIZE);
    return call->run ? 0 : ENOMEM;
}

static int scan_call(struct concprobe_call *call)
{
    const uint64_t *numbers = call->run;
    numbers += input_choice(call, 0, (POOL_SIZE - PART_SIZE) / sizeof *numbers);
    uint64_t sum = 0;
    for (size_t i = 0; i < PART_SIZE / sizeof *numbers; i++)
        sum += numbers[i];
    return concprobe_result(call, &sum, sizeof sum);
}

const struct concprobe_probe probe_memory_scan = {
    .abi = CONCPROBE_ABI,
    .name = "memory-scan",
    .summary = "adds up 16 MiB of a table of 64 MiB",
    .stands_for = "column scans, image filters, search over big tables: the memory bus is the limit, not the cores",
    .call = scan_call,
    .run_start = scan_prepare,
    .run_stop = input_free_run,
};
