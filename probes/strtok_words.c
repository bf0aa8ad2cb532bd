/* strtok: splits text by a function that keeps its state in a static variable. */
#include "probes/inputs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { POOL_SIZE = 1 << 16, PART_SIZE = 1 << 13 };

static int words_prepare(struct concprobe_call *call)
{
    call->run = input_text(call, POOL_SIZE);
    return call->run ? 0 : ENOMEM;
}

static int words_make_room(struct concprobe_call *call)
{
    call->worker = malloc(PART_SIZE + 1);
    return call->worker ? 0 : ENOMEM;
}

static int words_fill(struct concprobe_call *call)
{
    char *text = call->worker;
    memcpy(text, (const char *)call->run + input_choice(call, 0, POOL_SIZE - PART_SIZE), PART_SIZE);
    text[PART_SIZE] = '\0';
    return 0;
}

static int words_call(struct concprobe_call *call)
{
    uint64_t counts[2] = {0};
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): that is what this probe is about */
    for (const char *word = strtok(call->worker, " \n"); word; word = strtok(NULL, " \n")) {
        counts[0]++;
        counts[1] = counts[1] * 31 + strlen(word);
    }
    return concprobe_result(call, counts, sizeof counts);
}

const struct concprobe_probe probe_strtok = {
    .abi = CONCPROBE_ABI,
    .name = "strtok",
    .summary = "splits 8 KiB of text with strtok",
    .stands_for = "old code with static buffers: threads must not run it at once, processes may",
    .call = words_call,
    .run_start = words_prepare,
    .run_stop = input_free_run,
    .worker_start = words_make_room,
    .worker_stop = input_free_worker,
    .call_start = words_fill,
    .not_thread_safe = true,
};
