/* A pool of threads that work through numbered items, which may still be coming in. */
#ifndef POOL_H
#define POOL_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#define MAX_THREADS 256

typedef void (*pool_work)(void *context, size_t item);

struct pool {
    pthread_mutex_t lock; /* guards the counters and `closed` */
    pthread_cond_t changed;
    pool_work work;
    void *context;
    size_t submitted, taken, finished;
    bool closed;
    unsigned thread_count;
    pthread_t threads[MAX_THREADS];
};

/* Starts up to this many threads; false if not even one could be started. */
bool pool_start(struct pool *pool, unsigned threads, pool_work work, void *context);

/* Work on the next item, from 0; and the promise that there are no more. */
void pool_submit(struct pool *pool);
void pool_close(struct pool *pool);

bool pool_is_finished(struct pool *pool);

/* Waits until all is done and the threads have ended. */
void pool_join(struct pool *pool);

#endif
