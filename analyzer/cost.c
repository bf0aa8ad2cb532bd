/* Costs bottom-up: entries by components of their graph, members of a component in several rounds.
 *
 * Means add. Spreads combine to first order: the variance of ln(sum) is that of the parts weighted by the squares of
 * their shares, and what shares a guess (a loop's trip count) is added up before the guess counts.
 */
#include "analyzer/components.h"
#include "analyzer/cost_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define RECURSION_DEPTH 6
#define RECURSIVE_CALLS 1.5 /* more calls back into the component than this per call are not believed */
#define MOST_NS 1e15        /* eleven days: nothing is allowed to grow beyond */
#define OWN_SPREAD 0.5      /* of the cost of operations: what a compiler makes of them */
#define WIDEST_SPREAD 4.0

/* Sums while an entry is evaluated: a mean and a variance of CPU and of waiting for each group. */
struct group_sum {
    double cpu, cpu_variance;
    double wait, wait_variance;
};

struct solving {
    struct costs *costs;
    struct components components;
    struct group_sum *sums; /* room for the largest entry */
};

/* What one execution of a site takes: the mean over its targets. */
struct site_cost {
    struct cost mean;
    double cpu_variance, wait_variance;
};

static double square(double x)
{
    return x * x;
}

static const struct cost *target_cost(const struct costs *costs, const struct cost_target *target)
{
    return target->entry != SUMMARY_NONE ? &costs->entries.items[target->entry].total
                                         : &costs->known.items[target->known];
}

static void site_cost_of(const struct costs *costs, const struct cost_site *site, struct site_cost *result)
{
    *result = (struct site_cost){0};
    struct cost *mean = &result->mean;
    double cpu_square = 0, wait_square = 0, unreviewed = 0;
    for (uint32_t i = 0; i < site->target_count; i++) {
        const struct cost_target *target = &costs->targets.items[site->first_target + i];
        const struct cost *cost = target_cost(costs, target);
        double wait = 0;
        for (int kind = 0; kind < WAIT_COUNT; kind++) {
            mean->wait[kind] += target->weight * cost->wait[kind];
            wait += cost->wait[kind];
        }
        mean->cpu += target->weight * cost->cpu;
        mean->unknown += target->weight * cost->unknown;
        unreviewed += target->weight * (cost->cpu + wait) * cost->unreviewed;
        cpu_square += target->weight * square(cost->cpu) * (1 + square(cost->cpu_spread));
        wait_square += target->weight * square(wait) * (1 + square(cost->wait_spread));
    }
    double time = cost_time(mean);
    mean->unreviewed = time > 0 ? unreviewed / time : 0;
    result->cpu_variance = cpu_square - square(mean->cpu);
    result->wait_variance = wait_square - square(cost_wait(mean));
}

/* Group sums → the function: the guess of each group widens all that it holds. */
static void fold_groups(const struct cost_node *node, struct group_sum *sums)
{
    for (uint32_t group = node->group_count; group-- > 0;) {
        struct group_sum *sum = &sums[group];
        double guess = square(node->groups[group].spread);
        sum->cpu_variance += square(sum->cpu) * guess;
        sum->wait_variance += square(sum->wait) * guess;
        if (!group)
            break;
        struct group_sum *parent = &sums[node->groups[group].parent];
        parent->cpu += sum->cpu;
        parent->cpu_variance += sum->cpu_variance;
        parent->wait += sum->wait;
        parent->wait_variance += sum->wait_variance;
    }
}

static double spread_of(double mean, double variance)
{
    double spread = mean > 0 && variance > 0 ? sqrt(variance) / mean : 0;
    return spread < WIDEST_SPREAD ? spread : WIDEST_SPREAD;
}

static void limit(struct cost *cost)
{
    double time = cost_time(cost);
    if (time <= MOST_NS)
        return;
    cost->cpu *= MOST_NS / time;
    for (int kind = 0; kind < WAIT_COUNT; kind++)
        cost->wait[kind] *= MOST_NS / time;
}

