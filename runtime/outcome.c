/* From the ledger to what the user sees: medians, intervals, verdicts, scaling. */
#include "runtime/run.h"

#include "runtime/scaling.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- rounds as verdict.h wants them ---- */

bool verdict_input_make(const struct run *run, const struct ledger_level *level, struct verdict_input *input)
{
    size_t values = (size_t)level->round_count * run->model_count;
    double *throughput = calloc(values + 1, sizeof *throughput);
    double *corrected = calloc(values + 1, sizeof *corrected);
    const struct concprobe_model **models = calloc(run->model_count + 1, sizeof *models);
    *input = (struct verdict_input){.k = level->k,
                                    .seed = run->options.seed,
                                    .model_count = run->model_count,
                                    .round_count = level->round_count,
                                    .models = models,
                                    .rounds = level->rounds,
                                    .throughput = throughput,
                                    .corrected = corrected,
                                    .twin_of = 0};
    if (!throughput || !corrected || !models) {
        verdict_input_free(input);
        return false;
    }
    for (size_t m = 0; m < run->model_count; m++) {
        const struct ledger_cell *cell = &level->cells[m];
        models[m] = &run->models[m]->about;
        for (size_t r = 0; r < level->round_count; r++) {
            bool valid = cell->status == CONCPROBE_MEASURED;
            throughput[r * run->model_count + m] = valid ? cell->rounds[r].figures[FIGURE_CALLS_PER_SECOND] : NAN;
            corrected[r * run->model_count + m] = valid ? cell->rounds[r].figures[FIGURE_CORRECTED] : NAN;
        }
    }
    return true;
}

void verdict_input_free(struct verdict_input *input)
{
    free((void *)input->throughput);
    free((void *)input->corrected);
    free((void *)input->models);
    *input = (struct verdict_input){0};
}

/* ---- cells ---- */

/* The median of a figure over rounds; NaN values are left out. */
static double median_figure(const struct ledger_level *level, const struct ledger_cell *cell, enum figure figure,
                            double *scratch)
{
    size_t count = 0;
    for (size_t r = 0; r < level->round_count; r++)
        if (!isnan(cell->rounds[r].figures[figure]))
            scratch[count++] = cell->rounds[r].figures[figure];
    return median(scratch, count);
}

static double median_known(const double *values, size_t count, double *scratch)
{
    size_t known = 0;
    for (size_t i = 0; i < count; i++)
        if (!isnan(values[i]))
            scratch[known++] = values[i];
    return median(scratch, known);
}

static unsigned rounds_of(const struct ledger_level *level, const struct ledger_cell *cell)
{
    unsigned count = 0;
    for (size_t r = 0; r < level->round_count; r++)
        count += isnan(cell->rounds[r].figures[FIGURE_CALLS_PER_SECOND]) ? 0 : 1;
    return count;
}

static double lane_bytes(const struct ledger_level *level, const struct ledger_cell *cell, unsigned lanes,
                         double *scratch)
{
    const struct ledger_cell *serial = &level->cells[0];
    double own = median_known(cell->memory_bytes, cell->starts, scratch);
    double base = median_known(serial->memory_bytes, serial->starts, scratch);
    return (own - base) / lanes;
}

static void fill_figures(const struct ledger_level *level, const struct ledger_cell *from, unsigned lanes,
                         double *scratch, struct concprobe_cell *cell)
{
    cell->wall_ns = median_figure(level, from, FIGURE_WALL_NS, scratch);
    cell->cpu_ns = median_figure(level, from, FIGURE_CPU_NS, scratch);
    cell->voluntary = median_figure(level, from, FIGURE_VOLUNTARY, scratch);
    cell->involuntary = median_figure(level, from, FIGURE_INVOLUNTARY, scratch);
    cell->intercepted = median_figure(level, from, FIGURE_INTERCEPTED, scratch);
    cell->tax_ns = median_figure(level, from, FIGURE_TAX_NS, scratch);
    cell->transfer_ns_per_kib = median_figure(level, from, FIGURE_TRANSFER_NS_PER_KIB, scratch);
    cell->setup_ns = median_known(from->setup_ns, from->starts, scratch);
    cell->worker_bytes = lane_bytes(level, from, lanes, scratch);
    latency_summary(&from->latencies->made, &cell->latency);
    latency_summary(&from->latencies->corrected, &cell->corrected);
}

