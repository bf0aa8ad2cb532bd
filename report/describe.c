/* Sentences about functions, units and advice. */
#include "report/describe.h"

#include "report/printer.h"

#include <string.h>

/* How a unit is introduced, and what leads to its place. */
static const struct {
    const char *what;
    const char *before_place;
} unit_phrases[UNIT_COUNT] = {
    [UNIT_NAMED] = {"named on the command line", ", defined at"},
    [UNIT_LOOP_CALL] = {"called in a loop", " at"},
    [UNIT_THREAD_ENTRY] = {"entry of a thread", ", started at"},
    [UNIT_HANDLER] = {"handler of an event loop", ", registered at"},
    [UNIT_PYTHON_FUNCTION] = {"called from Python", ", defined at"},
};

const char *describe_severity(enum severity severity)
{
    static const char *const names[] = {"info", "warning", "error"};
    return names[severity];
}

/* The waiting kind with the largest share that is not yet in `done`, or WAIT_COUNT. */
static unsigned largest_wait(const struct function_result *function, unsigned done)
{
    unsigned largest = WAIT_COUNT;
    for (unsigned kind = 0; kind < WAIT_COUNT; kind++) {
        bool candidate = !(done & (1u << kind)) && function->waits[kind] > 0;
        if (candidate && (largest == WAIT_COUNT || function->waits[kind] > function->waits[largest]))
            largest = kind;
    }
    return largest;
}

void describe_waits(struct text *text, const struct function_result *function)
{
    const double matters = 0.05;
    unsigned done = 0;
    for (;;) {
        unsigned kind = largest_wait(function, done);
        if (kind == WAIT_COUNT || (done && function->waits[kind] < matters))
            return;
        text_add(text, done ? ", " : "");
        text_add(text, wait_name(kind));
        if (function->waits[kind] > 1 - matters)
            return;
        text_add(text, "\u00A0");
        text_add_percent(text, function->waits[kind]);
        done |= 1u << kind;
    }
}

void describe_measured(struct text *text, const struct function_result *function)
{
    const struct observed_function *measured = function->measured;
    double calls = measured->outer_calls > 0 ? measured->outer_calls : measured->unfinished_calls;
    text_add(text, measured->labelled ? class_name(measured->label) : "too little to tell the class");
    if (calls > 0) {
        text_add(text, ": ");
        text_add_cost(text, measured->wall_ns / calls, true);
        text_add(text, " a call");
    }
    if (measured->offcpu_share >= 0) {
        text_add(text, calls > 0 ? ", " : ": ");
        text_add_percent(text, measured->offcpu_share);
        text_add(text, calls > 0 ? " of it asleep" : " of the time asleep");
    }
    if (measured->calls > 0) {
        text_add(text, "; ");
        text_add_counted(text, measured->calls, "call");
    }
    if (measured->labelled && !observed_same_class(measured->label, function->class_kind))
        text_add(text, "; the estimate above is wrong for what ran");
}

void describe_behaviour(struct text *text, const struct function_result *function)
{
    text_printf(text, "%s (", class_name(function->class_kind));
    text_add_percent(text, function->confidence);
    text_add(text, " sure)");
    if (function->class_kind == CLASS_UNKNOWN && function->unknown_because) {
        text_printf(text, ": %s", function->unknown_because);
        return;
    }
    const char *separator = ": ";
    const double worth_a_word = 1e-4 * (function->wait_ns + function->cpu_ns); /* less is below what is printed */
    if (function->wait_ns > worth_a_word) {
        text_add(text, separator);
        text_add_cost(text, function->wait_ns, function->measured_costs);
        text_add(text, " waiting (");
        describe_waits(text, function);
        text_add(text, ")");
        separator = "; ";
    }
    if (function->cpu_ns > worth_a_word) {
        text_add(text, separator);
        text_add_cost(text, function->cpu_ns, function->measured_costs);
        text_add(text, " computing");
    }
}

void describe_unit(struct text *text, const struct result *result, const struct unit *unit)
{
    text_add(text, unit_phrases[unit->kind].what);
    if (unit->site.file) {
        text_printf(text, "%s ", unit_phrases[unit->kind].before_place);
        text_add_place(text, (struct place){unit->site.file, unit->site.line, 0});
    }
    if (unit->owner != unit->function && unit->owner < result->function_count)
        text_printf(text, " in %s", result->functions[unit->owner].name);
    if (unit->context != CONTEXT_NATIVE && unit->kind != UNIT_HANDLER && unit->kind != UNIT_PYTHON_FUNCTION)
        text_printf(text, " (%s)", context_name(unit->context));
}

static void add_k(struct text *text, double k)
{
    text_add(text, "K\u00A0=\u00A0");
    text_add_count(text, k);
}

void describe_k(struct text *text, const struct advice *advice)
{
    add_k(text, advice->k);
    if (advice->k_assumed)
        text_add(text, " (assumed)");
    if (advice->k_change <= 0)
        return;
    text_add(text, advice->k_change > advice->k ? "; from " : "; up to ");
    add_k(text, advice->k_change);
    text_printf(text, "%s: %s", advice->k_change > advice->k ? " on" : "", model_name(advice->model_at_change));
}

