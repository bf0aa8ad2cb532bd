/* What a process and its descendants take, read from /proc. */
#include "runtime/memory.h"

#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum {
    LINE_BYTES = 512,
    MAX_DEPTH = 8 /* of the process tree: workers, what their calls start, a shell between */
};

#define SHORT_SHARE 0.03 /* of the memory left: then whoever computes is stopped before the OOM killer chooses */

/* The number after `key` in a file of "Key:  number unit" lines; NaN where it has none. */
static double field_of(const char *path, const char *key)
{
    FILE *file = fopen(path, "re");
    if (!file)
        return NAN;
    char line[LINE_BYTES];
    double value = NAN;
    while (fgets(line, sizeof line, file))
        if (!strncmp(line, key, strlen(key))) {
            value = strtod(line + strlen(key), NULL);
            break;
        }
    fclose(file);
    return value;
}

double number_in_file(const char *path)
{
    FILE *file = fopen(path, "re");
    double value = -1;
    if (file && fscanf(file, "%lf", &value) != 1)
        value = -1;
    if (file)
        fclose(file);
    return value;
}

static double field_of_process(pid_t pid, const char *name, const char *key)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
    return field_of(path, key);
}

size_t process_children(pid_t parent, pid_t *children, size_t capacity)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)parent, (int)parent);
    FILE *file = fopen(path, "re");
    if (!file)
        return 0;
    size_t count = 0;
    long child;
    while (fscanf(file, "%ld", &child) == 1) {
        if (count < capacity)
            children[count] = (pid_t)child;
        count++;
    }
    fclose(file);
    return count;
}

/* Adds measure(pid) of a process and all below it. */
static double sum_of_tree(pid_t root, double (*measure)(pid_t pid), unsigned depth)
{
    double sum = measure(root);
    size_t count = process_children(root, NULL, 0);
    pid_t *children = count && depth < MAX_DEPTH ? calloc(count, sizeof *children) : NULL;
    if (!children)
        return sum;
    size_t found = process_children(root, children, count);
    for (size_t i = 0; i < found && i < count; i++) {
        double part = sum_of_tree(children[i], measure, depth + 1);
        if (!isnan(part)) /* a child that has just gone */
            sum += part;
    }
    free(children);
    return sum;
}

unsigned open_files(void)
{
    DIR *directory = opendir("/proc/self/fd");
    struct rlimit limit;
    if (!directory && errno == EMFILE && !getrlimit(RLIMIT_NOFILE, &limit))
        return (unsigned)limit.rlim_cur; /* all that there may be */
    unsigned count = 0;
    while (directory && readdir(directory))
        count++;
    if (directory)
        closedir(directory);
    return count;
}

static double bytes_of_process(pid_t pid)
{
    double pss =
        (field_of_process(pid, "smaps_rollup", "Pss_Anon:") + field_of_process(pid, "smaps_rollup", "Pss_File:")) *
        1024;
    double tables = field_of_process(pid, "status", "VmPTE:") * 1024;
    double stacks = field_of_process(pid, "status", "Threads:") * (double)KERNEL_STACK_BYTES;
    return pss + tables + stacks;
}

double memory_of_process_tree(void)
{
    return sum_of_tree(getpid(), bytes_of_process, 0);
}

double memory_data_bytes(void)
{
    return field_of_process(getpid(), "status", "VmData:") * 1024;
}

bool memory_is_short(void)
{
    double available = field_of("/proc/meminfo", "MemAvailable:");
    double all = field_of("/proc/meminfo", "MemTotal:");
    return available < all * SHORT_SHARE;
}

static double cpu_of_process(pid_t pid)
{
    char path[64];
    char line[LINE_BYTES];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    FILE *file = fopen(path, "re");
    if (!file)
        return 0;
    size_t length = fread(line, 1, sizeof line - 1, file);
    fclose(file);
    line[length] = '\0';
    char *rest = strrchr(line, ')'); /* the name may hold anything */
    double ticks = 0;
    char *save = NULL;
    char *word = rest ? strtok_r(rest + 1, " ", &save) : NULL;
    for (unsigned field = 3; word && field <= 15; field++, word = strtok_r(NULL, " ", &save))
        if (field >= 14) /* utime, stime: proc(5) */
            ticks += strtod(word, NULL);
    return ticks / (double)sysconf(_SC_CLK_TCK);
}

double memory_tree_cpu_seconds(pid_t root)
{
    return sum_of_tree(root, cpu_of_process, 0);
}

size_t memory_limit(size_t declared)
{
    if (declared)
        return declared;
    long pages = sysconf(_SC_PHYS_PAGES);
    long page = sysconf(_SC_PAGESIZE);
    return pages > 0 && page > 0 ? (size_t)pages * (size_t)page / 2 : (size_t)1 << 30;
}
