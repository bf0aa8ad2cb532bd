/* The chamber's side of an instance: orders, patience, and what to say when its process is gone. */
#include "runtime/instance.h"

#include "runtime/futex.h"
#include "runtime/memory.h"
#include "runtime/sandbox.h"

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    LOOK_EVERY_NS = 50 * 1000 * 1000, /* at an instance that has not answered */
    PROFILED_CALLS = 8,               /* slow calls that the wait profile makes at most */
    START_NS_PER_LANE = 2000000,      /* patience with set-up beyond call_seconds; a fork takes 0.4 ms */
};

#define BUSY_SHARE 0.1 /* of a CPU: an instance that uses more computes, it does not wait */

enum answer { ANSWER_GIVEN, ANSWER_DIED, ANSWER_HUNG, ANSWER_STARVED };

/* ---- orders ---- */

/* With all processes of its group: workers, children of calls. Those that left the group die with the chamber. */
static void kill_and_reap(struct instance *instance)
{
    if (!instance->pid)
        return;
    kill(-instance->pid, SIGKILL);
    kill(instance->pid, SIGKILL);
    while (waitpid(instance->pid, NULL, 0) < 0 && errno == EINTR)
        ;
    instance->pid = 0;
    if (instance->sink >= 0)
        close(instance->sink);
    instance->sink = -1;
}

/* What patience depends on. */
struct watch {
    uint64_t quiet_ns; /* how long nothing may happen */
    uint64_t limit_ns; /* after that the block is cut short; 0: never */
    double busy_times; /* how much longer it may take while it computes */
    uint64_t end_ns;   /* but not beyond this */
};

/* Did the instance come on since the last look? Its CPU time is looked up only once it has been quiet for long: that
 * takes as many files as it has processes. */
struct progress {
    uint64_t next;
    uint64_t since_ns;
    double cpu_seconds; /* at sampled_ns; NaN: not looked up */
    uint64_t sampled_ns;
};

static bool hangs(struct instance *instance, const struct watch *watch, struct progress *progress)
{
    uint64_t now = now_ns();
    uint64_t next = atomic_load(&instance->box->block.next);
    uint64_t quiet_ns = now - progress->since_ns;
    if (next != progress->next)
        *progress = (struct progress){.next = next, .since_ns = now, .cpu_seconds = NAN};
    else if (isnan(progress->cpu_seconds) && quiet_ns >= watch->quiet_ns / 2) {
        progress->cpu_seconds = memory_tree_cpu_seconds(instance->pid);
        progress->sampled_ns = now;
    } else if (quiet_ns >= watch->quiet_ns) {
        double computed = memory_tree_cpu_seconds(instance->pid) - progress->cpu_seconds;
        bool busy = computed > BUSY_SHARE * (double)(now - progress->sampled_ns) / 1e9;
        return !busy || now > watch->end_ns || (double)quiet_ns > (double)watch->quiet_ns * watch->busy_times;
    }
    return false;
}

static enum answer wait_for_answer(struct instance *instance, const struct watch *watch, int *status)
{
    struct instance_box *box = instance->box;
    uint64_t begin = now_ns();
    struct progress progress = {.next = atomic_load(&box->block.next), .since_ns = begin, .cpu_seconds = NAN};
    for (uint32_t asked = atomic_load(&box->asked);;) {
        uint32_t answered = atomic_load(&box->answered);
        if (answered == asked)
            return ANSWER_GIVEN;
        futex_wait(&box->answered, answered, LOOK_EVERY_NS);
        if (atomic_load(&box->answered) == asked)
            return ANSWER_GIVEN;
        if (waitpid(instance->pid, status, WNOHANG) == instance->pid)
            return ANSWER_DIED;
        if (memory_is_short())
            return ANSWER_STARVED;
        if (hangs(instance, watch, &progress))
            return ANSWER_HUNG;
        if (watch->limit_ns && now_ns() - begin > watch->limit_ns)
            atomic_fetch_or(&box->block.next, UINT64_C(1) << 62); /* no lane finds another number */
    }
}

static enum concprobe_status status_of_error(int error)
{
    switch (error) {
    case ENOTSUP:
        return CONCPROBE_UNAVAILABLE;
    case EOWNERDEAD:
        return CONCPROBE_CRASHED;
    default:
        return CONCPROBE_FAILED;
    }
}

