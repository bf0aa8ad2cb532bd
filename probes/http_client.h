/* GET requests to server_http through libcurl, for probes. */
#ifndef PROBES_HTTP_CLIENT_H
#define PROBES_HTTP_CLIENT_H

#include "runtime/concprobe.h"

/* process_start and process_stop: libcurl's global state. */
concprobe_function http_client_process_start, http_client_process_stop;

/* A client, one for each worker, whose connection to the server is open and stays so; NULL where it cannot be. */
struct http_client *http_client_new(uint16_t port);
void http_client_free(struct http_client *client);

/* Fetches the page of that size and seed into `body`. 0, or an errno value. */
int http_client_get(struct http_client *client, uint16_t port, uint64_t seed, void *body, size_t size);

#endif
