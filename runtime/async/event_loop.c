/* The event loop: its run queue, what wakes a coroutine, and starting and ending it all. */
#include "runtime/async/event_loop.h"

#include "runtime/async/allowed_code.h"
#include "runtime/async/context.h"
#include "runtime/async/dispatch.h"
#include "runtime/async/hooks.h"
#include "runtime/async/loop.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

/* ---- switching ---- */

/* Signal masks belong to coroutines as they do to threads; nearly always all have the same. */
static void set_mask(struct event_loop *loop, uint64_t mask)
{
    if (loop->kernel_mask != mask) {
        loop->kernel_mask = mask;
        allowed_call(SYS_rt_sigprocmask, SIG_SETMASK, (long)(uintptr_t)&mask, 0, sizeof mask, 0, 0);
    }
}

static void enter(struct event_loop *loop, struct coroutine *coroutine)
{
    set_mask(loop, coroutine->mask);
    interception_page->selector = SELECTOR_BLOCK;
    context_switch(&loop->context, coroutine->context, coroutine->fs_base);
    interception_page->selector = SELECTOR_ALLOW;
}

void loop_mask_changed(struct coroutine *current, uint64_t mask)
{
    current->mask = mask;
    current->loop->kernel_mask = mask;
    current->loop->masks_changed = true;
}

/* A signal comes while the loop waits unless every coroutine blocks it. */
static void mask_for_waiting(struct event_loop *loop)
{
    if (loop->masks_changed) {
        uint64_t all = UINT64_MAX;
        for (unsigned i = 0; i < loop->coroutines.count; i++) {
            all &= loop->coroutines.items[i].mask;
        }
        loop->base_mask = all;
        loop->masks_changed = false;
    }
    set_mask(loop, loop->base_mask);
}

static void read_masks(struct event_loop *loop)
{
    allowed_call(SYS_rt_sigprocmask, SIG_SETMASK, 0, (long)(uintptr_t)&loop->kernel_mask, sizeof(uint64_t), 0, 0);
    loop->base_mask = loop->kernel_mask;
    for (unsigned i = 0; i < loop->coroutines.count; i++) {
        loop->coroutines.items[i].mask = loop->base_mask;
    }
}

void loop_leave(struct coroutine *current)
{
    context_switch(&current->context, current->loop->context, current->loop->fs_base);
}

void loop_ready(struct event_loop *loop, struct coroutine *coroutine)
{
    coroutine->next = NULL;
    if (loop->first_ready == NULL) {
        loop->first_ready = coroutine;
    } else {
        loop->last_ready->next = coroutine;
    }
    loop->last_ready = coroutine;
}

void coroutine_yield(struct coroutine *current)
{
    current->loop->counts.yields++;
    current->unyielded = 0;
    loop_ready(current->loop, current);
    loop_leave(current);
}

/* ---- waiting ---- */

static void join_waiting(struct event_loop *loop, struct coroutine *coroutine)
{
    coroutine->older = loop->newest;
    coroutine->newer = NULL;
    *(loop->newest != NULL ? &loop->newest->newer : &loop->oldest) = coroutine;
    loop->newest = coroutine;
}

static void leave_waiting(struct event_loop *loop, struct coroutine *coroutine)
{
    *(coroutine->older != NULL ? &coroutine->older->newer : &loop->oldest) = coroutine->newer;
    *(coroutine->newer != NULL ? &coroutine->newer->older : &loop->newest) = coroutine->older;
}

int32_t coroutine_await(struct coroutine *current, const struct await *await, enum wake_cause *cause)
{
    struct event_loop *loop = current->loop;
    current->outstanding = await->outstanding;
    current->answered = false;
    current->cancelled = false;
    current->interruptible = await->interruptible;
    current->restartable = await->restartable;
    current->cause = WOKEN_BY_COMPLETION;
    current->result = 0;
    current->deadline_ns = await->deadline_ns;
    current->unyielded = 0;
    loop->counts.yields++;
    if (await->deadline_ns != 0) {
        timers_add(loop, current);
    }
    if (await->interruptible) {
        join_waiting(loop, current);
    }
    loop_leave(current);
    *cause = current->cause;
    return current->result;
}

/* What it waited for has come; it will run again. */
static void wake(struct event_loop *loop, struct coroutine *coroutine)
{
    timers_remove(loop, coroutine);
    if (coroutine->interruptible) {
        leave_waiting(loop, coroutine);
    }
    loop_ready(loop, coroutine);
}

