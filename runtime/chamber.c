/* A chamber: the process of one restart. It has the probe's run_start done, starts the instances of one K after
 * another, and runs their blocks round by round in random order. */
#include "runtime/equality.h"
#include "runtime/gauge.h"
#include "runtime/instance.h"
#include "runtime/run.h"
#include "runtime/sandbox.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    MAX_GROWTH = 20, /* of a block from one trial to the next, while its size is sought */
    MAX_TRIALS = 8,
    LEAKED_FILES = 16, /* so many that stay open are no library's own */
    LIMIT_BLOCKS = 8   /* a block that takes this many times its planned length, or all that is left, is cut */
};

#define RUN_START_NS (UINT64_C(30) * 1000000000) /* patience with run_start and run_stop */

/* What one chamber works with, at one level. */
struct chamber {
    const struct chamber_plan *plan;
    struct ledger *ledger;
    struct ledger_level *level;
    struct instance_plan instance_plan;
    struct instance *instances; /* [model], and the twin */
    struct equality *equality;
    uint64_t level_end_ns;
    uint64_t next_number;
    unsigned start; /* this restart's index in every cell's `starts` of the level */
};

static size_t instance_count(const struct chamber *chamber)
{
    return chamber->ledger->model_count + 1;
}

/* ---- the size of blocks ---- */

static uint64_t fewest_calls(const struct chamber *chamber, const struct instance *instance)
{
    const struct run *run = chamber->plan->run;
    return instance->model == run->models[0] ? 1 : lanes_of(instance->model, chamber->level->k, run->cpus);
}

static uint64_t planned_calls(const struct chamber *chamber, const struct instance *instance)
{
    double wanted = chamber->plan->run->options.block_seconds * 1e9 / instance->cell->call_ns;
    uint64_t fewest = fewest_calls(chamber, instance);
    if (!(wanted > (double)fewest))
        return fewest;
    return wanted < (double)chamber->ledger->record_count ? (uint64_t)ceil(wanted) : chamber->ledger->record_count;
}

static uint64_t block_limit_ns(const struct chamber *chamber)
{
    uint64_t now = now_ns();
    uint64_t left = chamber->level_end_ns > now ? chamber->level_end_ns - now : 0;
    uint64_t few_blocks = (uint64_t)(chamber->plan->run->options.block_seconds * 1e9 * (double)LIMIT_BLOCKS);
    return left > few_blocks ? left : few_blocks;
}

/* ---- one block ---- */

static uint64_t calls_made(const struct instance *instance)
{
    uint64_t made = 0;
    for (uint64_t i = 0; i < instance->box->block.calls; i++)
        made += instance->box->block.records[i].outcome != CALL_NOT_MADE;
    return made;
}

/* Runs a block and learns its pace. Returns the number of calls made; 0: the cell has ended. */
static uint64_t run_block(struct chamber *chamber, struct instance *instance, uint64_t calls)
{
    if (!instance_run(instance, &chamber->instance_plan, chamber->next_number, calls, block_limit_ns(chamber)))
        return 0;
    uint64_t made = calls_made(instance);
    if (made)
        instance->cell->call_ns = (double)instance->box->took_ns / (double)made;
    return made;
}

/* The warm-up. The first one of a cell also finds how many calls make a block; later ones take half a block. */
static void warm_up(struct chamber *chamber, struct instance *instance)
{
    double wanted_ns = chamber->plan->run->options.block_seconds * 1e9;
    uint64_t calls = fewest_calls(chamber, instance);
    if (instance->cell->call_ns > 0) {
        uint64_t half = planned_calls(chamber, instance) / 2;
        run_block(chamber, instance, half > calls ? half : calls);
        return;
    }
    for (unsigned trial = 0; trial < MAX_TRIALS; trial++) {
        if (!run_block(chamber, instance, calls))
            return;
        uint64_t planned = planned_calls(chamber, instance);
        if ((double)instance->box->took_ns > wanted_ns / 2 || planned <= calls)
            return;
        calls = planned < calls * MAX_GROWTH ? planned : calls * MAX_GROWTH;
    }
}

/* The tax is spent on CPU: where the CPU is busy all the time it lengthens the block, where lanes mostly wait it hides
 * behind their waits. So it counts by how busy a CPU was, shared among the CPUs that paid it. */
