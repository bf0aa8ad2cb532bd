/* One line a page: checksum, number of words, source. */
#include "store.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

bool store_open(struct store *store, const char *path)
{
    store->fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    store->records = 0;
    pthread_mutex_init(&store->lock, NULL);
    return store->fd >= 0;
}

bool store_append(struct store *store, const char *source, const struct digest *digest)
{
    char line[4096];
    int length = snprintf(line, sizeof line, "%08x %zu %s\n", digest->checksum, digest->words, source);
    if (length < 0 || (size_t)length >= sizeof line)
        return false;
    pthread_mutex_lock(&store->lock);
    bool written = write(store->fd, line, (size_t)length) == length && fsync(store->fd) == 0;
    store->records += written;
    pthread_mutex_unlock(&store->lock);
    return written;
}

bool store_flush(struct store *store)
{
    return fsync(store->fd) == 0;
}

unsigned store_records(struct store *store)
{
    pthread_mutex_lock(&store->lock);
    unsigned records = store->records;
    pthread_mutex_unlock(&store->lock);
    return records;
}

void store_close(struct store *store)
{
    close(store->fd);
    pthread_mutex_destroy(&store->lock);
}
