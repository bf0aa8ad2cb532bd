/* The two hooks: calls begin and end on the thread's own stack of open calls. */
#include "runtime/recorder/recorder.h"

#include <errno.h>
#include <sched.h>

enum { HASH_BITS = 17, HASH_SLOTS = 1 << HASH_BITS };

/* A jump farther than this left for another stack (a signal's, a coroutine's): frames there are not stale. */
enum { SAME_STACK_BYTES = 1 << 20 };

/* Address → number, open addressing. A slot's address is set first, its number (+ 1) when the function is in the file.
 */
static struct {
    uint64_t address;
    uint32_t number_plus_1;
} hash[HASH_SLOTS];

/* Touched before the first function is recorded: a page fault in the middle of a hook would be the caller's time. */
void frames_prepare(void)
{
    const size_t page = 4096 / sizeof *hash;
    for (size_t at = 0; at < HASH_SLOTS; at += page)
        ((volatile uint32_t *)&hash[at].number_plus_1)[0] = 0;
}

/* What a hook does at the first sight of a function (page faults of the file, looking for its module) takes
 * microseconds, which the usual cost of a hook does not cover. Longer, it was preempted. */
static void charge_first_sight(struct recorded_thread *thread, uint64_t begin)
{
    const uint64_t preempted = 200000;
    uint64_t took = clock_ns(CLOCK_MONOTONIC) - begin;
    if (took < preempted)
        thread->slot->account.overhead += took;
}

/* A new function's number, 0 if there are too many. */
static uint32_t add_function(uint64_t address)
{
    uint32_t number = __atomic_fetch_add(&recorder.header->function_count, 1, __ATOMIC_ACQ_REL);
    if (number >= RECORD_FUNCTIONS) {
        __atomic_store_n(&recorder.header->function_count, RECORD_FUNCTIONS, __ATOMIC_RELEASE);
        return 0;
    }
    recorder.header->functions[number] = address;
    if (!record_knows_address(address))
        record_note_modules();
    return number;
}

/* Another thread is just adding the function, for an instant unless it is preempted. In a fork's child it may never be
 * done: then the function goes with those that are too many. */
static uint32_t wait_for_number(const uint32_t *number_plus_1)
{
    const unsigned long enough = 100000;
    for (unsigned long i = 0; i < enough; i++) {
        uint32_t number = __atomic_load_n(number_plus_1, __ATOMIC_ACQUIRE);
        if (number)
            return number - 1;
        sched_yield();
    }
    return 0;
}

uint32_t function_number(struct recorded_thread *thread, uint64_t address)
{
    const uint64_t spread = 0x9E3779B97F4A7C15u; /* 2^64 / golden ratio */
    uint32_t at = (uint32_t)(address * spread >> (64 - HASH_BITS));
    for (uint32_t tries = 0; tries < HASH_SLOTS; at = (at + 1) & (HASH_SLOTS - 1), tries++) {
        uint64_t found = __atomic_load_n(&hash[at].address, __ATOMIC_ACQUIRE);
        if (!found && __atomic_compare_exchange_n(&hash[at].address, &found, address, false, __ATOMIC_ACQ_REL,
                                                  __ATOMIC_ACQUIRE)) {
            uint64_t begin = clock_ns(CLOCK_MONOTONIC);
            uint32_t number = add_function(address);
            __atomic_store_n(&hash[at].number_plus_1, number + 1, __ATOMIC_RELEASE);
            *(volatile uint32_t *)&thread->slot->functions[number].depth += 0; /* its page */
            charge_first_sight(thread, begin);
            return number;
        }
        if (found != address)
            continue;
        return wait_for_number(&hash[at].number_plus_1);
    }
    return 0;
}

static uint64_t less(uint64_t from, uint64_t amount)
{
    return from > amount ? from - amount : 0;
}

/* Adds what happened between the frame's begin and `now`, when the account was `after`. */
static void frame_finish(struct recorded_thread *thread, const struct record_frame *frame, uint64_t now,
                         const struct record_account *after)
{
    struct record_function *function = &thread->slot->functions[frame->function];
    const struct record_account *before = &frame->before;
    uint64_t wall = less(now, frame->started + (after->overhead - before->overhead));
    uint64_t off = after->off - before->off, queue = after->queue - before->queue;
    uint64_t steal = after->steal - before->steal;
    uint64_t own_wall = less(wall, queue + steal), cpu = less(own_wall, off);
    function->self_wall += less(own_wall, frame->callees_wall);
    function->self_cpu += less(cpu, frame->callees_cpu);
    if (thread->slot->depth) {
        struct record_frame *caller = &thread->slot->frames[thread->slot->depth - 1];
        caller->callees_wall += own_wall;
        caller->callees_cpu += cpu;
    }
    if (!frame->outermost)
        return;
    function->wall += wall;
    function->off += off;
    function->lock += after->lock - before->lock;
    function->queue += queue;
    function->steal += steal;
    function->io += after->io - before->io;
    function->outer_calls++;
}

