/* The emulated side of bench/gil: the calls of tests/fixtures/gil/calls.c under one model and the explicit big lock.
 *
 *     gil MODEL K
 *
 * Prints "ready", or "unavailable: " and why. Then for each line "CALL COUNT MILLISECONDS" on standard input it makes
 * so many calls in one block and prints their wall time in seconds.
 */
#include "runtime/big_lock.h"
#include "runtime/models.h"

#include "tests/fixtures/gil/calls.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { MOST_CALLS = 100000 };

/* What the next calls are; shared with the processes of the model. */
struct selection {
    int call;
    double milliseconds;
};

static const struct {
    const char *name;
    void (*call)(double milliseconds);
} calls[] = {
    {"cpu_held", cpu_held},
    {"cpu_released", cpu_released},
    {"io_held", io_held},
    {"io_released", io_released},
};

static int make_call(struct concprobe_call *call)
{
    const struct selection *selection = call->run;
    calls[selection->call].call(selection->milliseconds);
    return concprobe_result(call, &call->number, sizeof call->number);
}

static void *share(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
        perror("gil: mmap");
        exit(1);
    }
    return memory;
}

static int find_call(const char *name)
{
    for (int i = 0; i < (int)(sizeof calls / sizeof *calls); i++) {
        if (strcmp(calls[i].name, name) == 0) {
            return i;
        }
    }
    return -1;
}

/* One block; its wall time in seconds, or negative where a call was not made well. */
static double run_block(struct execution *execution, struct block *block, uint64_t count)
{
    atomic_store(&block->next, 0);
    block->calls = count;
    memset(block->records, 0, count * sizeof *block->records);
    uint64_t start = now_ns();
    if (execution->model->run(execution, block) != 0) {
        fprintf(stderr, "gil: %s\n", execution->reason);
        return -1;
    }
    uint64_t end = now_ns();
    for (uint64_t i = 0; i < count; i++) {
        if (block->records[i].outcome != CALL_WELL) {
            fprintf(stderr, "gil: call %ju of the block failed\n", (uintmax_t)i);
            return -1;
        }
    }
    return (double)(end - start) * 1e-9;
}

static int serve(struct execution *execution, struct block *block)
{
    struct selection *selection = execution->run;
    char name[20];
    uint64_t count = 0;
    while (scanf("%19s %ju %lf", name, &count, &selection->milliseconds) == 3) {
        selection->call = find_call(name);
        if (selection->call < 0 || count > MOST_CALLS) {
            fprintf(stderr, "gil: %s %ju is no order\n", name, (uintmax_t)count);
            return 1;
        }
        printf("%.9f\n", run_block(execution, block, count));
        fflush(stdout);
    }
    execution->model->stop(execution);
    return 0;
}

int main(int argc, char **argv)
{
    const struct execution_model *model = argc == 3 ? execution_model_named(argv[1]) : NULL;
    if (model == NULL) {
        puts("unavailable: there is no such model");
        return 1;
    }
    static const struct concprobe_probe probe = {.abi = CONCPROBE_ABI, .name = "gil", .call = make_call};
    struct concprobe_options options = {.lock = CONCPROBE_LOCK_EXPLICIT};
    char reason[REASON_BYTES] = "";
    cpu_set_t cpus;
    sched_getaffinity(0, sizeof cpus, &cpus);
    struct execution execution = {.probe = &probe,
                                  .model = model,
                                  .options = &options,
                                  .k = (unsigned)strtoul(argv[2], NULL, 10),
                                  .cpus = (unsigned)CPU_COUNT(&cpus),
                                  .run = share(sizeof(struct selection)),
                                  .reason = reason};
    struct block *block = share(sizeof *block); /* before the start, so that processes of the model have it too */
    block->records = share(MOST_CALLS * sizeof *block->records);
    big_lock_configure(options.lock);
    if ((model->available != NULL && !model->available(&options, execution.k, reason, sizeof reason)) ||
        model->start(&execution) != 0) {
        printf("unavailable: %s\n", reason);
        return 1;
    }
    puts("ready");
    fflush(stdout);
    return serve(&execution, block);
}
