/* tiny: a function that is done before any model could help. */
#include "probes/inputs.h"

static int tiny_call(struct concprobe_call *call)
{
    uint64_t value = concprobe_random(call, 0), root = 0;
    for (uint64_t bit = (uint64_t)1 << 31; bit; bit >>= 1) /* the whole square root, a bit at a time */
        if ((root | bit) * (root | bit) <= value)
            root |= bit;
    return concprobe_result(call, &root, sizeof root);
}

const struct concprobe_probe probe_tiny = {
    .abi = CONCPROBE_ABI,
    .name = "tiny",
    .summary = "a square root in whole numbers",
    .stands_for = "small helpers: less than a microsecond, so that every hand-over costs more than the work",
    .call = tiny_call,
};