/* Short calls that hardly ever sleep. */
static bool is_short(const struct record_function *function)
{
    const uint64_t part = 4;
    uint64_t own_wall = less(function->wall, function->queue + function->steal);
    return own_wall < function->outer_calls * COUNT_ONLY_BELOW_NS && function->off <= own_wall / part;
}

void frame_pop(struct recorded_thread *thread, uint64_t now)
{
    struct record_frame *frame = &thread->slot->frames[--thread->slot->depth];
    struct record_function *function = &thread->slot->functions[frame->function];
    if (function->depth)
        function->depth--;
    frame_finish(thread, frame, now, &thread->slot->account);
    if (frame->outermost && !function->depth && function->outer_calls % COUNT_ONLY_AFTER == 0)
        function->counted_only = is_short(function);
}

/* A call that longjmp left: it ended at the jump, where that was seen. */
static void frame_pop_stale(struct recorded_thread *thread, uint64_t now)
{
    struct record_frame *frame = &thread->slot->frames[thread->slot->depth - 1];
    if (thread->jump_time < frame->started) {
        frame_pop(thread, now);
        return;
    }
    thread->slot->depth--;
    struct record_function *function = &thread->slot->functions[frame->function];
    if (function->depth)
        function->depth--;
    frame_finish(thread, frame, thread->jump_time, &thread->jump_account);
}

void frames_close(struct recorded_thread *thread, uint64_t now)
{
    while (thread->slot->depth)
        frame_pop(thread, now);
}

static void drop_stale(struct recorded_thread *thread, uint64_t stack, uint64_t now)
{
    struct record_thread *slot = thread->slot;
    while (slot->depth && slot->frames[slot->depth - 1].stack < stack &&
           stack - slot->frames[slot->depth - 1].stack < SAME_STACK_BYTES)
        frame_pop_stale(thread, now);
}

static bool sample_if_due(struct recorded_thread *thread, uint64_t now)
{
    if (now - thread->wall <= SAMPLE_AFTER_NS)
        return false;
    int saved = errno;
    account_sample(thread, now);
    errno = saved;
    return true;
}

static void enter(struct recorded_thread *thread, uint32_t number, uint64_t stack)
{
    struct record_thread *slot = thread->slot;
    uint64_t now = clock_ns(CLOCK_MONOTONIC), half_hook = recorder.header->hook_ns / 2;
    drop_stale(thread, stack, now);
    if (slot->depth == RECORD_DEPTH) {
        slot->lost++;
        return;
    }
    struct record_frame *frame = &slot->frames[slot->depth];
    struct record_function *function = &slot->functions[number];
    bool sampled = sample_if_due(thread, now), first = function->calls++ == 0;
    if (!first)
        slot->account.overhead += half_hook;
    *frame = (struct record_frame){.function = number,
                                   .outermost = function->depth++ == 0,
                                   .stack = stack,
                                   .started = now,
                                   .before = slot->account};
    slot->depth++;
    if (first) {
        thread->sample_overhead = 0; /* is in what this hook took */
        charge_first_sight(thread, now);
        return;
    }
    slot->account.overhead += half_hook;
    if (sampled)
        account_charge_sample(thread);
}

static void leave(struct recorded_thread *thread, uint32_t number)
{
    struct record_thread *slot = thread->slot;
    if (slot->lost) {
        slot->lost--;
        return;
    }
    uint32_t depth = slot->depth;
    while (depth && slot->frames[depth - 1].function != number)
        depth--;
    if (!depth)
        return; /* entered before recording began, or in the parent of a fork */
    uint64_t now = clock_ns(CLOCK_MONOTONIC), half_hook = recorder.header->hook_ns / 2;
    bool sampled = sample_if_due(thread, now);
    slot->account.overhead += half_hook;
    while (slot->depth > depth)
        frame_pop_stale(thread, now);
    frame_pop(thread, now);
    slot->account.overhead += half_hook;
    if (sampled)
        account_charge_sample(thread);
}

void __cyg_profile_func_enter(void *function, void *site)
{
    (void)site;
    struct recorded_thread *thread = thread_current();
    if (!thread || thread->busy)
        return;
    thread->busy = true;
    uint32_t number = function_number(thread, (uint64_t)(uintptr_t)function);
    struct record_function *known = &thread->slot->functions[number];
    if (known->counted_only) {
        known->calls++;
        thread->slot->account.overhead += recorder.header->counted_hook_ns;
    } else {
        enter(thread, number, (uint64_t)(uintptr_t)__builtin_frame_address(0));
    }
    thread->busy = false;
}

void __cyg_profile_func_exit(void *function, void *site)
{
    (void)site;
    struct recorded_thread *thread = thread_known();
    if (!thread || thread->busy)
        return;
    thread->busy = true;
    uint32_t number = function_number(thread, (uint64_t)(uintptr_t)function);
    if (thread->slot->functions[number].counted_only)
        thread->slot->account.overhead += recorder.header->counted_hook_ns;
    else
        leave(thread, number);
    thread->busy = false;
}

void __wrap___cyg_profile_func_enter(void *function, void *site)
{
    __cyg_profile_func_enter(function, site);
}

void __wrap___cyg_profile_func_exit(void *function, void *site)
{
    __cyg_profile_func_exit(function, site);
}
