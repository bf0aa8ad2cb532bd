/* Results, appended to a file and kept safe on the device. Any thread may call these. */
#ifndef STORE_H
#define STORE_H

#include "crunch.h"

#include <pthread.h>
#include <stdbool.h>

struct store {
    int fd;
    pthread_mutex_t lock; /* one record at a time */
    unsigned records;
};

bool store_open(struct store *store, const char *path);
bool store_append(struct store *store, const char *source, const struct digest *digest);
bool store_flush(struct store *store);
unsigned store_records(struct store *store);
void store_close(struct store *store);

#endif
