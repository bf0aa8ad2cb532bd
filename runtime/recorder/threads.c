/* Threads and forks: who has which slot of the record. */
#include "runtime/recorder/recorder.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Stands for a thread that ends, or is only being set up: its hooks do nothing. */
static struct recorded_thread nobody = {.busy = true};

static __thread struct recorded_thread *own __attribute__((tls_model("initial-exec")));

static struct recorded_thread *new_descriptor(void)
{
    long address = syscall(SYS_mmap, NULL, sizeof(struct recorded_thread), PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (address == -1)
        return NULL;
    struct recorded_thread *thread = (struct recorded_thread *)address; // NOLINT(performance-no-int-to-ptr)
    thread->next = recorder.threads;
    recorder.threads = thread;
    return thread;
}

/* A descriptor with a slot: an ended thread's, or new ones. recorder.lock is held. */
static struct recorded_thread *take_thread(void)
{
    struct recorded_thread *thread = recorder.free_threads;
    if (thread)
        recorder.free_threads = thread->next_free;
    else
        thread = new_descriptor();
    if (thread && !thread->slot)
        thread->slot = record_map_slot();
    return thread;
}

static void reset(struct recorded_thread *thread)
{
    struct record_thread *slot = thread->slot;
    for (uint32_t i = 0; i < slot->depth; i++)
        slot->functions[slot->frames[i].function].depth = 0;
    slot->depth = slot->lost = 0;
    thread->busy = thread->in_wait = thread->in_call = false;
    thread->jump_time = 0;
    thread->sample_overhead = 0;
    account_restart(thread);
    thread->alive = true;
}

/* Begins to record the calling thread. */
static struct recorded_thread *begin_thread(void)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    own = &nobody;
    pthread_mutex_lock(&recorder.lock);
    struct recorded_thread *thread = take_thread();
    pthread_mutex_unlock(&recorder.lock);
    if (thread && thread->slot) {
        reset(thread);
        pthread_setspecific(recorder.at_thread_end, thread);
        own = thread;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return own == &nobody ? NULL : own;
}

struct recorded_thread *thread_known(void)
{
    if (__atomic_load_n(&recorder.status, __ATOMIC_ACQUIRE) != RECORDER_ON || !own || own == &nobody)
        return NULL;
    return own;
}

/* Another thread is just starting the recorder. It may need what this one holds (the loader's lock): not for ever. */
static int wait_for_start(void)
{
    const unsigned long enough = 100000;
    int status = RECORDER_STARTING;
    for (unsigned long i = 0; i < enough && status == RECORDER_STARTING; i++) {
        sched_yield();
        status = __atomic_load_n(&recorder.status, __ATOMIC_ACQUIRE);
    }
    return status;
}

void thread_hide(void)
{
    own = &nobody;
}

void thread_show(void)
{
    own = NULL;
}

struct recorded_thread *thread_current(void)
{
    int status = __atomic_load_n(&recorder.status, __ATOMIC_ACQUIRE);
    if (status == RECORDER_OFF || own == &nobody)
        return NULL;
    if (status == RECORDER_ON && own)
        return own;
    if (status == RECORDER_STARTING)
        status = wait_for_start();
    if (status == RECORDER_OFF || status == RECORDER_STARTING)
        return NULL;
    int saved = errno;
    struct recorded_thread *thread = NULL;
    if (status == RECORDER_ON || recorder_start() || wait_for_start() == RECORDER_ON)
        thread = own ? own : begin_thread();
    errno = saved;
    return thread;
}

static void end_thread(void *data)
{
    struct recorded_thread *thread = data;
    own = &nobody;
    if (!thread->slot || __atomic_load_n(&recorder.status, __ATOMIC_ACQUIRE) != RECORDER_ON)
        return;
    uint64_t now = clock_ns(CLOCK_MONOTONIC);
    account_sample(thread, now);
    frames_close(thread, now);
    thread->slot->thread = 0;
    thread->alive = false;
    pthread_mutex_lock(&recorder.lock);
    thread->next_free = recorder.free_threads;
    recorder.free_threads = thread;
    pthread_mutex_unlock(&recorder.lock);
}

static void before_fork(void)
{
    pthread_mutex_lock(&recorder.lock);
}

static void in_parent(void)
{
    pthread_mutex_unlock(&recorder.lock);
}

/* The child goes on with the calls that are open, but they are its parent's: they count nowhere here. */
static void inherit_calls(struct record_thread *slot, const struct record_thread *from)
{
    slot->account = from->account;
    slot->depth = from->depth;
    slot->lost = from->lost;
    memcpy(slot->frames, from->frames, from->depth * sizeof *slot->frames);
    for (uint32_t i = 0; i < slot->depth; i++) {
        slot->frames[i].outermost = false;
        slot->functions[slot->frames[i].function].depth++;
    }
}

/* The mappings of the parent's file are left for a file of the child's own; only the calling thread lives on. */
static void in_child(void)
{
    static const pthread_mutex_t unlocked = PTHREAD_MUTEX_INITIALIZER;
    memcpy(&recorder.lock, &unlocked, sizeof unlocked);
    struct recorded_thread *thread = own == &nobody ? NULL : own;
    struct record_thread *parents = thread ? thread->slot : NULL;
    bool created = record_create();
    recorder.free_threads = NULL;
    for (struct recorded_thread *other = recorder.threads; other; other = other->next) {
        if (other == thread)
            continue;
        if (other->slot)
            record_unmap_slot(other->slot);
        other->slot = NULL;
        other->alive = false;
        other->next_free = recorder.free_threads;
        recorder.free_threads = other;
    }
    if (thread) {
        thread->slot = created ? record_map_slot() : NULL;
        thread->in_wait = thread->in_call = false;
        thread->jump_time = 0;
    }
    if (thread && thread->slot) {
        inherit_calls(thread->slot, parents);
        account_restart(thread);
    } else {
        __atomic_store_n(&recorder.status, RECORDER_OFF, __ATOMIC_RELEASE);
    }
    if (parents)
        record_unmap_slot(parents);
}

bool threads_prepare(void)
{
    return pthread_key_create(&recorder.at_thread_end, end_thread) == 0 &&
           pthread_atfork(before_fork, in_parent, in_child) == 0;
}
