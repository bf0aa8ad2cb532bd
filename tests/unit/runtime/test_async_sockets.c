/* Sockets in coroutines: flags, time limits and errors as on a thread. */
#include "tests/unit/runtime/async_test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

enum { BIG = 2000000 };

static double milliseconds_since(uint64_t begin)
{
    return (double)(now_ns() - begin) / 1e6;
}

static void set_limit(int socket, int option, int milliseconds)
{
    struct timeval limit = {milliseconds / 1000, milliseconds % 1000 * 1000L};
    CHECK(setsockopt(socket, SOL_SOCKET, option, &limit, sizeof limit) == 0);
}

static void flags(void *argument, unsigned index)
{
    (void)argument;
    (void)index;
    int pair[2];
    char bytes[8];
    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
    errno = 0;
    CHECK(recv(pair[0], bytes, 8, MSG_DONTWAIT) == -1 && errno == EAGAIN);
    CHECK(send(pair[1], "abcd", 4, 0) == 4);
    CHECK(recv(pair[0], bytes, 8, MSG_PEEK) == 4);
    CHECK(recv(pair[0], bytes, 2, 0) == 2 && recv(pair[0], bytes, 8, 0) == 2 && bytes[1] == 'd');
    CHECK(fcntl(pair[0], F_SETFL, O_NONBLOCK) == 0);
    errno = 0;
    CHECK(recv(pair[0], bytes, 8, 0) == -1 && errno == EAGAIN);
    struct iovec vector = {bytes, sizeof bytes};
    struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1};
    errno = 0;
    CHECK(recvmsg(pair[0], &message, 0) == -1 && errno == EAGAIN);
    close(pair[1]);
    CHECK(recv(pair[0], bytes, 8, 0) == 0);
    errno = 0;
    CHECK(send(pair[0], "x", 1, MSG_NOSIGNAL) == -1 && errno == EPIPE);
    close(pair[0]);
    errno = 0;
    CHECK(recv(0, bytes, 1, 0) == -1 && errno == ENOTSOCK);
}

static void test_flags(void **state)
{
    (void)state;
    int zero = opened(open("/dev/null", O_RDONLY));
    dup2(zero, 0);
    run_async(1, flags, NULL);
}

static void limits(void *argument, unsigned index)
{
    (void)argument;
    int pair[2];
    char bytes[8];
    static char much[BIG];
    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
    set_limit(pair[0], SO_RCVTIMEO, 60);
    set_limit(pair[0], SO_SNDTIMEO, 60);
    uint64_t begin = now_ns();
    errno = 0;
    ssize_t result = index == 0   ? recv(pair[0], bytes, 8, 0)
                     : index == 1 ? read(pair[0], bytes, 8)
                     : index == 2 ? recvfrom(pair[0], bytes, 8, MSG_WAITALL, NULL, NULL)
                                  : -2;
    if (index == 3) { /* what fits is sent, then nothing */
        result = send(pair[0], much, sizeof much, 0);
        CHECK(result > 0 && result < BIG);
        errno = 0;
        begin = now_ns();
        result = write(pair[0], much, sizeof much);
    }
    double took = milliseconds_since(begin);
    CHECK(result == -1 && errno == EAGAIN);
    CHECK(took >= 59 && took < 1000);
    close(pair[0]);
    close(pair[1]);
}

static void test_time_limits(void **state)
{
    (void)state;
    run_async(4, limits, NULL);
}

/* One sends in small pieces, the other waits for all of it. */
static void wait_for_all(void *argument, unsigned index)
{
    const int *pair = argument;
    if (index == 0) {
        char bytes[6] = "";
        CHECK(recv(pair[0], bytes, 6, MSG_WAITALL) == 6 && !memcmp(bytes, "abcdef", 6));
        CHECK(recv(pair[0], bytes, 6, MSG_WAITALL) == 2); /* then it is closed */
        return;
    }
    for (const char *piece = "abcdefgh"; *piece; piece++) {
        CHECK(send(pair[1], piece, 1, 0) == 1);
        usleep(2000);
    }
    close(pair[1]);
}

