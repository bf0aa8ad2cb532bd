/* How often each function is called in one run of the program, top-down from where control comes in. Functions that
 * call one another in circles are a component: what comes in from outside goes round in it first.
 *
 * What is called a few times only runs cold: its code is not in the caches, its pages are not mapped yet.
 */
#include "analyzer/cost_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MOST_CALLS 1e12
#define MOST_ROUNDS 40  /* of calls in a circle */
#define NEGLIGIBLE 1e-9 /* of the calls that enter it */

static double registered_calls(const struct expectations *expect, enum callback_when when)
{
    switch (when) {
    case CALLBACK_EVENT_LOOP:
        return expect->events;
    case CALLBACK_THREAD:
    case CALLBACK_EXIT:
        return 1;
    case CALLBACK_SIGNAL:
    case CALLBACK_FORK:
        return 0.1;
    case CALLBACK_DURING:
    case CALLBACK_LATER:
        return expect->outside_calls;
    }
    return expect->outside_calls;
}

/* Calls that do not come from the program's own call sites. */
static void count_roots(const struct costs *costs, const uint8_t *called, double *calls)
{
    bool has_main = costs->program->main != NO_FUNCTION;
    for (uint32_t entry = 0; entry < costs->entries.count; entry++)
        if (!called[entry] && costs->first_entry[costs->entries.items[entry].function] == entry)
            calls[entry] = has_main ? 1 : costs->expect->outside_calls;
    uint32_t count;
    const struct registration *registrations = flow_registrations(costs->flow, &count);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t entry = costs->first_entry[registrations[i].function];
        if (entry != SUMMARY_NONE)
            calls[entry] = fmax(calls[entry], registered_calls(costs->expect, registrations[i].when));
    }
    if (has_main)
        calls[costs->first_entry[costs->program->main]] = 1;
}

static void mark_called(const struct costs *costs, uint8_t *called)
{
    for (uint32_t entry = 0; entry < costs->entries.count; entry++) {
        const struct cost_node *node = &costs->nodes.items[entry];
        for (uint32_t i = 0; i < node->site_count; i++) {
            const struct cost_site *site = &costs->sites.items[node->first_site + i];
            for (uint32_t t = 0; t < site->target_count; t++) {
                uint32_t target = costs->targets.items[site->first_target + t].entry;
                if (target != SUMMARY_NONE && target != entry)
                    called[target] = 1;
            }
        }
    }
}

/* A component of the graph of entries, while calls go round in it. */
struct circle {
    const struct components *components;
    uint32_t component, first, end; /* members: components->order[first] … [end - 1] */
    double *calls;                  /* by entry: all that were counted so far */
    double *latest, *next;          /* by entry: those of this round, and of the next one */
};

/* Adds the calls that `made` calls of an entry make: those of members, or those of other components. */
static void pass_on(const struct costs *costs, const struct circle *circle, uint32_t entry, double made, bool inside,
                    double *calls)
{
    const struct cost_node *node = &costs->nodes.items[entry];
    for (uint32_t i = 0; i < node->site_count; i++) {
        const struct cost_site *site = &costs->sites.items[node->first_site + i];
        for (uint32_t t = 0; t < site->target_count; t++) {
            const struct cost_target *target = &costs->targets.items[site->first_target + t];
            if (target->entry == SUMMARY_NONE || (circle->components->of[target->entry] == circle->component) != inside)
                continue;
            double more = made * site->frequency * target->weight;
            calls[target->entry] = fmin(calls[target->entry] + more, MOST_CALLS);
        }
    }
}

/* One round of calls among the members; returns how many there were. */
static double go_round(const struct costs *costs, const struct circle *circle)
{
    const uint32_t *order = circle->components->order;
    double made = 0;
    for (uint32_t i = circle->first; i < circle->end; i++)
        pass_on(costs, circle, order[i], circle->latest[order[i]], true, circle->next);
    for (uint32_t i = circle->first; i < circle->end; i++)
        made += circle->next[order[i]];
    return made;
}

/* Recursion repeats calls as it repeats costs: one that enters the circle makes `recursion-gain` calls of each member
 * at most. */
