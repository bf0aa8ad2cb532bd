/* One entry's cost from those of its callees.
 *
 * Means add. Spreads combine to first order: the variance of ln(sum) is that of the parts weighted by the squares of
 * their shares, and what shares a guess (a loop's trip count) is added up before the guess counts.
 */
#include "analyzer/cost_internal.h"

#include <math.h>

#define MOST_NS 1e15 /* eleven days: nothing is allowed to grow beyond */
#define WIDEST_SPREAD 4.0
#define COMPUTING (-1) /* no cause of waiting */

static double square(double x)
{
    return x * x;
}

static double share(double part, double whole)
{
    return whole > 0 ? part / whole : 0;
}

/* Adds `by` times a cost. Shares and likelihoods become sums that are weighted by the time they are shares of. */
static double add_cost(struct cost *sum, const struct cost *cost, double by)
{
    double wait = 0;
    for (int kind = 0; kind < WAIT_COUNT; kind++) {
        struct waiting *waiting = &sum->waiting[cause_of_wait((enum wait_kind)kind)];
        const struct waiting *added = &cost->waiting[cause_of_wait((enum wait_kind)kind)];
        sum->wait[kind] += by * cost->wait[kind];
        waiting->chance += by * cost->wait[kind] * added->chance;
        waiting->reach += by * cost->wait[kind] * added->reach;
        wait += cost->wait[kind];
    }
    sum->cpu += by * cost->cpu;
    sum->unknown += by * cost->unknown;
    sum->unreviewed += by * (cost->cpu + wait) * cost->unreviewed;
    sum->assumed += by * (cost->cpu + wait) * cost->assumed;
    sum->cpu_reach += by * cost->cpu * cost->cpu_reach;
    return wait;
}

static void finish_sum(struct cost *sum)
{
    double time = sum->cpu + cost_wait(sum);
    sum->unreviewed = share(sum->unreviewed, time);
    sum->assumed = share(sum->assumed, time);
    for (int cause = 0; cause < CAUSE_COUNT; cause++) {
        double wait = cost_wait_of(sum, (enum wait_cause)cause);
        sum->waiting[cause].chance = share(sum->waiting[cause].chance, wait);
        sum->waiting[cause].reach = share(sum->waiting[cause].reach, wait);
    }
    sum->cpu_reach = share(sum->cpu_reach, sum->cpu);
}

/* What is reached less often by a factor counts less than its mean: what nearly never happens is an error path, or a
 * feature that is not used. Returns the factor for the mean, and lowers the reach. */
static double reach_less(const struct expectations *expect, double *reach, double by)
{
    double before = *reach;
    *reach = before * by;
    return before > 0 && by < 1 ? happens_at_all(expect, *reach) / happens_at_all(expect, before) : 1;
}

static void cost_reaches_less(const struct expectations *expect, struct site_cost *cost, double cpu_by, double wait_by)
{
    double cpu = reach_less(expect, &cost->mean.cpu_reach, cpu_by), factor[CAUSE_COUNT];
    for (int cause = 0; cause < CAUSE_COUNT; cause++)
        factor[cause] = reach_less(expect, &cost->mean.waiting[cause].reach, wait_by);
    for (int kind = 0; kind < WAIT_COUNT; kind++)
        cost->mean.wait[kind] *= factor[cause_of_wait((enum wait_kind)kind)];
    double wait = cost->wait > 0 ? cost_wait(&cost->mean) / cost->wait : 1;
    cost->mean.cpu *= cpu;
    cost->cpu_variance *= square(cpu);
    cost->wait *= wait;
    cost->wait_variance *= square(wait);
    cost->covariance *= cpu * wait;
}

/* What is expensive is called less often than what is cheap, also through a pointer: destructors of what holds much,
 * handlers of what is rare. */
static void weigh_targets(struct costs *costs, const struct cost_site *site)
{
    struct cost_target *targets = &costs->targets.items[site->first_target];
    double sum = 0;
    for (uint32_t i = 0; i < site->target_count; i++) {
        targets[i].weight =
            pow(target_cost(costs, &targets[i])->cpu + costs->expect->cheap_target, -costs->expect->rarer_target);
        sum += targets[i].weight;
    }
    for (uint32_t i = 0; i < site->target_count; i++)
        targets[i].weight /= sum;
}

