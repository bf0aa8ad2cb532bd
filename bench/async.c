/* What bench/async measures: an event loop at work, against the same calls on one thread and on many.
 *
 * Prints one figure a line: its name and value; several of a name are rounds. Exit code 77 where coroutines cannot run.
 */
#include "probes/servers/server.h"
#include "runtime/async/event_loop.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <errno.h>
#include <netdb.h>
#include <nss.h>
#include <pthread.h>
#include <resolv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS = 5, LANES = 64, CALLS = 640, MANY = 10000, REQUESTS = 50, DELAY_MS = 100, TURNS = 20000, PAIRS = 32 };

static double milliseconds_since(uint64_t begin)
{
    return (double)(now_ns() - begin) / 1e6;
}

static struct event_loop *start(unsigned coroutines)
{
    char reason[160];
    struct event_loop *loop = event_loop_start(coroutines, 0, reason, sizeof reason);
    if (!loop) {
        printf("unavailable: %s\n", reason);
        exit(77);
    }
    return loop;
}

/* ---- 64 at once ---- */

static _Atomic unsigned taken;

static void wait_in_turn(void *argument, unsigned index)
{
    (void)argument;
    (void)index;
    while (atomic_fetch_add(&taken, 1) < CALLS)
        usleep(5000);
}

static void *wait_on_thread(void *argument)
{
    wait_in_turn(argument, 0);
    return NULL;
}

static double time_threads(void)
{
    pthread_t threads[LANES];
    uint64_t begin = now_ns();
    atomic_store(&taken, 0);
    for (int i = 0; i < LANES; i++)
        pthread_create(&threads[i], NULL, wait_on_thread, NULL);
    for (int i = 0; i < LANES; i++)
        pthread_join(threads[i], NULL);
    return milliseconds_since(begin);
}

static void measure_waiting(void)
{
    struct event_loop *loop = start(LANES);
    for (int round = 0; round < ROUNDS; round++) {
        uint64_t begin = now_ns();
        for (int i = 0; i < CALLS / 8; i++)
            usleep(5000);
        double serial = milliseconds_since(begin) * 8;
        atomic_store(&taken, 0);
        begin = now_ns();
        event_loop_run(loop, wait_in_turn, NULL);
        double coroutines = milliseconds_since(begin);
        double threads = time_threads();
        printf("waiting_async_over_serial %.2f\n", serial / coroutines);
        printf("waiting_threads_over_serial %.2f\n", serial / threads);
    }
    event_loop_stop(loop);
}

/* ---- 10,000 at once ---- */

static void nap(void *argument, unsigned index)
{
    (void)argument;
    (void)index;
    usleep(50000);
}

static void measure_many(void)
{
    uint64_t begin = now_ns();
    struct event_loop *loop = start(MANY);
    printf("many_setup_ms %.1f\n", milliseconds_since(begin));
    for (int round = 0; round < ROUNDS; round++) {
        begin = now_ns();
        event_loop_run(loop, nap, NULL);
        printf("many_sleeps_ms %.1f\n", milliseconds_since(begin));
    }
    begin = now_ns();
    event_loop_stop(loop);
    printf("many_stop_ms %.1f\n", milliseconds_since(begin));
}

/* ---- requests ---- */

struct servers {
    struct server http, dns;
};

static size_t discard(const char *bytes, size_t size, size_t count, void *argument)
{
    (void)bytes;
    (void)argument;
    return size * count;
}

static void fetch(const struct servers *servers)
{
    char address[64];
    CURL *handle = curl_easy_init();
    snprintf(address, sizeof address, "http://127.0.0.1:%u/1000/7", servers->http.port);
    curl_easy_setopt(handle, CURLOPT_URL, address);
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, discard);
    curl_easy_setopt(handle, CURLOPT_NOPROXY, "*");
    if (curl_easy_perform(handle) != CURLE_OK)
        printf("failed: a request\n");
    curl_easy_cleanup(handle);
}

