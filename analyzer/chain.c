/* Call chains of a unit: where it blocks, what a rewrite to async would touch, what is not safe in a thread. */
#include "analyzer/stages.h"

#include "base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double matters = 0.05; /* of a unit's waiting: less than this is not worth a rewrite */
static const double often = 0.2;    /* calls per call of the unit: what happens less often is not evident */
static const double likely = 0.3;   /* calls that block per call of the unit: less often is not the usual case */
static const unsigned deepest = 24; /* calls */

struct chain {
    const struct stages *stages;
    struct costs *costs;
    struct arena *arena;
    struct unit *unit;
    double total;        /* waiting of one call of the unit */
    uint8_t *seen;       /* by function */
    bool async_assessed; /* every waiting call on the way has been read up */
};

/* ---- the way to the call that most of the waiting is spent in ---- */

/* How often the call may block at all (0 to 1), and whether it does whatever happens: no argument that is not known
 * decides it. */
static double blocks_how_often(struct chain *chain, const struct cost_entry *entry, const struct cost_source *source,
                               bool *for_certain)
{
    struct api_argument arguments[MOST_ARGUMENTS];
    const struct cost_node *node = &chain->costs->nodes.items[entry - chain->costs->entries.items];
    uint32_t count =
        call_arguments(chain->costs, source->api, entry->function, source->call, &node->binding, arguments);
    struct api_cost cost;
    knowledge_cost(source->api, chain->stages->profile, arguments, count, &cost);
    *for_certain = cost.wait_certain > 0.99;
    for (uint32_t i = 0; i < count; i++)
        if (arguments[i].fds && !arguments[i].fds_complete)
            *for_certain = false;
    return cost.wait_certain;
}

static bool has_one_target(struct chain *chain, uint32_t function, uint32_t call)
{
    struct call_targets targets;
    uint32_t program = chain->stages->program_of[function];
    flow_call_targets(chain->stages->flows[program], function, call, NULL, chain->arena, &targets);
    return targets.complete && targets.function_count + targets.external_count == 1;
}

static void find_blocking_call(struct chain *chain, uint32_t function)
{
    const struct cost_entry *entry = costs_function(chain->costs, function);
    bool evident = true;
    double frequency = 1;
    for (unsigned depth = 0; entry && depth < deepest; depth++) {
        const struct cost_source *source = &entry->most_wait;
        if (source->call == SUMMARY_NONE || source->share <= 0)
            return;
        frequency *= source->frequency < 1 ? source->frequency : 1; /* a loop before makes nothing more evident */
        evident = evident && frequency >= often && has_one_target(chain, entry->function, source->call);
        if (source->api) {
            const struct call *call = &stage_function(chain->stages, entry->function)->calls.items[source->call];
            chain->unit->blocking_call = source->api->name;
            chain->unit->async_form = source->api->async_form;
            chain->unit->blocking_place = stage_place(chain->stages, entry->function, call->line, call->column);
            chain->unit->blocking_place.file = arena_strdup(chain->arena, chain->unit->blocking_place.file);
            bool for_certain;
            double blocks = blocks_how_often(chain, entry, source, &for_certain);
            chain->unit->blocking_likely = frequency * fmin(blocks, 1) >= likely;
            chain->unit->blocking_evident = evident && for_certain;
            return;
        }
        entry = source->entry == SUMMARY_NONE ? NULL : costs_entry(chain->costs, source->entry);
    }
}

/* ---- what would have to change for async ---- */

static void follow_waiting(struct chain *chain, uint32_t entry_index, double frequency, unsigned depth);

static void look_at_target(struct chain *chain, const struct cost_target *target, double frequency, unsigned depth,
                           bool *counts)
{
    const struct cost *cost = target->entry != SUMMARY_NONE   ? &costs_entry(chain->costs, target->entry)->total
                              : target->known != SUMMARY_NONE ? &chain->costs->known.items[target->known]
                                                              : NULL;
    if (!cost || cost_wait(cost) * frequency * target->weight < matters * chain->total)
        return;
    *counts = true;
    if (target->entry != SUMMARY_NONE) {
        follow_waiting(chain, target->entry, frequency * target->weight, depth + 1);
        return;
    }
    const char *form = target->api ? target->api->async_form : NULL;
    if (!form)
        chain->async_assessed = false;
    else if (strcmp(form, "none") == 0 && !chain->unit->async_missing)
        chain->unit->async_missing = target->api->name;
}

