/* Costs bottom-up: entries by components of their graph, members of a component in several rounds. */
#include "analyzer/cost_internal.h"
#include "analyzer/recursion.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define RECURSION_DEPTH 3  /* turns of a recursion among a few functions */
#define LARGE_COMPONENT 12 /* among more functions than this most circles exist on paper only: one turn */

struct solving {
    struct costs *costs;
    struct components components;
    struct cost_room room;
};

/* ---- components ---- */

static void edges_find(const struct costs *costs, struct arena *arena, struct graph *graph)
{
    uint32_t count = costs->entries.count;
    uint32_t *first = ARENA_ARRAY(arena, uint32_t, count + 1);
    uint32_t *edges = ARENA_ARRAY(arena, uint32_t, costs->targets.count);
    uint32_t used = 0;
    for (uint32_t entry = 0; entry < count; entry++) {
        const struct cost_node *node = &costs->nodes.items[entry];
        first[entry] = used;
        for (uint32_t i = 0; i < node->site_count; i++) {
            const struct cost_site *site = &costs->sites.items[node->first_site + i];
            for (uint32_t t = 0; t < site->target_count; t++) {
                uint32_t target = costs->targets.items[site->first_target + t].entry;
                if (target != SUMMARY_NONE)
                    edges[used++] = target;
            }
        }
    }
    first[count] = used;
    *graph = (struct graph){count, first, edges};
}

/* Calls between members of a component, by their position in the component's order. */
static uint32_t inner_edges(const struct solving *solving, uint32_t first, uint32_t end, struct weighted_edge *edges)
{
    const struct components *components = &solving->components;
    const struct costs *costs = solving->costs;
    uint32_t count = 0;
    for (uint32_t i = first; i < end; i++) {
        const struct cost_node *node = &costs->nodes.items[components->order[i]];
        for (uint32_t s = 0; s < node->site_count; s++) {
            const struct cost_site *site = &costs->sites.items[node->first_site + s];
            for (uint32_t t = 0; t < site->target_count; t++) {
                const struct cost_target *target = &costs->targets.items[site->first_target + t];
                if (target->entry == SUMMARY_NONE ||
                    components->of[target->entry] != components->of[components->order[i]])
                    continue;
                if (edges)
                    edges[count] = (struct weighted_edge){i - first, components->position[target->entry] - first,
                                                          fmin(site->frequency * target->weight, 1)};
                count++;
            }
        }
    }
    return count;
}

/* Puts the members of a component into an order that leaves the rarest calls for later rounds. */
static void order_members(struct solving *solving, uint32_t first, uint32_t end)
{
    struct arena arena;
    arena_init(&arena);
    uint32_t edge_count = inner_edges(solving, first, end, NULL), count = end - first;
    struct weighted_edge *edges = ARENA_ARRAY(&arena, struct weighted_edge, edge_count);
    inner_edges(solving, first, end, edges);
    uint32_t *order = ARENA_ARRAY(&arena, uint32_t, count), *members = ARENA_ARRAY(&arena, uint32_t, count);
    recursion_order(count, edges, edge_count, &arena, order);
    memcpy(members, solving->components.order + first, count * sizeof *members);
    for (uint32_t i = 0; i < count; i++)
        solving->components.order[first + i] = members[order[i]];
    arena_free(&arena);
}

static void order_components(struct solving *solving)
{
    for (uint32_t component = 0; component < solving->components.count; component++) {
        uint32_t first = solving->components.first[component], end = solving->components.first[component + 1];
        if (end - first > 1)
            order_members(solving, first, end);
    }
}

static bool calls_itself(const struct graph *graph, uint32_t entry)
{
    for (uint32_t edge = graph->first_edge[entry]; edge < graph->first_edge[entry + 1]; edge++)
        if (graph->edges[edge] == entry)
            return true;
    return false;
}