static double without_tax(double wall_ns, const struct usage *usage)
{
    double busy = (double)usage->cpu_ns / wall_ns;
    double paid = (double)usage->tax_ns * (busy < 1 ? busy : 1 / busy);
    return paid < wall_ns ? wall_ns - paid : wall_ns;
}

static void write_figures(const struct instance *instance, uint64_t made, double *figures)
{
    const struct usage *usage = &instance->box->usage;
    double calls = (double)made;
    double wall_ns = (double)instance->box->took_ns;
    double sum_ns = 0;
    for (uint64_t i = 0; i < instance->box->block.calls; i++)
        sum_ns += (double)(instance->box->block.records[i].end_ns - instance->box->block.records[i].start_ns);
    figures[FIGURE_CALLS_PER_SECOND] = calls * 1e9 / wall_ns;
    figures[FIGURE_CORRECTED] = calls * 1e9 / without_tax(wall_ns, usage);
    figures[FIGURE_WALL_NS] = sum_ns / calls;
    figures[FIGURE_CPU_NS] = (double)usage->cpu_ns / calls;
    figures[FIGURE_VOLUNTARY] = (double)usage->voluntary / calls;
    figures[FIGURE_INVOLUNTARY] = (double)usage->involuntary / calls;
    figures[FIGURE_INTERCEPTED] = (double)usage->intercepted / calls;
    figures[FIGURE_TAX_NS] = (double)usage->tax_ns / calls;
    figures[FIGURE_TRANSFER_NS_PER_KIB] =
        usage->transferred_bytes ? (double)usage->transfer_ns * 1024 / (double)usage->transferred_bytes : NAN;
}

static void remark_leak(struct instance *instance)
{
    unsigned now = instance->box->open_files;
    if (now && instance->files_before && now >= instance->files_before + LEAKED_FILES && !instance->cell->reason[0])
        snprintf(instance->cell->reason, sizeof instance->cell->reason,
                 "the call leaks descriptors: %u more are open than before the first call",
                 now - instance->files_before);
}

static void note_failures(struct ledger_cell *cell, const struct call_record *records, uint64_t calls)
{
    for (uint64_t i = 0; i < calls; i++)
        if (records[i].outcome == CALL_FAILED || records[i].outcome == CALL_WRONG) {
            cell->failed_calls++;
            cell->call_error = records[i].error;
        }
}

static void measure(struct chamber *chamber, size_t which, unsigned round)
{
    struct instance *instance = &chamber->instances[which];
    uint64_t calls = planned_calls(chamber, instance);
    uint64_t made = run_block(chamber, instance, calls);
    if (!made)
        return;
    struct ledger_cell *cell = instance->cell;
    write_figures(instance, made, cell->rounds[round].figures);
    latency_add_block(cell->latencies, instance->box->block.records, calls, chamber->level->k);
    equality_note(chamber->equality, which, instance->box->block.records, calls);
    remark_leak(instance);
    cell->calls += made;
    note_failures(cell, instance->box->block.records, calls);
}

/* ---- rounds ---- */

static uint64_t most_calls(const struct chamber *chamber)
{
    uint64_t most = 0;
    for (size_t i = 0; i < instance_count(chamber); i++) {
        uint64_t calls = chamber->instances[i].pid ? planned_calls(chamber, &chamber->instances[i]) : 0;
        most = calls > most ? calls : most;
    }
    return most;
}

/* A random order of all instances (Fisher and Yates), by seed, restart, level and round. */
static void shuffle(const struct chamber *chamber, unsigned round, size_t *order)
{
    struct random_source source;
    random_seed(&source, chamber->plan->run->options.seed ^ ((uint64_t)chamber->plan->restart << 48) ^
                             ((uint64_t)chamber->level->k << 16) ^ round);
    size_t count = instance_count(chamber);
    for (size_t i = 0; i < count; i++)
        order[i] = i;
    for (size_t i = count; i > 1; i--) {
        size_t other = random_below(&source, i);
        size_t swapped = order[i - 1];
        order[i - 1] = order[other];
        order[other] = swapped;
    }
}

/* The CPU time that all blocks of a round used. */
static double own_cpu_ns(const struct chamber *chamber, unsigned round)
{
    double sum = 0;
    for (size_t i = 0; i < instance_count(chamber); i++) {
        const struct ledger_cell *cell = chamber->instances[i].cell;
        bool ran = chamber->instances[i].pid && !isnan(cell->rounds[round].figures[FIGURE_CPU_NS]);
        sum += ran ? (double)chamber->instances[i].box->usage.cpu_ns : 0;
    }
    return sum;
}

