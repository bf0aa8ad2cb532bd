/* The queue is a pair of counters: what was submitted and what was taken. */
#include "pool.h"

static bool take_item(struct pool *pool, size_t *item)
{
    pthread_mutex_lock(&pool->lock);
    while (pool->taken == pool->submitted && !pool->closed)
        pthread_cond_wait(&pool->changed, &pool->lock);
    bool any = pool->taken < pool->submitted;
    if (any)
        *item = pool->taken++;
    pthread_mutex_unlock(&pool->lock);
    return any;
}

static void *worker_main(void *argument)
{
    struct pool *pool = argument;
    size_t item;
    while (take_item(pool, &item)) {
        pool->work(pool->context, item);
        pthread_mutex_lock(&pool->lock);
        pool->finished++;
        pthread_mutex_unlock(&pool->lock);
    }
    return NULL;
}

bool pool_start(struct pool *pool, unsigned threads, pool_work work, void *context)
{
    *pool = (struct pool){.work = work, .context = context};
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->changed, NULL);
    while (pool->thread_count < threads && pool->thread_count < MAX_THREADS) {
        if (pthread_create(&pool->threads[pool->thread_count], NULL, worker_main, pool) != 0)
            break;
        pool->thread_count++;
    }
    return pool->thread_count > 0;
}

void pool_submit(struct pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    pool->submitted++;
    pthread_cond_signal(&pool->changed);
    pthread_mutex_unlock(&pool->lock);
}

void pool_close(struct pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    pool->closed = true;
    pthread_cond_broadcast(&pool->changed);
    pthread_mutex_unlock(&pool->lock);
}

bool pool_is_finished(struct pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    bool finished = pool->closed && pool->finished == pool->submitted;
    pthread_mutex_unlock(&pool->lock);
    return finished;
}

void pool_join(struct pool *pool)
{
    for (unsigned i = 0; i < pool->thread_count; i++)
        pthread_join(pool->threads[i], NULL);
    pthread_cond_destroy(&pool->changed);
    pthread_mutex_destroy(&pool->lock);
}
