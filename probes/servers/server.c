/* The event loop of the local servers. */
#include "probes/servers/server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/queue.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct connection {
    int socket; /* -1: closed, and kept for the answers that still wait */
    unsigned waiting;
    size_t received;
    unsigned char request[SERVER_REQUEST_LIMIT];
    unsigned char *out; /* answers that are due and not yet sent */
    size_t out_size, out_sent;
};

/* An answer that waits. All wait equally long, or not at all, so that the queue is in the order of the due times. */
struct reply {
    STAILQ_ENTRY(reply) next;
    uint64_t due_ns;
    struct connection *connection; /* NULL: a datagram, to `peer` */
    struct sockaddr_in peer;
    struct server_answer answer;
};

struct loop {
    const struct server_protocol *protocol;
    uint64_t delay_ns;
    int epoll, timer, socket;
    bool due; /* the timer went off */
    STAILQ_HEAD(, reply) replies;
};

static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* The timer goes off when the first answer is due. */
static void set_timer(const struct loop *loop)
{
    const struct reply *first = STAILQ_FIRST(&loop->replies);
    struct itimerspec due = {0};
    if (first) {
        due.it_value.tv_sec = (time_t)(first->due_ns / 1000000000);
        due.it_value.tv_nsec = (long)(first->due_ns % 1000000000);
    }
    timerfd_settime(loop->timer, TFD_TIMER_ABSTIME, &due, NULL);
}

static void queue_reply(struct loop *loop, struct connection *connection, const struct sockaddr_in *peer,
                        struct server_answer answer)
{
    struct reply *reply = calloc(1, sizeof *reply);
    if (!reply) {
        free(answer.bytes);
        return;
    }
    const uint64_t delay_ns = answer.at_once ? 0 : loop->delay_ns;
    *reply = (struct reply){.due_ns = now_ns() + delay_ns, .connection = connection, .answer = answer};
    if (peer)
        reply->peer = *peer;
    if (connection)
        connection->waiting++;
    bool first = answer.at_once || STAILQ_EMPTY(&loop->replies);
    if (answer.at_once)
        STAILQ_INSERT_HEAD(&loop->replies, reply, next);
    else
        STAILQ_INSERT_TAIL(&loop->replies, reply, next);
    if (first)
        set_timer(loop);
}

static bool watch(const struct loop *loop, int operation, struct connection *connection, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = connection};
    return epoll_ctl(loop->epoll, operation, connection->socket, &event) == 0;
}

static void release_if_done(struct connection *connection)
{
    if (connection->socket >= 0 || connection->waiting)
        return;
    free(connection->out);
    free(connection);
}

static void drop(struct connection *connection)
{
    close(connection->socket);
    connection->socket = -1;
}

/* Sends what is due; what the socket does not take yet waits for it. */
static void flush(const struct loop *loop, struct connection *connection)
{
    while (connection->out_sent < connection->out_size) {
        ssize_t sent = send(connection->socket, connection->out + connection->out_sent,
                            connection->out_size - connection->out_sent, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0 && errno == EAGAIN) {
            watch(loop, EPOLL_CTL_MOD, connection, EPOLLIN | EPOLLOUT);
            return;
        }
        if (sent < 0) {
            drop(connection);
            return;
        }
        connection->out_sent += (size_t)sent;
    }
    connection->out_size = connection->out_sent = 0;
    watch(loop, EPOLL_CTL_MOD, connection, EPOLLIN);
}

static void append_output(struct connection *connection, const struct server_answer *answer)
{
    unsigned char *larger = realloc(connection->out, connection->out_size + answer->size);
    if (!larger)
        return;
    memcpy(larger + connection->out_size, answer->bytes, answer->size);
    connection->out = larger;
    connection->out_size += answer->size;
}

static void send_reply(const struct loop *loop, struct reply *reply)
{
    struct connection *connection = reply->connection;
    if (!connection) {
        sendto(loop->socket, reply->answer.bytes, reply->answer.size, MSG_DONTWAIT,
               (const struct sockaddr *)&reply->peer, sizeof reply->peer);
        return;
    }
    connection->waiting--;
    if (connection->socket >= 0) {
        append_output(connection, &reply->answer);
        flush(loop, connection);
    }
    release_if_done(connection);
}

static void send_due(struct loop *loop)
{
    uint64_t now = now_ns();
    struct reply *reply;
    while ((reply = STAILQ_FIRST(&loop->replies)) && reply->due_ns <= now) {
        STAILQ_REMOVE_HEAD(&loop->replies, next);
        send_reply(loop, reply);
        free(reply->answer.bytes);
        free(reply);
    }
    set_timer(loop);
}

static void take_requests(struct loop *loop, struct connection *connection)
{
    size_t taken = 0;
    for (;;) {
        struct server_answer answer = {0};
        size_t size = loop->protocol->take(connection->request + taken, connection->received - taken, &answer);
        if (size == 0)
            break;
        taken += size;
        if (answer.bytes)
            queue_reply(loop, connection, NULL, answer);
    }
    connection->received -= taken;
    memmove(connection->request, connection->request + taken, connection->received);
}

