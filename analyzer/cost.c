/* Costs bottom-up: entries by components of their graph, members of a component in several rounds.
 *
 * Means add. Spreads combine to first order: the variance of ln(sum) is that of the parts weighted by the squares of
 * their shares, and what shares a guess (a loop's trip count) is added up before the guess counts.
 */
#include "analyzer/cost_internal.h"
#include "analyzer/recursion.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define RECURSION_DEPTH 6  /* turns of a recursion among a few functions */
#define LARGE_COMPONENT 12 /* among more functions than this most circles exist on paper only: one turn */
#define RECURSION_GAIN 8.0
#define DISPATCHER_BUSY 0.25 /* share of the time that a dispatcher has work */
#define MOST_NS 1e15         /* eleven days: nothing is allowed to grow beyond */
#define OWN_SPREAD 0.5       /* of the cost of operations: what a compiler makes of them */
#define WIDEST_SPREAD 4.0

/* Sums while an entry is evaluated: a mean and a variance of CPU and of waiting for each group. */
struct group_sum {
    double cpu, cpu_variance;
    double wait, wait_variance;
    double covariance;
};

/* What one execution of a site takes: the mean over its targets. */
struct site_cost {
    struct cost mean; /* without spreads */
    double wait;      /* of all kinds */
    double cpu_variance, wait_variance, covariance;
};

struct solving {
    struct costs *costs;
    struct components components;
    struct group_sum *sums;  /* room for the entry with the most groups */
    struct site_cost *sites; /* … and for the one with the most sites */
};

static double square(double x)
{
    return x * x;
}

static double share(double part, double whole)
{
    return whole > 0 ? part / whole : 0;
}

static const struct cost *target_cost(const struct costs *costs, const struct cost_target *target)
{
    return target->entry != SUMMARY_NONE ? &costs->entries.items[target->entry].total
                                         : &costs->known.items[target->known];
}

/* Adds `by` times a cost. Shares and likelihoods become sums that are weighted by the time they are shares of. */
static double add_cost(struct cost *sum, const struct cost *cost, double by)
{
    double wait = 0;
    for (int kind = 0; kind < WAIT_COUNT; kind++) {
        sum->wait[kind] += by * cost->wait[kind];
        wait += cost->wait[kind];
    }
    sum->cpu += by * cost->cpu;
    sum->unknown += by * cost->unknown;
    sum->unreviewed += by * (cost->cpu + wait) * cost->unreviewed;
    sum->assumed += by * (cost->cpu + wait) * cost->assumed;
    sum->wait_chance += by * wait * cost->wait_chance;
    sum->wait_reach += by * wait * cost->wait_reach;
    sum->cpu_reach += by * cost->cpu * cost->cpu_reach;
    return wait;
}

static void finish_sum(struct cost *sum)
{
    double wait = cost_wait(sum), time = sum->cpu + wait;
    sum->unreviewed = share(sum->unreviewed, time);
    sum->assumed = share(sum->assumed, time);
    sum->wait_chance = share(sum->wait_chance, wait);
    sum->wait_reach = share(sum->wait_reach, wait);
    sum->cpu_reach = share(sum->cpu_reach, sum->cpu);
}

/* What is reached less often by a factor counts less than its mean: what nearly never happens is an error path, or a
 * feature that is not used. Returns the factor for the mean, and lowers the reach. */
static double reach_less(double *reach, double by)
{
    double before = *reach;
    *reach = before * by;
    return before > 0 && by < 1 ? happens_at_all(*reach) / happens_at_all(before) : 1;
}

static void cost_reaches_less(struct site_cost *cost, double cpu_by, double wait_by)
{
    double cpu = reach_less(&cost->mean.cpu_reach, cpu_by), wait = reach_less(&cost->mean.wait_reach, wait_by);
    cost->mean.cpu *= cpu;
    cost->cpu_variance *= square(cpu);
    for (int kind = 0; kind < WAIT_COUNT; kind++)
        cost->mean.wait[kind] *= wait;
    cost->wait *= wait;
    cost->wait_variance *= square(wait);
    cost->covariance *= cpu * wait;
}