void describe_effort(struct text *text, const struct unit *unit, enum model model)
{
    bool rewrites_chain = model == MODEL_ASYNC || model == MODEL_HYBRID;
    if (rewrites_chain && unit->chain_length) {
        text_add_counted(text, unit->chain_length, "function");
        if (unit->chain_sites) {
            text_add(text, " and ");
            text_add_counted(text, unit->chain_sites, "call");
        }
        text_add(text, " to change");
    }
    if (rewrites_chain && unit->blocking_call && unit->async_form)
        text_printf(text, "%s%s becomes %s", text->length ? "; " : "", unit->blocking_call, unit->async_form);
    if (rewrites_chain && unit->async_missing)
        text_printf(text, "%s%s has no async form", text->length ? "; " : "", unit->async_missing);
    if (model == MODEL_THREADING && unit->unsafe_call) {
        text_printf(text, "%s%s is not thread-safe (", text->length ? "; " : "", unit->unsafe_call);
        text_add_place(text, (struct place){unit->unsafe_place.file, unit->unsafe_place.line, 0});
        text_add(text, ")");
    }
}

static void add_unknown_callees(struct text *text, const struct coverage *coverage)
{
    const uint32_t shown = 3;
    for (uint32_t i = 0; i < coverage->unknown_callee_count && i < shown; i++) {
        const struct unknown_callee *callee = &coverage->unknown_callees[i];
        text_printf(text, "%s%s (%u)", i ? ", " : "; nothing is known of ", callee->name, callee->count);
    }
    if (coverage->unknown_callee_count > shown)
        text_printf(text, " and %u more", coverage->unknown_callee_count - shown);
}

void describe_coverage(struct text *text, const struct coverage *coverage)
{
    if (coverage->failed_units) {
        text_add_count(text, coverage->units - coverage->failed_units);
        text_add(text, " of ");
    }
    text_add_counted(text, coverage->units, "translation unit");
    if (coverage->failed_units)
        text_printf(text, " (%u failed", coverage->failed_units);
    if (coverage->broken_units)
        text_printf(text, "%s%u with errors", coverage->failed_units ? ", " : " (", coverage->broken_units);
    text_add(text, coverage->failed_units || coverage->broken_units ? ")" : "");
    text_add(text, ", ");
    text_add_counted(text, coverage->functions, "function");
    if (coverage->indirect_sites) {
        text_add(text, ", ");
        text_add_count(text, coverage->indirect_resolved);
        text_add(text, " of ");
        text_add_counted(text, coverage->indirect_sites, "indirect call");
        text_add(text, " resolved");
    }
    add_unknown_callees(text, coverage);
}

void describe_class_counts(struct text *text, const struct result *result, const uint32_t *functions, uint32_t count)
{
    uint32_t counts[CLASS_COUNT] = {0};
    for (uint32_t i = 0; i < count; i++)
        counts[result->functions[functions[i]].class_kind]++;
    bool first = true;
    for (unsigned class_kind = 0; class_kind < CLASS_COUNT; class_kind++) {
        if (!counts[class_kind])
            continue;
        text_add(text, first ? "" : ", ");
        text_add_count(text, counts[class_kind]);
        text_printf(text, " %s", class_name(class_kind));
        first = false;
    }
}

void describe_fact(struct text *text, const char *fact)
{
    for (const char *c = fact; *c; c++)
        text_add_char(text, *c == '_' ? ' ' : *c);
}

/* Whether an earlier advice named the fact already: `until` is where the search ends. */
static bool named_before(const struct result *result, const struct advice *until, uint32_t index)
{
    for (const struct advice *advice = result->advice; advice <= until; advice++)
        for (uint32_t i = 0; i < advice->not_assessed_count && (advice < until || i < index); i++)
            if (strcmp(advice->not_assessed[i], until->not_assessed[index]) == 0)
                return true;
    return false;
}

static uint32_t count_not_assessed(const struct result *result, const char *fact)
{
    uint32_t count = 0;
    for (uint32_t a = 0; a < result->advice_count; a++)
        for (uint32_t i = 0; i < result->advice[a].not_assessed_count; i++)
            count += strcmp(result->advice[a].not_assessed[i], fact) == 0;
    return count;
}

void describe_not_assessed(struct text *text, const struct result *result)
{
    for (uint32_t a = 0; a < result->advice_count; a++) {
        const struct advice *advice = &result->advice[a];
        for (uint32_t i = 0; i < advice->not_assessed_count; i++) {
            if (named_before(result, advice, i))
                continue;
            describe_fact(text, advice->not_assessed[i]);
            text_printf(text, " (of %u of ", count_not_assessed(result, advice->not_assessed[i]));
            text_add_counted(text, result->advice_count, "unit");
            text_add(text, "), ");
        }
    }
    text_add(text, "predicted speed-up");
}
