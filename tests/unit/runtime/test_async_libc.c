/* Calls inside the C library, which no symbol shows: caught by the dispatcher. Children and programs as well. */
#include "tests/unit/runtime/async_test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <resolv.h>
#include <spawn.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { COUNT = 20, DELAY_US = 50000 };

/* ---- stdio ---- */

static void write_lines(int (*pipes)[2])
{
    for (int i = 0; i < COUNT; i++)
        dprintf(pipes[i][1], "line %d\n", i);
}

static void *write_later(void *argument)
{
    usleep(DELAY_US);
    write_lines(argument);
    return NULL;
}

static void read_line(void *argument, unsigned index)
{
    int(*pipes)[2] = argument;
    char line[32] = "", wanted[32];
    FILE *file = fdopen(pipes[index][0], "r");
    CHECK(file && fgets(line, sizeof line, file) != NULL);
    snprintf(wanted, sizeof wanted, "line %u\n", index);
    CHECK(!strcmp(line, wanted));
    if (file)
        fclose(file);
}

static void test_stdio_waits_for_all_at_once(void **state)
{
    (void)state;
    int pipes[COUNT][2];
    pthread_t thread;
    for (int i = 0; i < COUNT; i++)
        assert_int_equal(pipe(pipes[i]), 0);
    assert_int_equal(pthread_create(&thread, NULL, write_later, pipes), 0);
    assert_true(run_async(COUNT, read_line, pipes) < (double)DELAY_US / 100);
    pthread_join(thread, NULL);
}

/* ---- names ---- */

struct names {
    int socket;
    struct sockaddr_in address;
    int answers; /* to give; then the thread ends */
};

/* Answers a question of type A with 127.0.0.77, any other with nothing. */
static size_t make_answer(unsigned char *message, size_t size)
{
    static const unsigned char record[] = {0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 127, 0, 0, 77};
    size_t end = 12;
    while (end < size && message[end] != 0)
        end += message[end] + 1U;
    bool address = message[end + 2] == 1;
    end += 5;
    message[2] = 0x81;
    message[3] = 0x80;
    memset(message + 6, 0, 6);
    message[7] = address;
    if (address)
        memcpy(message + end, record, sizeof record);
    return end + (address ? sizeof record : 0);
}

static void *serve_names(void *argument)
{
    struct names *names = argument;
    struct {
        unsigned char bytes[512];
        size_t size;
        struct sockaddr_in from;
        uint64_t due_ns;
    } *questions = calloc(1000, sizeof *questions);
    int given = 0, asked = 0;
    while (given < names->answers) {
        struct pollfd polled = {.fd = names->socket, .events = POLLIN};
        if (poll(&polled, 1, asked > given ? 1 : 1000) > 0) {
            socklen_t size = sizeof questions->from;
            ssize_t got = recvfrom(names->socket, questions[asked].bytes, 400, 0,
                                   (struct sockaddr *)&questions[asked].from, &size);
            questions[asked].size = (size_t)got;
            questions[asked++].due_ns = now_ns() + DELAY_US * UINT64_C(1000);
        }
        for (; given < asked && questions[given].due_ns <= now_ns(); given++)
            sendto(names->socket, questions[given].bytes, make_answer(questions[given].bytes, questions[given].size), 0,
                   (struct sockaddr *)&questions[given].from, sizeof questions->from);
    }
    free(questions);
    return NULL;
}

static void resolve(void *argument, unsigned index)
{
    const struct names *names = argument;
    char name[64];
    struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM}, *found = NULL;
    snprintf(name, sizeof name, "host-%u.example.test.", index);
    res_init(); /* the resolver's state is thread-local */
    _res.nscount = 1;
    _res.nsaddr_list[0] = names->address;
    int code = getaddrinfo(name, "80", &hints, &found);
    CHECK(code == 0);
    if (code == 0) {
        const struct sockaddr_in *address = (const void *)found->ai_addr;
        CHECK(address->sin_addr.s_addr == htonl(0x7f00004d));
        freeaddrinfo(found);
    }
}

static void test_names_are_resolved_at_once(void **state)
{
    (void)state;
    struct names names = {.socket = opened(socket(AF_INET, SOCK_DGRAM, 0)),
                          .address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)},
                          .answers = COUNT};
    socklen_t size = sizeof names.address;
    assert_int_equal(bind(names.socket, (struct sockaddr *)&names.address, size), 0);
    assert_int_equal(getsockname(names.socket, (struct sockaddr *)&names.address, &size), 0);
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, serve_names, &names), 0);
    double took = run_async(COUNT, resolve, &names);
    pthread_join(thread, NULL);
    assert_true(took >= (double)DELAY_US / 1e3 && took < (double)COUNT * (double)DELAY_US / 2e3);
    close(names.socket);
}

