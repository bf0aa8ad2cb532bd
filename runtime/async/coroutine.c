/* Makes and ends coroutines: stacks, and the threads that lend them. */
#include "runtime/async/allowed_code.h"
#include "runtime/async/context.h"
#include "runtime/async/loop.h"

#include <errno.h>
#include <linux/futex.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
    GUARD_BYTES = 64 * 1024, /* more than one page, as large frames step over it */
    /* Between the frames of the shell and those of the coroutine on the same stack: room for the handler of the one
     * signal that shells cannot block, with which glibc makes all threads change their user. */
    SHELL_BYTES = 16 * 1024,
    SIGNAL_BYTES = 16 * 1024, /* for the dispatcher's frame with all vector registers */
    MOST_CREATORS = 4,
    COROUTINES_A_CREATOR = 64 /* fewer are not worth another one */
};

/* What the threads that create shells share. */
struct creation {
    struct coroutine_set *set;
    _Atomic uint32_t next, parked;
    _Atomic int error;
};

static void futex_wake(_Atomic uint32_t *word, int count)
{
    allowed_call(SYS_futex, (long)(uintptr_t)word, FUTEX_WAKE, count, 0, 0, 0);
}

static void coroutine_main(void *argument)
{
    struct coroutine *self = argument;
    for (;;) {
        self->body(self->argument, self->index);
        if (!interception_page->alive) {
            allowed_call(SYS_exit_group, 127, 0, 0, 0, 0, 0); /* a child forked by the body has no loop to go to */
        }
        self->loop->live--;
        loop_leave(self);
    }
}

struct shell_start {
    struct coroutine *coroutine;
    struct creation *creation;
};

static void *shell_main(void *argument)
{
    struct shell_start start = *(struct shell_start *)argument;
    struct coroutine *self = start.coroutine;
    free(argument);
    self->fs_base = context_fs_base();
    self->stack_top = (char *)__builtin_frame_address(0) - SHELL_BYTES;
    self->context = context_make(self->stack_top, coroutine_main, self);
    interception.coroutine = self;
    uint32_t starting = SHELL_STARTING;
    atomic_compare_exchange_strong(&self->order, &starting, SHELL_IDLE);
    if (atomic_fetch_add(&start.creation->parked, 1) + 1 == start.creation->set->count) {
        futex_wake(&start.creation->parked, 1);
    }
    shell_serve(self);
    interception.coroutine = NULL;
    return NULL;
}

static int start_shell(struct coroutine_set *set, struct creation *creation, unsigned index)
{
    struct coroutine *coroutine = &set->items[index];
    char *bottom = set->stacks + index * set->stride + set->guard_bytes;
    if (mprotect(bottom, set->stride - set->guard_bytes, PROT_READ | PROT_WRITE) != 0) {
        return errno;
    }
    struct shell_start *start = malloc(sizeof *start);
    if (start == NULL) {
        return ENOMEM;
    }
    *start = (struct shell_start){coroutine, creation};
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    int code = pthread_attr_setstack(&attributes, bottom, set->stride - set->guard_bytes);
    if (code == 0) {
        code = pthread_create(&coroutine->shell, &attributes, shell_main, start);
    }
    pthread_attr_destroy(&attributes);
    coroutine->has_shell = code == 0;
    if (code != 0) {
        free(start);
    }
    return code;
}

static void *create_shells(void *argument)
{
    struct creation *creation = argument;
    while (atomic_load(&creation->error) == 0) {
        uint32_t index = atomic_fetch_add(&creation->next, 1);
        if (index >= creation->set->count) {
            break;
        }
        int code = start_shell(creation->set, creation, index);
        if (code != 0) {
            atomic_store(&creation->error, code);
        }
    }
    return NULL;
}

