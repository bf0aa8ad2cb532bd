/* A pool of computing processes; see the header. */
#include "runtime/models/compute_pool.h"

#include "runtime/big_lock.h"
#include "runtime/futex.h"
#include "runtime/models/process_pool.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SLOTS_A_WORKER = 2, LOOK_EVERY_NS = 50 * 1000 * 1000 };

enum slot_state { SLOT_FREE, SLOT_FULL, SLOT_DONE };

/* In shared memory: written by the loop until it is full, by the worker until it is done. */
struct slot {
    _Alignas(64) _Atomic uint32_t state; /* enum slot_state */
    void (*part)(void *data);
};

struct compute_worker {
    _Alignas(64) _Atomic uint32_t posted; /* parts handed over since the start; UINT32_MAX: the end */
    struct usage usage;                   /* as of the last part that is done */
    struct slot slots[SLOTS_A_WORKER];
};

struct compute_pool {
    unsigned count;
    struct compute_worker *workers; /* shared */
    char *data;                     /* shared: COMPUTE_SLOT_BYTES for every slot, backed where touched */
    pid_t *pids;
    unsigned *busy;             /* slots in use, by worker */
    struct coroutine **waiting; /* for a slot, in order; a ring of `capacity` */
    unsigned capacity, first, queued;
    uint64_t transferred_bytes, transfer_ns;
};

static char *slot_data(const struct compute_pool *pool, unsigned worker, unsigned slot)
{
    return pool->data + ((size_t)worker * SLOTS_A_WORKER + slot) * COMPUTE_SLOT_BYTES;
}

/* ---- a worker ---- */

static _Noreturn void work(const struct compute_pool *pool, unsigned index)
{
    struct compute_worker *own = &pool->workers[index];
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (uint32_t done = 0;; done++) {
        uint32_t posted;
        while ((posted = atomic_load(&own->posted)) == done)
            futex_wait(&own->posted, posted, 0);
        if (posted == UINT32_MAX)
            _exit(0);
        unsigned full = 0;
        while (atomic_load(&own->slots[full].state) != SLOT_FULL)
            full = (full + 1) % SLOTS_A_WORKER;
        struct slot *slot = &own->slots[full];
        slot->part(slot_data(pool, index, full));
        own->usage = (struct usage){0};
        usage_of_process(&own->usage);
        atomic_store(&slot->state, SLOT_DONE);
        futex_wake(&slot->state, 1);
    }
}

static int fork_workers(struct compute_pool *pool)
{
    for (unsigned i = 0; i < pool->count; i++) {
        pool->pids[i] = fork();
        if (!pool->pids[i])
            work(pool, i);
        if (pool->pids[i] < 0)
            return errno;
    }
    return 0;
}

/* ---- the loop's side ---- */

/* A failed start needs no undoing: the instance ends, and its processes with it. */
struct compute_pool *compute_pool_start(struct execution *execution, unsigned workers)
{
    struct compute_pool *pool = calloc(1, sizeof *pool);
    if (!pool) {
        execution_fail(execution, ENOMEM, "out of memory");
        return NULL;
    }
    *pool = (struct compute_pool){.count = workers,
                                  .workers = shared_memory(workers * sizeof *pool->workers),
                                  .data = shared_memory((size_t)workers * SLOTS_A_WORKER * COMPUTE_SLOT_BYTES),
                                  .pids = calloc(workers, sizeof *pool->pids),
                                  .busy = calloc(workers, sizeof *pool->busy),
                                  .waiting = calloc(execution->k, sizeof(struct coroutine *)),
                                  .capacity = execution->k};
    int error = pool->workers && pool->data && pool->pids && pool->busy && pool->waiting ? fork_workers(pool) : ENOMEM;
    if (error) {
        execution_fail(execution, error, "no pool of %u processes: %s", workers, strerror(error));
        free(pool);
        return NULL;
    }
    return pool;
}