/* ---- children ---- */

static void forks(void *argument, unsigned index)
{
    (void)argument;
    pid_t child = fork();
    if (child == 0) {
        usleep(DELAY_US); /* nothing of the loop is left here: these are common calls */
        char byte;
        int ends[2];
        _exit(pipe(ends) == 0 && write(ends[1], "x", 1) == 1 && read(ends[0], &byte, 1) == 1 ? (int)index : 99);
    }
    int status = 0;
    CHECK(child > 0);
    CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == (int)index);
    errno = 0;
    CHECK(waitpid(child, &status, 0) == -1 && errno == ECHILD);
}

static void test_forked_children(void **state)
{
    (void)state;
    assert_true(run_async(10, forks, NULL) < (double)DELAY_US / 100);
}

static void spawns(void *argument, unsigned index)
{
    (void)argument;
    char *const words[] = {(char[]){"sh"}, (char[]){"-c"}, (char[]){"sleep 0.05; exit 3"}, NULL};
    pid_t child;
    int status = 0;
    switch (index % 4) {
    case 0:
        CHECK(posix_spawnp(&child, "sh", NULL, NULL, words, environ) == 0);
        CHECK(waitpid(child, &status, 0) == child && WEXITSTATUS(status) == 3);
        break;
    case 1:
        status = system("sleep 0.05; exit 4");
        CHECK(WEXITSTATUS(status) == 4);
        break;
    case 2: {
        char line[16] = "";
        FILE *output = popen("sleep 0.05; echo said", "r");
        CHECK(output && fgets(line, sizeof line, output) && !strcmp(line, "said\n") && pclose(output) == 0);
        break;
    }
    default:
        child = vfork(); /* NOLINT(*vfork*,bugprone-unsafe-functions): what some programs call */
        if (child == 0) {
            execvp("sh", words);
            _exit(127);
        }
        CHECK(waitpid(child, &status, 0) == child && WEXITSTATUS(status) == 3);
    }
}

static void test_programs(void **state)
{
    (void)state;
    run_async(8, spawns, NULL);
}

/* A child that returns from the body ends; the parent goes on. */
static void stray(void *argument, unsigned index)
{
    int *ends = argument;
    (void)index;
    pid_t child = fork();
    if (child > 0) {
        int status = 0;
        CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status));
        CHECK(write(ends[1], "p", 1) == 1);
    }
}

static void test_a_child_does_not_go_on_as_a_loop(void **state)
{
    (void)state;
    int ends[2];
    char bytes[8];
    assert_int_equal(pipe(ends), 0);
    run_async(1, stray, ends);
    assert_int_equal(read(ends[0], bytes, sizeof bytes), 1);
}

/* ---- what io_uring has no form of ---- */

static void lock_a_file(void *argument, unsigned index)
{
    int *inside = argument;
    int file = opened(open("/tmp", O_RDONLY | O_DIRECTORY));
    (void)index;
    struct flock lock = {.l_type = F_RDLCK, .l_whence = SEEK_SET, .l_len = 1};
    CHECK(fcntl(file, F_OFD_SETLKW, &lock) == 0);
    ++*inside;
    close(file);
}

static void test_file_locks(void **state)
{
    (void)state;
    int inside = 0;
    run_async(4, lock_a_file, &inside);
    assert_int_equal(inside, 4);
}

static void wait_any(void *argument, unsigned index)
{
    (void)argument;
    if (index > 0) {
        usleep(1000);
        return;
    }
    int status;
    for (int i = 0; i < 3; i++)
        if (fork() == 0)
            _exit(usleep(20000 * (unsigned)(i + 1)) + i);
    int sum = 0;
    for (int i = 0; i < 3; i++) {
        CHECK(wait(&status) > 0);
        sum += WEXITSTATUS(status);
    }
    CHECK(sum == 3);
}

static void test_helped_calls_let_others_run(void **state)
{
    (void)state;
    char reason[160];
    struct event_loop *loop = event_loop_start(2, 0, reason, sizeof reason);
    assert_non_null(loop);
    async_failures = 0;
    event_loop_run(loop, wait_any, NULL);
    struct interception_counts counts = event_loop_counts(loop);
    event_loop_stop(loop);
    assert_int_equal(async_failures, 0);
    assert_true(counts.helped >= 1); /* waiting for any child */
}

int main(void)
{
    need_async();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stdio_waits_for_all_at_once),
        cmocka_unit_test(test_names_are_resolved_at_once),
        cmocka_unit_test(test_forked_children),
        cmocka_unit_test(test_programs),
        cmocka_unit_test(test_a_child_does_not_go_on_as_a_loop),
        cmocka_unit_test(test_file_locks),
        cmocka_unit_test(test_helped_calls_let_others_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
