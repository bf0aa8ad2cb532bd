/* The walls around what a probe does: who watches, and what an instance may take. */
#include "runtime/sandbox.h"

#include "runtime/fault.h"
#include "runtime/instance.h"
#include "runtime/memory.h"
#include "runtime/walls.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    WALLS_FORBIDDEN = 113, /* exit code of a chamber whose walls do not stand */
    LOOK_EVERY_NS = 200 * 1000 * 1000,
    MAX_REMOVALS = 20,
    REMOVE_EVERY_US = 50 * 1000,
    SINK_BYTES = 64 * 1024,
    SPARE_PROCESSES = 4096, /* beyond the model's: what calls start themselves */
    SPARE_TASKS = 16384,
    TASKS_PER_LANE = 2,
    MAX_TASKS = 1 << 22, /* PID_MAX_LIMIT */
    SPARE_FILES = 4096,
    FILES_PER_LANE = 16,
    MAX_FILE_BYTES = 1 << 30
};

/* As after exec: handlers of the program that started the run are not for the probe. */
static void reset_signals(void)
{
    for (int i = 1; i < SIGRTMIN; i++)
        signal(i, SIG_DFL);
    signal(SIGXFSZ, SIG_IGN); /* too large a file is an error of write(), no death */
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/* What the processes of one sandbox have in common. From the outside in: the supervisor; its janitor, which removes the
 * working directory whatever becomes of the others; the guard, in the namespaces, which watches; the chamber. */
struct sandbox {
    const struct chamber_plan *plan;
    struct ledger *ledger;
    void (*chamber)(const struct chamber_plan *plan, struct ledger *ledger);
    char directory[1024];
    enum walls walls;
    unsigned tasks; /* threads and processes at most */
};

__attribute__((format(printf, 2, 3))) static void report(struct sandbox *sandbox, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    vsnprintf(sandbox->ledger->report->error, sizeof sandbox->ledger->report->error, format, values);
    va_end(values);
}

/* Signals that the caller will wait for. */
static sigset_t await(int first, int second)
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, first);
    sigaddset(&signals, second);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    return signals;
}

/* ---- the chamber's process ---- */

/* Kills and reaps all children, and theirs as they become ours (PR_SET_CHILD_SUBREAPER). */
static void end_descendants(void)
{
    pid_t children[64];
    for (size_t count; (count = process_children(getpid(), children, 64));) {
        for (size_t i = 0; i < count && i < 64; i++)
            kill(children[i], SIGKILL);
        while (waitpid(-1, NULL, WNOHANG) > 0)
            ;
        usleep(1000);
    }
}

static _Noreturn void chamber_process(const struct sandbox *sandbox)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    if (!walls_furnish(sandbox->walls, sandbox->plan->run->probe, sandbox->directory, sandbox->tasks))
        _exit(WALLS_FORBIDDEN);
    sandbox->chamber(sandbox->plan, sandbox->ledger);
    end_descendants();
    _exit(0);
}

/* ---- the guard's process ---- */

static void describe_end(struct sandbox *sandbox, int status)
{
    if (WIFSIGNALED(status))
        report(sandbox, "run_start or run_stop of the probe: killed by SIG%s",
               sigabbrev_np(WTERMSIG(status)) ? sigabbrev_np(WTERMSIG(status)) : "?");
    else if (WEXITSTATUS(status))
        report(sandbox, "run_start or run_stop of the probe ended its process with exit(%d)", WEXITSTATUS(status));
}

/* Waits for the chamber and kills it where it is late. Returns its status; 0 for one that was late. */
static int watch_chamber(pid_t pid, struct sandbox *sandbox, const sigset_t *signals)
{
    int status = 0;
    bool late = false;
    while (waitpid(pid, &status, WNOHANG) == 0) {
        uint64_t deadline = atomic_load(&sandbox->ledger->report->deadline_ns);
        if (!late && deadline && now_ns() > deadline) {
            late = true;
            report(sandbox, "run_start or run_stop of the probe did not end in time");
            kill(pid, SIGKILL);
        }
        sigtimedwait(signals, NULL, &(struct timespec){.tv_nsec = LOOK_EVERY_NS});
    }
    return late ? 0 : status;
}

