/* A pool of K worker processes. */
#include "runtime/models/process_pool.h"

#include "runtime/futex.h"
#include "runtime/sandbox.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LOOK_EVERY_MS = 50 }; /* after workers that died */

void *shared_memory(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

/* ---- a worker's process ---- */

int process_pool_deliver(struct process_pool *pool, unsigned worker, const struct concprobe_lane *lane,
                         const void *bytes, size_t size)
{
    struct pool_worker *own = &pool->workers[worker];
    struct result_header header = {.number = lane->call.number, .size = size};
    uint64_t start = now_ns();
    int error = pool->transport->send(pool, worker, &header, bytes);
    own->usage.transfer_ns += now_ns() - start;
    if (!error) {
        own->usage.transferred_bytes += size;
        own->sent_bytes += sizeof header + size;
    }
    return error;
}

static void arrive_at_gate(struct process_pool *pool, struct pool_worker *worker, void *state)
{
    struct usage used = {.transfer_ns = worker->usage.transfer_ns,
                         .transferred_bytes = worker->usage.transferred_bytes};
    usage_of_process(&used);
    if (pool->crew->usage && state)
        pool->crew->usage(state, &used);
    worker->usage = used;
    if (atomic_fetch_sub(&pool->gate->working, 1) == 1) {
        futex_wake(&pool->gate->working, 1);
        pool->transport->finished(pool);
    }
}

static _Noreturn void work(struct process_pool *pool, unsigned index)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    struct execution execution = *pool->execution;
    struct pool_worker *worker = &pool->workers[index];
    void *state = NULL;
    execution.reason = worker->reason;
    worker->error = execution_process_start(&execution);
    if (!worker->error)
        worker->error = pool->crew->start(pool, index, &execution, &state);
    for (uint32_t opened = 0;; opened++) {
        arrive_at_gate(pool, worker, worker->error ? NULL : state);
        while (atomic_load(&pool->gate->opened) == opened)
            futex_wait(&pool->gate->opened, opened, 0);
        if (!pool->gate->block || worker->error)
            break;
        pool->crew->run(state, pool->gate->block);
    }
    if (!worker->error) {
        pool->crew->stop(state);
        execution_process_stop(&execution);
    }
    _exit(0);
}

/* ---- the usual crew: one lane ---- */

static int deliver(struct concprobe_lane *lane, const void *bytes, size_t size)
{
    return process_pool_deliver(lane->context, lane->index, lane, bytes, size);
}

static int lane_crew_start(struct process_pool *pool, unsigned worker, struct execution *execution, void **state)
{
    struct concprobe_lane *lane = calloc(1, sizeof *lane);
    if (!lane)
        return execution_fail(execution, ENOMEM, "out of memory");
    lane->deliver = deliver;
    lane->context = pool;
    *state = lane;
    return lane_start(execution, worker, lane);
}

static void lane_crew_run(void *state, struct block *block)
{
    lane_run(state, block);
}

static void lane_crew_stop(void *state)
{
    lane_stop(state);
    free(state);
}

/* ---- the parent ---- */

/* Has a worker died? Only workers are children of this process. */
static int find_dead(struct process_pool *pool)
{
    int status;
    if (waitpid(-1, &status, WNOHANG) <= 0)
        return 0;
    describe_death(status, pool->execution->probe, STDERR_FILENO, pool->execution->reason);
    return EOWNERDEAD;
}

static bool all_at_gate(const struct process_pool *pool)
{
    return !atomic_load(&pool->gate->working);
}

static void open_gate(struct process_pool *pool, struct block *block)
{
    pool->gate->block = block;
    atomic_store(&pool->gate->working, pool->started);
    atomic_fetch_add(&pool->gate->opened, 1);
    futex_wake(&pool->gate->opened, pool->started);
}

static uint64_t sent_bytes(const struct process_pool *pool)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < pool->started; i++)
        sum += pool->workers[i].sent_bytes;
    return sum;
}

int process_pool_run(struct execution *execution, struct block *block)
{
    struct process_pool *pool = execution->state;
    open_gate(pool, block);
    while (!all_at_gate(pool)) {
        pool->received_bytes += pool->transport->receive(pool, LOOK_EVERY_MS);
        int error = find_dead(pool);
        if (error)
            return error;
    }
    while (pool->received_bytes < sent_bytes(pool))
        pool->received_bytes += pool->transport->receive(pool, LOOK_EVERY_MS);
    return 0;
}

void process_pool_usage(struct execution *execution, struct usage *usage)
{
    const struct process_pool *pool = execution->state;
    for (unsigned i = 0; i < pool->started; i++)
        usage_add(usage, &pool->workers[i].usage);
}

static int fork_workers(struct process_pool *pool)
{
    struct execution *execution = pool->execution;
    while (pool->started < pool->count) {
        unsigned index = pool->started;
        atomic_fetch_add(&pool->gate->working, 1);
        pid_t pid = fork();
        if (!pid)
            work(pool, index);
        if (pid < 0)
            return execution_fail(execution, ENOTSUP, "process %u of %u could not be created: %s", index + 1,
                                  pool->count, strerror(errno));
        pool->pids[pool->started++] = pid;
    }
    for (uint32_t left; (left = atomic_load(&pool->gate->working));) {
        futex_wait(&pool->gate->working, left, UINT64_C(1000000) * LOOK_EVERY_MS);
        int error = find_dead(pool);
        if (error)
            return error;
    }
    for (unsigned i = 0; i < pool->started; i++)
        if (pool->workers[i].error)
            return execution_fail(execution, pool->workers[i].error, "%s", pool->workers[i].reason);
    return 0;
}

int process_pool_start(struct execution *execution, const struct transport *transport)
{
    static const struct crew one_lane = {.start = lane_crew_start, .run = lane_crew_run, .stop = lane_crew_stop};
    return process_pool_start_crew(execution, transport, &one_lane, execution->k);
}

/* A failed start needs no undoing: the instance ends, and its processes with it. */
int process_pool_start_crew(struct execution *execution, const struct transport *transport, const struct crew *crew,
                            unsigned count)
{
    struct process_pool *pool = calloc(1, sizeof *pool);
    size_t bytes = sizeof(struct pool_worker) * ((size_t)count + 1);
    char *shared = shared_memory(bytes);
    if (pool)
        *pool = (struct process_pool){.execution = execution,
                                      .transport = transport,
                                      .crew = crew,
                                      .count = count,
                                      .shared_bytes = bytes,
                                      .pids = calloc(count, sizeof *pool->pids)};
    execution->state = pool;
    if (!pool || !shared || !pool->pids)
        return execution_fail(execution, ENOMEM, "out of memory");
    pool->gate = (struct pool_gate *)shared;
    pool->workers = (struct pool_worker *)(shared + sizeof(struct pool_worker));
    int error = transport->open(pool);
    return error ? error : fork_workers(pool);
}

void process_pool_stop(struct execution *execution)
{
    struct process_pool *pool = execution->state;
    open_gate(pool, NULL);
    for (unsigned i = 0; i < pool->started; i++)
        waitpid(pool->pids[i], NULL, 0);
    pool->transport->close(pool);
    munmap(pool->gate, pool->shared_bytes);
    free(pool->pids);
    free(pool);
}
