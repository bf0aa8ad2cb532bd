/* threading per-call: a new thread for every call, at most K at once. Its lanes (worker_start) are made ready at the
 * start and lent to one thread after another. */
#include "runtime/big_lock.h"
#include "runtime/fault.h"
#include "runtime/models.h"
#include "runtime/models/limits.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct threads;

struct slot {
    struct threads *threads;
    struct concprobe_lane lane;
    struct slot *next; /* in the list of free ones */
    uint64_t number;
    struct call_record *record;
};

struct threads {
    pthread_mutex_t mutex; /* holds for free, used and error */
    pthread_cond_t returned;
    pthread_attr_t attributes;
    struct slot *slots, *free;
    unsigned used;
};

static void give_back(struct slot *slot)
{
    struct threads *threads = slot->threads;
    pthread_mutex_lock(&threads->mutex);
    slot->next = threads->free;
    threads->free = slot;
    threads->used--;
    pthread_cond_signal(&threads->returned);
    pthread_mutex_unlock(&threads->mutex);
}

static struct slot *take_slot(struct threads *threads)
{
    pthread_mutex_lock(&threads->mutex);
    while (!threads->free)
        pthread_cond_wait(&threads->returned, &threads->mutex);
    struct slot *slot = threads->free;
    threads->free = slot->next;
    threads->used++;
    pthread_mutex_unlock(&threads->mutex);
    return slot;
}

static void wait_for_all(struct threads *threads)
{
    pthread_mutex_lock(&threads->mutex);
    while (threads->used)
        pthread_cond_wait(&threads->returned, &threads->mutex);
    pthread_mutex_unlock(&threads->mutex);
}

static void *make_call(void *argument)
{
    struct slot *slot = argument;
    void *stack = fault_thread_enter();
    lane_call(&slot->lane, slot->number, slot->record);
    big_lock_leave();
    fault_thread_leave(stack);
    give_back(slot);
    return NULL;
}

static int start(struct execution *execution)
{
    struct threads *threads = calloc(1, sizeof *threads);
    struct slot *slots = calloc(execution->k, sizeof *slots);
    if (!threads || !slots) {
        free(threads);
        free(slots);
        return execution_fail(execution, ENOMEM, "out of memory");
    }
    threads->slots = slots;
    execution->state = threads;
    pthread_mutex_init(&threads->mutex, NULL);
    pthread_cond_init(&threads->returned, NULL);
    pthread_attr_init(&threads->attributes);
    pthread_attr_setstacksize(&threads->attributes, thread_stack_bytes(execution->probe));
    pthread_attr_setguardsize(&threads->attributes, THREAD_GUARD_BYTES);
    pthread_attr_setdetachstate(&threads->attributes, PTHREAD_CREATE_DETACHED);
    int error = execution_process_start(execution);
    for (unsigned i = 0; i < execution->k && !error; i++) {
        slots[i].threads = threads;
        error = lane_start(execution, i, &slots[i].lane);
        slots[i].next = threads->free;
        threads->free = &slots[i];
    }
    return error;
}

static int run(struct execution *execution, struct block *block)
{
    struct threads *threads = execution->state;
    int error = 0;
    while (!error) {
        struct slot *slot = take_slot(threads);
        uint64_t taken = atomic_fetch_add(&block->next, 1);
        if (taken >= block->calls) {
            give_back(slot);
            break;
        }
        slot->number = block->first + taken;
        slot->record = &block->records[taken];
        pthread_t thread;
        error = pthread_create(&thread, &threads->attributes, make_call, slot);
        if (error)
            give_back(slot);
    }
    wait_for_all(threads);
    return error ? execution_fail(execution, error, "a thread could not be created: %s", strerror(error)) : 0;
}

static void stop(struct execution *execution)
{
    struct threads *threads = execution->state;
    for (unsigned i = 0; i < execution->k; i++)
        lane_stop(&threads->slots[i].lane);
    execution_process_stop(execution);
    pthread_attr_destroy(&threads->attributes);
    pthread_cond_destroy(&threads->returned);
    pthread_mutex_destroy(&threads->mutex);
    free(threads->slots);
    free(threads);
}

const struct execution_model execution_threading_per_call = {
    .about = {.name = "threading per-call",
              .model = "threading",
              .summary = "a new thread for every call, at most K at once"},
    .available = threads_fit,
    .start = start,
    .run = run,
    .stop = stop,
    .shares_memory = true,
};
