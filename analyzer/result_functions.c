/* The functions of the result: class, costs and evidence of each; and what was seen of the tree. */
#include "analyzer/stages.h"

#include "base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double quality_of_broken_units = 0.8; /* with errors, 97.5 % of calls are still found; types are not */

static char *copied(const struct stages *stages, struct result *result, name_id name)
{
    return arena_strdup(&result->arena, names_string(&stages->linked.names, name));
}

static void identify(const struct stages *stages, uint32_t function, struct result *result, struct function_result *to)
{
    const struct linked_function *linked = &stages->linked.functions.items[function];
    const struct function *body = &linked->body;
    to->id = copied(stages, result, body->id);
    if (linked->variant)
        to->id = arena_printf(&result->arena, "%s~%08x", to->id, (unsigned)(body->body_hash & 0xffffffffu));
    to->name = copied(stages, result, body->name);
    to->file = copied(stages, result, body->file);
    to->line = body->line;
    to->column = body->column;
    to->end_line = body->end_line;
    to->belongs_to = -1;
    to->model = MODEL_SERIAL;
    const struct program *program = &stages->linked.programs.items[stages->program_of[function]];
    to->program = copied(stages, result, program->name);
}

static const char *unknown_text(const struct stages *stages, const struct cost_entry *entry, struct result *result)
{
    const char *file = names_string(&stages->linked.names, stage_function(stages, entry->function)->file);
    if (entry->first_unknown)
        return arena_printf(&result->arena, "nothing is known of %s, called at %s:%u",
                            names_string(&stages->linked.names, entry->first_unknown), file, entry->unknown_line);
    return arena_printf(&result->arena, "the target of the call at %s:%u is not known", file, entry->unknown_line);
}

void stage_classify(const struct stages *stages, const struct cost_entry *entry, struct classification *classification)
{
    bool broken = stages->linked.functions.items[entry->function].broken;
    classify(knowledge_expectations(stages->knowledge), &entry->total, broken ? quality_of_broken_units : 1,
             classification);
}

static void add_flips(const struct stages *stages, uint32_t function, struct result *result, struct function_result *to)
{
    size_t count = knowledge_profile_count(stages->knowledge);
    struct profile_class *flips = ARENA_ARRAY(&result->arena, struct profile_class, count);
    for (size_t i = 0; i < count; i++) {
        if (!stages->other_classes[i] || stages->other_classes[i][function] == to->class_kind)
            continue;
        flips[to->flip_count].profile = knowledge_profile_at(stages->knowledge, i)->name;
        flips[to->flip_count++].class_kind = (enum class_kind)stages->other_classes[i][function];
    }
    to->flips = flips;
}

/* The 10th (by −1) or 90th (by 1) percentile of a log-normal quantity, by its mean and the standard deviation of its
 * logarithm. */
static double percentile_of(double mean, double spread, int side)
{
    const double z = 1.2816;
    return mean * exp(-spread * spread / 2 + side * z * spread);
}

static void set_costs(const struct stages *stages, const struct cost_entry *entry, struct result *result,
                      struct function_result *to)
{
    struct classification classification;
    stage_classify(stages, entry, &classification);
    to->class_kind = classification.class_kind;
    to->confidence = classification.confidence;
    to->wait_share_low = classification.share_low;
    to->wait_share = classification.share;
    to->wait_share_high = classification.share_high;
    to->cpu_ns = entry->total.cpu;
    double waits[WAIT_COUNT];
    to->wait_ns = cost_typical_waits(knowledge_expectations(stages->knowledge), &entry->total, waits);
    to->cpu_low_ns = percentile_of(to->cpu_ns, entry->total.cpu_spread, -1);
    to->cpu_high_ns = percentile_of(to->cpu_ns, entry->total.cpu_spread, 1);
    to->wait_low_ns = percentile_of(to->wait_ns, entry->total.wait_spread, -1);
    to->self_cpu_ns = entry->self_cpu;
    for (int kind = 0; kind < WAIT_COUNT; kind++)
        to->waits[kind] = to->wait_ns > 0 ? waits[kind] / to->wait_ns : 0;
    to->unresolved_calls = entry->unknown_sites;
    if (to->class_kind == CLASS_UNKNOWN)
        to->unknown_because = unknown_text(stages, entry, result);
    if (!stages->options->details)
        return;
    bool waiting = to->class_kind == CLASS_IO || to->class_kind == CLASS_WAIT || to->class_kind == CLASS_MIXED;
    to->evidence_count = evidence_of(stages, entry->function, waiting, &result->arena, &to->evidence);
}

/* Another configuration's body of the same function is worth a row only if its answer is another. */
static bool same_answer_before(const struct result *result, const struct function_result *new)
{
    for (uint32_t i = result->function_count; i > 0; i--) {
        const struct function_result *old = &result->functions[i - 1];
        if (old->line != new->line || strcmp(old->file, new->file) != 0)
            return false;
        if (strcmp(old->name, new->name) == 0 && old->class_kind == new->class_kind)
            return true;
    }
    return false;
}

