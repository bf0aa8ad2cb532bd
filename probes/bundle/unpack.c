/* Runs a bundle. */
#include "probes/bundle/bundle.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

enum { PATH_SIZE = 4096 };

struct unpacked {
    FILE *bundle;
    size_t count;
    struct bundle_entry entries[BUNDLE_MOST_FILES];
    const char *base;                           /* where the directory is */
    char directory[PATH_SIZE - 256];            /* "": not made */
    char program[PATH_SIZE], loader[PATH_SIZE]; /* loader "": none */
};

/* Files may be run from there, as far as it can be told. */
static bool is_usable(const char *directory)
{
    struct statvfs status;
    return access(directory, W_OK | X_OK) == 0 && statvfs(directory, &status) == 0 && !(status.f_flag & ST_NOEXEC);
}

static int make_directory(struct unpacked *unpacked)
{
    const char *const candidates[] = {getenv("TMPDIR"), "/tmp", "/var/tmp", "/dev/shm", "."};
    for (size_t i = 0; i < sizeof candidates / sizeof *candidates; i++) {
        if (!candidates[i] || !*candidates[i] || !is_usable(candidates[i]))
            continue;
        unpacked->base = candidates[i];
        int length = snprintf(unpacked->directory, sizeof unpacked->directory, "%s/concprobe-XXXXXX", candidates[i]);
        if (length > 0 && (size_t)length < sizeof unpacked->directory && mkdtemp(unpacked->directory))
            return 0;
    }
    unpacked->directory[0] = '\0';
    return bundle_fail("there is no directory to unpack to: neither /tmp nor the current one may be written to and run "
                       "programs; set TMPDIR to one that may");
}

static int write_file(const char *path, const unsigned char *bytes, size_t size)
{
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0700);
    if (file < 0)
        return bundle_fail("cannot write %s: %s", path, strerror(errno));
    for (size_t at = 0; at < size;) {
        ssize_t written = write(file, bytes + at, size - at);
        if (written < 0 && errno != EINTR) {
            int failed = bundle_fail("cannot write %s: %s", path, strerror(errno));
            close(file);
            return failed;
        }
        at += written > 0 ? (size_t)written : 0;
    }
    close(file);
    return 0;
}

static int unpack_entry(struct unpacked *unpacked, const struct bundle_entry *entry)
{
    char path[PATH_SIZE];
    if (entry->name[sizeof entry->name - 1] != '\0' || strchr(entry->name, '/'))
        return bundle_fail("this bundle is damaged");
    snprintf(path, sizeof path, "%s/%s", unpacked->directory, entry->name);
    if (entry->role == BUNDLE_PROGRAM)
        memcpy(unpacked->program, path, sizeof path);
    if (entry->role == BUNDLE_LOADER)
        memcpy(unpacked->loader, path, sizeof path);
    unsigned char *packed = malloc(entry->packed_size), *bytes = malloc(entry->size + 1);
    uLongf size = entry->size;
    int failed = 0;
    if (!packed || !bytes)
        failed = bundle_fail("memory is out");
    else if (fseek(unpacked->bundle, (long)entry->offset, SEEK_SET) != 0 ||
             fread(packed, 1, entry->packed_size, unpacked->bundle) != entry->packed_size ||
             uncompress(bytes, &size, packed, entry->packed_size) != Z_OK || size != entry->size)
        failed = bundle_fail("this bundle is damaged: %s cannot be unpacked", entry->name);
    if (!failed)
        failed = write_file(path, bytes, entry->size);
    free(packed);
    free(bytes);
    return failed;
}

static int unpack(struct unpacked *unpacked, const struct bundle_trailer *trailer)
{
    unpacked->count = trailer->entry_count;
    if (fseek(unpacked->bundle, (long)trailer->index_offset, SEEK_SET) != 0 ||
        fread(unpacked->entries, sizeof *unpacked->entries, unpacked->count, unpacked->bundle) != unpacked->count)
        return bundle_fail("this bundle is damaged: it has no index");
    int failed = make_directory(unpacked);
    for (size_t i = 0; i < unpacked->count && !failed; i++)
        failed = unpack_entry(unpacked, &unpacked->entries[i]);
    return failed;
}

