/* From units of work to advice and findings. */
#include "cli/advise.h"

#include "base/array.h"
#include "cli/unit_facts.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* K for a unit that waits, where nothing says how many calls there are: what a small pool of workers can hold. */
static const double k_of_waiting_units = 32;

typedef ARRAY(struct finding) finding_list;

struct adviser {
    struct result *result;
    const struct rules *rules;
    const struct advise_options *options;
    program_list programs;
    finding_list findings;
};

/* ---- K ---- */

static struct question question_of(const struct adviser *adviser, const struct unit *unit)
{
    const struct function_result *function = &adviser->result->functions[unit->function];
    struct question question = {.cores = adviser->options->cores};
    if (adviser->options->concurrency) {
        question.k = adviser->options->concurrency;
    } else if (unit->trip_known) {
        question.k = fmax(1, round(unit->trip_count));
    } else {
        question.k = function->wait_share > CPU_UP_TO_SHARE ? k_of_waiting_units : adviser->options->cores;
        question.k_assumed = true;
    }
    return question;
}

/* The answer at another K. */
static enum model model_at(const struct adviser *adviser, const struct unit *unit, const struct question *question,
                           double k)
{
    struct question other = *question;
    other.k = k;
    struct facts facts;
    unit_facts(adviser->result, &adviser->programs, unit, &other, &facts);
    struct arena scratch;
    arena_init(&scratch);
    struct outcome outcome;
    rules_apply(adviser->rules, &facts, &scratch, &outcome);
    enum model model = outcome.model;
    outcome_free(&outcome);
    arena_free(&scratch);
    return model;
}

/* Where between `same` (the answer stands) and `other` (it does not) it changes: the K nearest to `same` with another
 * answer. */
static double bisect(const struct adviser *adviser, const struct unit *unit, const struct question *question,
                     enum model model, double same, double other)
{
    while (fabs(other - same) > 1) {
        double middle = floor((same + other) / 2);
        if (model_at(adviser, unit, question, middle) == model)
            same = middle;
        else
            other = middle;
    }
    return other;
}

/* Looks at more calls first, then at fewer; one call alone is no question of concurrency. */
static void find_change(const struct adviser *adviser, const struct unit *unit, const struct question *question,
                        struct advice *advice)
{
    static const double steps[] = {2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 10000};
    const int count = sizeof steps / sizeof *steps;
    double same = question->k;
    for (int i = 0; i < count && advice->k_change <= 0; i++) {
        if (steps[i] <= question->k)
            continue;
        if (model_at(adviser, unit, question, steps[i]) != advice->model)
            advice->k_change = bisect(adviser, unit, question, advice->model, same, steps[i]);
        same = steps[i];
    }
    same = question->k;
    for (int i = count - 1; i >= 0 && advice->k_change <= 0; i--) {
        if (steps[i] >= question->k)
            continue;
        if (model_at(adviser, unit, question, steps[i]) != advice->model)
            advice->k_change = bisect(adviser, unit, question, advice->model, same, steps[i]);
        same = steps[i];
    }
    if (advice->k_change > 0)
        advice->model_at_change = model_at(adviser, unit, question, advice->k_change);
}

/* ---- worth ---- */

/* How much of the waiting for something can overlap with other work. */
static double overlap_of(enum wait_kind kind)
{
    if (kind == WAIT_IDLE || kind == WAIT_LOCK)
        return 0;
    return kind == WAIT_SLEEP ? 0.1 : 1; /* who sleeps mostly means to */
}

/* The time that the model saves on K calls, in ns, by the low end of what is estimated, times how sure the class is. */
static double worth_of(const struct function_result *function, const struct advice *advice, unsigned cores)
{
    const double workers = 64;
    double waits = 0;
    for (unsigned kind = 0; kind < WAIT_COUNT; kind++)
        waits += function->wait_low_ns * function->waits[kind] * overlap_of((enum wait_kind)kind);
    double cpu_saved = 1 - 1 / fmax(1, fmin(advice->k, cores));
    double wait_saved = 1 - 1 / fmax(1, fmin(advice->k, workers));
    if (advice->model == MODEL_SERIAL)
        cpu_saved = wait_saved = 0;
    if (advice->model == MODEL_ASYNC) {
        cpu_saved = 0;
        wait_saved = 1 - 1 / fmax(1, advice->k);
    }
    double saved = advice->k * (function->cpu_low_ns * cpu_saved + waits * wait_saved);
    return saved * function->confidence * (advice->k_assumed ? 0.5 : 1);
}

