/* Runs for bench/aa: one call at K = 1 under serial and under a copy of serial, where one of them may have a tenth more
 * work. The copy is a model in this program only: its table takes the place of runtime/models.c in a static link.
 *
 *     aa REPEATS BLOCK_SECONDS SEED
 *
 * For each repeat one run with equal work and one with a difference, in which the two models take turns at being the
 * slower. Even repeats compute, odd ones sleep. Prints a line of tab-separated values for each run, as it ends.
 */
#include "runtime/models.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CPU_STEPS 200000.0 /* dependent multiplications: 0.2 to 0.4 ms */

#define WAIT_NS 5000000.0
#define MORE_WORK 1.1

static struct execution_model models[2]; /* serial, and its copy; filled before the first run */

const struct execution_model *execution_model_at(size_t index)
{
    return index < sizeof models / sizeof *models ? &models[index] : NULL;
}

const struct execution_model *execution_model_named(const char *name)
{
    return strcmp(name, "serial") == 0 ? &models[0] : strcmp(name, "copy") == 0 ? &models[1] : NULL;
}

const struct concprobe_model *concprobe_model(size_t index)
{
    return index < sizeof models / sizeof *models ? &models[index].about : NULL;
}

/* What the run at hand measures; inherited by its processes. */
struct work {
    bool waits;
    const char *slower; /* the model with more work; NULL: none */
};

static double share_of(const struct concprobe_call *call)
{
    const struct work *work = call->process;
    const char *model = call->lane->execution->model->about.name;
    return work->slower != NULL && strcmp(model, work->slower) == 0 ? MORE_WORK : 1;
}

static int compute(struct concprobe_call *call)
{
    int steps = (int)(share_of(call) * CPU_STEPS);
    uint64_t x = call->number;
    for (int i = 0; i < steps; i++) {
        x = x * 6364136223846793005U + 1442695040888963407U;
        __asm__ volatile("" : "+r"(x));
    }
    return concprobe_result(call, &call->number, sizeof call->number);
}

static int rest(struct concprobe_call *call)
{
    nanosleep(&(struct timespec){0, (long)(share_of(call) * WAIT_NS)}, NULL);
    return concprobe_result(call, &call->number, sizeof call->number);
}

static const struct work *current; /* of the run at hand: read once in each process, before its calls */

static int process_start(struct concprobe_call *call)
{
    call->process = (void *)current;
    return 0;
}

static const struct concprobe_probe probes[] = {
    {.abi = CONCPROBE_ABI, .name = "aa-compute", .call = compute, .process_start = process_start},
    {.abi = CONCPROBE_ABI, .name = "aa-rest", .call = rest, .process_start = process_start},
};

static const char *decision_name(enum concprobe_decision decision)
{
    static const char *const names[] = {"win", "tie", "inconclusive"};
    return names[decision];
}

static int run_once(const struct work *work, double block_seconds, uint64_t seed)
{
    static const unsigned one = 1;
    const struct concprobe_options options = {
        .concurrency = &one, .concurrency_count = 1, .seed = seed, .block_seconds = block_seconds};
    char error[200] = "";
    current = work;
    struct concprobe_outcome *outcome = concprobe_run(&probes[work->waits], &options, error);
    if (outcome == NULL || outcome->error[0] != '\0') {
        fprintf(stderr, "aa: %s\n", outcome ? outcome->error : error);
        concprobe_outcome_free(outcome);
        return 1;
    }
    const struct concprobe_verdict *verdict = &outcome->verdicts[0];
    printf("%s\t%s\t%s\t%s\t%.4f\t%.4f\t%.4f\t%.4f\t%.4f\t%.4f\t%.4f\t%u\t%s\n", work->waits ? "wait" : "cpu",
           work->slower ? work->slower : "none", decision_name(verdict->decision),
           verdict->best ? verdict->best->name : "none", verdict->lead, verdict->lead_low, verdict->lead_high,
           verdict->aa_ratio, verdict->aa_low, verdict->aa_high, verdict->gauge, outcome->cells[0].rounds,
           verdict->reason);
    fflush(stdout);
    concprobe_outcome_free(outcome);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        fputs("usage: aa REPEATS BLOCK_SECONDS SEED\n", stderr);
        return 2;
    }
    unsigned long repeats = strtoul(argv[1], NULL, 10);
    double block_seconds = strtod(argv[2], NULL);
    uint64_t seed = strtoull(argv[3], NULL, 10);
    models[0] = models[1] = execution_serial;
    models[1].about = (struct concprobe_model){.name = "copy", .model = "threading", .summary = "", .competes = true};
    puts("kind\tslower\tdecision\tbest\tlead\tlead_low\tlead_high\taa\taa_low\taa_high\tgauge\trounds\treason");
    for (unsigned long i = 0; i < repeats; i++) {
        bool waits = i % 2 == 1;
        const struct work same = {.waits = waits};
        const struct work other = {.waits = waits, .slower = i / 2 % 2 ? "serial" : "copy"};
        if (run_once(&same, block_seconds, seed + i) != 0 || run_once(&other, block_seconds, seed + i) != 0) {
            return 1;
        }
    }
    return 0;
}
