/* System calls, threads, processes. */
#include "runtime/calibrate_internal.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static double system_call(struct calibration_room *room)
{
    const int turns = 5000;
    (void)room;
    double begin = cpu_now();
    for (int i = 0; i < turns; i++)
        syscall(SYS_getppid);
    return (cpu_now() - begin) / turns;
}

static double path_lookup(struct calibration_room *room)
{
    const int turns = 1000;
    struct stat status;
    double begin = cpu_now();
    for (int i = 0; i < turns; i++)
        if (stat(room->path, &status) != 0)
            return batch_failed(room, room->path);
    return (cpu_now() - begin) / turns;
}

static double memory_map(struct calibration_room *room)
{
    const int turns = 200, pages = 4;
    size_t size = (size_t)sysconf(_SC_PAGESIZE) * (size_t)pages;
    double begin = cpu_now();
    for (int i = 0; i < turns; i++) {
        void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED)
            return batch_failed(room, "mmap");
        munmap(memory, size);
    }
    return (cpu_now() - begin) / turns / 2;
}

static void *return_at_once(void *data)
{
    return data;
}

static double thread_create(struct calibration_room *room)
{
    const int turns = 20;
    double time = 0;
    for (int i = 0; i < turns; i++) {
        pthread_t thread;
        double begin = wall_now();
        int error = pthread_create(&thread, NULL, return_at_once, NULL);
        time += wall_now() - begin;
        if (error) {
            errno = error;
            return batch_failed(room, "pthread_create");
        }
        pthread_join(thread, NULL);
    }
    return time / turns;
}

static bool wait_for(struct calibration_room *room, pid_t child)
{
    int status;
    pid_t done;
    do
        done = waitpid(child, &status, 0);
    while (done < 0 && errno == EINTR);
    if (done == child)
        return true;
    batch_failed(room, "waitpid");
    return false;
}

static double process_create(struct calibration_room *room)
{
    const int turns = 4;
    double begin = wall_now();
    for (int i = 0; i < turns; i++) {
        pid_t child = fork();
        if (child == 0)
            _exit(0);
        if (child < 0)
            return batch_failed(room, "fork");
        if (!wait_for(room, child))
            return -1;
    }
    return (wall_now() - begin) / turns;
}

static const char smallest_program[] = "/bin/true";

static bool has_program(const struct calibration_room *room, const char **reason)
{
    (void)room;
    *reason = "there is no /bin/true";
    return access(smallest_program, X_OK) == 0;
}

/* vfork(2) inside, so that copying this process does not count. */
static double program_start(struct calibration_room *room)
{
    const int turns = 2;
    char name[] = "true";
    char *const arguments[] = {name, NULL}, *const environment[] = {NULL};
    double begin = wall_now();
    for (int i = 0; i < turns; i++) {
        pid_t child;
        int error = posix_spawn(&child, smallest_program, NULL, NULL, arguments, environment);
        if (error) {
            errno = error;
            return batch_failed(room, smallest_program);
        }
        if (!wait_for(room, child))
            return -1;
    }
    return (wall_now() - begin) / turns;
}

static void *send_back(void *data)
{
    const struct calibration_room *room = data;
    char byte;
    while (read(room->echo_in, &byte, 1) == 1)
        if (write(room->echo_out, &byte, 1) != 1)
            break;
    return NULL;
}

/* This thread, and those that it starts, stay on the processor where it is: a wake-up on another one takes three times
 * as long, and which it would be is chance. False if that cannot be had. */
static bool stay_on_one_processor(cpu_set_t *before)
{
    cpu_set_t one;
    int here = sched_getcpu();
    if (here < 0 || here >= CPU_SETSIZE || pthread_getaffinity_np(pthread_self(), sizeof *before, before))
        return false;
    CPU_ZERO(&one);
    CPU_SET((size_t)here, &one);
    return pthread_setaffinity_np(pthread_self(), sizeof one, &one) == 0;
}

/* There and back through two pipes is two switches: this thread blocks and is woken, and so is the other. */
static double context_switch(struct calibration_room *room)
{
    const int turns = 100;
    int there[2], back[2];
    pthread_t thread;
    char byte = 0;
    if (pipe(there) != 0)
        return batch_failed(room, "pipe");
    if (pipe(back) != 0) {
        close(there[0]);
        close(there[1]);
        return batch_failed(room, "pipe");
    }
    room->echo_in = there[0];
    room->echo_out = back[1];
    cpu_set_t before;
    bool pinned = stay_on_one_processor(&before);
    int error = pthread_create(&thread, NULL, send_back, room);
    double time = -1;
    if (!error) {
        double begin = wall_now();
        bool good = true;
        for (int i = 0; i < turns && good; i++)
            good = write(there[1], &byte, 1) == 1 && read(back[0], &byte, 1) == 1;
        time = good ? (wall_now() - begin) / turns / 2 : -1;
    }
    if (pinned)
        pthread_setaffinity_np(pthread_self(), sizeof before, &before);
    close(there[1]); /* ends the other thread */
    if (!error)
        pthread_join(thread, NULL);
    close(there[0]);
    close(back[0]);
    close(back[1]);
    errno = error ? error : EPIPE;
    return time < 0 ? batch_failed(room, "a pipe to a thread") : time;
}

const struct measure kernel_measures[] = {
    {"system-call", "getppid", system_call, 1, NULL},
    {"path-lookup", "stat of a cached path", path_lookup, 1, NULL},
    {"memory-map", "mmap or munmap of 4 pages: half of both", memory_map, 1, NULL},
    {"thread-create", "pthread_create", thread_create, 1, NULL},
    {"process-create", "fork, exit and wait", process_create, 1, NULL},
    {"program-start", "posix_spawn of /bin/true, and wait", program_start, 2, has_program},
    {"context-switch", "a byte through pipes to a thread on the same processor and back: half of it", context_switch, 1,
     NULL},
    {NULL, NULL, NULL, 0, NULL}};
