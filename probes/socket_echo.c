/* socket-echo: a message to a server and back, on a connection that stays open. */
#include "probes/inputs.h"
#include "probes/remote.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int echo_serve(struct concprobe_call *call)
{
    return remote_start(call, &server_echo, 5);
}

static int echo_connect(struct concprobe_call *call)
{
    const struct server *server = call->run;
    const struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(server->port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int *connection = malloc(sizeof *connection);
    if (!connection)
        return ENOMEM;
    *connection = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (*connection < 0 || connect(*connection, (const struct sockaddr *)&address, sizeof address) != 0) {
        int reason = errno;
        if (*connection >= 0)
            close(*connection);
        free(connection);
        return reason;
    }
    call->worker = connection;
    return 0;
}

static int echo_close(struct concprobe_call *call)
{
    int *connection = call->worker;
    close(*connection);
    free(connection);
    return 0;
}

static int echo_call(struct concprobe_call *call)
{
    const int connection = *(const int *)call->worker;
    unsigned char sent[SERVER_ECHO_SIZE], got[SERVER_ECHO_SIZE];
    memset(sent, (int)(call->number & 0xFF), sizeof sent);
    if (send(connection, sent, sizeof sent, MSG_NOSIGNAL) != (ssize_t)sizeof sent)
        return EIO;
    ssize_t size = recv(connection, got, sizeof got, MSG_WAITALL);
    if (size != (ssize_t)sizeof got)
        return size < 0 ? errno : ECONNRESET;
    return memcmp(sent, got, sizeof got) == 0 ? concprobe_result(call, got, sizeof got) : EBADMSG;
}

const struct concprobe_probe probe_socket_echo = {
    .abi = CONCPROBE_ABI,
    .name = "socket-echo",
    .summary = "64 bytes to a server 5 ms away and back, on an open connection",
    .stands_for = "requests to a cache or a database server: almost only the network's delay",
    .call = echo_call,
    .run_start = echo_serve,
    .run_stop = remote_stop,
    .worker_start = echo_connect,
    .worker_stop = echo_close,
};
