/* May an event loop run here? Each mechanism is tried, each limit read; the first that forbids it is the reason. */
#include "runtime/async/allowed_code.h"
#include "runtime/async/context.h"
#include "runtime/async/dispatch.h"
#include "runtime/async/hooks.h"
#include "runtime/async/loop.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
    HWCAP2_FSGSBASE_BIT = 2,      /* asm/hwcap2.h */
    SHADOW_STACK_STATUS = 0x5005, /* ARCH_SHSTK_STATUS, asm/prctl.h of Linux 6.6 */
    BYTES_A_THREAD = 48 * 1024,   /* kernel stack, page tables, touched stack: what a waiting coroutine takes */
    MAPPINGS_A_THREAD = 2,        /* its stack and its guard */
    SPARE_THREADS = 64,
    SPARE_MAPPINGS = 1024
};

static bool refuse(char *reason, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));
static bool refuse(char *reason, size_t size, const char *format, ...)
{
    char why[128];
    va_list list;
    va_start(list, format);
    vsnprintf(why, sizeof why, format, list);
    va_end(list);
    snprintf(reason, size, "unavailable, because %s", why);
    return false;
}

/* ---- processor, C library, build ---- */

#if defined(__x86_64__) && defined(__GLIBC__)

static bool has_shadow_stack(void)
{
    uint64_t status = 0;
    return allowed_call(SYS_arch_prctl, SHADOW_STACK_STATUS, (long)(uintptr_t)&status, 0, 0, 0, 0) == 0 && status != 0;
}

static bool switches_stacks(char *reason, size_t size)
{
    if (hooks_count() == 0) {
        return refuse(reason, size, "a sanitizer is built in, which does not follow switched stacks");
    }
    if (!(getauxval(AT_HWCAP2) & HWCAP2_FSGSBASE_BIT)) {
        return refuse(reason, size, "processor or kernel do not let programs set the FS base (FSGSBASE, Linux 5.9)");
    }
    if (has_shadow_stack()) {
        return refuse(reason, size, "shadow stacks are on, which do not follow switched stacks");
    }
    return context_self_test() || refuse(reason, size, "the self-test of the stack switch failed");
}

#else

static bool switches_stacks(char *reason, size_t size)
{
    return refuse(reason, size, "stacks are switched on x86-64 with the GNU C library alone");
}

#endif

/* ---- kernel ---- */

static bool has_ring(char *reason, size_t size)
{
    struct event_loop probe = {0};
    if (ring_start(&probe, 1, reason, size) != 0) {
        return false;
    }
    io_uring_queue_exit(&probe.ring);
    return true;
}

static bool has_dispatch(char *reason, size_t size)
{
    int code = interception_start();
    if (code != 0) {
        return refuse(reason, size, "no memory page is zeroed on fork (MADV_WIPEONFORK, Linux 4.14)");
    }
    interception_page->selector = SELECTOR_ALLOW;
    if (dispatch_start(reason, size) != 0) {
        return false;
    }
    dispatch_stop();
    return true;
}

/* ---- limits ---- */

/* The first number in a file; `none` where there is no such file or number ("max"). */
static double number_in(const char *path, double none)
{
    FILE *file = fopen(path, "re");
    double value = none;
    if (file != NULL) {
        value = fscanf(file, "%lf", &value) == 1 ? value : none;
        fclose(file);
    }
    return value;
}

/* The least pids.max of the control groups that the process is in, version 1 or 2. */
static double group_limit(void)
{
    FILE *file = fopen("/proc/self/cgroup", "re");
    double least = 1e18;
    char line[512];
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        char *controllers = strchr(line, ':');
        char *path = controllers == NULL ? NULL : strchr(controllers + 1, ':');
        if (path == NULL) {
            continue;
        }
        *path++ = '\0';
        path[strcspn(path, "\n")] = '\0';
        bool first_version = strcmp(controllers + 1, "pids") == 0;
        if (!first_version && controllers[1] != '\0') {
            continue;
        }
        for (char *end = path + strlen(path); end != NULL && end >= path; end = strrchr(path, '/')) {
            *end = '\0';
            char limit[640];
            snprintf(limit, sizeof limit, "/sys/fs/cgroup%s%s/pids.max", first_version ? "/pids" : "", path);
            double value = number_in(limit, 1e18);
            least = value < least ? value : least;
        }
    }
    if (file != NULL) {
        fclose(file);
    }
    return least;
}

/* Bytes of memory that can be had without swapping. */
static double available_memory(void)
{
    FILE *file = fopen("/proc/meminfo", "re");
    double kib = 1e18;
    char line[128];
    while (file != NULL && fgets(line, sizeof line, file) != NULL && sscanf(line, "MemAvailable: %lf", &kib) != 1) {
    }
    if (file != NULL) {
        fclose(file);
    }
    return kib * 1024;
}

static bool is_within_limits(unsigned coroutines, size_t stack_bytes, char *reason, size_t size)
{
    struct rlimit processes = {RLIM_INFINITY, RLIM_INFINITY};
    struct rlimit space = {RLIM_INFINITY, RLIM_INFINITY};
    if (geteuid() != 0) {
        getrlimit(RLIMIT_NPROC, &processes);
    }
    getrlimit(RLIMIT_AS, &space);
    const struct {
        const char *name;
        double limit, needed;
    } limits[] = {
        {"kernel.threads-max", number_in("/proc/sys/kernel/threads-max", 1e18), coroutines + (double)SPARE_THREADS},
        {"kernel.pid_max", number_in("/proc/sys/kernel/pid_max", 1e18), coroutines + (double)SPARE_THREADS},
        {"pids.max of the control group", group_limit(), coroutines + (double)SPARE_THREADS},
        {"ulimit -u", processes.rlim_cur == RLIM_INFINITY ? 1e18 : (double)processes.rlim_cur,
         coroutines + (double)SPARE_THREADS},
        {"vm.max_map_count", number_in("/proc/sys/vm/max_map_count", 1e18),
         coroutines * (double)MAPPINGS_A_THREAD + SPARE_MAPPINGS},
        {"free memory in bytes", available_memory(), coroutines * (double)BYTES_A_THREAD},
        {"ulimit -v in bytes", space.rlim_cur == RLIM_INFINITY ? 1e18 : (double)space.rlim_cur,
         coroutines * ((double)stack_bytes + BYTES_A_THREAD)},
    };
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        if (limits[i].needed > limits[i].limit) {
            return refuse(reason, size, "%u coroutines need a thread each: %s is %.0f, needed are %.0f", coroutines,
                          limits[i].name, limits[i].limit, limits[i].needed);
        }
    }
    return true;
}

bool event_loop_available(unsigned coroutines, size_t stack_bytes, char *reason, size_t size)
{
    stack_bytes = stack_bytes == 0 ? (size_t)DEFAULT_STACK_BYTES : stack_bytes;
    return switches_stacks(reason, size) && has_ring(reason, size) && has_dispatch(reason, size) &&
           is_within_limits(coroutines, stack_bytes, reason, size);
}