static void count_recursion(const struct costs *costs, const struct circle *circle)
{
    const uint32_t *order = circle->components->order;
    double entering = 0;
    for (uint32_t i = circle->first; i < circle->end; i++) {
        circle->latest[order[i]] = circle->calls[order[i]];
        entering += circle->calls[order[i]];
    }
    double left = entering * (costs->expect->recursion_gain - 1) * (circle->end - circle->first);
    for (int round = 0; round < MOST_ROUNDS && left > NEGLIGIBLE * entering; round++) {
        double made = go_round(costs, circle);
        if (made <= NEGLIGIBLE * entering)
            break;
        double part = fmin(1, left / made);
        left -= made * part;
        for (uint32_t i = circle->first; i < circle->end; i++) {
            uint32_t entry = order[i];
            circle->latest[entry] = circle->next[entry] * part;
            circle->calls[entry] = fmin(circle->calls[entry] + circle->latest[entry], MOST_CALLS);
            circle->next[entry] = 0;
        }
    }
}

/* Top-down over the components. */
static void count_all(const struct costs *costs, const struct components *components, struct arena *arena,
                      double *calls)
{
    struct circle circle = {.components = components,
                            .calls = calls,
                            .latest = ARENA_ARRAY(arena, double, costs->entries.count),
                            .next = ARENA_ARRAY(arena, double, costs->entries.count)};
    for (uint32_t component = components->count; component-- > 0;) {
        circle.component = component;
        circle.first = components->first[component];
        circle.end = components->first[component + 1];
        count_recursion(costs, &circle);
        for (uint32_t i = circle.first; i < circle.end; i++)
            pass_on(costs, &circle, components->order[i], calls[components->order[i]], false, calls);
    }
}

/* What a cold call costs more, in ns, where a run makes so many calls. */
static double cold_start(const struct expectations *expect, double calls)
{
    return expect->cold_call / (1 + calls / expect->cold_calls);
}

/* Library functions by symbol, summed over the program. */
static void start_libraries_cold(struct costs *costs, const double *calls)
{
    double *symbols = must_malloc((costs->linked->names.count + 1) * sizeof *symbols);
    memset(symbols, 0, (costs->linked->names.count + 1) * sizeof *symbols);
    for (int add = 0; add < 2; add++) {
        for (uint32_t entry = 0; entry < costs->entries.count; entry++) {
            const struct cost_node *node = &costs->nodes.items[entry];
            for (uint32_t i = 0; i < node->site_count; i++) {
                const struct cost_site *site = &costs->sites.items[node->first_site + i];
                for (uint32_t t = 0; t < site->target_count; t++) {
                    const struct cost_target *target = &costs->targets.items[site->first_target + t];
                    if (target->entry != SUMMARY_NONE || !target->symbol)
                        continue;
                    if (!add)
                        symbols[target->symbol] += calls[entry] * site->frequency * target->weight;
                    else
                        costs->known.items[target->known].cpu += cold_start(costs->expect, symbols[target->symbol]);
                }
            }
        }
    }
    free(symbols);
}

static void start_functions_cold(struct costs *costs)
{
    for (uint32_t entry = 0; entry < costs->entries.count; entry++)
        costs->nodes.items[entry].group_cpu[0] +=
            cold_start(costs->expect, costs->calls[costs->entries.items[entry].function]);
}

void cost_count_calls(struct costs *costs, const struct components *components)
{
    struct arena arena;
    arena_init(&arena);
    uint8_t *called = ARENA_ARRAY(&arena, uint8_t, costs->entries.count);
    double *calls = ARENA_ARRAY(&arena, double, costs->entries.count);
    mark_called(costs, called);
    count_roots(costs, called, calls);
    count_all(costs, components, &arena, calls);
    uint32_t functions = costs->linked->functions.count;
    costs->calls = ARENA_ARRAY(&costs->arena, double, functions);
    costs->main_entry = arena_copy(&costs->arena, costs->first_entry, functions * sizeof *costs->first_entry);
    for (uint32_t entry = 0; entry < costs->entries.count; entry++) {
        uint32_t function = costs->entries.items[entry].function;
        costs->calls[function] += calls[entry];
        if (calls[entry] > calls[costs->main_entry[function]])
            costs->main_entry[function] = entry;
    }
    start_functions_cold(costs);
    start_libraries_cold(costs, calls);
    arena_free(&arena);
}