static void run_round(struct chamber *chamber, size_t *order)
{
    struct verdict_round *round = ledger_add_round(chamber->ledger, chamber->level, chamber->plan->restart);
    unsigned index = chamber->level->round_count - 1;
    shuffle(chamber, index, order);
    uint64_t most = most_calls(chamber);
    struct gauge gauge;
    gauge_begin(&gauge);
    equality_begin(chamber->equality);
    for (size_t i = 0; i < instance_count(chamber); i++)
        if (chamber->instances[order[i]].pid && !cell_ended(chamber->instances[order[i]].cell))
            measure(chamber, order[i], index);
    gauge_end(&gauge);
    round->spin_ns = gauge.spin_ns;
    round->stolen = gauge.stolen;
    round->others = gauge_others(&gauge, own_cpu_ns(chamber, index));
    size_t twin = chamber->ledger->model_count;
    round->twin = chamber->level->cells[twin].rounds[index].figures[FIGURE_CALLS_PER_SECOND];
    chamber->level->compared +=
        equality_judge(chamber->equality, chamber->level->cells, chamber->ledger->model_count, chamber->next_number);
    chamber->next_number += most;
}

static void run_rounds(struct chamber *chamber)
{
    size_t *order = calloc(instance_count(chamber) + 1, sizeof *order);
    for (unsigned i = 0; order && i < chamber->plan->rounds; i++) {
        if (chamber->level->round_count == chamber->ledger->max_rounds || (i && now_ns() > chamber->level_end_ns))
            break;
        run_round(chamber, order);
    }
    free(order);
}

/* ---- a level ---- */

/* Whether a cell is worth an instance: it goes on until it ends. */
static bool may_start(struct chamber *chamber, size_t which)
{
    const struct run *run = chamber->plan->run;
    struct instance *instance = &chamber->instances[which];
    const struct execution_model *model = instance->model;
    struct ledger_cell *cell = instance->cell;
    char reason[REASON_BYTES] = "";
    bool is_twin = which == run->model_count;
    size_t level = (size_t)(chamber->level - chamber->ledger->levels);
    if (cell_ended(cell) || (is_twin && cell_ended(&chamber->level->cells[0])) || now_ns() > run->end_ns)
        return false;
    if (!is_twin && run->retired[level * run->model_count + which])
        return false;
    if (model->shares_memory && run->probe->not_thread_safe)
        cell_end(cell, CONCPROBE_UNAVAILABLE, "the probe is not thread-safe");
    else if (model->per_core && chamber->level->k <= run->cpus)
        cell_end(cell, CONCPROBE_UNAVAILABLE, "the same as %s: there are as many processors", model->about.model);
    else if (model->available && !model->available(&run->options, chamber->level->k, reason, sizeof reason))
        cell_end(cell, CONCPROBE_UNAVAILABLE, "%s", reason);
    return !cell_ended(cell);
}

static void start_instance(struct chamber *chamber, size_t which)
{
    struct instance *instance = &chamber->instances[which];
    const struct run *run = chamber->plan->run;
    size_t twin = run->model_count;
    instance->model = run->models[which == twin ? 0 : which];
    instance->cell = &chamber->level->cells[which];
    instance->box = &chamber->ledger->boxes[which];
    if (!may_start(chamber, which))
        return;
    instance_start(instance, &chamber->instance_plan);
    if (!instance->pid)
        return;
    struct ledger_cell *cell = instance->cell;
    double setup_ns = (double)instance->box->took_ns;
    warm_up(chamber, instance);
    if (!instance->pid || cell->starts == chamber->ledger->max_rounds)
        return;
    cell->status = CONCPROBE_MEASURED;
    cell->memory_bytes[cell->starts] = NAN;
    cell->setup_ns[cell->starts++] = setup_ns;
}

/* While all are there: what they share is then divided among the same number. */
static void weigh_all(struct chamber *chamber)
{
    for (size_t i = 0; i < instance_count(chamber); i++) {
        struct instance *instance = &chamber->instances[i];
        double bytes = instance->pid ? instance_weigh(instance, &chamber->instance_plan) : NAN;
        if (instance->pid)
            instance->cell->memory_bytes[instance->cell->starts - 1] = bytes;
    }
}