/* Which targets a call really has is as uncertain as what they cost: what few of many do is reached seldom. */
static void site_cost_of(struct costs *costs, const struct cost_site *site, struct site_cost *result)
{
    *result = (struct site_cost){0};
    if (site->target_count > 1)
        weigh_targets(costs, site);
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
        cost_reaches_less(costs->expect, result, share(square(cpu), square_of_cpus),
                          share(square(wait), square_of_waits));
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

static void begin_sums(const struct expectations *expect, const struct cost_node *node, struct group_sum *sums)
{
    double own = 0;
    for (uint32_t group = 0; group < node->group_count; group++) {
        sums[group] = (struct group_sum){.cpu = node->group_cpu[group]};
        own += node->group_cpu[group];
    }
    sums[0].cpu_variance += square(own * expect->own_spread);
}

/* What the function computes itself, once it is known what runs less often than guessed. */
static double own_cpu(const struct cost_node *node, const struct group_sum *sums)
{
    double own = 0;
    for (uint32_t group = 0; group < node->group_count; group++)
        own += node->group_cpu[group] * sums[group].rarer;
    return own;
}

/* Sites run less often where their group does, as far as they compute. */
static void make_rarer(struct costs *costs, const struct cost_node *node, struct cost_room *room)
{
    for (uint32_t i = 0; i < node->site_count; i++) {
        struct cost_site *site = &costs->sites.items[node->first_site + i];
        site->cpu_frequency = site->frequency * room->sums[site->group].rarer;
        if (site->cpu_frequency < site->frequency)
            reach_less(costs->expect, &room->sites[i].mean.cpu_reach,
                       fmin(site->cpu_frequency, 1) / fmin(site->frequency, 1));
    }
}

/* What all executions of a site compute in one call of the function, or wait for a cause. */
static double site_time(const struct cost_site *site, const struct site_cost *cost, int cause)
{
    return cause == COMPUTING ? site->cpu_frequency * cost->mean.cpu
                              : site->frequency * cost_wait_of(&cost->mean, (enum wait_cause)cause);
}

/* How likely a call of the function reaches most of its CPU time, or of its waiting for one cause: any of the sites
 * will do, by how much each of them takes. `own` is what it takes itself. */
static double reach_of(const struct costs *costs, const struct cost_node *node, const struct site_cost *sites,
                       double own, int cause)
{
    double most = own, misses = 1;
    for (uint32_t i = 0; i < node->site_count; i++)
        most = fmax(most, site_time(&costs->sites.items[node->first_site + i], &sites[i], cause));
    if (most <= own)
        return most > 0 ? 1 : 0;
    for (uint32_t i = 0; i < node->site_count; i++) {
        double time = site_time(&costs->sites.items[node->first_site + i], &sites[i], cause);
        double reach = cause == COMPUTING ? sites[i].mean.cpu_reach : sites[i].mean.waiting[cause].reach;
        if (time > 0.001 * most)
            misses *= pow(1 - fmin(reach, 1), time / most);
    }
    return 1 - misses * (1 - own / most);
}

/* A dispatcher waits until there is work, and programs that serve are idle most of the time: handlers that look
 * expensive do not make it busy. */
static void idle_between_work(const struct expectations *expect, struct cost *cost)
{
    double busy = expect->dispatcher_busy;
    double least = cost->cpu * (1 - busy) / busy;
    if (cost->wait[WAIT_IDLE] > 0 && cost->wait[WAIT_IDLE] < least)
        cost->wait[WAIT_IDLE] = least;
}

void cost_evaluate(struct costs *costs, uint32_t index, struct cost_room *room)
{
    const struct cost_node *node = &costs->nodes.items[index];
    struct cost_entry *entry = &costs->entries.items[index];
    struct group_sum *sums = room->sums;
    struct cost total = {0};
    begin_sums(costs->expect, node, sums);
    for (uint32_t i = 0; i < node->site_count; i++) {
        const struct cost_site *site = &costs->sites.items[node->first_site + i];
        struct site_cost *cost = &room->sites[i];
        struct group_sum *sum = &sums[site->group];
        site_cost_of(costs, site, cost);
        cost_reaches_less(costs->expect, cost, fmin(site->frequency, 1), fmin(site->frequency, 1));
        add_cost(&total, &cost->mean, site->frequency);
        sum->cpu += site->frequency * cost->mean.cpu;
        sum->cpu_variance += square(site->frequency) * cost->cpu_variance;
        sum->wait += site->frequency * cost->wait;
        sum->wait_variance += square(site->frequency) * cost->wait_variance;
        sum->covariance += square(site->frequency) * cost->covariance;
    }
    cost_fold_groups(costs->expect, node, sums, room->others);
    make_rarer(costs, node, room);
    entry->self_cpu = own_cpu(node, sums);
    total.cpu = sums[0].cpu;
    total.parts = function_of(costs, entry->function)->nodes.count;
    finish_sum(&total);
    total.cpu_spread = spread_of(sums[0].cpu, sums[0].cpu_variance);
    total.wait_spread = spread_of(sums[0].wait, sums[0].wait_variance);
    total.covariance = covariance_of(&sums[0], &total);
    total.cpu_reach = reach_of(costs, node, room->sites, entry->self_cpu, COMPUTING);
    for (int cause = 0; cause < CAUSE_COUNT; cause++)
        total.waiting[cause].reach = reach_of(costs, node, room->sites, 0, cause);
    if (costs->traits.of[entry->function].dispatches)
        idle_between_work(costs->expect, &total);
    limit(&total);
    entry->total = total;
}

void cost_room_make(const struct costs *costs, struct arena *arena, struct cost_room *room)
{
    uint32_t groups = 1, sites = 1;
    for (array_each(const struct cost_node, node, &costs->nodes)) {
        groups = node->group_count > groups ? node->group_count : groups;
        sites = node->site_count > sites ? node->site_count : sites;
    }
    room->sums = ARENA_ARRAY(arena, struct group_sum, groups);
    room->others = ARENA_ARRAY(arena, uint32_t, groups);
    room->sites = ARENA_ARRAY(arena, struct site_cost, sites);
}