static void follow_waiting(struct chain *chain, uint32_t entry_index, double frequency, unsigned depth)
{
    const struct cost_entry *entry = costs_entry(chain->costs, entry_index);
    if (chain->seen[entry->function] || depth > deepest)
        return;
    chain->seen[entry->function] = 1;
    chain->unit->chain_length++;
    const struct cost_node *node = &chain->costs->nodes.items[entry_index];
    for (uint32_t i = 0; i < node->site_count; i++) {
        const struct cost_site *site = &chain->costs->sites.items[node->first_site + i];
        bool counts = false;
        for (uint32_t t = 0; t < site->target_count; t++)
            look_at_target(chain, &chain->costs->targets.items[site->first_target + t], frequency * site->frequency,
                           depth, &counts);
        chain->unit->chain_sites += counts;
    }
}

/* ---- calls that threads must not make at once ---- */

static bool unsafe_in_threads(const struct api *api)
{
    if (api->thread_safety != THREAD_UNSAFE || api->safe_since || api->origin == API_DERIVED)
        return false; /* the rules say "documented", which a derived entry is not */
    for (unsigned i = 0; i < api->effect_count; i++)
        if (api->effects[i].kind == EFFECT_NORETURN)
            return false; /* the program ends there */
    return true;
}

static bool find_unsafe(struct chain *chain, uint32_t function, unsigned depth)
{
    const struct cost_entry *entry = costs_function(chain->costs, function);
    if (!entry || chain->seen[function] || depth > deepest)
        return false;
    chain->seen[function] = 1;
    const struct cost_node *node = &chain->costs->nodes.items[entry - chain->costs->entries.items];
    for (uint32_t i = 0; i < node->site_count; i++) {
        const struct cost_site *site = &chain->costs->sites.items[node->first_site + i];
        if (site->target_count != 1)
            continue;
        const struct cost_target *target = &chain->costs->targets.items[site->first_target];
        if (target->api && unsafe_in_threads(target->api)) {
            const struct call *call = &stage_function(chain->stages, function)->calls.items[site->call];
            chain->unit->unsafe_call = target->api->name;
            chain->unit->unsafe_place = stage_place(chain->stages, function, call->line, call->column);
            chain->unit->unsafe_place.file = arena_strdup(chain->arena, chain->unit->unsafe_place.file);
            return true;
        }
        if (target->entry != SUMMARY_NONE &&
            find_unsafe(chain, costs_entry(chain->costs, target->entry)->function, depth + 1))
            return true;
    }
    return false;
}

void unit_follow_chain(const struct stages *stages, uint32_t function, struct arena *arena, struct unit *unit)
{
    struct chain chain = {
        .stages = stages, .costs = stage_costs(stages, function), .arena = arena, .unit = unit, .async_assessed = true};
    const struct cost_entry *entry = costs_function(chain.costs, function);
    size_t size = stages->linked.functions.count + 1;
    chain.total = cost_wait(&entry->total);
    chain.seen = must_malloc(size);
    memset(chain.seen, 0, size);
    if (chain.total > 0) {
        find_blocking_call(&chain, function);
        follow_waiting(&chain, (uint32_t)(entry - chain.costs->entries.items), 1, 0);
        unit->async_possible = !unit->async_missing;
        unit->async_known = chain.async_assessed || unit->async_missing;
        unit->chain_count = evidence_of(stages, function, true, arena, &unit->chain);
    }
    if (unit->kind == UNIT_THREAD_ENTRY) {
        memset(chain.seen, 0, size);
        find_unsafe(&chain, function, 0);
    }
    free(chain.seen);
}
