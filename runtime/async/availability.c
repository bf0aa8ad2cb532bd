/* May an event loop run here? Each mechanism is tried, each limit read; the first that forbids it is the reason. */
#include "runtime/async/allowed_code.h"
#include "runtime/async/context.h"
#include "runtime/async/dispatch.h"
#include "runtime/async/hooks.h"
#include "runtime/async/loop.h"
#include "runtime/models/limits.h"

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
    BYTES_A_THREAD = 128 * 1024,  /* of address space beyond the stack: guard, room for signals */
    SPARE_THREADS = 64
};

static bool refuse(char *reason, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));
static bool refuse(char *reason, size_t size, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    vsnprintf(reason, size, format, list);
    va_end(list);
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

static bool is_within_limits(unsigned coroutines, size_t stack_bytes, char *reason, size_t size)
{
    struct rlimit space;
    double needed = coroutines * ((double)stack_bytes + (double)BYTES_A_THREAD);
    double group = group_limit();
    if (coroutines + (double)SPARE_THREADS > group) {
        return refuse(reason, size, "%u coroutines borrow a thread each: pids.max of the control group is %.0f",
                      coroutines, group);
    }
    if (getrlimit(RLIMIT_AS, &space) == 0 && space.rlim_cur != RLIM_INFINITY && needed > (double)space.rlim_cur) {
        return refuse(reason, size, "%u stacks need %.1f GiB of address space, ulimit -v allows %.1f", coroutines,
                      needed / (1 << 30), (double)space.rlim_cur / (1 << 30));
    }
    return threads_fit(NULL, coroutines, reason, size);
}

bool event_loop_available(unsigned coroutines, size_t stack_bytes, char *reason, size_t size)
{
    stack_bytes = stack_bytes == 0 ? (size_t)DEFAULT_STACK_BYTES : stack_bytes;
    return switches_stacks(reason, size) && has_ring(reason, size) && has_dispatch(reason, size) &&
           is_within_limits(coroutines, stack_bytes, reason, size);
}
