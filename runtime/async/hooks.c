/* Interposed functions: in a coroutine they wait without blocking the thread, elsewhere they call the next definition
 * of their name, which is libc's.
 *
 * They are defined under names of their own with libc's as their symbols, so that libc's headers, with their inline
 * definitions and redirections, do not get in between.
 */
#include "runtime/async/hooks.h"

#include "runtime/async/emulation.h"
#include "runtime/execution.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <time.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#endif

#if defined(SANITIZED) || !defined(__x86_64__)

size_t hooks_count(void)
{
    return 0;
}

#else

#define HOOK(type, name, parameters, names, number, arguments) [HOOK_##name] = #name,
#define CHECKED_HOOK(type, name, parameters, names, number, arguments, needed, room) [HOOK_##name] = #name,
#define SPECIAL_HOOK(name) [HOOK_##name] = #name,
static const char *const names_of_hooks[] = {
#include "runtime/async/hooks.def"
};
#undef HOOK
#undef CHECKED_HOOK
#undef SPECIAL_HOOK

size_t hooks_count(void)
{
    return HOOK_COUNT;
}

/* The next definition of a name. Found early, so that a signal handler need not look for it. */
static next_function *next_of(enum hook hook)
{
    next_function *next = __atomic_load_n(&interception_next[hook], __ATOMIC_RELAXED);
    if (next == NULL) {
        void *found = dlsym(RTLD_NEXT, names_of_hooks[hook]);
        if (found == NULL) {
            fprintf(stderr, "concprobe: the C library has no function %s\n", names_of_hooks[hook]);
            abort();
        }
        memcpy(&next, &found, sizeof next); /* POSIX says that this works, ISO C has no word for it */
        __atomic_store_n(&interception_next[hook], next, __ATOMIC_RELAXED);
    }
    return next;
}

__attribute__((constructor)) static void find_next(void)
{
    for (enum hook hook = 0; hook < HOOK_COUNT; hook++) {
        next_of(hook);
    }
}

/* The result, or minus an errno value. */
static long emulated(struct coroutine *current, long number, const long arguments[6])
{
    current->loop->counts.hooked++;
    pthread_testcancel();
    return emulate(current, number, arguments);
}

static long hooked(struct coroutine *current, long number, const long arguments[6])
{
    long result = emulated(current, number, arguments);
    if (result < 0 && result > -4096) {
        errno = (int)-result;
        return -1;
    }
    return result;
}

/* Around a call in a common thread: the big lock is given up where it may wait, and the dispatcher looks away, which
 * would do the same again, unless it measures. */
static void before_pass(long number)
{
    if (emulate_may_block(number)) {
        big_lock_before_block();
    }
    interception.inside++;
    if (interception.meter == NULL) {
        interception.selector = SELECTOR_ALLOW;
    }
}

static void after_pass(long number)
{
    int saved = errno;
    if (--interception.inside == 0) {
        interception.selector = SELECTOR_BLOCK;
    }
    if (emulate_may_block(number)) {
        big_lock_after_block();
    }
    errno = saved;
}

#define UNWRAP(...) __VA_ARGS__
#define EXPORTED __attribute__((visibility("default"), used))

/* The end of a hook: the call in a common thread, `call` being one of the next definition. */
#define PASS(type, number, call)                                                                                       \
    do {                                                                                                               \
        before_pass(number);                                                                                           \
        type result = call;                                                                                            \
        after_pass(number);                                                                                            \
        return result;                                                                                                 \
    } while (0)

#define HOOK(type, name, parameters, names, number, arguments)                                                         \
    CHECKED_HOOK(type, name, parameters, names, number, arguments, 0, 0)
