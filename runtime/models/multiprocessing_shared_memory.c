/* multiprocessing shared-memory: as multiprocessing, but results pass through memory that parent and workers share: a
 * ring of bytes for each worker, and a futex where one side has nothing to do. */
#include "runtime/futex.h"
#include "runtime/models.h"
#include "runtime/models/limits.h"
#include "runtime/models/process_pool.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { RING_BYTES = 128 * 1024, WORD_BITS = 64 };

/* Written by one worker, read by the parent. Counts of bytes that grow for ever; what is between them is unread. */
struct ring {
    _Alignas(64) _Atomic uint32_t written;
    _Alignas(64) _Atomic uint32_t read;
    _Atomic uint32_t blocked; /* the worker waits for `read` to change */
    _Alignas(64) unsigned char bytes[RING_BYTES];
};

struct shared {
    _Atomic uint32_t bell; /* changes, with a wake-up, where the parent sleeps and there is something to do */
    _Atomic uint32_t sleeping;
    _Alignas(64) _Atomic uint64_t filled[]; /* a bit for every worker that has written */
};

struct rings {
    size_t words;
    struct shared *shared;
    struct ring *rings;
    unsigned char sink[RING_BYTES]; /* where the parent takes results to */
};

static int open_rings(struct process_pool *pool)
{
    unsigned k = pool->count;
    struct rings *rings = calloc(1, sizeof *rings);
    if (!rings)
        return execution_fail(pool->execution, ENOMEM, "out of memory");
    pool->channel = rings;
    rings->words = (k + WORD_BITS - 1) / WORD_BITS;
    rings->shared = shared_memory(sizeof *rings->shared + rings->words * sizeof(uint64_t));
    rings->rings = shared_memory(k * sizeof *rings->rings);
    return rings->shared && rings->rings ? 0 : execution_fail(pool->execution, ENOTSUP, "no memory for %u rings", k);
}

static void wake_parent(struct process_pool *pool)
{
    struct shared *shared = ((struct rings *)pool->channel)->shared;
    atomic_fetch_add(&shared->bell, 1);
    if (atomic_load(&shared->sleeping))
        futex_wake(&shared->bell, 1);
}

static void copy_in(struct ring *ring, uint32_t at, const unsigned char *bytes, size_t size)
{
    size_t start = at % RING_BYTES;
    size_t first = size < RING_BYTES - start ? size : RING_BYTES - start;
    memcpy(ring->bytes + start, bytes, first);
    memcpy(ring->bytes, bytes + first, size - first);
}

static void push(struct process_pool *pool, unsigned worker, const void *bytes, size_t size)
{
    struct rings *rings = pool->channel;
    struct ring *ring = &rings->rings[worker];
    const unsigned char *from = bytes;
    uint32_t written = atomic_load_explicit(&ring->written, memory_order_relaxed);
    while (size) {
        uint32_t read = atomic_load(&ring->read);
        size_t room = RING_BYTES - (written - read);
        if (!room) {
            atomic_store(&ring->blocked, 1);
            futex_wait(&ring->read, read, 0);
            continue;
        }
        size_t part = size < room ? size : room;
        copy_in(ring, written, from, part);
        written += (uint32_t)part;
        atomic_store(&ring->written, written);
        atomic_fetch_or(&rings->shared->filled[worker / WORD_BITS], UINT64_C(1) << worker % WORD_BITS);
        wake_parent(pool);
        from += part;
        size -= part;
    }
}

static int send_through_ring(struct process_pool *pool, unsigned worker, const struct result_header *header,
                             const void *bytes)
{
    push(pool, worker, header, sizeof *header);
    push(pool, worker, bytes, header->size);
    return 0;
}

static size_t take(struct rings *rings, struct ring *ring)
{
    uint32_t read = atomic_load_explicit(&ring->read, memory_order_relaxed);
    size_t size = atomic_load(&ring->written) - read;
    size_t start = read % RING_BYTES;
    size_t first = size < RING_BYTES - start ? size : RING_BYTES - start;
    memcpy(rings->sink, ring->bytes + start, first);
    memcpy(rings->sink + first, ring->bytes, size - first);
    atomic_store(&ring->read, read + (uint32_t)size);
    if (atomic_exchange(&ring->blocked, 0))
        futex_wake(&ring->read, 1);
    return size;
}

static size_t take_all(struct rings *rings)
{
    size_t sum = 0;
    for (size_t word = 0; word < rings->words; word++) {
        if (!atomic_load_explicit(&rings->shared->filled[word], memory_order_relaxed))
            continue;
        for (uint64_t bits = atomic_exchange(&rings->shared->filled[word], 0); bits; bits &= bits - 1)
            sum += take(rings, &rings->rings[word * WORD_BITS + (size_t)__builtin_ctzll(bits)]);
    }
    return sum;
}

static size_t receive_from_rings(struct process_pool *pool, int wait_ms)
{
    struct rings *rings = pool->channel;
    uint32_t bell = atomic_load(&rings->shared->bell);
    size_t sum = take_all(rings);
    if (sum || !wait_ms)
        return sum;
    atomic_store(&rings->shared->sleeping, 1);
    futex_wait(&rings->shared->bell, bell, (uint64_t)wait_ms * 1000000);
    atomic_store(&rings->shared->sleeping, 0);
    return take_all(rings);
}

static void close_rings(struct process_pool *pool)
{
    struct rings *rings = pool->channel;
    munmap(rings->shared, sizeof *rings->shared + rings->words * sizeof(uint64_t));
    munmap(rings->rings, pool->count * sizeof *rings->rings);
    free(rings);
}

static int start(struct execution *execution)
{
    static const struct transport transport = {.open = open_rings,
                                               .send = send_through_ring,
                                               .finished = wake_parent,
                                               .receive = receive_from_rings,
                                               .close = close_rings};
    return process_pool_start(execution, &transport);
}

const struct execution_model execution_multiprocessing_shared_memory = {
    .about = {.name = "multiprocessing shared-memory",
              .model = "multiprocessing",
              .summary = "a pool of K forked processes, results through shared memory"},
    .available = processes_fit,
    .start = start,
    .run = process_pool_run,
    .stop = process_pool_stop,
    .usage = process_pool_usage,
};
