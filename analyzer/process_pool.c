/* The parent's side of the process pool: starting, feeding, watching and burying workers. */
#include "analyzer/process_pool.h"

#include "analyzer/pool_worker.h"
#include "base/array.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct worker {
    pid_t pid; /* 0: none runs */
    int socket;
    bool busy;
    uint32_t task;
    double deadline; /* of its task, on the monotonic clock */
    struct text received;
};

struct pool {
    const struct pool_work *work;
    const struct pool_limits *limits;
    struct interrupts *interrupts;
    struct worker *workers; /* limits->workers of them */
    struct pollfd *polled;  /* one for each worker, and one for signals */
    bool fork_failed;       /* go on with the workers that run */
    bool has_held_task;     /* a task that no worker could be started for */
    uint32_t held_task;
};

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

unsigned available_cpus(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 0)
        return (unsigned)CPU_COUNT(&set);
    long online = sysconf(_SC_NPROCESSORS_ONLN); /* more CPUs than the set has room for */
    return online > 0 ? (unsigned)online : 1;
}

void interrupts_hold(struct interrupts *interrupts)
{
    static const int held[] = {SIGINT, SIGTERM, SIGHUP};
    sigset_t set;
    sigemptyset(&set);
    for (size_t i = 0; i < sizeof held / sizeof *held; i++) {
        struct sigaction action;
        if (sigaction(held[i], NULL, &action) == 0 && action.sa_handler != SIG_IGN)
            sigaddset(&set, held[i]);
    }
    sigprocmask(SIG_BLOCK, &set, &interrupts->mask_before);
    interrupts->fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    interrupts->arrived = 0;
}

void interrupts_release(struct interrupts *interrupts)
{
    if (interrupts->fd >= 0)
        close(interrupts->fd);
    interrupts->fd = -1;
    if (interrupts->arrived)
        raise(interrupts->arrived); /* held until the mask is restored */
    sigprocmask(SIG_SETMASK, &interrupts->mask_before, NULL);
}

static void close_other_descriptors(const struct pool *pool)
{
    for (unsigned i = 0; i < pool->limits->workers; i++)
        if (pool->workers[i].pid)
            close(pool->workers[i].socket);
    if (pool->interrupts->fd >= 0)
        close(pool->interrupts->fd);
}

static bool start_worker(struct pool *pool, struct worker *worker)
{
    int sockets[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) != 0)
        return false;
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid < 0) {
        int error = errno;
        close(sockets[0]);
        close(sockets[1]);
        errno = error;
        return false;
    }
    if (pid == 0) {
        close(sockets[0]);
        close_other_descriptors(pool);
        pool_worker_main(pool->work, pool->limits, sockets[1], &pool->interrupts->mask_before, parent);
    }
    close(sockets[1]);
    worker->pid = pid;
    worker->socket = sockets[0];
    worker->busy = false;
    text_clear(&worker->received);
    return true;
}

/* Waits for a worker's end and forgets it; returns its wait status. */
static int bury(struct worker *worker)
{
    int status = 0;
    close(worker->socket);
    while (waitpid(worker->pid, &status, 0) < 0 && errno == EINTR)
        continue;
    worker->pid = 0;
    worker->busy = false;
    return status;
}

static void report(struct pool *pool, struct task_report report)
{
    pool->work->finished(pool->work->data, &report);
}