static void test_waiting_for_all(void **state)
{
    (void)state;
    int pair[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    run_async(2, wait_for_all, pair);
}

/* A message of many vectors and more bytes than fit at once. */
static void big_message(void *argument, unsigned index)
{
    const int *pair = argument;
    enum { PARTS = 40 };
    static char parts[PARTS][BIG / PARTS], in[BIG];
    if (index == 0) {
        struct iovec vectors[PARTS];
        for (int i = 0; i < PARTS; i++) {
            memset(parts[i], 'a' + i % 26, sizeof parts[i]);
            vectors[i] = (struct iovec){parts[i], sizeof parts[i]};
        }
        struct msghdr message = {.msg_iov = vectors, .msg_iovlen = PARTS};
        CHECK(sendmsg(pair[1], &message, 0) == BIG);
        close(pair[1]);
        return;
    }
    ssize_t part;
    size_t got = 0;
    while ((part = recv(pair[0], in + got, sizeof in - got, 0)) > 0)
        got += (size_t)part;
    CHECK(got == BIG);
    for (int i = 0; i < PARTS; i++)
        CHECK(in[(size_t)i * sizeof parts[0]] == 'a' + i % 26);
}

static void test_big_messages_are_sent_whole(void **state)
{
    (void)state;
    int pair[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    run_async(2, big_message, pair);
}

/* ---- connections: coroutine 0 serves, the others call ---- */

struct server {
    int listening;
    struct sockaddr_in address;
};

static void exchange(void *argument, unsigned index)
{
    const struct server *server = argument;
    char bytes[8] = "";
    if (index == 0) {
        for (int i = 0; i < 5; i++) {
            struct sockaddr_in peer = {0};
            socklen_t size = sizeof peer;
            int connection = opened(accept(server->listening, (struct sockaddr *)&peer, &size));
            CHECK(size == sizeof peer && peer.sin_family == AF_INET);
            CHECK(recv(connection, bytes, sizeof bytes, 0) == 2);
            CHECK(send(connection, bytes, 2, 0) == 2);
            close(connection);
        }
        return;
    }
    int connection = opened(socket(AF_INET, SOCK_STREAM, 0));
    CHECK(connect(connection, (const struct sockaddr *)&server->address, sizeof server->address) == 0);
    char sent[3] = {'#', (char)('0' + index), 0};
    CHECK(send(connection, sent, 2, 0) == 2);
    CHECK(recv(connection, bytes, sizeof bytes, 0) == 2 && !strcmp(bytes, sent));
    CHECK(recv(connection, bytes, sizeof bytes, 0) == 0);
    close(connection);
}

static struct server listen_somewhere(void)
{
    struct server server = {.listening = opened(socket(AF_INET, SOCK_STREAM, 0)),
                            .address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof server.address;
    assert_int_equal(bind(server.listening, (struct sockaddr *)&server.address, size), 0);
    assert_int_equal(getsockname(server.listening, (struct sockaddr *)&server.address, &size), 0);
    assert_int_equal(listen(server.listening, 64), 0);
    return server;
}

static void test_connections(void **state)
{
    (void)state;
    struct server server = listen_somewhere();
    run_async(6, exchange, &server);
    close(server.listening);
}

static void connection_errors(void *argument, unsigned index)
{
    const struct server *server = argument;
    (void)index;
    int refused = opened(socket(AF_INET, SOCK_STREAM, 0));
    struct sockaddr_in nobody = server->address;
    nobody.sin_port = htons(1);
    errno = 0;
    CHECK(connect(refused, (struct sockaddr *)&nobody, sizeof nobody) == -1 && errno == ECONNREFUSED);
    close(refused);
    int later = opened(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
    errno = 0;
    int code = connect(later, (const struct sockaddr *)&server->address, sizeof server->address);
    CHECK(code == 0 || errno == EINPROGRESS);
    int accepted = accept4(server->listening, NULL, NULL, SOCK_NONBLOCK);
    CHECK(accepted >= 0 && (fcntl(accepted, F_GETFL) & O_NONBLOCK));
    close(accepted);
    close(later);
    set_limit(server->listening, SO_RCVTIMEO, 50);
    uint64_t begin = now_ns();
    errno = 0;
    CHECK(accept(server->listening, NULL, NULL) == -1 && errno == EAGAIN && milliseconds_since(begin) >= 49);
    CHECK(fcntl(server->listening, F_SETFL, O_NONBLOCK) == 0);
    errno = 0;
    begin = now_ns();
    CHECK(accept(server->listening, NULL, NULL) == -1 && errno == EAGAIN && milliseconds_since(begin) < 40);
}

static void test_connection_errors(void **state)
{
    (void)state;
    struct server server = listen_somewhere();
    run_async(1, connection_errors, &server);
    close(server.listening);
}

/* Datagrams keep their borders and tell who sent them. */
static void datagrams(void *argument, unsigned index)
{
    const int *sockets = argument;
    struct sockaddr_in address;
    socklen_t size = sizeof address;
    char bytes[16];
    CHECK(getsockname(sockets[0], (struct sockaddr *)&address, &size) == 0);
    if (index == 0) {
        struct sockaddr_in from = {0};
        size = sizeof from;
        CHECK(recvfrom(sockets[0], bytes, sizeof bytes, MSG_WAITALL, (struct sockaddr *)&from, &size) == 3);
        CHECK(from.sin_family == AF_INET && from.sin_port != 0);
        CHECK(recvfrom(sockets[0], bytes, 2, MSG_TRUNC, NULL, NULL) == 5);
        return;
    }
    usleep(5000);
    CHECK(sendto(sockets[1], "abc", 3, 0, (struct sockaddr *)&address, size) == 3);
    CHECK(sendto(sockets[1], "defgh", 5, 0, (struct sockaddr *)&address, size) == 5);
}

static void test_datagrams(void **state)
{
    (void)state;
    int sockets[2] = {opened(socket(AF_INET, SOCK_DGRAM, 0)), opened(socket(AF_INET, SOCK_DGRAM, 0))};
    struct sockaddr_in any = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    assert_int_equal(bind(sockets[0], (struct sockaddr *)&any, sizeof any), 0);
    run_async(2, datagrams, sockets);
}

int main(void)
{
    need_async();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_flags),           cmocka_unit_test(test_time_limits),
        cmocka_unit_test(test_waiting_for_all), cmocka_unit_test(test_big_messages_are_sent_whole),
        cmocka_unit_test(test_connections),     cmocka_unit_test(test_connection_errors),
        cmocka_unit_test(test_datagrams),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