static double begin_sums(const struct cost_node *node, struct group_sum *sums)
{
    double own = 0;
    for (uint32_t group = 0; group < node->group_count; group++) {
        sums[group] = (struct group_sum){.cpu = node->group_cpu[group]};
        own += node->group_cpu[group];
    }
    sums[0].cpu_variance += square(own * OWN_SPREAD);
    return own;
}

static void evaluate(struct solving *solving, uint32_t index)
{
    struct costs *costs = solving->costs;
    const struct cost_node *node = &costs->nodes.items[index];
    struct cost_entry *entry = &costs->entries.items[index];
    struct group_sum *sums = solving->sums;
    struct cost total = {0};
    double unreviewed = 0;
    entry->self_cpu = begin_sums(node, sums);
    for (uint32_t i = 0; i < node->site_count; i++) {
        const struct cost_site *site = &costs->sites.items[node->first_site + i];
        struct site_cost cost;
        site_cost_of(costs, site, &cost);
        struct group_sum *sum = &sums[site->group];
        double wait = 0;
        for (int kind = 0; kind < WAIT_COUNT; kind++) {
            total.wait[kind] += site->frequency * cost.mean.wait[kind];
            wait += cost.mean.wait[kind];
        }
        sum->cpu += site->frequency * cost.mean.cpu;
        sum->cpu_variance += square(site->frequency) * cost.cpu_variance;
        sum->wait += site->frequency * wait;
        sum->wait_variance += square(site->frequency) * cost.wait_variance;
        total.unknown += site->frequency * cost.mean.unknown;
        unreviewed += site->frequency * (cost.mean.cpu + wait) * cost.mean.unreviewed;
    }
    fold_groups(node, sums);
    total.cpu = sums[0].cpu;
    total.cpu_spread = spread_of(sums[0].cpu, sums[0].cpu_variance);
    total.wait_spread = spread_of(sums[0].wait, sums[0].wait_variance);
    double time = cost_time(&total);
    total.unreviewed = time > 0 ? unreviewed / time : 0;
    limit(&total);
    entry->total = total;
}

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

static double weight_back(const struct solving *solving, const struct cost_site *site, uint32_t entry)
{
    const struct components *components = &solving->components;
    double weight = 0;
    for (uint32_t t = 0; t < site->target_count; t++) {
        const struct cost_target *target = &solving->costs->targets.items[site->first_target + t];
        if (target->entry != SUMMARY_NONE && components->of[target->entry] == components->of[entry] &&
            components->position[target->entry] >= components->position[entry])
            weight += target->weight;
    }
    return weight;
}

/* Calls back into the component: returns how many are expected per call. */
static double recursion_of(const struct solving *solving, uint32_t entry)
{
    const struct cost_node *node = &solving->costs->nodes.items[entry];
    double sum = 0;
    for (uint32_t i = 0; i < node->site_count; i++) {
        const struct cost_site *site = &solving->costs->sites.items[node->first_site + i];
        sum += site->frequency * weight_back(solving, site, entry);
    }
    return sum;
}

/* A function that calls itself more often than RECURSIVE_CALLS would never end: the guesses are wrong, scale them. */
static void damp(struct solving *solving, uint32_t entry)
{
    double calls = recursion_of(solving, entry);
    if (calls <= RECURSIVE_CALLS)
        return;
    const struct cost_node *node = &solving->costs->nodes.items[entry];
    for (uint32_t i = 0; i < node->site_count; i++) {
        struct cost_site *site = &solving->costs->sites.items[node->first_site + i];
        double back = weight_back(solving, site, entry);
        site->frequency *= 1 - back + back * RECURSIVE_CALLS / calls;
    }
}

static bool calls_itself(const struct graph *graph, uint32_t entry)
{
    for (uint32_t edge = graph->first_edge[entry]; edge < graph->first_edge[entry + 1]; edge++)
        if (graph->edges[edge] == entry)
            return true;
    return false;
}

static void solve_component(struct solving *solving, const struct graph *graph, uint32_t component)
{
    const struct components *components = &solving->components;
    uint32_t first = components->first[component], end = components->first[component + 1];
    bool recursive = end - first > 1 || calls_itself(graph, components->order[first]);
    if (recursive)
        for (uint32_t i = first; i < end; i++)
            damp(solving, components->order[i]);
    for (int round = 0; round < (recursive ? RECURSION_DEPTH : 1); round++)
        for (uint32_t i = first; i < end; i++)
            evaluate(solving, components->order[i]);
}

