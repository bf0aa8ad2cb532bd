/* Sockets of this machine, and an HTTP server. */
#include "runtime/calibrate_internal.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PATIENCE_MS = 5000, MESSAGE_BYTES = 64 };

/* ---- a connection of this machine with itself ---- */

static int listen_here(struct sockaddr_in *address)
{
    socklen_t length = sizeof *address;
    int socket_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    *address = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (socket_ < 0)
        return -1;
    if (bind(socket_, (struct sockaddr *)address, sizeof *address) == 0 && listen(socket_, 1) == 0 &&
        getsockname(socket_, (struct sockaddr *)address, &length) == 0)
        return socket_;
    close(socket_);
    return -1;
}

static void send_at_once(int socket_)
{
    int yes = 1;
    setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
}

static bool connect_here(struct calibration_room *room)
{
    struct sockaddr_in address;
    int listening = listen_here(&address);
    if (listening < 0)
        return false;
    room->near = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (room->near >= 0 && connect(room->near, (struct sockaddr *)&address, sizeof address) == 0)
        room->far = accept(listening, NULL, NULL);
    close(listening);
    if (room->far < 0)
        return false;
    send_at_once(room->near);
    send_at_once(room->far);
    return true;
}

static bool is_connected(const struct calibration_room *room, const char **reason)
{
    *reason = "there is no loopback interface";
    return room->far >= 0;
}

/* The kernel's work on both ends: sent, and received. */
static double send_and_receive(struct calibration_room *room)
{
    const int turns = 500;
    double begin = cpu_now();
    for (int i = 0; i < turns; i++)
        if (send(room->near, room->buffer, MESSAGE_BYTES, MSG_NOSIGNAL) != MESSAGE_BYTES ||
            recv(room->far, room->copy, MESSAGE_BYTES, MSG_WAITALL) != MESSAGE_BYTES)
            return batch_failed(room, "a loopback connection");
    return (cpu_now() - begin) / turns / 2;
}

static void *answer(void *data)
{
    const struct calibration_room *room = data;
    char message[MESSAGE_BYTES];
    while (recv(room->far, message, sizeof message, MSG_WAITALL) == MESSAGE_BYTES && message[0] == 0)
        if (send(room->far, message, sizeof message, MSG_NOSIGNAL) != MESSAGE_BYTES)
            break;
    return NULL;
}

static double loopback_round_trip(struct calibration_room *room)
{
    const int turns = 50;
    char message[MESSAGE_BYTES] = {0};
    pthread_t thread;
    bool good = true;
    errno = pthread_create(&thread, NULL, answer, room);
    if (errno)
        return batch_failed(room, "pthread_create");
    double begin = wall_now();
    for (int i = 0; i < turns && good; i++)
        good = send(room->near, message, sizeof message, MSG_NOSIGNAL) == MESSAGE_BYTES &&
               recv(room->near, message, sizeof message, MSG_WAITALL) == MESSAGE_BYTES;
    double time = (wall_now() - begin) / turns;
    message[0] = 1; /* the end */
    good = send(room->near, message, sizeof message, MSG_NOSIGNAL) == MESSAGE_BYTES && good;
    if (!good)
        shutdown(room->near, SHUT_RDWR);
    pthread_join(thread, NULL);
    return good ? time : batch_failed(room, "a loopback connection");
}

/* ---- a host ---- */

static double host_failed(struct calibration_room *room, const char *what, const char *why)
{
    problems_add(room->problems, SEVERITY_ERROR, (struct place){0}, "look whether an HTTP server answers there",
                 "--http: %s port %s: %s: %s", room->options->host, room->options->port, what, why);
    return -1;
}

static bool look_up(struct calibration_room *room)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found;
    int error = getaddrinfo(room->options->host, room->options->port, &hints, &found);
    if (error) {
        host_failed(room, "its name cannot be looked up", error == EAI_SYSTEM ? strerror(errno) : gai_strerror(error));
        return false;
    }
    memcpy(&room->address, found->ai_addr, found->ai_addrlen);
    room->address_length = found->ai_addrlen;
    freeaddrinfo(found);
    return true;
}

