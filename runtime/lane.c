/* A lane: takes numbers of a block, makes these calls, and records them. */
#include "runtime/execution.h"

#include "runtime/async/dispatch.h"
#include "runtime/big_lock.h"
#include "runtime/fault.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>
#include <xxhash.h>

uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

int execution_fail(struct execution *execution, int error, const char *format, ...)
{
    if (atomic_exchange(&execution->has_reason, true))
        return error; /* lanes that fail at once have one reason, that of the first */
    va_list args;
    va_start(args, format);
    vsnprintf(execution->reason, REASON_BYTES, format, args);
    va_end(args);
    return error;
}

static void add_rusage(struct usage *usage, int who)
{
    struct rusage used;
    if (getrusage(who, &used))
        return;
    usage->cpu_ns += (uint64_t)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000000000 +
                     (uint64_t)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) * 1000;
    usage->voluntary += (uint64_t)used.ru_nvcsw;
    usage->involuntary += (uint64_t)used.ru_nivcsw;
}

void usage_of_process(struct usage *usage)
{
    add_rusage(usage, RUSAGE_SELF);
    add_rusage(usage, RUSAGE_CHILDREN);
}

void usage_add(struct usage *sum, const struct usage *part)
{
    sum->cpu_ns += part->cpu_ns;
    sum->voluntary += part->voluntary;
    sum->involuntary += part->involuntary;
    sum->intercepted += part->intercepted;
    sum->tax_ns += part->tax_ns;
    sum->transferred_bytes += part->transferred_bytes;
    sum->transfer_ns += part->transfer_ns;
}

static int call_optional(concprobe_function *function, struct concprobe_call *call)
{
    return function ? function(call) : 0;
}

/* ---- processes and lanes ---- */

/* A page that reads 1 here and 0 in every process that is forked from this one: it tells strays, at no system call. */
static int mark_present(struct execution *execution)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    unsigned char *mark = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mark == MAP_FAILED)
        return execution_fail(execution, ENOMEM, "out of memory");
    /* Where the kernel is too old for it (before 4.14), a stray process goes unnoticed. */
    madvise(mark, page, MADV_WIPEONFORK);
    *mark = 1;
    execution->present = mark;
    return 0;
}

static int start_failed(struct execution *execution, const char *function, int error)
{
    const char *name = error > 0 ? strerrordesc_np(error) : NULL;
    return execution_fail(execution, ECANCELED, name ? "%s failed with %d (%s)" : "%s failed with %d", function, error,
                          name);
}

int execution_process_start(struct execution *execution)
{
    int error = mark_present(execution);
    if (error)
        return error;
    struct concprobe_call call = {.seed = execution->options->seed, .run = execution->run};
    error = call_optional(execution->probe->process_start, &call);
    execution->process = call.process;
    return error ? start_failed(execution, "process_start", error) : 0;
}

void execution_process_stop(struct execution *execution)
{
    struct concprobe_call call = {
        .seed = execution->options->seed, .run = execution->run, .process = execution->process};
    call_optional(execution->probe->process_stop, &call);
    munmap((void *)execution->present, (size_t)sysconf(_SC_PAGESIZE));
    execution->present = NULL;
}

int lane_start(struct execution *execution, unsigned index, struct concprobe_lane *lane)
{
    lane->execution = execution;
    lane->index = index;
    lane->call = (struct concprobe_call){
        .seed = execution->options->seed, .run = execution->run, .process = execution->process, .lane = lane};
    lane->alternate_stack = fault_thread_enter();
    if (execution->options->lock == CONCPROBE_LOCK_AT_BLOCK && execution->model->shares_memory)
        dispatch_lane_start();
    int error = call_optional(execution->probe->worker_start, &lane->call);
    return error ? start_failed(execution, "worker_start", error) : 0;
}

