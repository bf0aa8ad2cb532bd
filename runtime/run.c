/* The supervisor: restarts until the verdicts are sure or the budget is spent. */
#include "runtime/run.h"

#include "runtime/models.h"

#include <ctype.h>
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

enum { DEFAULT_RESTARTS = 5, DEFAULT_MIN_ROUNDS = 10, DEFAULT_MAX_ROUNDS = 60, ERROR_BYTES = 200 };

#define DEFAULT_BLOCK_SECONDS 0.1
#define DEFAULT_LEVEL_SECONDS 10.0

static const unsigned default_concurrency[] = {1, 2, 8, 64};

/* ---- what is wanted ---- */

static bool descriptor_error(const struct concprobe_probe *probe, char *error)
{
    if (probe->abi != CONCPROBE_ABI) {
        snprintf(error, ERROR_BYTES, "the probe is of version %u of the interface, this library of %d: compile it anew",
                 probe->abi, CONCPROBE_ABI);
        return true;
    }
    if (!probe->name || !probe->name[0] || !probe->call) {
        snprintf(error, ERROR_BYTES, "the probe has no %s", probe->call ? "name" : "call");
        return true;
    }
    for (const char *c = probe->name; *c; c++)
        if (!isalnum((unsigned char)*c) && *c != '-' && *c != '_') {
            snprintf(error, ERROR_BYTES,
                     "the probe's name \"%.80s\" holds something else than letters, digits, - and _", probe->name);
            return true;
        }
    return false;
}

static void fill_defaults(struct concprobe_options *options)
{
    if (!options->concurrency) {
        options->concurrency = default_concurrency;
        options->concurrency_count = sizeof default_concurrency / sizeof *default_concurrency;
    }
    if (!(options->budget_seconds > 0))
        options->budget_seconds = DEFAULT_LEVEL_SECONDS * (double)options->concurrency_count;
    if (!options->restarts)
        options->restarts = DEFAULT_RESTARTS;
    if (!options->min_rounds)
        options->min_rounds = DEFAULT_MIN_ROUNDS;
    if (!options->max_rounds)
        options->max_rounds = DEFAULT_MAX_ROUNDS;
    if (options->max_rounds < options->min_rounds)
        options->max_rounds = options->min_rounds;
    if (!(options->block_seconds > 0))
        options->block_seconds = DEFAULT_BLOCK_SECONDS;
    if (!options->directory)
        options->directory = getenv("TMPDIR");
    if (!options->directory || !options->directory[0])
        options->directory = "/tmp";
}

/* Which models run: serial first, as it is what all are compared with, then in the order of models.def. */
static bool is_wanted(const struct concprobe_options *options, const struct execution_model *model)
{
    if (!options->models)
        return model->about.competes || !strcmp(model->about.name, "serial");
    for (size_t i = 0; i < options->model_count; i++)
        if (!strcmp(options->models[i], model->about.name))
            return true;
    return !strcmp(model->about.name, "serial");
}

static bool options_error(const struct concprobe_options *options, char *error)
{
    for (size_t i = 0; i < options->concurrency_count; i++)
        if (!options->concurrency[i]) {
            snprintf(error, ERROR_BYTES, "a concurrency of 0: each level must be at least 1");
            return true;
        }
    for (size_t i = 0; options->models && i < options->model_count; i++)
        if (!execution_model_named(options->models[i])) {
            int length = snprintf(error, ERROR_BYTES, "there is no model \"%.40s\"; there are", options->models[i]);
            const struct execution_model *model;
            for (size_t m = 0; (model = execution_model_at(m)) && length < ERROR_BYTES; m++)
                length +=
                    snprintf(error + length, (size_t)(ERROR_BYTES - length), "%s %s", m ? "," : "", model->about.name);
            return true;
        }
    return false;
}

static unsigned cpus_here(void)
{
    cpu_set_t *set = CPU_ALLOC(CPU_SETSIZE);
    int count = 0;
    if (set && !sched_getaffinity(0, CPU_ALLOC_SIZE(CPU_SETSIZE), set))
        count = CPU_COUNT_S(CPU_ALLOC_SIZE(CPU_SETSIZE), set);
    CPU_FREE(set);
    return count > 0 ? (unsigned)count : 1;
}

