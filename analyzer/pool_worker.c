/* A worker process: reads task numbers, performs them, answers. */
#include "analyzer/pool_worker.h"

#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* What the parent cannot be told about; it sees the exit status. */
enum { EXIT_ORPHAN = 1, EXIT_SOCKET = 2 };

/* Resident memory now, in bytes; 0 if it cannot be told. */
static size_t memory_in_use(void)
{
    unsigned long total, resident = 0;
    FILE *file = fopen("/proc/self/statm", "re");
    if (!file)
        return 0;
    if (fscanf(file, "%lu %lu", &total, &resident) != 2)
        resident = 0;
    fclose(file);
    return resident * (size_t)sysconf(_SC_PAGESIZE);
}

static bool receive_task(int socket, uint32_t *task)
{
    char *at = (char *)task;
    size_t left = sizeof *task;
    while (left) {
        ssize_t got = recv(socket, at, left, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        at += got;
        left -= (size_t)got;
    }
    return true;
}

static void send_all(int socket, const void *bytes, size_t size)
{
    const char *at = bytes;
    while (size) {
        ssize_t sent = send(socket, at, size, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0)
            _exit(EXIT_SOCKET);
        at += sent;
        size -= (size_t)sent;
    }
}

static bool is_worn(const struct pool_limits *limits, unsigned performed)
{
    if (limits->worker_tasks && performed >= limits->worker_tasks)
        return true;
    return limits->worker_memory && memory_in_use() >= limits->worker_memory;
}

/* A worker lives for a task or some dozens, and parses in a thread. One heap for all threads that grows in large steps
 * and never shrinks saves about 3 % of the CPU time of parsing (a page at a time, the thread's own heap made 1,200
 * calls of mprotect(2) for one large file). */
static void make_heap_coarse(void)
{
    enum { STEP = 32 << 20, NEVER = 1 << 30 };
    mallopt(M_ARENA_MAX, 1);
    mallopt(M_TOP_PAD, STEP);
    mallopt(M_TRIM_THRESHOLD, NEVER);
}

_Noreturn void pool_worker_main(const struct pool_work *work, const struct pool_limits *limits, int socket,
                                const sigset_t *mask, pid_t parent)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* a worker does not outlive its parent */
    if (getppid() != parent)
        _exit(EXIT_ORPHAN);
    sigprocmask(SIG_SETMASK, mask, NULL);
    make_heap_coarse();
    void *state = work->start ? work->start(work->data) : NULL;
    struct text answer = {0};
    uint32_t task;
    for (unsigned performed = 1; receive_task(socket, &task); performed++) {
        text_clear(&answer);
        work->perform(work->data, state, task, &answer);
        struct answer_frame frame = {
            .magic = ANSWER_MAGIC, .task = task, .size = answer.length, .last = is_worn(limits, performed)};
        send_all(socket, &frame, sizeof frame);
        send_all(socket, text_string(&answer), answer.length);
        if (frame.last)
            break;
    }
    _exit(0); /* without the parent's exit handlers and half-filled streams */
}