static void run_level(struct chamber *chamber)
{
    for (size_t i = 0; i < instance_count(chamber); i++)
        start_instance(chamber, i);
    weigh_all(chamber);
    chamber->next_number += most_calls(chamber);
    run_rounds(chamber);
    for (size_t i = 0; i < instance_count(chamber); i++)
        instance_stop(&chamber->instances[i], &chamber->instance_plan);
}

/* What a serial call waits for: once a run, where serial is known to return. */
static void profile_waits(struct chamber *chamber)
{
    struct chamber_report *report = chamber->ledger->report;
    if (report->profiled || chamber->level->cells[0].status != CONCPROBE_MEASURED)
        return;
    struct ledger_cell none = {.status = CONCPROBE_MEASURED};
    struct instance instance = {
        .model = chamber->plan->run->models[0], .cell = &none, .box = &chamber->ledger->boxes[instance_count(chamber)]};
    if (instance_profile(&instance, &chamber->instance_plan)) {
        report->profile = instance.box->profile;
        report->profiled = true;
    }
}

/* A level that had its share of the budget waits until all have had theirs: a thousand calls that compute take so long
 * that the others would not come to enough rounds. */
static bool has_its_turn(const struct chamber *chamber, size_t level)
{
    const struct run *run = chamber->plan->run;
    const struct ledger *ledger = chamber->ledger;
    uint64_t share = (uint64_t)(run->options.budget_seconds * 1e9 / (double)ledger->level_count);
    bool others_wait = false;
    for (size_t i = 0; i < ledger->level_count; i++)
        others_wait = others_wait || (!run->settled[i] && ledger->levels[i].spent_ns < share);
    return !run->settled[level] && (ledger->levels[level].spent_ns < share || !others_wait);
}

static void run_levels(struct chamber *chamber)
{
    const struct run *run = chamber->plan->run;
    size_t to_go = 0;
    for (size_t i = 0; i < chamber->ledger->level_count; i++)
        to_go += has_its_turn(chamber, i);
    for (size_t i = 0; i < chamber->ledger->level_count; i++) {
        uint64_t now = now_ns();
        if (!has_its_turn(chamber, i) || now > run->end_ns)
            continue;
        chamber->level = &chamber->ledger->levels[i];
        chamber->instance_plan.k = chamber->level->k;
        /* What is left of the budget, shared among what is left of the restarts, and in this one of the levels. */
        uint64_t parts = (uint64_t)chamber->plan->restarts_to_go * to_go;
        chamber->level_end_ns = now + (run->end_ns - now) / (parts ? parts : 1);
        memset(chamber->instances, 0, instance_count(chamber) * sizeof *chamber->instances);
        run_level(chamber);
        profile_waits(chamber);
        chamber->level->spent_ns += now_ns() - now;
        to_go -= to_go > 0;
    }
}

/* run_start, which may hang or crash: the guard of the sandbox sees to it. */
static bool start_run(const struct run *run, struct ledger *ledger, struct concprobe_call *call)
{
    atomic_store(&ledger->report->deadline_ns, now_ns() + RUN_START_NS);
    int error = run->probe->run_start ? run->probe->run_start(call) : 0;
    if (error)
        snprintf(ledger->report->error, sizeof ledger->report->error, "run_start of the probe failed with %d (%s)",
                 error, strerror(error));
    atomic_store(&ledger->report->deadline_ns, 0);
    return !error;
}

static void chamber_main(const struct chamber_plan *plan, struct ledger *ledger)
{
    const struct run *run = plan->run;
    struct concprobe_call call = {.seed = run->options.seed};
    if (!start_run(run, ledger, &call))
        return;
    struct chamber chamber = {.plan = plan, .ledger = ledger};
    chamber.instance_plan = (struct instance_plan){.probe = run->probe,
                                                   .options = &run->options,
                                                   .cpus = run->cpus,
                                                   .run = call.run,
                                                   .end_ns = run->end_ns,
                                                   .records = ledger->records};
    chamber.instances = calloc(instance_count(&chamber), sizeof *chamber.instances);
    chamber.equality = equality_create(instance_count(&chamber));
    if (chamber.instances && chamber.equality)
        run_levels(&chamber);
    equality_free(chamber.equality);
    free(chamber.instances);
    if (run->probe->run_stop) {
        atomic_store(&ledger->report->deadline_ns, now_ns() + RUN_START_NS);
        run->probe->run_stop(&call);
    }
}

void chamber_run(const struct chamber_plan *plan, struct ledger *ledger)
{
    sandbox_run(plan, ledger, chamber_main);
}