/* By several threads, the calling one among them: the kernel makes threads slowly, and on every CPU at once. */
static int create_all(struct coroutine_set *set)
{
    struct creation creation = {.set = set};
    pthread_t others[MOST_CREATORS - 1];
    unsigned wanted = set->count / COROUTINES_A_CREATOR;
    long cpus = sysconf(_SC_NPROCESSORS_ONLN);
    wanted = wanted > MOST_CREATORS ? MOST_CREATORS : wanted;
    wanted = cpus > 0 && wanted > (unsigned long)cpus ? (unsigned)cpus : wanted;
    unsigned count = 0;
    while (count + 1 < wanted && pthread_create(&others[count], NULL, create_shells, &creation) == 0) {
        count++;
    }
    create_shells(&creation);
    for (unsigned i = 0; i < count; i++) {
        pthread_join(others[i], NULL);
    }
    uint32_t parked = atomic_load(&creation.parked);
    while (creation.error == 0 && parked < set->count) {
        allowed_call(SYS_futex, (long)(uintptr_t)&creation.parked, FUTEX_WAIT, parked, 0, 0, 0);
        parked = atomic_load(&creation.parked);
    }
    if (creation.error != 0) {
        coroutines_stop(set); /* the shells still use `creation` */
    }
    return creation.error;
}

/* All signals but the one with which glibc makes every thread change its user (33): glibc waits for all to answer. */
static void block_signals(uint64_t *before)
{
    const uint64_t most = ~(UINT64_C(1) << 32);
    allowed_call(SYS_rt_sigprocmask, SIG_SETMASK, (long)(uintptr_t)&most, (long)(uintptr_t)before, sizeof most, 0, 0);
}

static size_t round_up(size_t bytes, size_t unit)
{
    return (bytes + unit - 1) / unit * unit;
}

int coroutines_start(struct coroutine_set *set, unsigned count, size_t stack_bytes, struct event_loop *loop,
                     char *reason, size_t reason_size)
{
    long least = sysconf(_SC_THREAD_STACK_MIN); /* with room for all thread-local storage */
    size_t usable = stack_bytes + SHELL_BYTES + SIGNAL_BYTES + (least > 0 ? (size_t)least : 65536);
    *set = (struct coroutine_set){.count = count, .guard_bytes = GUARD_BYTES, .stack_bytes = stack_bytes};
    set->stride = round_up(usable, (size_t)sysconf(_SC_PAGESIZE)) + GUARD_BYTES;
    set->items = calloc(count, sizeof *set->items);
    if (set->items == NULL || set->stride > SIZE_MAX / count) {
        snprintf(reason, reason_size, "no memory for %u coroutines", count);
        free(set->items);
        set->items = NULL;
        return ENOMEM;
    }
    set->stacks = mmap(NULL, set->stride * count, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (set->stacks == MAP_FAILED) {
        int code = errno;
        snprintf(reason, reason_size, "no address space for %u stacks of %zu KiB: %s", count, set->stride / 1024,
                 strerror(code));
        free(set->items);
        set->items = NULL;
        return code;
    }
    for (unsigned i = 0; i < count; i++) {
        set->items[i] = (struct coroutine){.loop = loop, .index = i};
    }
    uint64_t mask;
    block_signals(&mask);
    int code = create_all(set);
    allowed_call(SYS_rt_sigprocmask, SIG_SETMASK, (long)(uintptr_t)&mask, 0, sizeof mask, 0, 0);
    if (code != 0) {
        snprintf(reason, reason_size,
                 "%u threads cannot be made here: %s (limits: ulimit -u, "
                 "kernel.threads-max, kernel.pid_max, pids.max, vm.max_map_count)",
                 count, strerror(code));
    }
    return code;
}

void coroutines_stop(struct coroutine_set *set)
{
    if (set->items == NULL) {
        return;
    }
    for (unsigned i = 0; i < set->count; i++) {
        if (set->items[i].has_shell) {
            atomic_store(&set->items[i].order, SHELL_END);
            futex_wake(&set->items[i].order, 1);
        }
    }
    for (unsigned i = 0; i < set->count; i++) {
        if (set->items[i].has_shell) {
            pthread_join(set->items[i].shell, NULL);
        }
    }
    munmap(set->stacks, set->stride * set->count);
    free(set->items);
    set->items = NULL;
}