/* Which targets a call really has is as uncertain as what they cost: what few of many do is reached seldom. */
static void site_cost_of(const struct costs *costs, const struct cost_site *site, struct site_cost *result)
{
    *result = (struct site_cost){0};
    double cpu_square = 0, wait_square = 0, product = 0, square_of_cpus = 0, square_of_waits = 0;
    for (uint32_t i = 0; i < site->target_count; i++) {
        const struct cost_target *target = &costs->targets.items[site->first_target + i];
        const struct cost *cost = target_cost(costs, target);
        double wait = add_cost(&result->mean, cost, target->weight);
        cpu_square += target->weight * square(cost->cpu) * (1 + square(cost->cpu_spread));
        wait_square += target->weight * square(wait) * (1 + square(cost->wait_spread));
        product += target->weight * cost->cpu * wait * (1 + cost->covariance);
        square_of_cpus += target->weight * square(cost->cpu);
        square_of_waits += target->weight * square(wait);
    }
    finish_sum(&result->mean);
    double cpu = result->mean.cpu, wait = cost_wait(&result->mean);
    result->wait = wait;
    result->cpu_variance = cpu_square - square(cpu);
    result->wait_variance = wait_square - square(wait);
    result->covariance = product - cpu * wait;
    if (site->target_count > 1)
        cost_reaches_less(result, share(square(cpu), square_of_cpus), share(square(wait), square_of_waits));
}

/* Group sums → the function: the guess of each group widens all that it holds. */
static void fold_groups(const struct cost_node *node, struct group_sum *sums)
{
    for (uint32_t group = node->group_count; group-- > 0;) {
        struct group_sum *sum = &sums[group];
        double guess = square(node->groups[group].spread);
        sum->cpu_variance += square(sum->cpu) * guess;
        sum->wait_variance += square(sum->wait) * guess;
        sum->covariance += sum->cpu * sum->wait * guess;
        if (!group)
            break;
        struct group_sum *parent = &sums[node->groups[group].parent];
        parent->cpu += sum->cpu;
        parent->cpu_variance += sum->cpu_variance;
        parent->wait += sum->wait;
        parent->wait_variance += sum->wait_variance;
        parent->covariance += sum->covariance;
    }
}

static double spread_of(double mean, double variance)
{
    double spread = mean > 0 && variance > 0 ? sqrt(variance) / mean : 0;
    return spread < WIDEST_SPREAD ? spread : WIDEST_SPREAD;
}

