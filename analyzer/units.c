/* Units of work: what advice is about. Thread entries, callbacks of event loops, calls in loops whose items look
 * independent, and what the user names. */
#include "analyzer/effects.h"
#include "analyzer/units_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct unit *unit_add(struct finder *finder, uint32_t function, uint32_t owner, struct unit unit)
{
    if (finder->index_of[function] == SUMMARY_NONE || finder->index_of[owner] == SUMMARY_NONE)
        return NULL;
    unit.function = finder->index_of[function];
    unit.owner = finder->index_of[owner];
    unit.site.file = arena_strdup(&finder->result->arena, unit.site.file);
    for (array_each(const struct unit, known, &finder->units))
        if (known->kind == unit.kind && known->function == unit.function &&
            (unit.kind != UNIT_LOOP_CALL || (known->owner == unit.owner && known->site.line == unit.site.line)))
            return NULL;
    unit_follow_chain(finder->stages, function, &finder->result->arena, &unit);
    if (unit.kind == UNIT_LOOP_CALL || unit.kind == UNIT_NAMED) /* the others run beside one another already */
        unit_find_shared_state(finder->stages, function, &finder->result->arena, &unit);
    array_push(&finder->units, unit);
    array_push(&finder->functions, function);
    return array_last(&finder->units);
}

void unit_set_trip_count(struct finder *finder, uint32_t function, const struct node *loop, struct unit *unit)
{
    if (loop->b == SUMMARY_NONE)
        return;
    struct value_set trips;
    const struct flow *flow = finder->stages->flows[finder->stages->program_of[function]];
    flow_value(flow, function, loop->b, NULL, &finder->scratch, &trips);
    unit->trip_known = trips.constant_count == 1 && !trips.other && trips.constants[0] > 0;
    unit->trip_count = unit->trip_known ? (double)trips.constants[0] : 0;
}

/* ---- callbacks and threads ---- */

/* How many threads start with a function: the turns of the loop that starts them; one where there is no loop, and the
 * entry is named on the spot and not handed on by a wrapper. */
static void count_threads(struct finder *finder, const struct registration *entry, struct unit *unit)
{
    const struct function *body = stage_function(finder->stages, entry->registrar);
    uint32_t loop = loop_around_call(body, entry->call);
    const struct call *call = &body->calls.items[entry->call];
    if (loop != SUMMARY_NONE) {
        unit_set_trip_count(finder, entry->registrar, &body->nodes.items[loop], unit);
        return;
    }
    for (uint32_t i = 0; i < call->argument_count; i++) {
        if (body->values.items[body->arguments.items[call->first_argument + i]].kind != VALUE_FUNCTION)
            continue;
        unit->trip_known = true;
        unit->trip_count = 1;
    }
}

static void add_registered(struct finder *finder, uint32_t program)
{
    uint32_t count;
    const struct registration *entries = flow_registrations(finder->stages->flows[program], &count);
    for (uint32_t i = 0; i < count; i++) {
        const struct registration *entry = &entries[i];
        if (finder->stages->program_of[entry->function] != program ||
            (entry->when != CALLBACK_THREAD && entry->when != CALLBACK_EVENT_LOOP))
            continue;
        const struct call *call = &stage_function(finder->stages, entry->registrar)->calls.items[entry->call];
        bool thread = entry->when == CALLBACK_THREAD;
        struct unit unit = {.kind = thread ? UNIT_THREAD_ENTRY : UNIT_HANDLER,
                            .context = thread ? CONTEXT_NATIVE : CONTEXT_EVENT_LOOP,
                            .site = stage_place(finder->stages, entry->registrar, call->line, call->column)};
        if (thread)
            count_threads(finder, entry, &unit);
        unit_add(finder, entry->function, entry->registrar, unit);
    }
}

/* ---- dispatchers ---- */

/* Is a callback called that an object holds? A parameter that is called is the caller's own business. */
static bool calls_member(const struct function *function, uint32_t call)
{
    const struct value *callee = &function->values.items[function->calls.items[call].callee];
    return callee->kind == VALUE_SLOT && function->slots.items[callee->a].kind == SLOT_FIELD;
}

/* Does the function wait for work at many descriptors at once, itself or (`deeper`) in what it calls directly? */
static bool multiplexes(const struct finder *finder, uint32_t program, uint32_t function, bool deeper)
{
    const struct linked *linked = &finder->stages->linked;
    const struct trait_table *traits = &finder->stages->costs[program]->traits;
    const struct function *body = stage_function(finder->stages, function);
    for (array_each(const struct call, call, &body->calls)) {
        const struct value *callee = &body->values.items[call->callee];
        if (callee->kind != VALUE_FUNCTION)
            continue;
        uint32_t target = program_definition(&linked->programs.items[program], callee->name);
        if (target == NO_FUNCTION) {
            const struct api *api = linked->apis[callee->name];
            if (api && api_has_effect(api, EFFECT_MULTIPLEXES) && traits->of[function].idles)
                return true;
        } else if (deeper && target != function && multiplexes(finder, program, target, false)) {
            return true;
        }
    }
    return false;
}