/* ---- restarts ---- */

static bool all_settled(const struct run *run)
{
    for (size_t i = 0; i < run->options.concurrency_count; i++)
        if (!run->settled[i])
            return false;
    return true;
}

static bool all_ended(const struct run *run, const struct ledger_level *level)
{
    for (size_t m = 0; m < run->model_count; m++)
        if (!cell_ended(&level->cells[m]))
            return false;
    return true;
}

/* Which levels, and which models of the others, need no more rounds. */
static void settle(struct run *run, unsigned restarts_done)
{
    for (size_t i = 0; i < run->ledger.level_count; i++) {
        const struct ledger_level *level = &run->ledger.levels[i];
        if (level->round_count >= run->ledger.max_rounds || all_ended(run, level))
            run->settled[i] = true;
        if (restarts_done < run->options.restarts || level->round_count < run->options.min_rounds)
            continue;
        struct verdict_input input;
        if (verdict_input_make(run, level, &input)) {
            run->settled[i] = run->settled[i] || verdict_enough(&input);
            verdict_far_behind(&input, run->retired + i * run->model_count);
            run->retired[i * run->model_count] = false; /* the others' results are compared with serial's */
            verdict_input_free(&input);
        }
    }
}

static void run_restarts(struct run *run)
{
    const struct concprobe_options *options = &run->options;
    unsigned rounds = (options->min_rounds + options->restarts - 1) / options->restarts;
    run->end_ns = now_ns() + (uint64_t)(options->budget_seconds * 1e9);
    for (unsigned restart = 0; restart < options->max_rounds && !all_settled(run); restart++) {
        if (now_ns() >= run->end_ns || run->ledger.report->error[0])
            break;
        if (options->progress)
            fprintf(options->progress, "%s: restart %u%s\n", run->probe->name, restart + 1,
                    restart < options->restarts ? "" : " (for more certainty)");
        struct chamber_plan plan = {
            .run = run,
            .restart = restart,
            .rounds = rounds,
            .restarts_to_go = restart < options->restarts ? options->restarts - restart : 1,
        };
        chamber_run(&plan, &run->ledger);
        settle(run, restart + 1);
    }
}

/* ---- a run ---- */

static bool choose_models(struct run *run)
{
    size_t count = 0;
    while (execution_model_at(count))
        count++;
    run->models = calloc(count + 1, sizeof *run->models);
    run->settled = calloc(run->options.concurrency_count + 1, sizeof *run->settled);
    for (size_t i = 0; run->models && i < count; i++)
        if (is_wanted(&run->options, execution_model_at(i)))
            run->models[run->model_count++] = execution_model_at(i);
    run->retired = calloc(run->options.concurrency_count * run->model_count + 1, sizeof *run->retired);
    return run->models && run->settled && run->retired;
}

static struct concprobe_outcome *refuse(const struct run *run, const char *error)
{
    struct concprobe_outcome *outcome = calloc(1, sizeof *outcome);
    if (!outcome)
        return NULL;
    outcome->probe = run->probe;
    outcome->options = run->options;
    outcome->cpus = run->cpus;
    snprintf(outcome->error, sizeof outcome->error, "%s", error);
    return outcome;
}

struct concprobe_outcome *concprobe_run(const struct concprobe_probe *probe, const struct concprobe_options *options,
                                        char *error)
{
    char message[ERROR_BYTES] = "out of memory";
    struct run run = {.probe = probe, .options = options ? *options : (struct concprobe_options){0}};
    struct concprobe_outcome *outcome = NULL;
    if (descriptor_error(probe, message))
        goto done;
    fill_defaults(&run.options);
    run.cpus = cpus_here();
    if (options_error(&run.options, message)) {
        outcome = refuse(&run, message);
        goto done;
    }
    if (!choose_models(&run) || ledger_create(&run.ledger, run.options.concurrency, run.options.concurrency_count,
                                              run.model_count, run.options.max_rounds))
        goto done;
    run_restarts(&run);
    outcome = outcome_make(&run);
    ledger_destroy(&run.ledger);
done:
    if (!outcome && error)
        snprintf(error, ERROR_BYTES, "%s", message);
    free(run.models);
    free(run.settled);
    free(run.retired);
    return outcome;
}
