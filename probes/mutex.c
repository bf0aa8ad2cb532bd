/* mutex: half of the work under a lock that all threads share. */
#include "probes/inputs.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

enum { STEPS = 25000 }; /* about 25 µs */

struct shared {
    pthread_mutex_t lock;
    uint64_t total; /* under the lock */
};

static int mutex_prepare(struct concprobe_call *call)
{
    struct shared *shared = calloc(1, sizeof *shared);
    if (!shared)
        return ENOMEM;
    pthread_mutex_init(&shared->lock, NULL);
    call->process = shared;
    return 0;
}

static int mutex_release(struct concprobe_call *call)
{
    struct shared *shared = call->process;
    pthread_mutex_destroy(&shared->lock);
    free(shared);
    return 0;
}

static int mutex_call(struct concprobe_call *call)
{
    struct shared *shared = call->process;
    uint64_t value = input_spin(call->number, STEPS);
    pthread_mutex_lock(&shared->lock);
    value = input_spin(value, STEPS);
    shared->total += value;
    pthread_mutex_unlock(&shared->lock);
    return concprobe_result(call, &value, sizeof value);
}

const struct concprobe_probe probe_mutex = {
    .abi = CONCPROBE_ABI,
    .name = "mutex",
    .summary = "computes 50 µs, half of it under a mutex that all share",
    .stands_for = "shared caches, allocators, reference counts under one lock",
    .call = mutex_call,
    .process_start = mutex_prepare,
    .process_stop = mutex_release,
};