static _Noreturn void guard_process(struct sandbox *sandbox)
{
    sigset_t signals = await(SIGCHLD, SIGCHLD);
    if (!walls_leave(sandbox->walls, sandbox->plan->run->probe))
        _exit(WALLS_FORBIDDEN);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    pid_t pid = fork();
    if (!pid) {
        reset_signals();
        chamber_process(sandbox);
    }
    if (pid < 0)
        _exit(WALLS_FORBIDDEN);
    int status = watch_chamber(pid, sandbox, &signals);
    if (WIFEXITED(status) && WEXITSTATUS(status) == WALLS_FORBIDDEN)
        _exit(WALLS_FORBIDDEN);
    describe_end(sandbox, status);
    _exit(0);
}

/* ---- the janitor's process ---- */

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *walk)
{
    (void)status;
    (void)type;
    (void)walk;
    remove(path);
    return 0;
}

/* More than once, as processes that were killed may still be writing there. */
static void remove_directory(const char *directory)
{
    for (int i = 0; i < MAX_REMOVALS && !access(directory, F_OK); i++) {
        if (i)
            usleep(REMOVE_EVERY_US);
        nftw(directory, remove_entry, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
    }
}

static bool make_directory(struct sandbox *sandbox)
{
    const char *parent = sandbox->plan->run->options.directory;
    char *real = realpath(parent, NULL);
    bool well = real &&
                (size_t)snprintf(sandbox->directory, sizeof sandbox->directory, "%s/concprobe.XXXXXX", real) <
                    sizeof sandbox->directory &&
                mkdtemp(sandbox->directory);
    free(real);
    if (!well)
        report(sandbox, "no working directory could be made in %.100s: %s", parent, strerror(errno));
    return well;
}

/* Runs a guard to its end; SIGTERM says that the supervisor is dead, and is the guard's end too. Returns the guard's
 * exit code. */
static int run_guard(struct sandbox *sandbox, const sigset_t *signals)
{
    pid_t pid = fork();
    if (!pid)
        guard_process(sandbox);
    if (pid < 0) {
        report(sandbox, "no process could be started: %s", strerror(errno));
        return 0;
    }
    int status = 0;
    while (waitpid(pid, &status, WNOHANG) == 0)
        if (sigwaitinfo(signals, NULL) == SIGTERM)
            kill(pid, SIGKILL);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 0;
}

/* All instances of a level live at once. To be asked outside of the namespace, which does not tell the machine's limit.
 */
static unsigned most_tasks(const struct sandbox *sandbox)
{
    const struct concprobe_options *options = &sandbox->plan->run->options;
    unsigned long long most = 0;
    for (size_t i = 0; i < options->concurrency_count; i++)
        most = options->concurrency[i] > most ? options->concurrency[i] : most;
    unsigned long long tasks = SPARE_TASKS + most * (sandbox->plan->run->model_count + 1) * TASKS_PER_LANE;
    double machine = number_in_file("/proc/sys/kernel/pid_max");
    double least = machine > 0 ? machine : (double)MAX_TASKS;
    return (double)tasks < least ? (unsigned)tasks : (unsigned)least;
}

static _Noreturn void janitor_process(struct sandbox *sandbox)
{
    setpgid(0, 0);
    reset_signals();
    sigset_t signals = await(SIGCHLD, SIGTERM);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    sandbox->tasks = most_tasks(sandbox);
    if (!make_directory(sandbox))
        _exit(0);
    int code = WALLS_FORBIDDEN;
    struct chamber_report *found = sandbox->ledger->report;
    for (; code == WALLS_FORBIDDEN && found->walls <= WALLS_NONE; found->walls += code == WALLS_FORBIDDEN) {
        sandbox->walls = (enum walls)found->walls;
        code = run_guard(sandbox, &signals);
    }
    if (code == WALLS_FORBIDDEN)
        report(sandbox, "the working directory %.100s cannot be entered", sandbox->directory);
    remove_directory(sandbox->directory);
    _exit(0);
}

void sandbox_run(const struct chamber_plan *plan, struct ledger *ledger,
                 void (*chamber)(const struct chamber_plan *plan, struct ledger *ledger))
{
    struct sandbox sandbox = {.plan = plan, .ledger = ledger, .chamber = chamber};
    fflush(stdout); /* else a probe that calls exit() writes it again */
    fflush(stderr);
    pid_t pid = fork();
    if (!pid)
        janitor_process(&sandbox);
    if (pid < 0)
        report(&sandbox, "no process could be started: %s", strerror(errno));
    while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        ;
}

/* ---- an instance's process ---- */

static void limit(__rlimit_resource_t resource, rlim_t wanted)
{
    struct rlimit limits;
    if (getrlimit(resource, &limits))
        return;
    limits.rlim_cur = wanted < limits.rlim_max ? wanted : limits.rlim_max;
    if (resource != RLIMIT_NOFILE)
        limits.rlim_max = limits.rlim_cur;
    setrlimit(resource, &limits);
}

static void limit_resources(const struct instance_plan *plan)
{
    size_t lanes = plan->k;
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_NOFILE, SPARE_FILES + FILES_PER_LANE * lanes);
    limit(RLIMIT_NPROC, SPARE_PROCESSES + 2 * lanes);
    limit(RLIMIT_FSIZE, MAX_FILE_BYTES);
    /* What there is already (the program's, a sanitizer's shadow) is not the probe's. */
    double data = memory_data_bytes();
    if (data >= 0)
        limit(RLIMIT_DATA, (rlim_t)data + memory_limit(plan->probe->memory_bytes) +
                               lanes * (thread_stack_bytes(plan->probe) + THREAD_GUARD_BYTES));
    int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (fd >= 0) {
        if (write(fd, "1000", 4) != 4)
            errno = 0; /* then the OOM killer has the choice */
        close(fd);
    }
}