static bool send_task(struct worker *worker, uint32_t task)
{
    ssize_t sent;
    do
        sent = send(worker->socket, &task, sizeof task, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    return sent == (ssize_t)sizeof task;
}

static bool next_task(struct pool *pool, uint32_t *task)
{
    if (!pool->has_held_task)
        return pool->work->next(pool->work->data, task);
    *task = pool->held_task;
    pool->has_held_task = false;
    return true;
}

static bool any_worker_runs(const struct pool *pool)
{
    for (unsigned i = 0; i < pool->limits->workers; i++)
        if (pool->workers[i].pid)
            return true;
    return false;
}

/* No process could be made for a task: it waits for the workers that there are. */
static bool hold_task(struct pool *pool, uint32_t task)
{
    int error = errno;
    pool->fork_failed = any_worker_runs(pool);
    if (!pool->fork_failed) {
        report(pool, (struct task_report){.task = task, .outcome = TASK_NOT_RUN, .detail = error});
        return true;
    }
    pool->held_task = task;
    pool->has_held_task = true;
    return false;
}

/* Gives a worker its next task, starting it if need be; false if there is nothing that it could do now. */
static bool feed(struct pool *pool, struct worker *worker)
{
    uint32_t task;
    if ((!worker->pid && pool->fork_failed && any_worker_runs(pool)) || !next_task(pool, &task))
        return false;
    for (;;) {
        if (!worker->pid && !start_worker(pool, worker))
            return hold_task(pool, task);
        if (send_task(worker, task))
            break;
        bury(worker); /* it died while it was idle */
    }
    worker->busy = true;
    worker->task = task;
    worker->deadline = now() + pool->limits->timeout;
    return true;
}

/* A worker that ended, or must end, while it was at a task. */
static void lose_task(struct pool *pool, struct worker *worker, bool timed_out)
{
    struct task_report lost = {.task = worker->task, .outcome = TASK_TIMED_OUT};
    kill(worker->pid, SIGKILL);
    int status = bury(worker);
    if (!timed_out) {
        lost.outcome = WIFSIGNALED(status) ? TASK_CRASHED : TASK_EXITED;
        lost.detail = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
    }
    report(pool, lost);
}

/* Takes a whole answer out of what was received; false if it is not whole yet. */
static bool take_answer(struct pool *pool, struct worker *worker)
{
    struct answer_frame frame;
    if (worker->received.length < sizeof frame)
        return false;
    memcpy(&frame, worker->received.string, sizeof frame);
    if (frame.magic != ANSWER_MAGIC || frame.task != worker->task) {
        lose_task(pool, worker, false);
        return true;
    }
    if (worker->received.length - sizeof frame < frame.size)
        return false;
    worker->busy = false;
    report(pool, (struct task_report){
                     .task = worker->task,
                     .outcome = TASK_ANSWERED,
                     .answer = worker->received.string + sizeof frame,
                     .size = frame.size,
                 });
    if (frame.last)
        bury(worker);
    text_free(&worker->received); /* one large answer must not stay for all the rest */
    return true;
}

static void receive(struct pool *pool, struct worker *worker)
{
    char buffer[1 << 16];
    ssize_t got = recv(worker->socket, buffer, sizeof buffer, MSG_DONTWAIT);
    if (got > 0) {
        text_add_length(&worker->received, buffer, (size_t)got);
        take_answer(pool, worker);
    } else if (got == 0 || (errno != EINTR && errno != EAGAIN)) {
        lose_task(pool, worker, false);
    }
}

/* Milliseconds until the first deadline; -1: none. */
static int poll_timeout(const struct pool *pool)
{
    double first = INFINITY;
    for (unsigned i = 0; i < pool->limits->workers; i++)
        if (pool->workers[i].busy && pool->workers[i].deadline < first)
            first = pool->workers[i].deadline;
    double left = (first - now()) * 1e3;
    if (!(left < 1e6))
        return isinf(first) ? -1 : 1000000;
    return left > 0 ? (int)left + 1 : 0;
}

static void note_signal(struct interrupts *interrupts)
{
    struct signalfd_siginfo info;
    if (read(interrupts->fd, &info, sizeof info) == (ssize_t)sizeof info)
        interrupts->arrived = (int)info.ssi_signo;
}

static void wait_for_workers(struct pool *pool)
{
    unsigned count = pool->limits->workers;
    for (unsigned i = 0; i < count; i++)
        pool->polled[i] = (struct pollfd){pool->workers[i].busy ? pool->workers[i].socket : -1, POLLIN, 0};
    pool->polled[count] = (struct pollfd){pool->interrupts->fd, POLLIN, 0};
    int ready = poll(pool->polled, count + 1, poll_timeout(pool));
    if (ready > 0 && pool->polled[count].revents)
        note_signal(pool->interrupts);
    for (unsigned i = 0; i < count; i++) {
        struct worker *worker = &pool->workers[i];
        if (ready > 0 && pool->polled[i].revents)
            receive(pool, worker);
        if (worker->busy && now() > worker->deadline)
            lose_task(pool, worker, true);
    }
}

/* Feeds every idle worker; returns how many are busy. */
static unsigned feed_all(struct pool *pool)
{
    unsigned busy = 0;
    for (unsigned i = 0; i < pool->limits->workers; i++) {
        struct worker *worker = &pool->workers[i];
        while (!worker->busy && feed(pool, worker))
            continue;
        busy += worker->busy;
    }
    return busy;
}

static void end_workers(struct pool *pool)
{
    for (unsigned i = 0; i < pool->limits->workers; i++) {
        struct worker *worker = &pool->workers[i];
        if (worker->busy) {
            report(pool, (struct task_report){.task = worker->task, .outcome = TASK_NOT_RUN});
            worker->busy = false;
        }
        if (worker->pid) {
            kill(worker->pid, SIGKILL);
            bury(worker);
        }
        text_free(&worker->received);
    }
}

void pool_run(const struct pool_work *work, const struct pool_limits *limits, struct interrupts *interrupts)
{
    struct pool pool = {.work = work, .limits = limits, .interrupts = interrupts};
    pool.workers = must_malloc(limits->workers * sizeof *pool.workers);
    memset(pool.workers, 0, limits->workers * sizeof *pool.workers);
    pool.polled = must_malloc((limits->workers + 1) * sizeof *pool.polled);
    while (!interrupts->arrived && feed_all(&pool))
        wait_for_workers(&pool);
    end_workers(&pool);
    free(pool.workers);
    free(pool.polled);
}