static void fill_cell(const struct run *run, const struct ledger_level *level, size_t m, double *scratch,
                      struct concprobe_cell *cell)
{
    const struct ledger_cell *from = &level->cells[m];
    *cell = (struct concprobe_cell){.model = &run->models[m]->about,
                                    .k = level->k,
                                    .status = from->status,
                                    .rounds = rounds_of(level, from),
                                    .restarts = from->starts,
                                    .calls = from->calls,
                                    .failed_calls = from->failed_calls};
    memcpy(cell->reason, from->reason, sizeof cell->reason);
    if (cell->status == CONCPROBE_MEASURED && !cell->rounds)
        cell->status = CONCPROBE_NOT_RUN;
    if (cell->status == CONCPROBE_NOT_RUN)
        snprintf(cell->reason, sizeof cell->reason, "the budget of %.3g s was spent before its turn",
                 run->options.budget_seconds);
    if (cell->status == CONCPROBE_MEASURED && cell->failed_calls && !cell->reason[0])
        snprintf(cell->reason, sizeof cell->reason, "%llu of %llu calls failed, the last with %u (%s)",
                 (unsigned long long)cell->failed_calls, (unsigned long long)cell->calls, from->call_error,
                 strerrordesc_np((int)from->call_error) ? strerrordesc_np((int)from->call_error) : "no errno value");
    fill_figures(level, from, lanes_of(run->models[m], level->k, run->cpus), scratch, cell);
}

/* ---- verdicts ---- */

/* Results must be known to be equal: where nothing could be compared, nothing is decided. */
static void ask_for_equality(const struct run *run, const struct ledger_level *level, struct concprobe_verdict *verdict)
{
    if (level->compared || run->probe->check)
        return;
    const struct ledger_cell *serial = &level->cells[0];
    verdict->decision = CONCPROBE_INCONCLUSIVE;
    if (cell_ended(serial))
        snprintf(verdict->reason, sizeof verdict->reason, "nothing to compare results with: serial %s", serial->reason);
    else if (serial->calls && serial->failed_calls == serial->calls)
        snprintf(verdict->reason, sizeof verdict->reason, "every call failed under serial");
    else
        snprintf(verdict->reason, sizeof verdict->reason,
                 "nothing to compare: no two serial runs gave the same result, and the probe has no check");
}

static bool fill_level(const struct run *run, size_t index, struct concprobe_outcome *outcome, double *scratch)
{
    const struct ledger_level *level = &run->ledger.levels[index];
    struct verdict_input input;
    if (!verdict_input_make(run, level, &input))
        return false;
    struct verdict_input without_tax = input;
    without_tax.throughput = input.corrected;
    for (size_t m = 0; m < run->model_count; m++) {
        struct concprobe_cell *cell = &outcome->cells[index * run->model_count + m];
        fill_cell(run, level, m, scratch, cell);
        verdict_throughput(&input, m, &cell->calls_per_second, &cell->low, &cell->high);
        double low;
        double high;
        verdict_throughput(&without_tax, m, &cell->corrected_calls_per_second, &low, &high);
    }
    struct concprobe_verdict *verdict = &outcome->verdicts[index];
    verdict_judge(&input, verdict);
    ask_for_equality(run, level, verdict);
    verdict_input_free(&input);
    return true;
}

/* ---- scaling ---- */

