/* large-result: little work, and a result of 256 KiB. */
#include "probes/inputs.h"

#include <errno.h>
#include <stdlib.h>

enum { POOL_SIZE = 1 << 20, RESULT_SIZE = 1 << 18 };

static int large_prepare(struct concprobe_call *call)
{
    call->run = input_bytes(call, POOL_SIZE);
    return call->run ? 0 : ENOMEM;
}

static int large_make_room(struct concprobe_call *call)
{
    call->worker = malloc(RESULT_SIZE);
    return call->worker ? 0 : ENOMEM;
}

static int large_call(struct concprobe_call *call)
{
    const unsigned char *from = (const unsigned char *)call->run + input_choice(call, 0, POOL_SIZE - RESULT_SIZE);
    unsigned char *to = call->worker;
    const unsigned brightness = (unsigned)(call->number & 31);
    for (size_t i = 0; i < RESULT_SIZE; i++) {
        unsigned sum = from[i] + brightness;
        to[i] = (unsigned char)(sum > 255 ? 255 : sum);
    }
    return concprobe_result(call, to, RESULT_SIZE);
}

const struct concprobe_probe probe_large_result = {
    .abi = CONCPROBE_ABI,
    .name = "large-result",
    .summary = "brightens 256 KiB of pixels and returns them",
    .stands_for = "transformations of big buffers: handing the result over costs as much as making it",
    .call = large_call,
    .run_start = large_prepare,
    .run_stop = input_free_run,
    .worker_start = large_make_room,
    .worker_stop = input_free_worker,
};