/* Where the handler is handed over: the first call that has it as an argument; else where it is defined. */
static void find_registration(struct finder *finder, uint32_t program, uint32_t handler, uint32_t *registrar,
                              struct place *site)
{
    const struct program *in = &finder->stages->linked.programs.items[program];
    const struct function *handled = stage_function(finder->stages, handler);
    *site = stage_place(finder->stages, handler, handled->line, handled->column);
    for (array_each(const uint32_t, function, &in->functions)) {
        const struct function *body = stage_function(finder->stages, *function);
        for (array_each(const struct call, call, &body->calls)) {
            for (uint32_t i = 0; i < call->argument_count; i++) {
                const struct value *value = &body->values.items[body->arguments.items[call->first_argument + i]];
                if (value->kind != VALUE_FUNCTION || program_definition(in, value->name) != handler)
                    continue;
                *registrar = *function;
                *site = stage_place(finder->stages, *function, call->line, call->column);
                return;
            }
        }
    }
}

static void add_handlers(struct finder *finder, uint32_t program, uint32_t dispatcher, uint32_t call)
{
    struct call_targets targets;
    flow_call_targets(finder->stages->flows[program], dispatcher, call, NULL, &finder->scratch, &targets);
    for (uint32_t i = 0; i < targets.function_count; i++) {
        uint32_t handler = targets.functions[i], registrar = handler;
        struct unit unit = {.kind = UNIT_HANDLER, .context = CONTEXT_EVENT_LOOP};
        find_registration(finder, program, handler, &registrar, &unit.site);
        unit_add(finder, handler, registrar, unit);
    }
}

/* Adds the targets of the callbacks that the function calls in a loop; returns whether there are any. */
static bool add_callbacks_in_loops(struct finder *finder, uint32_t program, uint32_t function, bool only_look)
{
    const struct function *body = stage_function(finder->stages, function);
    uint32_t loop_end = 0;
    bool any = false;
    for (uint32_t i = 0; i < body->nodes.count; i++) {
        const struct node *node = &body->nodes.items[i];
        if (is_real_loop(node) && node->end > loop_end)
            loop_end = node->end;
        if (node->kind != NODE_CALL || i >= loop_end || !calls_member(body, node->a))
            continue;
        any = true;
        if (!only_look)
            add_handlers(finder, program, function, node->a);
    }
    return any;
}

/* A dispatcher waits for many descriptors and calls callbacks in a loop behind it: their targets are its handlers, and
 * so are those of the functions beside (timers). */
static void add_dispatched(struct finder *finder, uint32_t program)
{
    for (array_each(const uint32_t, function, &finder->stages->linked.programs.items[program].functions)) {
        const struct function *body = stage_function(finder->stages, *function);
        if (finder->stages->program_of[*function] != program ||
            !add_callbacks_in_loops(finder, program, *function, true) || !multiplexes(finder, program, *function, true))
            continue;
        add_callbacks_in_loops(finder, program, *function, false);
        for (array_each(const struct call, call, &body->calls)) {
            const struct value *callee = &body->values.items[call->callee];
            uint32_t beside = callee->kind == VALUE_FUNCTION
                                  ? program_definition(&finder->stages->linked.programs.items[program], callee->name)
                                  : NO_FUNCTION;
            if (beside != NO_FUNCTION && !multiplexes(finder, program, beside, false))
                add_callbacks_in_loops(finder, program, beside, false);
        }
    }
}

/* ---- named by the user ---- */

static bool is_wanted(const struct function_result *function, const char *wanted)
{
    const char *colon = strrchr(wanted, ':');
    if (strcmp(function->name, wanted) == 0 || strcmp(function->id, wanted) == 0)
        return true;
    return colon && strcmp(colon + 1, function->name) == 0 && strlen(function->file) == (size_t)(colon - wanted) &&
           strncmp(wanted, function->file, (size_t)(colon - wanted)) == 0;
}

static void add_named(struct finder *finder, uint32_t function)
{
    const struct analyzer_options *options = finder->stages->options;
    const struct function_result *result = &finder->result->functions[finder->index_of[function]];
    const struct function *body = stage_function(finder->stages, function);
    for (unsigned i = 0; i < options->named_unit_count; i++)
        if (is_wanted(result, options->named_units[i]))
            unit_add(finder, function, function,
                     (struct unit){.kind = UNIT_NAMED,
                                   .context = CONTEXT_NATIVE,
                                   .site = stage_place(finder->stages, function, body->line, body->column)});
}