void sandbox_enter_instance(const struct instance_plan *plan, int sink)
{
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null >= 0) {
        dup2(null, STDIN_FILENO);
        dup2(null, STDOUT_FILENO);
        dup2(sink >= 0 ? sink : null, STDERR_FILENO);
        close(null);
    }
    reset_signals();
    limit_resources(plan);
    fault_handler_install();
}

/* ---- standard error ---- */

int sandbox_sink(void)
{
    int fd = memfd_create("concprobe-stderr", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd >= 0 && (ftruncate(fd, SINK_BYTES) || fcntl(fd, F_ADD_SEALS, F_SEAL_GROW | F_SEAL_SHRINK))) {
        close(fd);
        fd = -1;
    }
    return fd;
}

void sandbox_sink_line(int sink, char *line, size_t size)
{
    char text[4096];
    ssize_t got = sink >= 0 ? pread(sink, text, sizeof text - 1, 0) : 0;
    text[got > 0 ? got : 0] = '\0';
    line[0] = '\0';
    char *save = NULL;
    for (char *word = strtok_r(text, "\n", &save); word; word = strtok_r(NULL, "\n", &save)) {
        const char *letter = word;
        while (*letter && !isalpha((unsigned char)*letter))
            letter++;
        if (*letter) {
            snprintf(line, size, "%s", word);
            return;
        }
    }
}

void describe_death(int status, const struct concprobe_probe *probe, int sink, char *reason)
{
    if (!WIFSIGNALED(status)) {
        snprintf(reason, REASON_BYTES, "the call ended its process with exit(%d)", WEXITSTATUS(status));
        return;
    }
    int number = WTERMSIG(status);
#ifdef SIGSTKFLT
    if (number == SIGSTKFLT) { /* see fault.h */
        snprintf(reason, REASON_BYTES, "stack overflow: a lane has %zu KiB; raise stack_bytes of the probe",
                 stack_bytes(probe) / 1024);
        return;
    }
#endif
    const char *name = sigabbrev_np(number);
    char said[REASON_BYTES];
    sandbox_sink_line(sink, said, sizeof said);
    snprintf(reason, REASON_BYTES, "killed by SIG%s (%s)%s%.100s", name ? name : "?", strsignal(number),
             said[0] ? ": " : "", said);
}
