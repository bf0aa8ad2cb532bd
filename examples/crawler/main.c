/* crawler: fetches pages and log files, digests them, stores the digests, and lists the near-duplicates. */
#include "crunch.h"
#include "fetch.h"
#include "pool.h"
#include "status.h"
#include "store.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define ALIKE 0.8

struct item {
    const char *source;
    bool digested;
    struct digest digest;
};

struct crawl {
    struct item *items;
    size_t count;
    struct store store;
};

/* One page: wait for its bytes, compute, store. */
static void process_item(void *context, size_t index)
{
    struct crawl *crawl = context;
    struct item *item = &crawl->items[index];
    struct page page;
    if (!fetch(item->source, &page))
        return;
    crunch(page.bytes, page.length, &item->digest);
    item->digested = store_append(&crawl->store, item->source, &item->digest);
    free(page.bytes);
}

/* Misspelt hosts are better found before the crawl than during it. */
static size_t count_unknown_hosts(const struct crawl *crawl)
{
    size_t unknown = 0;
    for (size_t i = 0; i < crawl->count; i++)
        if (is_url(crawl->items[i].source) && !host_resolves(crawl->items[i].source))
            unknown++;
    return unknown;
}

static size_t count_similar(const struct crawl *crawl, size_t index)
{
    size_t similar = 0;
    for (size_t i = 0; i < crawl->count; i++)
        if (i != index && crawl->items[i].digested &&
            similarity(&crawl->items[i].digest, &crawl->items[index].digest) >= ALIKE)
            similar++;
    return similar;
}

static void print_duplicates(const struct crawl *crawl)
{
    for (size_t i = 0; i < crawl->count; i++) {
        size_t similar = crawl->items[i].digested ? count_similar(crawl, i) : 0;
        if (similar)
            printf("%s: %zu similar pages\n", crawl->items[i].source, similar);
    }
}

static bool run(struct crawl *crawl, unsigned threads, int status_port)
{
    struct pool pool;
    size_t unknown = count_unknown_hosts(crawl);
    if (unknown)
        fprintf(stderr, "crawler: %zu hosts have no address\n", unknown);
    if (!pool_start(&pool, threads, process_item, crawl))
        return false;
    for (size_t i = 0; i < crawl->count; i++)
        pool_submit(&pool);
    pool_close(&pool);
    bool served = status_port == 0 || status_serve(status_port, &pool, &crawl->store);
    pool_join(&pool);
    print_duplicates(crawl);
    printf("%u of %zu pages stored\n", store_records(&crawl->store), crawl->count);
    return served;
}

static int usage(void)
{
    fputs("usage: crawler [-j THREADS] [-o FILE] [-p STATUS-PORT] URL-OR-FILE...\n", stderr);
    return 2;
}

int main(int argc, char **argv)
{
    const char *output = "crawler.out";
    int threads = 4, port = 0, option;
    while ((option = getopt(argc, argv, "j:o:p:")) != -1) {
        if (option == 'j')
            threads = atoi(optarg);
        else if (option == 'o')
            output = optarg;
        else if (option == 'p')
            port = atoi(optarg);
        else
            return usage();
    }
    if (optind == argc || threads < 1 || port < 0 || port > 65535)
        return usage();

    struct crawl crawl = {.count = (size_t)(argc - optind)};
    crawl.items = calloc(crawl.count, sizeof *crawl.items);
    if (!crawl.items || !store_open(&crawl.store, output)) {
        perror("crawler");
        return 1;
    }
    for (size_t i = 0; i < crawl.count; i++)
        crawl.items[i].source = argv[optind + (int)i];
    bool good = run(&crawl, (unsigned)threads, port);
    store_close(&crawl.store);
    free(crawl.items);
    return good ? 0 : 1;
}
