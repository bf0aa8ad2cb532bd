/* Resting until another coroutine or thread says so: without a system call where that is on the same loop. The big lock
 * is waited for in this way. */
#include "runtime/async/loop.h"
#include "runtime/big_lock.h"

enum { NOTHING, PERMITTED, PARKED };

void coroutine_park(struct coroutine *current)
{
    uint32_t expected = NOTHING;
    current->loop->helping++; /* so that the loop watches for wake-ups from other threads */
    if (atomic_compare_exchange_strong(&current->permit, &expected, PARKED)) {
        enum wake_cause cause;
        coroutine_await(current, &(struct await){.outstanding = 1}, &cause); /* helper_collect() or unpark() ends it */
    } else {
        current->loop->helping--;
    }
    atomic_store(&current->permit, NOTHING);
}

void coroutine_unpark(struct coroutine *coroutine)
{
    struct coroutine *self = coroutine_current();
    if (atomic_exchange(&coroutine->permit, PERMITTED) != PARKED) {
        return;
    }
    if (self != NULL && self->loop == coroutine->loop) {
        coroutine->loop->helping--;
        loop_complete(coroutine->loop, coroutine, 0);
    } else {
        helper_finished(coroutine);
    }
}

static void *current_coroutine(void)
{
    return coroutine_current();
}

static void park(void)
{
    coroutine_park(coroutine_current());
}

static void unpark(void *coroutine)
{
    coroutine_unpark(coroutine);
}

void parking_start(void)
{
    static const struct big_lock_scheduler scheduler = {.current = current_coroutine, .park = park, .unpark = unpark};
    big_lock_schedule_with(&scheduler);
}