/* Recursion multiplies what a call costs without it by `gain` at most. */
static void limit_gain(double gain, struct cost *cost, const struct cost *without)
{
    double wait = cost_wait(without) * gain, now = cost_wait(cost);
    cost->cpu = fmin(cost->cpu, without->cpu * gain);
    if (now <= wait)
        return;
    for (int kind = 0; kind < WAIT_COUNT; kind++)
        cost->wait[kind] *= wait / now;
}

static void solve_recursion(struct solving *solving, uint32_t first, uint32_t end)
{
    struct costs *costs = solving->costs;
    const uint32_t *order = solving->components.order;
    struct cost *without = must_malloc((end - first) * sizeof *without);
    int rounds = end - first > LARGE_COMPONENT ? 2 : RECURSION_DEPTH;
    for (int round = 0; round < rounds; round++) {
        for (uint32_t i = first; i < end; i++) {
            struct cost *total = &costs->entries.items[order[i]].total;
            cost_evaluate(costs, order[i], &solving->room);
            if (round == 0)
                without[i - first] = *total;
            else
                limit_gain(costs->expect->recursion_gain, total, &without[i - first]);
        }
    }
    free(without);
}

static void solve_component(struct solving *solving, const struct graph *graph, uint32_t component)
{
    const struct components *components = &solving->components;
    uint32_t first = components->first[component], end = components->first[component + 1];
    if (end - first > 1 || calls_itself(graph, components->order[first]))
        solve_recursion(solving, first, end);
    else
        cost_evaluate(solving->costs, components->order[first], &solving->room);
}

/* ---- the interface ---- */

struct costs *costs_solve(const struct linked *linked, const struct program *program, const struct flow *flow,
                          const struct knowledge *knowledge, const struct profile *profile)
{
    struct costs *costs = must_malloc(sizeof *costs);
    *costs = (struct costs){.linked = linked,
                            .program = program,
                            .flow = flow,
                            .knowledge = knowledge,
                            .profile = profile,
                            .expect = knowledge_expectations(knowledge)};
    arena_init(&costs->arena);
    arena_init(&costs->scratch);
    costs->traits = (struct trait_table){.linked = linked, .program = program, .flow = flow};
    traits_find(&costs->traits, &costs->arena);
    cost_graph_make(costs);
    struct arena arena;
    arena_init(&arena);
    struct graph graph;
    struct solving solving = {.costs = costs};
    cost_room_make(costs, &arena, &solving.room);
    edges_find(costs, &arena, &graph);
    components_find(&graph, &arena, &solving.components);
    order_components(&solving);
    cost_count_calls(costs, &solving.components);
    for (uint32_t component = 0; component < solving.components.count; component++)
        solve_component(&solving, &graph, component);
    for (uint32_t entry = 0; entry < costs->entries.count; entry++)
        cost_find_sources(costs, entry);
    arena_free(&arena);
    return costs;
}

void costs_free(struct costs *costs)
{
    if (!costs)
        return;
    arena_free(&costs->arena);
    arena_free(&costs->scratch);
    array_free(&costs->entries);
    array_free(&costs->nodes);
    array_free(&costs->sites);
    array_free(&costs->targets);
    array_free(&costs->known);
    free(costs);
}

const struct cost_entry *costs_entry(const struct costs *costs, uint32_t entry)
{
    return entry < costs->entries.count ? &costs->entries.items[entry] : NULL;
}

const struct cost_entry *costs_function(const struct costs *costs, uint32_t function)
{
    return function < costs->linked->functions.count ? costs_entry(costs, costs->main_entry[function]) : NULL;
}

double costs_call_frequency(const struct costs *costs, uint32_t function, uint32_t call)
{
    if (!costs_function(costs, function) || call >= function_of(costs, function)->calls.count)
        return 0;
    return costs->nodes.items[costs->main_entry[function]].call_frequency[call];
}

bool costs_may_call(const struct costs *costs, uint32_t function, uint32_t call)
{
    for (uint32_t entry = costs->first_entry[function]; entry != SUMMARY_NONE; entry = costs->nodes.items[entry].next)
        if (costs->nodes.items[entry].call_frequency[call] > 0)
            return true;
    return false;
}