void result_add_functions(const struct stages *stages, struct result *result, uint32_t *index_of)
{
    uint32_t count = stages->linked.functions.count;
    result->functions = ARENA_ARRAY(&result->arena, struct function_result, count + 1);
    for (uint32_t i = 0; i < count; i++) {
        index_of[i] = SUMMARY_NONE;
        const struct function *body = stage_function(stages, i);
        const struct costs *costs = stage_costs(stages, i);
        const struct cost_entry *entry = costs ? costs_function(costs, i) : NULL;
        const char *file = names_string(&stages->linked.names, body->file);
        if (!entry || (body->flags & FUNCTION_INITIALISERS) || file[0] == '/')
            continue;
        struct function_result *to = &result->functions[result->function_count];
        identify(stages, i, result, to);
        set_costs(stages, entry, result, to);
        if (stages->options->details)
            add_flips(stages, i, result, to);
        if (stages->linked.functions.items[i].variant && same_answer_before(result, to)) {
            memset(to, 0, sizeof *to);
            continue;
        }
        index_of[i] = result->function_count++;
    }
}

/* ---- coverage ---- */

static int compare_unknown(const void *a, const void *b)
{
    const struct unknown_callee *x = a, *y = b;
    if (x->count != y->count)
        return x->count < y->count ? 1 : -1;
    return strcmp(x->name, y->name);
}

/* The calls of one unknown callee. */
struct unknown_calls {
    uint32_t count;
    uint32_t caller; /* of the first one */
    uint32_t call;
};

static struct unknown_callee describe_unknown(const struct stages *stages, struct result *result, name_id name,
                                              const struct unknown_calls *calls)
{
    const struct call *first = &stage_function(stages, calls->caller)->calls.items[calls->call];
    struct place site = stage_place(stages, calls->caller, first->line, first->column);
    site.file = arena_strdup(&result->arena, site.file);
    return (struct unknown_callee){.name = copied(stages, result, name),
                                   .count = calls->count,
                                   .header = copied(stages, result, stages->linked.headers[name]),
                                   .parameters = copied(stages, result, stages->linked.parameters[name]),
                                   .site = site};
}

static void count_unknown_callees(const struct stages *stages, struct result *result)
{
    const struct linked *linked = &stages->linked;
    struct unknown_calls *calls = calloc(linked->names.count + 1, sizeof *calls);
    if (!calls)
        die_out_of_memory((linked->names.count + 1) * sizeof *calls);
    uint32_t distinct = 0;
    for (uint32_t i = 0; i < linked->functions.count; i++) {
        if (stages->program_of[i] == SUMMARY_NONE)
            continue;
        const struct function *body = stage_function(stages, i);
        const struct program *program = &linked->programs.items[stages->program_of[i]];
        const struct costs *costs = stage_costs(stages, i);
        for (array_each(const struct call, call, &body->calls)) {
            const struct value *callee = &body->values.items[call->callee];
            uint32_t number = (uint32_t)(call - body->calls.items);
            if (callee->kind != VALUE_FUNCTION || linked->apis[callee->name] ||
                program_definition(program, callee->name) != NO_FUNCTION ||
                (costs && !costs_may_call(costs, i, number)))
                continue;
            struct unknown_calls *known = &calls[callee->name];
            if (known->count++ > 0)
                continue;
            known->caller = i;
            known->call = number;
            distinct++;
        }
    }
    struct unknown_callee *list = ARENA_ARRAY(&result->arena, struct unknown_callee, distinct + 1);
    uint32_t at = 0;
    for (name_id name = 0; name < linked->names.count; name++)
        if (calls[name].count)
            list[at++] = describe_unknown(stages, result, name, &calls[name]);
    qsort(list, at, sizeof *list, compare_unknown);
    result->coverage.unknown_callees = list;
    result->coverage.unknown_callee_count = at;
    free(calls);
}

/* Call sites are counted in the program that answers for their function, so that each counts once. */
static void count_sites(const struct stages *stages, struct coverage *coverage)
{
    struct arena arena;
    arena_init(&arena);
    for (uint32_t i = 0; i < stages->linked.functions.count; i++) {
        if (stages->program_of[i] == SUMMARY_NONE)
            continue;
        const struct function *body = stage_function(stages, i);
        coverage->call_sites += body->calls.count;
        for (uint32_t call = 0; call < body->calls.count; call++) {
            if (body->values.items[body->calls.items[call].callee].kind == VALUE_FUNCTION)
                continue;
            struct call_targets targets;
            flow_call_targets(stages->flows[stages->program_of[i]], i, call, NULL, &arena, &targets);
            coverage->indirect_sites++;
            coverage->indirect_resolved += targets.function_count + targets.external_count > 0;
        }
    }
    arena_free(&arena);
}

void result_add_coverage(const struct stages *stages, struct result *result)
{
    struct coverage *coverage = &result->coverage;
    coverage->units = stages->list.count + stages->list.unreadable;
    coverage->failed_units = stages->failed_units + stages->list.unreadable;
    coverage->broken_units = stages->broken_units;
    coverage->functions = result->function_count;
    for (array_each(const struct program, program, &stages->linked.programs))
        coverage->programs += program->main != NO_FUNCTION;
    count_sites(stages, coverage);
    count_unknown_callees(stages, result);
}