/* Waits until the socket is ready for `events`; false with errno. */
static bool ready(int socket_, short events)
{
    struct pollfd poll_ = {.fd = socket_, .events = events};
    int count = poll(&poll_, 1, PATIENCE_MS);
    if (count == 0)
        errno = ETIMEDOUT;
    return count == 1;
}

/* A connection to the host, or -1 with errno. */
static int connect_there(const struct calibration_room *room)
{
    int error = 0;
    socklen_t length = sizeof error;
    int socket_ = socket(room->address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (socket_ < 0)
        return -1;
    bool begun = connect(socket_, (const struct sockaddr *)&room->address, room->address_length) == 0;
    if (!begun && errno == EINPROGRESS && ready(socket_, POLLOUT)) {
        getsockopt(socket_, SOL_SOCKET, SO_ERROR, &error, &length);
        errno = error;
        begun = error == 0;
    }
    if (begun)
        return socket_;
    error = errno;
    close(socket_);
    errno = error;
    return -1;
}

static bool has_host(const struct calibration_room *room, const char **reason)
{
    *reason = "no --http HOST was given";
    return room->options->host != NULL;
}

/* A numeric address is looked up nowhere. */
static bool has_name(const struct calibration_room *room, const char **reason)
{
    unsigned char address[16];
    if (!has_host(room, reason))
        return false;
    *reason = "the --http HOST is a number";
    return inet_pton(AF_INET, room->options->host, address) != 1 &&
           inet_pton(AF_INET6, room->options->host, address) != 1;
}

static double name_lookup(struct calibration_room *room)
{
    double begin = wall_now();
    return look_up(room) ? wall_now() - begin : -1;
}

/* The connection is there after one round trip. */
static double connecting(struct calibration_room *room)
{
    double begin = wall_now();
    int socket_ = connect_there(room);
    double time = wall_now() - begin;
    if (socket_ < 0)
        return host_failed(room, "connecting", strerror(errno));
    close(socket_);
    return time;
}

/* From the request to the first byte of the answer, whatever it says. */
static double http_answer(struct calibration_room *room)
{
    char request[512];
    int length = snprintf(request, sizeof request, "HEAD / HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n",
                          room->options->host);
    int socket_ = connect_there(room);
    if (socket_ < 0)
        return host_failed(room, "connecting", strerror(errno));
    double begin = wall_now(), time = -1;
    errno = 0;
    if (length > 0 && length < (int)sizeof request && send(socket_, request, (size_t)length, MSG_NOSIGNAL) == length &&
        ready(socket_, POLLIN)) {
        ssize_t got = recv(socket_, request, sizeof request, 0);
        time = got > 0 ? wall_now() - begin : -1;
        errno = got == 0 ? ECONNRESET : errno;
    }
    int error = errno;
    close(socket_);
    return time < 0 ? host_failed(room, "its answer", strerror(error)) : time;
}

bool open_net(struct calibration_room *room)
{
    if (!connect_here(room))
        close_net(room); /* its rows say that there is none */
    return !room->options->host || look_up(room);
}

void close_net(struct calibration_room *room)
{
    if (room->near >= 0)
        close(room->near);
    if (room->far >= 0)
        close(room->far);
    room->near = room->far = -1;
}

const struct measure net_measures[] = {
    {"socket-io", "send or recv of 64 bytes, loopback TCP: half of both", send_and_receive, 1, is_connected},
    {NULL, "round trip of 64 bytes, loopback TCP", loopback_round_trip, 1, is_connected},
    {"dns-lookup", "look-up of the host's name", name_lookup, 4, has_name},
    {"network-round-trip", "connecting to the host", connecting, 2, has_host},
    {"network-wait", "the host's answer to an HTTP request", http_answer, 2, has_host},
    {NULL, NULL, NULL, 0, NULL}};
