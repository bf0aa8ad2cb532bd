/* Shared state: which variables with static storage the calls of a unit write, outside of any lock that the function
 * itself takes. Memory behind pointers is not looked at: that nothing is found does not mean that nothing is shared. */
#include "analyzer/stages.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

static const double happens = 0.01; /* calls per call of the unit: rarer writes are those of errors and logs */
static const unsigned deepest = 24; /* calls */

#define NAMES_TOLD 3

struct search {
    const struct stages *stages;
    const struct costs *costs;
    uint8_t *seen; /* by function */
    name_id found[NAMES_TOLD];
    uint32_t owner[NAMES_TOLD]; /* the function that writes it */
    unsigned line[NAMES_TOLD];
    uint32_t count;
};

static void note(struct search *search, uint32_t function, name_id symbol, unsigned line)
{
    for (uint32_t i = 0; i < search->count; i++)
        if (search->found[i] == symbol)
            return;
    if (search->count == NAMES_TOLD)
        return;
    search->found[search->count] = symbol;
    search->owner[search->count] = function;
    search->line[search->count++] = line;
}

/* +1 if the call takes a lock, -1 if it gives one back. */
static int lock_change(const struct search *search, const struct function *body, uint32_t call)
{
    const struct value *callee = &body->values.items[body->calls.items[call].callee];
    const struct api *api = callee->kind == VALUE_FUNCTION ? search->stages->linked.apis[callee->name] : NULL;
    for (unsigned i = 0; api && i < api->effect_count; i++) {
        if (api->effects[i].kind == EFFECT_ACQUIRES)
            return 1;
        if (api->effects[i].kind == EFFECT_RELEASES)
            return -1;
    }
    return 0;
}

/* The variable with static storage that a value is, points to, or is reached from: `g`, `&g.x`, `g->list[i]`. */
static name_id root_of(const struct function *body, uint32_t value)
{
    const struct value *v = &body->values.items[value];
    switch (v->kind) {
    case VALUE_SLOT:
    case VALUE_ADDRESS:
        if (body->slots.items[v->a].kind == SLOT_GLOBAL)
            return body->slots.items[v->a].symbol;
        return v->b && body->slots.items[v->a].kind == SLOT_FIELD ? root_of(body, v->b - 1) : 0;
    case VALUE_DEREF:
    case VALUE_SUM:
        return root_of(body, v->a);
    default:
        return 0;
    }
}

/* An object of a global that is handed to who may write it is written. */
static void look_at_arguments(struct search *search, uint32_t function, const struct call *call)
{
    const struct function *body = stage_function(search->stages, function);
    const struct value *callee = &body->values.items[call->callee];
    uint32_t target =
        callee->kind == VALUE_FUNCTION
            ? program_definition(&search->stages->linked.programs.items[search->stages->program_of[function]],
                                 callee->name)
            : NO_FUNCTION;
    if (target == NO_FUNCTION)
        return;
    const struct function *called = stage_function(search->stages, target);
    for (uint32_t i = 0; i < call->argument_count && i < called->parameters.count; i++) {
        const struct parameter *parameter = &called->parameters.items[i];
        name_id root = root_of(body, body->arguments.items[call->first_argument + i]);
        if (root && parameter->pointer && !parameter->read_only && !parameter->callable)
            note(search, function, root, call->line);
    }
}

static void look_at_writes(struct search *search, uint32_t function)
{
    const struct function *body = stage_function(search->stages, function);
    unsigned line = body->line;
    int locks = 0;
    for (array_each(const struct node, node, &body->nodes)) {
        if (node->line)
            line = node->line;
        if (node->kind == NODE_CALL) {
            line = body->calls.items[node->a].line;
            locks += lock_change(search, body, node->a);
            locks = locks < 0 ? 0 : locks;
            if (locks == 0)
                look_at_arguments(search, function, &body->calls.items[node->a]);
        }
        bool writes = node->kind == NODE_ACCESS && (node->flags & ACCESS_WRITE) && !(node->flags & ACCESS_ATOMIC);
        if (writes && locks == 0 && body->slots.items[node->a].kind == SLOT_GLOBAL)
            note(search, function, body->slots.items[node->a].symbol, line);
    }
}

static void search_from(struct search *search, uint32_t entry_index, double frequency, unsigned depth)
{
    const struct cost_entry *entry = costs_entry(search->costs, entry_index);
    if (search->seen[entry->function] || depth > deepest || search->count == NAMES_TOLD)
        return;
    search->seen[entry->function] = 1;
    look_at_writes(search, entry->function);
    const struct cost_node *node = &search->costs->nodes.items[entry_index];
    for (uint32_t s = 0; s < node->site_count; s++) {
        const struct cost_site *site = &search->costs->sites.items[node->first_site + s];
        for (uint32_t t = 0; t < site->target_count; t++) {
            const struct cost_target *target = &search->costs->targets.items[site->first_target + t];
            double often = frequency * (site->frequency < 1 ? site->frequency : 1) * target->weight;
            if (target->entry != SUMMARY_NONE && often >= happens)
                search_from(search, target->entry, often, depth + 1);
        }
    }
}

/* A symbol for people: what is behind the last separator of a USR. */
static const char *plain_name(const char *symbol)
{
    const char *at = strrchr(symbol, '@');
    return at ? at + 1 : symbol;
}

void unit_find_shared_state(const struct stages *stages, uint32_t function, struct arena *arena, struct unit *unit)
{
    struct search search = {.stages = stages, .costs = stage_costs(stages, function)};
    const struct cost_entry *entry = costs_function(search.costs, function);
    search.seen = must_malloc(stages->linked.functions.count + 1);
    memset(search.seen, 0, stages->linked.functions.count + 1);
    search_from(&search, (uint32_t)(entry - search.costs->entries.items), 1, 0);
    free(search.seen);
    if (search.count == 0)
        return;
    struct text names = {0};
    for (uint32_t i = 0; i < search.count; i++)
        text_printf(&names, "%s%s", i ? ", " : "", plain_name(names_string(&stages->linked.names, search.found[i])));
    unit->shared_known = true;
    unit->shared_state = SHARED_PRODUCT; /* that it is needed during the call only, nothing here could tell */
    unit->shared_names = arena_strdup(arena, text_string(&names));
    unit->shared_place = stage_place(stages, search.owner[0], search.line[0], 0);
    unit->shared_place.file = arena_strdup(arena, unit->shared_place.file);
    text_free(&names);
}