/* ---- outcome → advice ---- */

static bool is_name_character(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

/* Whether a reason names a function: "pthread_join" does not name read. */
static bool names(const char *because, const char *function)
{
    size_t length = function ? strlen(function) : 0;
    for (const char *at = because; length && at && (at = strstr(at, function)); at++)
        if ((at == because || !is_name_character(at[-1])) && !is_name_character(at[length]))
            return true;
    return false;
}

/* The place of what a reason is about: that of the call that it names. */
static struct place place_of_reason(const struct unit *unit, const char *because)
{
    if (names(because, unit->unsafe_call))
        return unit->unsafe_place;
    if (names(because, unit->blocking_call))
        return unit->blocking_place;
    if (unit->dependence && strstr(because, unit->dependence))
        return unit->dependence_place;
    return (struct place){NULL, 0, 0};
}

static uint32_t count_fired(const struct outcome *outcome, enum rule_effect effect)
{
    uint32_t count = 0;
    for (array_each(struct fired, fired, &outcome->fired))
        count += fired->effect == effect;
    return count;
}

static void add_rules(struct arena *arena, const struct outcome *outcome, struct advice *advice)
{
    struct fired_rule *rules = ARENA_ARRAY(arena, struct fired_rule, outcome->fired.count + 1);
    for (array_each(struct fired, fired, &outcome->fired)) {
        bool named = false; /* a rule that forbids several models fires for each of them */
        for (uint32_t i = 0; i < advice->rule_count; i++)
            named = named || (strcmp(rules[i].rule, fired->rule) == 0 && strcmp(rules[i].because, fired->because) == 0);
        if (!named)
            rules[advice->rule_count++] = (struct fired_rule){arena_strdup(arena, fired->rule), fired->because};
    }
    advice->rules = rules;
}

static void add_blocked(struct arena *arena, const struct outcome *outcome, const struct unit *unit,
                        struct advice *advice)
{
    uint32_t count = count_fired(outcome, RULE_FORBIDS);
    struct blocked_model *blocked = ARENA_ARRAY(arena, struct blocked_model, count + 1);
    for (array_each(struct fired, fired, &outcome->fired))
        if (fired->effect == RULE_FORBIDS)
            blocked[advice->blocked_count++] =
                (struct blocked_model){fired->model, fired->because, place_of_reason(unit, fired->because)};
    advice->blocked = blocked;
}

static void add_not_assessed(struct arena *arena, const struct outcome *outcome, struct advice *advice)
{
    bool missing[FACT_COUNT] = {false};
    for (uint32_t i = 0; i < outcome->undecided.count; i++)
        missing[outcome->undecided.items[i].missing] = true;
    const char **facts = ARENA_ARRAY(arena, const char *, FACT_COUNT);
    for (int fact = 0; fact < FACT_COUNT; fact++)
        if (missing[fact] && fact_not_assessed((enum fact_id)fact))
            facts[advice->not_assessed_count++] = arena_strdup(arena, fact_name((enum fact_id)fact));
    advice->not_assessed = facts;
}

/* ---- outcome → findings ---- */

/* The way to what a finding is about: to the blocking call or to the unsafe one, where the message names it; else none.
 */
static void add_chain(struct arena *arena, const struct unit *unit, struct finding *finding)
{
    if (names(finding->message, unit->blocking_call)) {
        finding->chain = unit->chain;
        finding->chain_count = unit->chain_count;
    } else if (names(finding->message, unit->unsafe_call)) {
        struct evidence *call = ARENA_NEW(arena, struct evidence);
        *call = (struct evidence){arena_printf(arena, "calls %s", unit->unsafe_call), unit->unsafe_place, 1};
        finding->chain = call;
        finding->chain_count = 1;
    }
}

static void add_findings(struct adviser *adviser, const struct outcome *outcome, const struct unit *unit)
{
    struct arena *arena = &adviser->result->arena;
    const struct function_result *function = &adviser->result->functions[unit->function];
    for (array_each(struct fired, fired, &outcome->fired)) {
        if (fired->effect != RULE_REPORTS)
            continue;
        struct finding finding = {
            .rule = arena_strdup(arena, fired->rule),
            .severity = fired->severity,
            .place = {function->file, function->line, function->column},
            .end_column = function->column + (unsigned)strlen(function->name),
            .function = function->id,
            .name = function->name,
            .message = fired->because,
            .todo = fired->todo,
        };
        add_chain(arena, unit, &finding);
        array_push(&adviser->findings, finding);
    }
}

static int compare_numbers(double a, double b)
{
    return (a > b) - (a < b);
}

static int compare_findings(const void *left, const void *right)
{
    const struct finding *a = left, *b = right;
    int order = compare_numbers(b->severity, a->severity);
    order = order ? order : strcmp(a->place.file, b->place.file);
    order = order ? order : compare_numbers(a->place.line, b->place.line);
    order = order ? order : compare_numbers(a->place.column, b->place.column);
    order = order ? order : strcmp(a->rule, b->rule);
    order = order ? order : strcmp(a->function, b->function);
    return order ? order : strcmp(a->message, b->message);
}

/* Sorts the findings and keeps one of each: a handler that is registered twice is reported once. */
static void keep_findings(struct adviser *adviser)
{
    finding_list *list = &adviser->findings;
    struct result *result = adviser->result;
    if (list->count)
        qsort(list->items, list->count, sizeof *list->items, compare_findings);
    result->findings = ARENA_ARRAY(&result->arena, struct finding, list->count + 1);
    for (uint32_t i = 0; i < list->count; i++)
        if (!i || compare_findings(&list->items[i - 1], &list->items[i]) != 0)
            result->findings[result->finding_count++] = list->items[i];
}

/* ---- all ---- */

static void advise_unit(struct adviser *adviser, uint32_t number, struct advice *advice)
{
    struct result *result = adviser->result;
    const struct unit *unit = &result->units[number];
    struct question question = question_of(adviser, unit);
    struct facts facts;
    unit_facts(result, &adviser->programs, unit, &question, &facts);
    struct outcome outcome;
    rules_apply(adviser->rules, &facts, &result->arena, &outcome);
    *advice = (struct advice){.unit = number, .k = question.k, .k_assumed = question.k_assumed, .model = outcome.model};
    advice->because = outcome.chosen ? outcome.chosen->because : "no rule recommends a change";
    advice->todo = outcome.chosen ? outcome.chosen->todo : NULL;
    add_rules(&result->arena, &outcome, advice);
    add_blocked(&result->arena, &outcome, unit, advice);
    add_not_assessed(&result->arena, &outcome, advice);
    add_findings(adviser, &outcome, unit);
    outcome_free(&outcome);
    find_change(adviser, unit, &question, advice);
    advice->worth = worth_of(&result->functions[unit->function], advice, adviser->options->cores);
}

static int compare_advice(const void *left, const void *right)
{
    const struct advice *a = left, *b = right;
    int order = (a->model == MODEL_SERIAL) - (b->model == MODEL_SERIAL);
    order = order ? order : compare_numbers(b->worth, a->worth);
    return order ? order : compare_numbers(a->unit, b->unit);
}

/* A function with several units has the model of the one that is worth most. */
static void set_function_models(struct result *result)
{
    for (uint32_t i = 0; i < result->advice_count; i++) {
        struct function_result *function = &result->functions[result->units[result->advice[i].unit].function];
        if (function->model == MODEL_SERIAL)
            function->model = result->advice[i].model;
    }
}

void advise(struct result *result, const struct rules *rules, const struct advise_options *options)
{
    struct adviser adviser = {.result = result, .rules = rules, .options = options};
    program_list_make(&adviser.programs, result);
    result->advice = ARENA_ARRAY(&result->arena, struct advice, result->unit_count + 1);
    result->advice_count = result->unit_count;
    for (uint32_t i = 0; i < result->unit_count; i++)
        advise_unit(&adviser, i, &result->advice[i]);
    if (result->advice_count)
        qsort(result->advice, result->advice_count, sizeof *result->advice, compare_advice);
    set_function_models(result);
    keep_findings(&adviser);
    array_free(&adviser.programs);
    array_free(&adviser.findings);
}
