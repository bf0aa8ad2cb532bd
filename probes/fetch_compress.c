/* fetch-compress: a page from the network, then a CPU part that is declared. */
#include "probes/http_client.h"
#include "probes/remote.h"

#include <errno.h>
#include <stdlib.h>
#include <zlib.h>

enum { PAGE_SIZE = 1 << 15 };

/* What travels to the worker that compresses, and back. */
struct page {
    uint64_t packed_size, checksum;
    unsigned char bytes[PAGE_SIZE];
};

struct fetcher {
    struct http_client *client;
    struct page page;
};

static int fetch_serve(struct concprobe_call *call)
{
    return remote_start(call, &server_http, 4);
}

static int fetch_open(struct concprobe_call *call)
{
    struct fetcher *fetcher = calloc(1, sizeof *fetcher);
    if (!fetcher)
        return ENOMEM;
    const struct server *server = call->run;
    fetcher->client = http_client_new(server->port);
    if (!fetcher->client) {
        free(fetcher);
        return ECONNREFUSED;
    }
    call->worker = fetcher;
    return 0;
}

static int fetch_close(struct concprobe_call *call)
{
    struct fetcher *fetcher = call->worker;
    http_client_free(fetcher->client);
    free(fetcher);
    return 0;
}

static void compress_page(void *data)
{
    struct page *page = data;
    unsigned char packed[PAGE_SIZE + PAGE_SIZE / 8];
    uLongf size = sizeof packed;
    if (compress2(packed, &size, page->bytes, sizeof page->bytes, Z_DEFAULT_COMPRESSION) != Z_OK)
        size = 0;
    page->packed_size = size;
    page->checksum = crc32(0, packed, (uInt)size);
}

static int fetch_call(struct concprobe_call *call)
{
    const struct server *server = call->run;
    struct fetcher *fetcher = call->worker;
    struct page *page = &fetcher->page;
    int failed = http_client_get(fetcher->client, server->port, call->seed + call->number, page->bytes, PAGE_SIZE);
    if (failed)
        return failed;
    concprobe_compute(call, compress_page, page, sizeof *page);
    const uint64_t result[] = {page->packed_size, page->checksum};
    return page->packed_size ? concprobe_result(call, result, sizeof result) : ENOMEM;
}

const struct concprobe_probe probe_fetch_compress = {
    .abi = CONCPROBE_ABI,
    .name = "fetch-compress",
    .summary = "GET of 32 KiB from a server 4 ms away, then deflates it (libcurl, zlib)",
    .stands_for = "crawlers, log shippers, thumbnailers: waiting and computing of the same order",
    .call = fetch_call,
    .run_start = fetch_serve,
    .run_stop = remote_stop,
    .process_start = http_client_process_start,
    .process_stop = http_client_process_stop,
    .worker_start = fetch_open,
    .worker_stop = fetch_close,
};