void lane_stop(struct concprobe_lane *lane)
{
    lane->call.number = 0;
    lane->call.item = NULL;
    call_optional(lane->execution->probe->worker_stop, &lane->call);
    fault_thread_leave(lane->alternate_stack);
    free(lane->result);
    lane->result = NULL;
    lane->result_size = lane->result_capacity = 0;
}

/* ---- calls ---- */

static void record_failure(struct call_record *record, enum call_outcome outcome, int error)
{
    record->outcome = (uint16_t)outcome;
    record->error = error > 0 && error < UINT16_MAX ? (uint16_t)error : UINT16_MAX;
}

static void record_result(struct call_record *record, const struct concprobe_lane *lane)
{
    record->digest = XXH3_64bits(lane->result, lane->result_size);
    record->result_bytes = (uint32_t)lane->result_size;
    memset(record->head, 0, sizeof record->head);
    if (lane->result_size)
        memcpy(record->head, lane->result,
               lane->result_size < sizeof record->head ? lane->result_size : sizeof record->head);
}

/* The timed part. */
static int timed_call(struct concprobe_lane *lane, struct call_record *record)
{
    record->start_ns = now_ns();
    big_lock_take();
    int error = lane->execution->probe->call(&lane->call);
    if (!*lane->execution->present)
        _exit(0); /* forked off in the call: none of our business goes on here */
    if (!error && lane->deliver)
        error = lane->deliver(lane, lane->result, lane->result_size);
    big_lock_drop();
    record->end_ns = now_ns();
    return error;
}

void lane_call(struct concprobe_lane *lane, uint64_t number, struct call_record *record)
{
    const struct concprobe_probe *probe = lane->execution->probe;
    struct concprobe_call *call = &lane->call;
    call->number = number;
    call->item = NULL;
    lane->result_size = 0;
    int error = call_optional(probe->call_start, call);
    if (error) {
        record->start_ns = record->end_ns = now_ns();
        record_failure(record, CALL_FAILED, error);
        return;
    }
    error = timed_call(lane, record);
    record_result(record, lane);
    if (error) {
        record_failure(record, CALL_FAILED, error);
    } else {
        int wrong = call_optional(probe->check, call);
        record->outcome = CALL_WELL;
        record->error = 0;
        if (wrong)
            record_failure(record, CALL_WRONG, wrong);
    }
    call_optional(probe->call_stop, call);
}

void lane_run(struct concprobe_lane *lane, struct block *block)
{
    for (;;) {
        uint64_t taken = atomic_fetch_add_explicit(&block->next, 1, memory_order_relaxed);
        if (taken >= block->calls)
            break;
        lane_call(lane, block->first + taken, &block->records[taken]);
    }
    big_lock_leave();
}

/* ---- what a call may use ---- */

int concprobe_result(struct concprobe_call *call, const void *bytes, size_t size)
{
    struct concprobe_lane *lane = call->lane;
    if (!lane)
        return EINVAL;
    if (size > UINT32_MAX - lane->result_size)
        return ENOMEM;
    size_t wanted = lane->result_size + size;
    if (wanted > lane->result_capacity) {
        size_t capacity = wanted > 2 * lane->result_capacity ? wanted : 2 * lane->result_capacity;
        unsigned char *grown = realloc(lane->result, capacity);
        if (!grown)
            return ENOMEM;
        lane->result = grown;
        lane->result_capacity = capacity;
    }
    if (size)
        memcpy(lane->result + lane->result_size, bytes, size);
    lane->result_size = wanted;
    return 0;
}

void concprobe_compute(struct concprobe_call *call, void (*part)(void *data), void *data, size_t size)
{
    if (call->lane && call->lane->compute)
        call->lane->compute(call->lane, part, data, size);
    else
        part(data);
}

uint64_t concprobe_random(const struct concprobe_call *call, uint64_t which)
{
    /* splitmix64 (Steele, Lea, Flood 2014), seeded by seed and number */
    uint64_t z = call->seed + 0x9e3779b97f4a7c15u * (which + 1) + 0xd1342543de82ef95u * (call->number + 1);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}