/* ---- which unit a function belongs to ---- */

/* A function that a call through a pointer may mean, among many, does not belong to the caller's unit. */
static const double likely_target = 0.5;

typedef ARRAY(uint32_t) function_list;

/* Adds what the function may call; only what it most likely calls where `likely` is set. */
static void add_callees(const struct finder *finder, uint32_t function, bool likely, function_list *open)
{
    const struct costs *costs = stage_costs(finder->stages, function);
    const struct cost_node *node = &costs->nodes.items[costs->first_entry[function]]; /* whatever is bound */
    for (uint32_t s = 0; s < node->site_count; s++) {
        const struct cost_site *site = &costs->sites.items[node->first_site + s];
        for (uint32_t t = 0; t < site->target_count; t++) {
            const struct cost_target *target = &costs->targets.items[site->first_target + t];
            if (target->entry != SUMMARY_NONE && (!likely || target->weight >= likely_target))
                array_push(open, costs_entry(costs, target->entry)->function);
        }
    }
}

/* The functions that a unit's function calls belong to it, the first unit that reaches them counts; and they run in its
 * context, whoever else calls them. */
static void spread_unit(struct finder *finder, uint32_t function, int32_t unit, unsigned contexts, bool belongs)
{
    function_list open = {0};
    array_push(&open, function);
    while (open.count) {
        uint32_t at = open.items[--open.count];
        uint32_t index = finder->index_of[at];
        if (index == SUMMARY_NONE || finder->stages->program_of[at] != finder->stages->program_of[function])
            continue;
        struct function_result *result = &finder->result->functions[index];
        if (belongs ? result->belongs_to >= 0 : (result->contexts & contexts) == contexts)
            continue;
        if (belongs)
            result->belongs_to = unit;
        else
            result->contexts |= contexts;
        add_callees(finder, at, belongs, &open);
    }
    array_free(&open);
}

static int compare_units(const void *a, const void *b)
{
    const struct unit *x = a, *y = b;
    int files = strcmp(x->site.file, y->site.file);
    if (files)
        return files;
    if (x->site.line != y->site.line)
        return x->site.line < y->site.line ? -1 : 1;
    if (x->site.column != y->site.column)
        return x->site.column < y->site.column ? -1 : 1;
    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    return (x->function > y->function) - (x->function < y->function);
}

/* The function of linked that a result's function is. */
static uint32_t *linked_of(const struct finder *finder)
{
    uint32_t *of = must_malloc((finder->result->function_count + 1) * sizeof *of);
    for (uint32_t i = 0; i < finder->stages->linked.functions.count; i++)
        if (finder->index_of[i] != SUMMARY_NONE)
            of[finder->index_of[i]] = i;
    return of;
}

static void finish(struct finder *finder)
{
    struct result *result = finder->result;
    if (finder->units.count)
        qsort(finder->units.items, finder->units.count, sizeof(struct unit), compare_units);
    result->unit_count = finder->units.count;
    result->units = arena_copy(&result->arena, finder->units.items ? (void *)finder->units.items : "",
                               finder->units.count * sizeof(struct unit));
    uint32_t *linked = linked_of(finder);
    for (uint32_t i = 0; i < result->unit_count; i++)
        for (int belongs = 0; belongs < 2; belongs++)
            spread_unit(finder, linked[result->units[i].function], (int32_t)i, 1u << result->units[i].context, belongs);
    for (uint32_t i = 0; i < result->function_count; i++)
        if (!result->functions[i].contexts)
            result->functions[i].contexts = 1u << CONTEXT_NATIVE;
    free(linked);
}

void result_add_units(const struct stages *stages, struct result *result, const uint32_t *index_of)
{
    struct finder finder = {.stages = stages, .result = result, .index_of = index_of};
    arena_init(&finder.scratch);
    for (uint32_t p = 0; p < stages->linked.programs.count; p++) {
        add_registered(&finder, p);
        add_dispatched(&finder, p);
    }
    for (uint32_t i = 0; i < stages->linked.functions.count; i++) {
        if (index_of[i] == SUMMARY_NONE)
            continue;
        units_add_loop_calls(&finder, i);
        add_named(&finder, i);
    }
    finish(&finder);
    if (finder.effects)
        effects_free(finder.effects);
    free(finder.effects);
    array_free(&finder.units);
    array_free(&finder.functions);
    arena_free(&finder.scratch);
}
