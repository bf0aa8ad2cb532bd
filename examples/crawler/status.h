/* A small HTTP server that tells how far the crawl is: one thread, a poll() loop, callbacks. */
#ifndef STATUS_H
#define STATUS_H

#include "pool.h"
#include "store.h"

#include <stdbool.h>

/* Serves 127.0.0.1:port until the pool is finished. GET /flush forces the results to the device first. */
bool status_serve(int port, struct pool *pool, struct store *store);

#endif