static void clean_up(const struct unpacked *unpacked)
{
    for (size_t i = 0; i < unpacked->count && unpacked->directory[0]; i++) {
        char path[PATH_SIZE];
        snprintf(path, sizeof path, "%s/%.*s", unpacked->directory, (int)sizeof unpacked->entries[i].name,
                 unpacked->entries[i].name);
        unlink(path);
    }
    if (unpacked->directory[0])
        rmdir(unpacked->directory);
}

/* LOADER --inhibit-cache --library-path DIRECTORY --argv0 SELF PROGRAM [PROBE] ARGUMENTS… */
static char **make_arguments(struct unpacked *unpacked, const char *self, const char *probe, int count,
                             char **arguments)
{
    static const char cache[] = "--inhibit-cache", path[] = "--library-path", name[] = "--argv0";
    const char **made = calloc((size_t)count + 10, sizeof *made);
    size_t at = 0;
    if (!made)
        return NULL;
    if (unpacked->loader[0]) {
        const char *const head[] = {unpacked->loader, cache, path, unpacked->directory, name, self};
        for (size_t i = 0; i < sizeof head / sizeof *head; i++)
            made[at++] = head[i];
    }
    made[at++] = unpacked->program;
    if (*probe)
        made[at++] = probe;
    for (int i = 1; i < count; i++)
        made[at++] = arguments[i];
    return (char **)made;
}

static void wanted_signals(sigset_t *set)
{
    const int signals[] = {SIGCHLD, SIGINT, SIGTERM, SIGHUP, SIGQUIT};
    sigemptyset(set);
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        sigaddset(set, signals[i]);
}

static _Noreturn void run_program(const struct unpacked *unpacked, char **arguments, const sigset_t *before)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    sigprocmask(SIG_SETMASK, before, NULL);
    unsetenv("LD_PRELOAD");
    unsetenv("LD_LIBRARY_PATH");
    if (unpacked->base && access("/tmp", W_OK) != 0) /* where the working directories of a run go */
        setenv("TMPDIR", unpacked->base, 0);
    execv(arguments[0], arguments);
    _exit(bundle_fail("cannot run %s: %s", arguments[0], strerror(errno)));
}

/* Passes signals on until the program has ended; its exit code as shells count it. */
static int wait_for(pid_t child, const sigset_t *set)
{
    for (;;) {
        int signal_number = sigwaitinfo(set, NULL), status;
        if (signal_number > 0 && signal_number != SIGCHLD)
            kill(child, signal_number);
        pid_t ended = waitpid(child, &status, WNOHANG);
        if (ended == child)
            return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
        if (ended < 0 && errno != EINTR)
            return bundle_fail("the program cannot be waited for: %s", strerror(errno));
    }
}

/* The signals of `set` are blocked; `before` is the mask of signals that the program gets. */
static int start_and_wait(const struct unpacked *unpacked, char **arguments, const sigset_t *set,
                          const sigset_t *before)
{
    pid_t child = fork();
    if (child == 0)
        run_program(unpacked, arguments, before);
    if (child < 0)
        return bundle_fail("no process can be started: %s", strerror(errno));
    return wait_for(child, set);
}

int bundle_run(const char *self, FILE *bundle, const struct bundle_trailer *trailer, int count, char **arguments)
{
    struct unpacked *unpacked = calloc(1, sizeof *unpacked);
    if (!unpacked)
        return bundle_fail("memory is out");
    unpacked->bundle = bundle;
    if (access("/proc/self/stat", R_OK) != 0)
        fputs("note: /proc is not mounted: figures that come from there will be missing\n", stderr);
    sigset_t set, before;
    wanted_signals(&set);
    sigprocmask(SIG_BLOCK, &set, &before); /* one that comes while files are unpacked reaches the program then */
    int status = unpack(unpacked, trailer);
    char **made = status ? NULL : make_arguments(unpacked, self, trailer->probe, count, arguments);
    if (!status)
        status = made ? start_and_wait(unpacked, made, &set, &before) : bundle_fail("memory is out");
    free(made);
    clean_up(unpacked);
    free(unpacked);
    return status;
}