/* Gives an order and waits until it is done. false: the instance is no more, and the cell has ended. */
static bool ask(struct instance *instance, const struct instance_plan *plan, enum instance_order order,
                const struct watch *watch)
{
    static const char *const doing[] = {"the start of the model", "a call", "measuring memory", "measuring waits",
                                        "the stop of the model"};
    struct instance_box *box = instance->box;
    box->order = order;
    box->error = 0;
    atomic_fetch_add(&box->asked, 1);
    futex_wake(&box->asked, 1);
    char reason[REASON_BYTES];
    int status = 0;
    switch (wait_for_answer(instance, watch, &status)) {
    case ANSWER_GIVEN:
        if (box->error)
            cell_end(instance->cell, status_of_error(box->error), "%s",
                     box->reason[0] ? box->reason : strerror(box->error));
        break;
    case ANSWER_DIED:
        describe_death(status, plan->probe, instance->sink, reason);
        cell_end(instance->cell, CONCPROBE_CRASHED, "%s", reason);
        break;
    case ANSWER_STARVED:
        cell_end(instance->cell, CONCPROBE_FAILED, "stopped, as the machine ran out of memory during %s", doing[order]);
        break;
    case ANSWER_HUNG:
        cell_end(instance->cell, CONCPROBE_HUNG, "%s did not end within %.3g s", doing[order],
                 (double)watch->quiet_ns / 1e9);
        break;
    }
    if (cell_ended(instance->cell))
        kill_and_reap(instance);
    return instance->pid != 0;
}

static struct watch watch_calls(const struct instance *instance, const struct instance_plan *plan)
{
    bool serial = !strcmp(instance->model->about.model, "serial");
    unsigned at_once = serial ? 1 : plan->k;
    double seconds = plan->probe->call_seconds > 0 ? plan->probe->call_seconds : (double)DEFAULT_CALL_SECONDS;
    return (struct watch){
        .quiet_ns = (uint64_t)(seconds * 1e9), .busy_times = 1 + (double)at_once / plan->cpus, .end_ns = plan->end_ns};
}

static struct watch watch_start(const struct instance *instance, const struct instance_plan *plan)
{
    struct watch watch = watch_calls(instance, plan);
    watch.quiet_ns += (uint64_t)plan->k * START_NS_PER_LANE;
    return watch;
}

/* Its process, resting. */
static bool start_process(struct instance *instance, const struct instance_plan *plan)
{
    *instance->box = (struct instance_box){.block.records = plan->records};
    instance->sink = sandbox_sink();
    instance->pid = fork();
    if (!instance->pid)
        instance_serve(instance, plan);
    if (instance->pid < 0) {
        instance->pid = 0;
        cell_end(instance->cell, CONCPROBE_FAILED, "no process could be started: %s", strerror(errno));
    }
    return instance->pid != 0;
}

void instance_start(struct instance *instance, const struct instance_plan *plan)
{
    if (!start_process(instance, plan))
        return;
    struct watch watch = watch_start(instance, plan);
    if (ask(instance, plan, ORDER_START, &watch))
        instance->files_before = instance->box->open_files;
}

bool instance_run(struct instance *instance, const struct instance_plan *plan, uint64_t first, uint64_t calls,
                  uint64_t limit_ns)
{
    struct block *block = &instance->box->block;
    memset(block->records, 0, calls * sizeof *block->records);
    atomic_store(&block->next, 0);
    block->first = first;
    block->calls = calls;
    struct watch watch = watch_calls(instance, plan);
    watch.limit_ns = limit_ns;
    return ask(instance, plan, ORDER_RUN, &watch);
}

double instance_weigh(struct instance *instance, const struct instance_plan *plan)
{
    struct watch watch = watch_start(instance, plan);
    return ask(instance, plan, ORDER_WEIGH, &watch) ? instance->box->memory_bytes : NAN;
}

bool instance_profile(struct instance *instance, const struct instance_plan *plan)
{
    if (!start_process(instance, plan))
        return false;
    struct watch watch = watch_calls(instance, plan);
    watch.quiet_ns *= PROFILED_CALLS;
    bool well = ask(instance, plan, ORDER_PROFILE, &watch);
    kill_and_reap(instance);
    return well;
}

void instance_stop(struct instance *instance, const struct instance_plan *plan)
{
    if (!instance->pid)
        return;
    /* What goes wrong now changes no figure. */
    struct ledger_cell ignored = {.status = CONCPROBE_MEASURED};
    instance->cell = &ignored;
    struct watch watch = watch_start(instance, plan);
    ask(instance, plan, ORDER_STOP, &watch);
    kill_and_reap(instance);
}