static void receive_stream(struct loop *loop, struct connection *connection)
{
    ssize_t got = recv(connection->socket, connection->request + connection->received,
                       sizeof connection->request - connection->received, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (got <= 0) {
        drop(connection);
        release_if_done(connection);
        return;
    }
    connection->received += (size_t)got;
    take_requests(loop, connection);
    if (connection->received == sizeof connection->request) { /* no request is that long */
        drop(connection);
        release_if_done(connection);
    }
}

static void receive_datagrams(struct loop *loop)
{
    unsigned char bytes[SERVER_REQUEST_LIMIT];
    for (;;) {
        struct sockaddr_in peer;
        socklen_t length = sizeof peer;
        ssize_t got = recvfrom(loop->socket, bytes, sizeof bytes, MSG_DONTWAIT, (struct sockaddr *)&peer, &length);
        if (got < 0)
            return;
        struct server_answer answer = {0};
        loop->protocol->take(bytes, (size_t)got, &answer);
        if (answer.bytes)
            queue_reply(loop, NULL, &peer, answer);
    }
}

static void accept_all(struct loop *loop)
{
    for (;;) {
        /* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): epoll keeps the connection as its event's data */
        int socket = accept4(loop->socket, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (socket < 0) {
            if (errno == EMFILE || errno == ENFILE) /* until a client leaves: no spinning */
                usleep(1000);
            return;
        }
        struct connection *connection = calloc(1, sizeof *connection);
        if (!connection) {
            close(socket);
            return;
        }
        const int yes = 1;
        setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        connection->socket = socket;
        if (!watch(loop, EPOLL_CTL_ADD, connection, EPOLLIN)) {
            close(socket);
            free(connection);
        }
    }
}

/* An event's data: NULL for the socket that is listened to, the loop for the timer, else a connection. */
static void handle(struct loop *loop, const struct epoll_event *event)
{
    if (event->data.ptr == NULL) {
        if (loop->protocol->type == SOCK_STREAM)
            accept_all(loop);
        else
            receive_datagrams(loop);
    } else if (event->data.ptr == loop) {
        uint64_t times;
        loop->due = read(loop->timer, &times, sizeof times) == (ssize_t)sizeof times;
    } else {
        struct connection *connection = event->data.ptr;
        if (event->events & EPOLLOUT)
            flush(loop, connection);
        if (connection->socket < 0)
            release_if_done(connection);
        else if (event->events & ~(uint32_t)EPOLLOUT)
            receive_stream(loop, connection);
    }
}

static void raise_file_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static _Noreturn void serve(struct loop *loop)
{
    STAILQ_INIT(&loop->replies);
    loop->epoll = epoll_create1(EPOLL_CLOEXEC);
    loop->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    struct epoll_event listener = {.events = EPOLLIN, .data.ptr = NULL};
    struct epoll_event timer = {.events = EPOLLIN, .data.ptr = loop};
    if (loop->epoll < 0 || loop->timer < 0 || epoll_ctl(loop->epoll, EPOLL_CTL_ADD, loop->socket, &listener) != 0 ||
        epoll_ctl(loop->epoll, EPOLL_CTL_ADD, loop->timer, &timer) != 0)
        _exit(1);
    for (;;) {
        struct epoll_event events[256];
        int count = epoll_wait(loop->epoll, events, sizeof events / sizeof *events, -1);
        if (count < 0 && errno != EINTR)
            _exit(1);
        for (int i = 0; i < count; i++)
            handle(loop, &events[i]);
        if (loop->due) /* last: it may release connections that events are about */
            send_due(loop);
        loop->due = false;
    }
}

/* A bound socket on the loopback, listening where the protocol has connections; -1 with errno. */
static int open_socket(const struct server_protocol *protocol, uint16_t *port)
{
    int listener = socket(AF_INET, protocol->type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (listener < 0)
        return -1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    if (bind(listener, (const struct sockaddr *)&address, length) != 0 ||
        getsockname(listener, (struct sockaddr *)&address, &length) != 0 ||
        (protocol->type == SOCK_STREAM && listen(listener, SOMAXCONN) != 0)) {
        int reason = errno;
        close(listener);
        errno = reason;
        return -1;
    }
    const int room = 1 << 22; /* for a thousand datagrams at once */
    if (protocol->type == SOCK_DGRAM)
        setsockopt(listener, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
    *port = ntohs(address.sin_port);
    return listener;
}

int server_start(struct server *server, const struct server_protocol *protocol, unsigned delay_ms)
{
    struct loop loop = {.protocol = protocol, .delay_ns = (uint64_t)delay_ms * 1000000};
    loop.socket = open_socket(protocol, &server->port);
    if (loop.socket < 0)
        return errno;
    pid_t parent = getpid();
    server->process = fork();
    if (server->process < 0) {
        int reason = errno;
        close(loop.socket);
        return reason;
    }
    if (server->process == 0) {
        const int own = 3; /* everything else that was open belongs to the parent */
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent || (loop.socket != own && dup2(loop.socket, own) < 0))
            _exit(1);
        loop.socket = own;
        close_range(4, ~0U, 0);
        raise_file_limit();
        serve(&loop);
    }
    close(loop.socket);
    return 0;
}

void server_stop(struct server *server)
{
    kill(server->process, SIGKILL);
    waitpid(server->process, NULL, 0);
}