static uint32_t most_groups(const struct costs *costs)
{
    uint32_t most = 1;
    for (array_each(const struct cost_node, node, &costs->nodes))
        most = node->group_count > most ? node->group_count : most;
    return most;
}

/* ---- where it comes from ---- */

static void remember(struct cost_source *source, const struct cost_site *site, const struct cost_target *target,
                     const struct costs *costs, double share)
{
    if (share <= source->share)
        return;
    *source = (struct cost_source){
        .call = site->call,
        .function = target->entry != SUMMARY_NONE ? costs->entries.items[target->entry].function : NO_FUNCTION,
        .api = target->api,
        .share = share,
        .frequency = site->frequency * target->weight,
        .entry = target->entry,
    };
}

static void find_sources(struct costs *costs, uint32_t index)
{
    const struct cost_node *node = &costs->nodes.items[index];
    struct cost_entry *entry = &costs->entries.items[index];
    const struct function *body = function_of(costs, entry->function);
    double cpu = entry->total.cpu, wait = cost_wait(&entry->total), most_unknown = 0;
    struct cost_source own = {.call = SUMMARY_NONE, .function = NO_FUNCTION, .entry = SUMMARY_NONE, .frequency = 1};
    entry->most_wait = entry->most_cpu = own;
    entry->most_cpu.share = cpu > 0 ? fmin(entry->self_cpu / cpu, 1) : 0;
    for (uint32_t i = 0; i < node->site_count; i++) {
        const struct cost_site *site = &costs->sites.items[node->first_site + i];
        for (uint32_t t = 0; t < site->target_count; t++) {
            const struct cost_target *target = &costs->targets.items[site->first_target + t];
            const struct cost *cost = target_cost(costs, target);
            double calls = site->frequency * target->weight;
            if (cpu > 0)
                remember(&entry->most_cpu, site, target, costs, fmin(calls * cost->cpu / cpu, 1));
            if (wait > 0)
                remember(&entry->most_wait, site, target, costs, fmin(calls * cost_wait(cost) / wait, 1));
            if (target->entry != SUMMARY_NONE || target->api)
                continue;
            entry->unknown_sites++;
            if (entry->unknown_sites > 1 && calls <= most_unknown)
                continue;
            most_unknown = calls;
            entry->first_unknown = target->symbol;
            entry->unknown_line = body->calls.items[site->call].line;
        }
    }
}

/* ---- the interface ---- */

struct costs *costs_solve(const struct linked *linked, const struct program *program, const struct flow *flow,
                          const struct knowledge *knowledge, const struct profile *profile)
{
    struct costs *costs = must_malloc(sizeof *costs);
    *costs =
        (struct costs){.linked = linked, .program = program, .flow = flow, .knowledge = knowledge, .profile = profile};
    arena_init(&costs->arena);
    arena_init(&costs->scratch);
    costs->traits = traits_find(linked, program, flow, &costs->arena);
    cost_graph_make(costs);
    struct arena arena;
    arena_init(&arena);
    struct graph graph;
    struct solving solving = {.costs = costs, .sums = ARENA_ARRAY(&arena, struct group_sum, most_groups(costs))};
    edges_find(costs, &arena, &graph);
    components_find(&graph, &arena, &solving.components);
    for (uint32_t component = 0; component < solving.components.count; component++)
        solve_component(&solving, &graph, component);
    for (uint32_t entry = 0; entry < costs->entries.count; entry++)
        find_sources(costs, entry);
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
    return function < costs->linked->functions.count ? costs_entry(costs, costs->first_entry[function]) : NULL;
}

double costs_call_frequency(const struct costs *costs, uint32_t function, uint32_t call)
{
    if (!costs_function(costs, function) || call >= function_of(costs, function)->calls.count)
        return 0;
    return costs->nodes.items[costs->first_entry[function]].call_frequency[call];
}
