/* The life of a record: begins with the first hook, ends with the process. */
#include "runtime/recorder/recorder.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Hooks come from everywhere and carry no context: this is the one place for what they need. */
struct recorder recorder = {.status = RECORDER_OFF, .lock = PTHREAD_MUTEX_INITIALIZER};

void recorder_seal(enum record_ending ending)
{
    struct record_header *header = recorder.header;
    if (__atomic_load_n(&recorder.status, __ATOMIC_ACQUIRE) != RECORDER_ON ||
        header->process != (uint32_t)syscall(SYS_getpid)) /* a child of vfork shares this memory */
        return;
    struct recorded_thread *self = thread_known();
    uint64_t now = clock_ns(CLOCK_MONOTONIC);
    for (struct recorded_thread *thread = recorder.threads; thread; thread = thread->next) {
        if (!thread->alive || !thread->slot)
            continue;
        if (thread == self)
            account_sample(thread, now);
        else
            account_sample_other(thread, now);
    }
    header->ended = now;
    header->ending = ending;
}

static void end_by_signal(int signal_number)
{
    recorder_seal(RECORD_SIGNALLED);
    signal(signal_number, SIG_DFL);
    raise(signal_number);
    sigset_t pending;
    sigemptyset(&pending);
    sigaddset(&pending, signal_number);
    sigprocmask(SIG_UNBLOCK, &pending, NULL);
}

/* Servers are ended by these; where the program leaves the default, the calls that are open then are still counted. */
static void catch_endings(void)
{
    static const int endings[] = {SIGTERM, SIGINT, SIGHUP, SIGALRM};
    for (unsigned i = 0; i < sizeof endings / sizeof *endings; i++) {
        struct sigaction now, ours = {.sa_handler = end_by_signal};
        if (sigaction(endings[i], NULL, &now) == 0 && now.sa_handler == SIG_DFL)
            sigaction(endings[i], &ours, NULL);
    }
}

bool recorder_start(void)
{
    int ready = RECORDER_READY;
    if (!__atomic_compare_exchange_n(&recorder.status, &ready, RECORDER_STARTING, false, __ATOMIC_ACQ_REL,
                                     __ATOMIC_ACQUIRE))
        return false;
    thread_hide();
    bool good = record_create() && threads_prepare();
    frames_prepare();
    thread_show();
    __atomic_store_n(&recorder.status, good ? RECORDER_ON : RECORDER_OFF, __ATOMIC_RELEASE);
    struct recorded_thread *thread = good ? thread_current() : NULL;
    if (thread)
        calibrate(thread);
    if (good)
        catch_endings();
    return good;
}

__attribute__((constructor(101))) static void find_directory(void)
{
    const char *directory = getenv(RECORD_VARIABLE);
    if (!directory || *directory != '/' || strlen(directory) >= sizeof recorder.directory)
        return;
    memcpy(recorder.directory, directory, strlen(directory) + 1);
    __atomic_store_n(&recorder.status, RECORDER_READY, __ATOMIC_RELEASE);
}

__attribute__((destructor(101))) static void seal_at_exit(void)
{
    recorder_seal(RECORD_EXITED);
}