#define CHECKED_HOOK(type, name, parameters, names, number, arguments, needed, room)                                   \
    EXPORTED type hook_##name parameters __asm__(#name);                                                               \
    type hook_##name parameters                                                                                        \
    {                                                                                                                  \
        struct coroutine *current = coroutine_current();                                                               \
        if (current != NULL && (needed) <= (room)) { /* else libc ends the process */                                  \
            return (type)hooked(current, number, (const long[6]){UNWRAP arguments});                                   \
        }                                                                                                              \
        PASS(type, number, ((type(*) parameters)next_of(HOOK_##name))names);                                           \
    }
#define SPECIAL_HOOK(name)
#include "runtime/async/hooks.def"
#undef HOOK
#undef CHECKED_HOOK
#undef SPECIAL_HOOK

/* ---- open: a mode follows where a file may be made ---- */

static long mode_of(int flags, va_list list)
{
    return (flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE ? (long)va_arg(list, unsigned) : 0;
}

#define OPEN_HOOK(name)                                                                                                \
    EXPORTED int hook_##name(const char *path, int flags, ...) __asm__(#name);                                         \
    int hook_##name(const char *path, int flags, ...)                                                                  \
    {                                                                                                                  \
        va_list list;                                                                                                  \
        va_start(list, flags);                                                                                         \
        long mode = mode_of(flags, list);                                                                              \
        va_end(list);                                                                                                  \
        struct coroutine *current = coroutine_current();                                                               \
        if (current != NULL) {                                                                                         \
            return (int)hooked(current, SYS_open, (const long[6]){ARGUMENT(path), flags, mode});                       \
        }                                                                                                              \
        PASS(int, SYS_open, ((int (*)(const char *, int, ...))next_of(HOOK_##name))(path, flags, (unsigned)mode));     \
    }
OPEN_HOOK(open)
OPEN_HOOK(open64)

#define OPENAT_HOOK(name)                                                                                              \
    EXPORTED int hook_##name(int folder, const char *path, int flags, ...) __asm__(#name);                             \
    int hook_##name(int folder, const char *path, int flags, ...)                                                      \
    {                                                                                                                  \
        va_list list;                                                                                                  \
        va_start(list, flags);                                                                                         \
        long mode = mode_of(flags, list);                                                                              \
        va_end(list);                                                                                                  \
        struct coroutine *current = coroutine_current();                                                               \
        if (current != NULL) {                                                                                         \
            return (int)hooked(current, SYS_openat, (const long[6]){folder, ARGUMENT(path), flags, mode});             \
        }                                                                                                              \
        PASS(int, SYS_openat,                                                                                          \
             ((int (*)(int, const char *, int, ...))next_of(HOOK_##name))(folder, path, flags, (unsigned)mode));       \
    }
OPENAT_HOOK(openat)
OPENAT_HOOK(openat64)

/* ---- fcntl and ioctl: an argument that may be missing, in which case its value is not looked at ---- */

typedef int control_function(int, unsigned long, ...);

static int control(enum hook hook, long number, int descriptor, unsigned long command, long argument)
{
    struct coroutine *current = coroutine_current();
    bool translated = number == SYS_fcntl && command == F_GETOWN; /* by libc: into another system call */
    if (current != NULL && !translated) {
        return (int)hooked(current, number, (const long[6]){descriptor, (long)command, argument});
    }
    PASS(int, number, ((control_function *)next_of(hook))(descriptor, command, argument));
}

#define CONTROL_HOOK(name, number, command_type)                                                                       \
    EXPORTED int hook_##name(int descriptor, command_type command, ...) __asm__(#name);                                \
    int hook_##name(int descriptor, command_type command, ...)                                                         \
    {                                                                                                                  \
        va_list list;                                                                                                  \
        va_start(list, command);                                                                                       \
        long argument = va_arg(list, long);                                                                            \
        va_end(list);                                                                                                  \
        return control(HOOK_##name, number, descriptor, (unsigned long)command, argument);                             \
    }
CONTROL_HOOK(fcntl, SYS_fcntl, int)
CONTROL_HOOK(fcntl64, SYS_fcntl, int)
CONTROL_HOOK(ioctl, SYS_ioctl, unsigned long)

/* ---- poll and select whose time limit stays as it was, unlike in the system calls ---- */

static int poll_in_coroutine(struct coroutine *current, void *polled, unsigned long count, const struct timespec *time,
                             const void *mask)
{
    struct timespec copy = time != NULL ? *time : (struct timespec){0};
    return (int)hooked(current, SYS_ppoll,
                       (const long[6]){ARGUMENT(polled), (long)count, time != NULL ? ARGUMENT(&copy) : 0,
                                       ARGUMENT(mask), sizeof(uint64_t)});
}

typedef int ppoll_function(void *, unsigned long, const struct timespec *, const void *);
EXPORTED int hook_ppoll(void *polled, unsigned long count, const struct timespec *time,
                        const void *mask) __asm__("ppoll");
int hook_ppoll(void *polled, unsigned long count, const struct timespec *time, const void *mask)
{
    struct coroutine *current = coroutine_current();
    if (current != NULL) {
        return poll_in_coroutine(current, polled, count, time, mask);
    }
    PASS(int, SYS_ppoll, ((ppoll_function *)next_of(HOOK_ppoll))(polled, count, time, mask));
}

typedef int ppoll_checked_function(void *, unsigned long, const struct timespec *, const void *, size_t);
EXPORTED int hook_ppoll_checked(void *polled, unsigned long count, const struct timespec *time, const void *mask,
                                size_t room) __asm__("__ppoll_chk");
int hook_ppoll_checked(void *polled, unsigned long count, const struct timespec *time, const void *mask, size_t room)
{
    struct coroutine *current = coroutine_current();
    if (current != NULL && count * sizeof(struct pollfd) <= room) {
        return poll_in_coroutine(current, polled, count, time, mask);
    }
    PASS(int, SYS_ppoll, ((ppoll_checked_function *)next_of(HOOK___ppoll_chk))(polled, count, time, mask, room));
}

typedef int pselect_function(int, void *, void *, void *, const struct timespec *, const void *);
EXPORTED int hook_pselect(int count, void *read, void *write, void *except, const struct timespec *time,
                          const void *mask) __asm__("pselect");
int hook_pselect(int count, void *read, void *write, void *except, const struct timespec *time, const void *mask)
{
    struct coroutine *current = coroutine_current();
    if (current != NULL) {
        struct timespec copy = time != NULL ? *time : (struct timespec){0};
        const struct {
            const void *mask;
            size_t size;
        } signals = {mask, sizeof(uint64_t)};
        return (int)hooked(current, SYS_pselect6,
                           (const long[6]){count, ARGUMENT(read), ARGUMENT(write), ARGUMENT(except),
                                           time != NULL ? ARGUMENT(&copy) : 0, ARGUMENT(&signals)});
    }
    PASS(int, SYS_pselect6, ((pselect_function *)next_of(HOOK_pselect))(count, read, write, except, time, mask));
}

/* ---- sleep ---- */

typedef int clock_nanosleep_function(clockid_t, int, const struct timespec *, struct timespec *);
EXPORTED int hook_clock_nanosleep(clockid_t clock, int flags, const struct timespec *time,
                                  struct timespec *left) __asm__("clock_nanosleep");
int hook_clock_nanosleep(clockid_t clock, int flags, const struct timespec *time, struct timespec *left)
{
    struct coroutine *current = coroutine_current();
    if (current != NULL) { /* tells its error by the result */
        return (int)-emulated(current, SYS_clock_nanosleep,
                              (const long[6]){clock, flags, ARGUMENT(time), ARGUMENT(left)});
    }
    PASS(int, SYS_clock_nanosleep,
         ((clock_nanosleep_function *)next_of(HOOK_clock_nanosleep))(clock, flags, time, left));
}

EXPORTED int hook_usleep(unsigned microseconds) __asm__("usleep");
int hook_usleep(unsigned microseconds)
{
    struct coroutine *current = coroutine_current();
    if (current != NULL) {
        const struct timespec time = {microseconds / 1000000, microseconds % 1000000 * 1000L};
        return (int)hooked(current, SYS_nanosleep, (const long[6]){ARGUMENT(&time)});
    }
    PASS(int, SYS_nanosleep, ((int (*)(unsigned))next_of(HOOK_usleep))(microseconds));
}

EXPORTED unsigned hook_sleep(unsigned seconds) __asm__("sleep");
unsigned hook_sleep(unsigned seconds)
{
    struct coroutine *current = coroutine_current();
    if (current != NULL) {
        struct timespec time = {seconds, 0};
        int saved = errno;
        long result = hooked(current, SYS_nanosleep, (const long[6]){ARGUMENT(&time), ARGUMENT(&time)});
        if (result == 0) {
            errno = saved;
        }
        return result == 0 ? 0 : (unsigned)time.tv_sec;
    }
    PASS(unsigned, SYS_nanosleep, ((unsigned (*)(unsigned))next_of(HOOK_sleep))(seconds));
}

#endif
