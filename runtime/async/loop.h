/* The inside of the event loop, for the files of runtime/async/ alone. */
#ifndef RUNTIME_ASYNC_LOOP_H
#define RUNTIME_ASYNC_LOOP_H

#include "runtime/async/coroutine.h"
#include "runtime/async/event_loop.h"

#include <liburing.h>

struct event_loop {
    struct io_uring ring;
    bool has_futex;       /* io_uring can wait for a futex (Linux 6.7) */
    unsigned in_ring;     /* operations whose completion is to come, cancellations among them */
    void *context;        /* the loop's own stack pointer, while a coroutine runs */
    uint64_t fs_base;     /* of its thread */
    uint64_t base_mask;   /* of signals, while the loop waits */
    bool masks_changed;   /* base_mask, which is what all coroutines block, is to be found anew */
    uint64_t kernel_mask; /* that its thread has now */
    unsigned live;        /* bodies that have not returned */
    struct coroutine *first_ready, *last_ready;
    struct coroutine *oldest, *newest; /* waiting calls that a signal may end */
    struct coroutine **timers;         /* a binary heap by deadline */
    size_t timer_count;
    struct coroutine_set coroutines;

    int helped_event; /* eventfd: a shell has finished */
    unsigned helping; /* calls made by shells now */
    bool helped_armed;
    _Atomic(struct coroutine *) helped; /* finished by shells; a stack that only shells push to */

    struct interception_counts counts;
    struct interception_prices prices;
    bool priced;
};

/* Counted in user_data: 0 is a cancellation, 1 the eventfd of shells, anything else a coroutine. */
enum { USER_DATA_NONE = 0, USER_DATA_HELPED = 1 };

/* ring.c */
/* Makes the ring for so many coroutines; 0 or an errno value with the reason. */
int ring_start(struct event_loop *loop, unsigned coroutines, char *reason, size_t size);
/* Hands prepared operations to the kernel and takes what has completed; `wait`: sleeps until there is something, a
 * signal came (then true is returned) or a deadline is near. */
bool ring_turn(struct event_loop *loop, bool wait);
/* In a coroutine: makes sure of room for `count` operations (at most 64), giving others a turn for it. */
void ring_room(struct coroutine *current, unsigned count);
/* An operation on behalf of a coroutine, to be filled by an io_uring_prep_… function and then ring_tag(). */
struct io_uring_sqe *ring_operation(struct coroutine *current);
void ring_tag(struct coroutine *current, struct io_uring_sqe *operation);
/* Asks all operations of a coroutine to end. */
void ring_cancel(struct event_loop *loop, struct coroutine *coroutine);

/* event_loop.c */
void loop_ready(struct event_loop *loop, struct coroutine *coroutine);
void loop_complete(struct event_loop *loop, struct coroutine *coroutine, int32_t result);
/* Ends a wait for another cause than completion. */
void loop_end_wait(struct event_loop *loop, struct coroutine *coroutine, enum wake_cause cause);
/* In a coroutine: it has another signal mask from now on, and so has its thread. */
void loop_mask_changed(struct coroutine *current, uint64_t mask);
/* In a coroutine: gives the thread back to the loop. */
void loop_leave(struct coroutine *current);

/* timers.c */
void timers_add(struct event_loop *loop, struct coroutine *coroutine);
void timers_remove(struct event_loop *loop, struct coroutine *coroutine);
uint64_t timers_next(const struct event_loop *loop); /* the nearest deadline; 0: none */
/* The coroutine with the nearest deadline, where that is not after `now`; taken out. NULL: none. */
struct coroutine *timers_take(struct event_loop *loop, uint64_t now);

/* helper.c: what a parked thread does */
void helper_collect(struct event_loop *loop);
/* From any thread: what a coroutine waits for in the way of coroutine_help() has come. */
void helper_finished(struct coroutine *coroutine);
void shell_serve(struct coroutine *coroutine);

/* signals.c */
void signals_interrupt(struct event_loop *loop);

/* parking.c: how coroutines wait for the big lock */
void parking_start(void);

#endif
