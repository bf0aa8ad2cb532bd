/* sort: qsort of numbers. */
#include "probes/inputs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { POOL_COUNT = 1 << 16, PART_COUNT = 1 << 13 };

static int sort_prepare(struct concprobe_call *call)
{
    call->run = input_bytes(call, POOL_COUNT * sizeof(uint32_t));
    return call->run ? 0 : ENOMEM;
}

static int sort_make_room(struct concprobe_call *call)
{
    call->worker = malloc(PART_COUNT * sizeof(uint32_t));
    return call->worker ? 0 : ENOMEM;
}

static int sort_fill(struct concprobe_call *call)
{
    const uint32_t *pool = call->run;
    memcpy(call->worker, pool + input_choice(call, 0, POOL_COUNT - PART_COUNT), PART_COUNT * sizeof *pool);
    return 0;
}

static int compare(const void *left, const void *right)
{
    const uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return (a > b) - (a < b);
}

static int sort_call(struct concprobe_call *call)
{
    uint32_t *numbers = call->worker;
    qsort(numbers, PART_COUNT, sizeof *numbers, compare);
    const uint32_t some[] = {numbers[0], numbers[PART_COUNT / 2], numbers[PART_COUNT - 1]};
    return concprobe_result(call, some, sizeof some);
}

static int sort_check(struct concprobe_call *call)
{
    const uint32_t *numbers = call->worker;
    for (size_t i = 1; i < PART_COUNT; i++)
        if (numbers[i - 1] > numbers[i])
            return EBADMSG;
    return 0;
}

const struct concprobe_probe probe_sort = {
    .abi = CONCPROBE_ABI,
    .name = "sort",
    .summary = "qsort of 8,192 numbers",
    .stands_for = "sorting, searching, in-memory data structures: computing with many branches",
    .call = sort_call,
    .run_start = sort_prepare,
    .run_stop = input_free_run,
    .worker_start = sort_make_room,
    .worker_stop = input_free_worker,
    .call_start = sort_fill,
    .check = sort_check,
};
