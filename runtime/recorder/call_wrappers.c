/* What the calls of calls.def lead through: NAME becomes __wrap_NAME, which calls __real_NAME. */
// NOLINTBEGIN(bugprone-reserved-identifier): the linker makes these names
#include "runtime/recorder/recorder.h"

#include <errno.h>
#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <threads.h>
#include <unistd.h>

/* One sample before and one after, so that the sleep between them is known to be the wait's. */
static struct recorded_thread *wait_begin(void)
{
    struct recorded_thread *thread = thread_known();
    if (!thread || thread->busy || thread->in_wait)
        return NULL;
    int saved = errno;
    thread->busy = true;
    account_sample(thread, clock_ns(CLOCK_MONOTONIC));
    account_charge_sample(thread);
    thread->in_wait = true;
    thread->busy = false;
    errno = saved;
    return thread;
}

static void wait_end(struct recorded_thread *thread)
{
    if (!thread)
        return;
    int saved = errno;
    thread->busy = true;
    account_sample(thread, clock_ns(CLOCK_MONOTONIC));
    account_charge_sample(thread);
    thread->in_wait = false;
    thread->busy = false;
    errno = saved;
}

static struct recorded_thread *call_begin(void)
{
    struct recorded_thread *thread = thread_known();
    if (!thread || thread->busy || thread->in_call)
        return NULL;
    thread->call_started = clock_ns(CLOCK_MONOTONIC);
    thread->in_call = true;
    return thread;
}

static void call_end(struct recorded_thread *thread)
{
    if (!thread || !thread->in_call || !thread->slot)
        return;
    thread->slot->account.io += clock_ns(CLOCK_MONOTONIC) - thread->call_started;
    thread->in_call = false;
}

static void note_jump(void)
{
    struct recorded_thread *thread = thread_known();
    if (!thread || thread->busy)
        return;
    thread->busy = true;
    uint64_t now = clock_ns(CLOCK_MONOTONIC);
    account_sample(thread, now);
    if (thread->in_call)
        call_end(thread);
    thread->jump_time = now;
    thread->jump_account = thread->slot->account;
    account_charge_sample(thread);
    thread->busy = false;
}

/* Registers carry integers and pointers alike, and a callee ignores those that it does not want. */
#define INPUT_OUTPUT(name)                                                                                             \
    long __real_##name(long, long, long, long, long, long);                                                            \
    long __wrap_##name(long, long, long, long, long, long);                                                            \
    long __wrap_##name(long a, long b, long c, long d, long e, long f)                                                 \
    {                                                                                                                  \
        struct recorded_thread *thread = call_begin();                                                                 \
        long result = __real_##name(a, b, c, d, e, f);                                                                 \
        call_end(thread);                                                                                              \
        return result;                                                                                                 \
    }

#define WAITS(type, name, parameters, arguments)                                                                       \
    type __real_##name parameters;                                                                                     \
    type __wrap_##name parameters;                                                                                     \
    type __wrap_##name parameters                                                                                      \
    {                                                                                                                  \
        struct recorded_thread *recorded = wait_begin();                                                               \
        type wait_result = __real_##name arguments;                                                                    \
        wait_end(recorded);                                                                                            \
        return wait_result;                                                                                            \
    }

#define WAITS_AFTER(type, name, try, busy)                                                                             \
    int __real_##name(type *);                                                                                         \
    int __wrap_##name(type *);                                                                                         \
    int __wrap_##name(type *waited_for)                                                                                \
    {                                                                                                                  \
        int result = try(waited_for);                                                                                  \
        if (result != (busy))                                                                                          \
            return result;                                                                                             \
        struct recorded_thread *recorded = wait_begin();                                                               \
        result = __real_##name(waited_for);                                                                            \
        wait_end(recorded);                                                                                            \
        return result;                                                                                                 \
    }

#define ENDS(name)                                                                                                     \
    _Noreturn void __real_##name(int);                                                                                 \
    _Noreturn void __wrap_##name(int);                                                                                 \
    _Noreturn void __wrap_##name(int status)                                                                           \
    {                                                                                                                  \
        recorder_seal(RECORD_EXITED);                                                                                  \
        __real_##name(status);                                                                                         \
    }

/* An exec that fails leaves the record as it is; the end of the process comes later. */
#define EXECUTES(name, parameters, arguments)                                                                          \
    int __real_##name parameters;                                                                                      \
    int __wrap_##name parameters;                                                                                      \
    int __wrap_##name parameters                                                                                       \
    {                                                                                                                  \
        recorder_seal(RECORD_EXECUTED);                                                                                \
        return __real_##name arguments;                                                                                \
    }

/* execl and its kin: the words become an array, without malloc. */
#define EXECUTES_LIST(name, target)                                                                                    \
    int __wrap_##name(const char *path, const char *word, ...);                                                        \
    int __wrap_##name(const char *path, const char *word, ...)                                                         \
    {                                                                                                                  \
        char *words[MOST_WORDS + 1] = {(char *)(uintptr_t)word};                                                       \
        va_list list;                                                                                                  \
        va_start(list, word);                                                                                          \
        for (unsigned i = 0; words[i]; i++) {                                                                          \
            if (i + 1 == MOST_WORDS) {                                                                                 \
                va_end(list);                                                                                          \
                errno = E2BIG;                                                                                         \
                return -1;                                                                                             \
            }                                                                                                          \
            words[i + 1] = va_arg(list, char *);                                                                       \
        }                                                                                                              \
        char *const *variables = environ;                                                                              \
        if (HAS_VARIABLES_##name)                                                                                      \
            variables = va_arg(list, char *const *);                                                                   \
        va_end(list);                                                                                                  \
        return __wrap_##target(path, words, variables);                                                                \
    }
enum { MOST_WORDS = 4096, HAS_VARIABLES_execl = 0, HAS_VARIABLES_execlp = 0, HAS_VARIABLES_execle = 1 };

#define JUMPS(name)                                                                                                    \
    _Noreturn void __real_##name(void *, int);                                                                         \
    _Noreturn void __wrap_##name(void *, int);                                                                         \
    _Noreturn void __wrap_##name(void *state, int value)                                                               \
    {                                                                                                                  \
        note_jump();                                                                                                   \
        __real_##name(state, value);                                                                                   \
    }

#include "runtime/recorder/calls.def"
// NOLINTEND(bugprone-reserved-identifier)
