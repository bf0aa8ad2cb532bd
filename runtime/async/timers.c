/* Deadlines of waiting coroutines: a binary heap. Each coroutine knows its place (plus 1), so that any can be removed.
 */
#include "runtime/async/loop.h"

static void put(struct event_loop *loop, size_t place, struct coroutine *coroutine)
{
    loop->timers[place] = coroutine;
    coroutine->timer = place + 1;
}

static void rise(struct event_loop *loop, size_t place, struct coroutine *coroutine)
{
    while (place > 0 && loop->timers[(place - 1) / 2]->deadline_ns > coroutine->deadline_ns) {
        put(loop, place, loop->timers[(place - 1) / 2]);
        place = (place - 1) / 2;
    }
    put(loop, place, coroutine);
}

static void sink(struct event_loop *loop, size_t place, struct coroutine *coroutine)
{
    for (;;) {
        size_t child = 2 * place + 1;
        if (child + 1 < loop->timer_count && loop->timers[child + 1]->deadline_ns < loop->timers[child]->deadline_ns) {
            child++;
        }
        if (child >= loop->timer_count || loop->timers[child]->deadline_ns >= coroutine->deadline_ns) {
            break;
        }
        put(loop, place, loop->timers[child]);
        place = child;
    }
    put(loop, place, coroutine);
}

void timers_add(struct event_loop *loop, struct coroutine *coroutine)
{
    loop->timer_count++;
    rise(loop, loop->timer_count - 1, coroutine);
}

void timers_remove(struct event_loop *loop, struct coroutine *coroutine)
{
    if (coroutine->timer == 0) {
        return;
    }
    size_t place = coroutine->timer - 1;
    struct coroutine *last = loop->timers[--loop->timer_count];
    coroutine->timer = 0;
    if (last == coroutine) {
        return;
    }
    if (place > 0 && loop->timers[(place - 1) / 2]->deadline_ns > last->deadline_ns) {
        rise(loop, place, last);
    } else {
        sink(loop, place, last);
    }
}

uint64_t timers_next(const struct event_loop *loop)
{
    return loop->timer_count == 0 ? 0 : loop->timers[0]->deadline_ns;
}

struct coroutine *timers_take(struct event_loop *loop, uint64_t now)
{
    if (loop->timer_count == 0 || loop->timers[0]->deadline_ns > now) {
        return NULL;
    }
    struct coroutine *due = loop->timers[0];
    timers_remove(loop, due);
    return due;
}
