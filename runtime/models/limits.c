/* How many threads and processes this machine lets a model have. */
#include "runtime/models/limits.h"

#include "runtime/memory.h"

#include <sys/resource.h>

/* Of one idle worker, measured: memory, kernel stack and page tables. A little more than a call needs at least. */
enum {
    THREAD_BYTES = 32 * 1024,
    PROCESS_BYTES = 160 * 1024,
    MAPS_PER_THREAD = 2, /* stack and guard */
    SPARE_MAPS = 1024,
};

static bool memory_holds(double bytes, unsigned k, const char *what, char *reason, size_t size)
{
    double limit = (double)memory_limit(0);
    if (bytes <= limit)
        return true;
    snprintf(reason, size, "%u %s would take about %.1f GiB, more than half of the memory", k, what,
             bytes / (double)(1 << 30));
    return false;
}

/* The kernel's limits are on tasks, which threads and processes are alike. */
static bool kernel_holds(unsigned k, const char *what, char *reason, size_t size)
{
    static const char *const paths[] = {"/proc/sys/kernel/pid_max", "/proc/sys/kernel/threads-max"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        double limit = number_in_file(paths[i]);
        if (limit > 0 && (double)k > limit * 0.9) {
            snprintf(reason, size, "%u %s are more than %s allows (%.0f)", k, what, paths[i], limit);
            return false;
        }
    }
    struct rlimit limits;
    if (!getrlimit(RLIMIT_NPROC, &limits) && limits.rlim_max != RLIM_INFINITY && k > limits.rlim_max) {
        snprintf(reason, size, "%u %s are more than this user may have (%llu, ulimit -u)", k, what,
                 (unsigned long long)limits.rlim_max);
        return false;
    }
    return true;
}

bool threads_fit(const struct concprobe_options *options, unsigned k, char *reason, size_t size)
{
    (void)options;
    double maps = number_in_file("/proc/sys/vm/max_map_count");
    if (maps > 0 && (double)k * (double)MAPS_PER_THREAD > maps - (double)SPARE_MAPS) {
        snprintf(reason, size, "the stacks of %u threads need more mappings than vm.max_map_count allows (%.0f)", k,
                 maps);
        return false;
    }
    return kernel_holds(k, "threads", reason, size) &&
           memory_holds((double)k * (double)THREAD_BYTES, k, "threads", reason, size);
}

bool processes_fit(const struct concprobe_options *options, unsigned k, char *reason, size_t size)
{
    (void)options;
    return kernel_holds(k, "processes", reason, size) &&
           memory_holds((double)k * (double)PROCESS_BYTES, k, "processes", reason, size);
}
