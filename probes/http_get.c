/* http-get: a page through libcurl. */
#include "probes/http_client.h"
#include "probes/remote.h"

#include <errno.h>

enum { PAGE_SIZE = 4096 };

static int http_serve(struct concprobe_call *call)
{
    return remote_start(call, &server_http, 20);
}

static int http_open(struct concprobe_call *call)
{
    const struct server *server = call->run;
    call->worker = http_client_new(server->port);
    return call->worker ? 0 : ECONNREFUSED;
}

static int http_close(struct concprobe_call *call)
{
    http_client_free(call->worker);
    return 0;
}

static int http_call(struct concprobe_call *call)
{
    const struct server *server = call->run;
    unsigned char page[PAGE_SIZE];
    int failed = http_client_get(call->worker, server->port, call->seed + call->number, page, sizeof page);
    if (failed)
        return failed;
    if (page[PAGE_SIZE - 1] != server_http_byte(call->seed + call->number, PAGE_SIZE - 1))
        return EBADMSG;
    return concprobe_result(call, page, sizeof page);
}

const struct concprobe_probe probe_http_get = {
    .abi = CONCPROBE_ABI,
    .name = "http-get",
    .summary = "GET of 4 KiB from a server 20 ms away (libcurl)",
    .stands_for = "web clients, REST calls, downloads",
    .call = http_call,
    .run_start = http_serve,
    .run_stop = remote_stop,
    .process_start = http_client_process_start,
    .process_stop = http_client_process_stop,
    .worker_start = http_open,
    .worker_stop = http_close,
};
