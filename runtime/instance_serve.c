/* The inside of an instance's process: it makes its model ready, runs blocks when told, and rests in between. */
#include "runtime/instance.h"

#include "runtime/big_lock.h"
#include "runtime/futex.h"
#include "runtime/memory.h"
#include "runtime/sandbox.h"

#include <unistd.h>

#define PROFILE_SECONDS 0.2

static void used_until_now(struct execution *execution, struct usage *usage)
{
    *usage = (struct usage){0};
    usage_of_process(usage);
    if (execution->model->usage)
        execution->model->usage(execution, usage);
}

static struct usage usage_between(const struct usage *before, const struct usage *after)
{
    return (struct usage){
        .cpu_ns = after->cpu_ns - before->cpu_ns,
        .voluntary = after->voluntary - before->voluntary,
        .involuntary = after->involuntary - before->involuntary,
        .intercepted = after->intercepted - before->intercepted,
        .tax_ns = after->tax_ns - before->tax_ns,
        .transferred_bytes = after->transferred_bytes - before->transferred_bytes,
        .transfer_ns = after->transfer_ns - before->transfer_ns,
    };
}

static int timed_start(struct execution *execution, struct instance_box *box)
{
    uint64_t start = now_ns();
    int error = execution->model->start(execution);
    box->took_ns = now_ns() - start;
    return error;
}

static int timed_block(struct execution *execution, struct instance_box *box)
{
    struct usage before, after;
    used_until_now(execution, &before);
    uint64_t start = now_ns();
    int error = execution->model->run(execution, &box->block);
    box->took_ns = now_ns() - start;
    used_until_now(execution, &after);
    box->usage = usage_between(&before, &after);
    return error;
}

static int obey(struct execution *execution, struct instance_box *box)
{
    switch (box->order) {
    case ORDER_START:
        return timed_start(execution, box);
    case ORDER_RUN:
        return timed_block(execution, box);
    case ORDER_WEIGH:
        box->memory_bytes = memory_of_process_tree() -
                            (execution->model->borrowed_bytes ? execution->model->borrowed_bytes(execution) : 0);
        return 0;
    case ORDER_PROFILE:
        return wait_profile_measure(execution, PROFILE_SECONDS, &box->profile);
    case ORDER_STOP:
        execution->model->stop(execution);
        return 0;
    }
    return 0;
}

_Noreturn void instance_serve(const struct instance *instance, const struct instance_plan *plan)
{
    struct instance_box *box = instance->box;
    sandbox_enter_instance(plan, instance->sink);
    big_lock_configure(plan->options->lock);
    struct execution execution = {.probe = plan->probe,
                                  .model = instance->model,
                                  .options = plan->options,
                                  .k = lanes_of(instance->model, plan->k, plan->cpus),
                                  .cpus = plan->cpus,
                                  .run = plan->run,
                                  .reason = box->reason};
    for (uint32_t done = 0;; done++) {
        while (atomic_load(&box->asked) == done)
            futex_wait(&box->asked, done, 0);
        enum instance_order order = box->order;
        box->reason[0] = '\0';
        box->error = obey(&execution, box);
        if (order == ORDER_START || order == ORDER_RUN)
            box->open_files = open_files();
        atomic_store(&box->answered, done + 1);
        futex_wake(&box->answered, 1);
        if (order == ORDER_STOP || (order == ORDER_START && box->error))
            _exit(0);
    }
}