/* Spreads are limited, and so is what they have in common. */
static double covariance_of(const struct group_sum *sum, const struct cost *total)
{
    double most = total->cpu_spread * total->wait_spread;
    double covariance = share(sum->covariance, sum->cpu * sum->wait);
    return fmax(fmin(covariance, most), -most);
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

/* How likely a call of the function reaches most of its time (of waiting, or of CPU time): any of the sites will do, by
 * how much each of them takes. `own` is what it takes itself. */
static double reach_of(const struct costs *costs, const struct cost_node *node, const struct site_cost *sites,
                       double own, bool waiting)
{
    double most = own, misses = 1;
    for (uint32_t i = 0; i < node->site_count; i++) {
        double time = waiting ? sites[i].wait : sites[i].mean.cpu;
        most = fmax(most, costs->sites.items[node->first_site + i].frequency * time);
    }
    if (most <= own)
        return most > 0 ? 1 : 0;
    for (uint32_t i = 0; i < node->site_count; i++) {
        double time =
            costs->sites.items[node->first_site + i].frequency * (waiting ? sites[i].wait : sites[i].mean.cpu);
        double reach = waiting ? sites[i].mean.wait_reach : sites[i].mean.cpu_reach;
        if (time > 0.001 * most)
            misses *= pow(1 - fmin(reach, 1), time / most);
    }
    return 1 - misses * (1 - own / most);
}

/* A dispatcher waits until there is work, and programs that serve are idle most of the time: handlers that look
 * expensive do not make it busy. */
static void idle_between_work(struct cost *cost)
{
    double least = cost->cpu * (1 - DISPATCHER_BUSY) / DISPATCHER_BUSY;
    if (cost->wait[WAIT_IDLE] > 0 && cost->wait[WAIT_IDLE] < least)
        cost->wait[WAIT_IDLE] = least;
}

static void evaluate(struct solving *solving, uint32_t index)
{
    struct costs *costs = solving->costs;
    const struct cost_node *node = &costs->nodes.items[index];
    struct cost_entry *entry = &costs->entries.items[index];
    struct group_sum *sums = solving->sums;
    struct cost total = {0};
    entry->self_cpu = begin_sums(node, sums);
    for (uint32_t i = 0; i < node->site_count; i++) {
        const struct cost_site *site = &costs->sites.items[node->first_site + i];
        struct site_cost *cost = &solving->sites[i];
        struct group_sum *sum = &sums[site->group];
        site_cost_of(costs, site, cost);
        cost_reaches_less(cost, fmin(site->frequency, 1), fmin(site->frequency, 1));
        add_cost(&total, &cost->mean, site->frequency);
        sum->cpu += site->frequency * cost->mean.cpu;
        sum->cpu_variance += square(site->frequency) * cost->cpu_variance;
        sum->wait += site->frequency * cost->wait;
        sum->wait_variance += square(site->frequency) * cost->wait_variance;
        sum->covariance += square(site->frequency) * cost->covariance;
    }
    fold_groups(node, sums);
    total.cpu = sums[0].cpu;
    finish_sum(&total);
    total.cpu_spread = spread_of(sums[0].cpu, sums[0].cpu_variance);
    total.wait_spread = spread_of(sums[0].wait, sums[0].wait_variance);
    total.covariance = covariance_of(&sums[0], &total);
    total.cpu_reach = reach_of(costs, node, solving->sites, entry->self_cpu, false);
    total.wait_reach = reach_of(costs, node, solving->sites, 0, true);
    if (costs->traits.of[entry->function].dispatches)
        idle_between_work(&total);
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

/* Recursion multiplies what a call costs without it by RECURSION_GAIN at most. */
static void limit_gain(struct cost *cost, const struct cost *without)
{
    double wait = cost_wait(without) * RECURSION_GAIN, now = cost_wait(cost);
    cost->cpu = fmin(cost->cpu, without->cpu * RECURSION_GAIN);
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
            evaluate(solving, order[i]);
            if (round == 0)
                without[i - first] = *total;
            else
                limit_gain(total, &without[i - first]);
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
        evaluate(solving, components->order[first]);
}

static void make_room(struct solving *solving, struct arena *arena)
{
    uint32_t groups = 1, sites = 1;
    for (array_each(const struct cost_node, node, &solving->costs->nodes)) {
        groups = node->group_count > groups ? node->group_count : groups;
        sites = node->site_count > sites ? node->site_count : sites;
    }
    solving->sums = ARENA_ARRAY(arena, struct group_sum, groups);
    solving->sites = ARENA_ARRAY(arena, struct site_cost, sites);
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
    costs->traits = (struct trait_table){.linked = linked, .program = program, .flow = flow};
    traits_find(&costs->traits, &costs->arena);
    cost_graph_make(costs);
    struct arena arena;
    arena_init(&arena);
    struct graph graph;
    struct solving solving = {.costs = costs};
    make_room(&solving, &arena);
    edges_find(costs, &arena, &graph);
    components_find(&graph, &arena, &solving.components);
    order_components(&solving);
    cost_count_calls(costs, &solving.components);
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
    return function < costs->linked->functions.count ? costs_entry(costs, costs->main_entry[function]) : NULL;
}

double costs_call_frequency(const struct costs *costs, uint32_t function, uint32_t call)
{
    if (!costs_function(costs, function) || call >= function_of(costs, function)->calls.count)
        return 0;
    return costs->nodes.items[costs->main_entry[function]].call_frequency[call];
}
