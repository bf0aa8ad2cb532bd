/* The loop knows descriptors and callbacks only; a callback must not wait. */
#include "status.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX_WATCHES 64
#define TICK_MS 200

struct server;

struct watch {
    void (*on_ready)(struct server *server, int fd);
};

struct server {
    struct pollfd fds[MAX_WATCHES];
    struct watch watches[MAX_WATCHES];
    nfds_t count;
    struct pool *pool;
    struct store *store;
};

static bool add_watch(struct server *server, int fd, void (*on_ready)(struct server *server, int fd))
{
    if (server->count == MAX_WATCHES)
        return false;
    server->fds[server->count] = (struct pollfd){.fd = fd, .events = POLLIN};
    server->watches[server->count].on_ready = on_ready;
    server->count++;
    return true;
}

static void remove_watch(struct server *server, int fd)
{
    for (nfds_t i = 0; i < server->count; i++) {
        if (server->fds[i].fd == fd) {
            server->count--;
            server->fds[i] = server->fds[server->count];
            server->watches[i] = server->watches[server->count];
            break;
        }
    }
    close(fd);
}

static void on_request(struct server *server, int fd)
{
    char request[1024], answer[256];
    ssize_t got = recv(fd, request, sizeof request - 1, MSG_DONTWAIT);
    if (got > 0) {
        request[got] = '\0';
        if (strncmp(request, "GET /flush", 10) == 0)
            store_flush(server->store);
        int length = snprintf(answer, sizeof answer, "HTTP/1.0 200 OK\r\n\r\n%u pages stored%s\n",
                              store_records(server->store), pool_is_finished(server->pool) ? ", done" : "");
        send(fd, answer, (size_t)length, MSG_DONTWAIT | MSG_NOSIGNAL);
    }
    remove_watch(server, fd);
}

static void on_connection(struct server *server, int listener)
{
    int client = accept(listener, NULL, NULL);
    if (client >= 0 && !add_watch(server, client, on_request))
        close(client);
}

static int open_listener(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int on = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, (struct sockaddr *)&address, sizeof address) == 0 && listen(fd, 16) == 0)
        return fd;
    close(fd);
    return -1;
}

bool status_serve(int port, struct pool *pool, struct store *store)
{
    struct server server = {.pool = pool, .store = store};
    int listener = open_listener(port);
    if (listener < 0)
        return false;
    add_watch(&server, listener, on_connection);
    while (!pool_is_finished(pool)) {
        if (poll(server.fds, server.count, TICK_MS) <= 0)
            continue;
        for (nfds_t i = server.count; i-- > 0;) /* backwards: a callback may remove its own watch */
            if (i < server.count && server.fds[i].revents)
                server.watches[i].on_ready(&server, server.fds[i].fd);
    }
    while (server.count > 0)
        remove_watch(&server, server.fds[0].fd);
    return true;
}