static void resolve(const struct servers *servers, unsigned index)
{
    char name[64];
    struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM}, *found = NULL;
    snprintf(name, sizeof name, "host-%u.example.test.", index);
    res_init();
    _res.nscount = 1;
    _res.nsaddr_list[0] = (struct sockaddr_in){
        .sin_family = AF_INET, .sin_port = htons(servers->dns.port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (getaddrinfo(name, NULL, &hints, &found) != 0)
        printf("failed: a name\n");
    else
        freeaddrinfo(found);
}

static void request(void *argument, unsigned index)
{
    if (index % 2)
        fetch(argument);
    else
        resolve(argument, index);
}

static void measure_requests(void)
{
    struct servers servers;
    if (server_start(&servers.http, &server_http, DELAY_MS) || server_start(&servers.dns, &server_dns, DELAY_MS) ||
        __nss_configure_lookup("hosts", "dns") || curl_global_init(CURL_GLOBAL_ALL)) {
        printf("failed: the servers\n");
        return;
    }
    struct event_loop *loop = start(2 * REQUESTS);
    for (int round = 0; round < ROUNDS; round++) {
        uint64_t begin = now_ns();
        event_loop_run(loop, request, &servers);
        printf("requests_ms %.1f\n", milliseconds_since(begin));
    }
    event_loop_stop(loop);
    server_stop(&servers.http);
    server_stop(&servers.dns);
}

/* ---- the price of a yield ---- */

/* CPU time, as the machine may be busy: waiting is no part of the price. */
static uint64_t cpu_ns(void)
{
    struct timespec used;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    return (uint64_t)used.tv_sec * 1000000000 + (uint64_t)used.tv_nsec;
}

/* Two coroutines that hand a byte to and fro, each waiting for the other. */
static void hand_over(void *argument, unsigned index)
{
    int(*sockets)[2] = argument;
    int mine = sockets[index / 2][index % 2];
    char byte = 'x';
    if (index % 2 == 0 && send(mine, &byte, 1, 0) != 1)
        exit(1);
    for (int i = 0; i < TURNS / PAIRS; i++)
        if (recv(mine, &byte, 1, 0) != 1 || send(mine, &byte, 1, 0) != 1)
            exit(1);
}

/* The same system calls without waiting. */
static double direct_ns(int (*sockets)[2])
{
    char byte = 'x';
    uint64_t begin = cpu_ns();
    for (int i = 0; i < TURNS; i++)
        if (send(sockets[0][0], &byte, 1, 0) != 1 || recv(sockets[0][1], &byte, 1, 0) != 1)
            exit(1);
    return (double)(cpu_ns() - begin) / TURNS;
}

static void measure_yields(unsigned pairs)
{
    int sockets[PAIRS][2];
    struct event_loop *loop = start(2 * pairs);
    for (unsigned i = 0; i < PAIRS; i++)
        if (socketpair(AF_UNIX, SOCK_STREAM, 0, sockets[i]))
            exit(1);
    struct interception_prices prices = event_loop_prices(loop);
    if (pairs == 1) {
        printf("price_hook_ns %.0f\n", prices.hook);
        printf("price_yield_ns %.0f\n", prices.yield);
        printf("price_dispatch_ns %.0f\n", prices.dispatch);
        printf("price_help_ns %.0f\n", prices.help);
    }
    for (int round = 0; round < ROUNDS; round++) {
        double direct = direct_ns(sockets);
        uint64_t begin = cpu_ns();
        event_loop_run(loop, hand_over, sockets);
        double handed = (double)(cpu_ns() - begin) / (2.0 * pairs * TURNS / PAIRS);
        printf("handover_%u_ns %.0f\n", pairs, handed - direct);
        for (unsigned i = 0; i < pairs; i++) { /* the last byte is still there */
            char byte;
            if (recv(sockets[i][0], &byte, 1, MSG_DONTWAIT) != 1)
                (void)recv(sockets[i][1], &byte, 1, MSG_DONTWAIT);
        }
    }
    event_loop_stop(loop);
    for (unsigned i = 0; i < PAIRS; i++) {
        close(sockets[i][0]);
        close(sockets[i][1]);
    }
}

int main(void)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    measure_requests(); /* forks its servers: first */
    measure_yields(1);
    measure_yields(PAIRS);
    measure_waiting();
    measure_many();
    return 0;
}