static bool fill_scaling(const struct run *run, size_t m, struct concprobe_scaling *scaling)
{
    const struct ledger *ledger = &run->ledger;
    size_t per_level = ledger->max_rounds;
    struct scaling_level *levels = calloc(ledger->level_count + 1, sizeof *levels);
    double *values = calloc(ledger->level_count * per_level + 1, sizeof *values);
    unsigned *restarts = calloc(ledger->level_count * per_level + 1, sizeof *restarts);
    bool ready = levels && values && restarts;
    for (size_t i = 0; ready && i < ledger->level_count; i++) {
        const struct ledger_level *level = &ledger->levels[i];
        bool measured = level->cells[m].status == CONCPROBE_MEASURED;
        for (size_t r = 0; r < level->round_count; r++) {
            values[i * per_level + r] = measured ? level->cells[m].rounds[r].figures[FIGURE_CALLS_PER_SECOND] : NAN;
            restarts[i * per_level + r] = level->rounds[r].restart;
        }
        levels[i] = (struct scaling_level){
            .k = level->k, .rounds = {&values[i * per_level], &restarts[i * per_level], level->round_count}};
    }
    if (ready)
        scaling_fit(&run->models[m]->about, levels, ledger->level_count, run->options.seed, scaling);
    free(levels);
    free(values);
    free(restarts);
    return ready;
}

/* ---- waits ---- */

/* The name in memory that outlives the ledger. */
static const char *class_named(const char *name)
{
    static const char *const names[] = {"trivial", "cpu", "mixed", "io", "wait"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!strcmp(names[i], name))
            return names[i];
    return NULL;
}

static bool fill_waits(const struct run *run, struct concprobe_outcome *outcome)
{
    const struct chamber_report *report = run->ledger.report;
    if (!report->profiled)
        return true;
    const struct wait_profile *profile = &report->profile;
    outcome->waits = calloc(profile->count + 1, sizeof *outcome->waits);
    if (!outcome->waits)
        return false;
    memcpy(outcome->waits, profile->waits, profile->count * sizeof *outcome->waits);
    outcome->wait_count = profile->count;
    outcome->wait_share = profile->share;
    outcome->class_name = class_named(profile->class_name);
    return true;
}

/* ---- the outcome ---- */

static bool fill_outcome(const struct run *run, struct concprobe_outcome *outcome)
{
    double *scratch = calloc(run->ledger.max_rounds + 1, sizeof *scratch);
    bool well = scratch && fill_waits(run, outcome);
    for (size_t i = 0; well && i < run->ledger.level_count; i++)
        well = fill_level(run, i, outcome, scratch);
    for (size_t m = 0; well && m < run->model_count; m++)
        well = fill_scaling(run, m, &outcome->scalings[m]);
    free(scratch);
    return well;
}

struct concprobe_outcome *outcome_make(const struct run *run)
{
    struct concprobe_outcome *outcome = calloc(1, sizeof *outcome);
    if (!outcome)
        return NULL;
    size_t levels = run->ledger.level_count;
    *outcome = (struct concprobe_outcome){.probe = run->probe,
                                          .options = run->options,
                                          .cpus = run->cpus,
                                          .cell_count = levels * run->model_count,
                                          .verdict_count = levels,
                                          .scaling_count = run->model_count,
                                          .wait_share = NAN};
    outcome->cells = calloc(outcome->cell_count + 1, sizeof *outcome->cells);
    outcome->verdicts = calloc(levels + 1, sizeof *outcome->verdicts);
    outcome->scalings = calloc(run->model_count + 1, sizeof *outcome->scalings);
    memcpy(outcome->error, run->ledger.report->error, sizeof outcome->error);
    if (!outcome->cells || !outcome->verdicts || !outcome->scalings || !fill_outcome(run, outcome)) {
        concprobe_outcome_free(outcome);
        return NULL;
    }
    return outcome;
}

void concprobe_outcome_free(struct concprobe_outcome *outcome)
{
    if (!outcome)
        return;
    free(outcome->cells);
    free(outcome->verdicts);
    free(outcome->scalings);
    free(outcome->waits);
    free(outcome);
}