void compute_pool_stop(struct compute_pool *pool)
{
    for (unsigned i = 0; i < pool->count; i++) {
        atomic_store(&pool->workers[i].posted, UINT32_MAX);
        futex_wake(&pool->workers[i].posted, 1);
    }
    for (unsigned i = 0; i < pool->count; i++)
        waitpid(pool->pids[i], NULL, 0);
    munmap(pool->data, (size_t)pool->count * SLOTS_A_WORKER * COMPUTE_SLOT_BYTES);
    munmap(pool->workers, pool->count * sizeof *pool->workers);
    free(pool->pids);
    free(pool->busy);
    free(pool->waiting);
    free(pool);
}

/* The worker with the fewest parts; waits in line while all slots are in use. */
static unsigned take_worker(struct compute_pool *pool, struct coroutine *current)
{
    for (;;) {
        unsigned best = 0;
        for (unsigned i = 1; i < pool->count; i++)
            if (pool->busy[i] < pool->busy[best])
                best = i;
        if (pool->busy[best] < SLOTS_A_WORKER) {
            pool->busy[best]++;
            return best;
        }
        pool->waiting[(pool->first + pool->queued++) % pool->capacity] = current;
        coroutine_park(current);
    }
}

static void give_back(struct compute_pool *pool, unsigned worker)
{
    pool->busy[worker]--;
    if (pool->queued) {
        struct coroutine *next = pool->waiting[pool->first];
        pool->first = (pool->first + 1) % pool->capacity;
        pool->queued--;
        coroutine_unpark(next);
    }
}

/* Dies as a worker died, so that the cell tells what happened. */
static void share_fate(const struct compute_pool *pool, unsigned worker)
{
    int status;
    if (waitpid(pool->pids[worker], &status, WNOHANG) != pool->pids[worker])
        return;
    if (WIFSIGNALED(status)) {
        signal(WTERMSIG(status), SIG_DFL);
        kill(getpid(), WTERMSIG(status));
    }
    _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
}

static void copy(struct compute_pool *pool, void *to, const void *from, size_t size)
{
    uint64_t begin = now_ns();
    memcpy(to, from, size);
    pool->transfer_ns += now_ns() - begin;
    pool->transferred_bytes += size;
}

/* A worker that was taken has one, as slots are freed before workers are given back. */
static unsigned free_slot(const struct compute_worker *worker)
{
    unsigned index = 0;
    while (atomic_load(&worker->slots[index].state) != SLOT_FREE)
        index++;
    return index;
}

void compute_pool_do(struct compute_pool *pool, struct coroutine *current, void (*part)(void *data), void *data,
                     size_t size)
{
    if (!current || size > COMPUTE_SLOT_BYTES) {
        part(data);
        return;
    }
    bool locked = big_lock_is_held();
    if (locked)
        concprobe_lock_release(); /* whoever waits for another process lets the others run */
    unsigned worker = take_worker(pool, current);
    unsigned index = free_slot(&pool->workers[worker]);
    struct slot *slot = &pool->workers[worker].slots[index];
    slot->part = part;
    copy(pool, slot_data(pool, worker, index), data, size);
    atomic_store(&slot->state, SLOT_FULL);
    atomic_fetch_add(&pool->workers[worker].posted, 1);
    futex_wake(&pool->workers[worker].posted, 1);
    while (atomic_load(&slot->state) != SLOT_DONE)
        if (coroutine_wait_futex(current, &slot->state, SLOT_FULL, now_ns() + LOOK_EVERY_NS, true) == -ETIMEDOUT)
            share_fate(pool, worker);
    copy(pool, data, slot_data(pool, worker, index), size);
    atomic_store(&slot->state, SLOT_FREE);
    give_back(pool, worker);
    if (locked)
        concprobe_lock_acquire();
}

void compute_pool_usage(const struct compute_pool *pool, struct usage *usage)
{
    for (unsigned i = 0; i < pool->count; i++)
        usage_add(usage, &pool->workers[i].usage);
    usage->transferred_bytes += pool->transferred_bytes;
    usage->transfer_ns += pool->transfer_ns;
}