void loop_complete(struct event_loop *loop, struct coroutine *coroutine, int32_t result)
{
    bool ended_by_us = coroutine->cancelled && (result == -ECANCELED || result == -EINTR);
    if (!coroutine->answered && !ended_by_us) {
        coroutine->answered = true;
        coroutine->result = result;
        coroutine->cause = WOKEN_BY_COMPLETION;
    }
    if (--coroutine->outstanding == 0) {
        wake(loop, coroutine);
    } else if (!coroutine->cancelled) {
        ring_cancel(loop, coroutine);
    }
}

/* A deadline or a signal ends a wait: at once where no operation is under way. */
void loop_end_wait(struct event_loop *loop, struct coroutine *coroutine, enum wake_cause cause)
{
    if (!coroutine->answered) {
        coroutine->cause = cause;
    }
    if (coroutine->outstanding == 0) {
        wake(loop, coroutine);
    } else if (!coroutine->cancelled) {
        ring_cancel(loop, coroutine);
    }
}

static void expire(struct event_loop *loop)
{
    if (loop->timer_count == 0) {
        return;
    }
    uint64_t now = now_ns();
    struct coroutine *due;
    while ((due = timers_take(loop, now)) != NULL) {
        loop_end_wait(loop, due, WOKEN_BY_DEADLINE);
    }
}

/* ---- the loop ---- */

/* Those that are ready now; what becomes ready meanwhile has its turn after the ring's. */
static void run_ready(struct event_loop *loop)
{
    struct coroutine *ready = loop->first_ready;
    loop->first_ready = NULL;
    loop->last_ready = NULL;
    while (ready != NULL) {
        struct coroutine *next = ready->next;
        enter(loop, ready);
        ready = next;
    }
}

void event_loop_run(struct event_loop *loop, void (*body)(void *argument, unsigned index), void *argument)
{
    for (unsigned i = 0; i < loop->coroutines.count; i++) {
        struct coroutine *coroutine = &loop->coroutines.items[i];
        coroutine->body = body;
        coroutine->argument = argument;
        loop_ready(loop, coroutine);
    }
    loop->live = loop->coroutines.count;
    while (loop->live > 0) {
        run_ready(loop);
        mask_for_waiting(loop);
        if (loop->live > 0 && ring_turn(loop, loop->first_ready == NULL)) {
            signals_interrupt(loop);
        }
        expire(loop);
    }
}

/* ---- start and end ---- */

static struct event_loop *fail(struct event_loop *loop, int code)
{
    free(loop);
    errno = code;
    return NULL;
}

struct event_loop *event_loop_start(unsigned coroutines, size_t stack_bytes, char *reason, size_t size)
{
    stack_bytes = stack_bytes == 0 ? (size_t)DEFAULT_STACK_BYTES : stack_bytes;
    char unheard[160];
    struct event_loop *loop = calloc(1, sizeof *loop);
    char *words = reason != NULL ? reason : unheard;
    size = reason != NULL ? size : sizeof unheard;
    if (loop == NULL || coroutines == 0) {
        snprintf(words, size, coroutines == 0 ? "no coroutine is wanted" : "no memory for an event loop");
        return fail(loop, coroutines == 0 ? EINVAL : ENOMEM);
    }
    loop->fs_base = context_fs_base();
    loop->timers = calloc(coroutines, sizeof *loop->timers);
    loop->helped_event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    int code = loop->timers == NULL || loop->helped_event < 0 ? errno : interception_start();
    if (code != 0) {
        snprintf(words, size, "the event loop cannot be made: %s", strerror(code));
        goto fail_memory;
    }
    code = ring_start(loop, coroutines, words, size);
    if (code != 0) {
        goto fail_memory;
    }
    code = coroutines_start(&loop->coroutines, coroutines, stack_bytes, loop, words, size);
    if (code != 0) {
        goto fail_ring;
    }
    code = dispatch_start(words, size);
    if (code == 0) {
        parking_start();
        read_masks(loop);
        return loop;
    }
    coroutines_stop(&loop->coroutines);
fail_ring:
    io_uring_queue_exit(&loop->ring);
fail_memory:
    if (loop->helped_event >= 0) {
        close(loop->helped_event);
    }
    free(loop->timers);
    return fail(loop, code);
}

void event_loop_stop(struct event_loop *loop)
{
    dispatch_stop();
    coroutines_stop(&loop->coroutines);
    io_uring_queue_exit(&loop->ring);
    close(loop->helped_event);
    free(loop->timers);
    free(loop);
}

struct interception_counts event_loop_counts(const struct event_loop *loop)
{
    return loop->counts;
}
