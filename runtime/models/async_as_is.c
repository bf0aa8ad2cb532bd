/* async as-is: the blocking call made directly by tasks of an event loop, as a program does that only changed its main
 * loop. Nothing overlaps: serial, at the price of a turn of the loop for each call. */
#include "runtime/big_lock.h"
#include "runtime/models.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

struct tasks {
    int epoll;
    struct concprobe_lane *lanes; /* one a task */
};

static int start(struct execution *execution)
{
    struct tasks *tasks = calloc(1, sizeof *tasks);
    struct concprobe_lane *lanes = calloc(execution->k, sizeof *lanes);
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    if (!tasks || !lanes || epoll < 0) {
        free(tasks);
        free(lanes);
        return execution_fail(execution, errno, "no event loop: %s", strerror(errno));
    }
    *tasks = (struct tasks){.epoll = epoll, .lanes = lanes};
    execution->state = tasks;
    int error = execution_process_start(execution);
    for (unsigned i = 0; i < execution->k && !error; i++)
        error = lane_start(execution, i, &lanes[i]);
    return error;
}

/* Every task makes one call a turn; between turns the loop looks for events, of which there are none. */
static int run(struct execution *execution, struct block *block)
{
    const struct tasks *tasks = execution->state;
    for (unsigned task = 0;; task = (task + 1) % execution->k) {
        uint64_t taken = atomic_fetch_add_explicit(&block->next, 1, memory_order_relaxed);
        if (taken >= block->calls)
            break;
        lane_call(&tasks->lanes[task], block->first + taken, &block->records[taken]);
        struct epoll_event event;
        epoll_wait(tasks->epoll, &event, 1, 0);
    }
    big_lock_leave();
    return 0;
}

static void stop(struct execution *execution)
{
    struct tasks *tasks = execution->state;
    for (unsigned i = 0; i < execution->k; i++)
        lane_stop(&tasks->lanes[i]);
    execution_process_stop(execution);
    close(tasks->epoll);
    free(tasks->lanes);
    free(tasks);
}

const struct execution_model execution_async_as_is = {
    .about = {.name = "async as-is",
              .model = "async",
              .summary = "the blocking call made directly in an event loop: nothing overlaps",
              .competes = false},
    .start = start,
    .run = run,
    .stop = stop,
};
