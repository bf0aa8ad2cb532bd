/* Where most of an entry's time comes from: for the evidence. */
#include "analyzer/cost_internal.h"

#include <math.h>

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

/* What is reached by so few calls counts less, as in cost_evaluate. */
static double seldom(const struct expectations *expect, double calls, double reach)
{
    return reach > 0 && calls < 1 ? happens_at_all(expect, calls * reach) / happens_at_all(expect, reach) : 1;
}

/* What the calls wait, of the kinds that count. */
static double counted_wait(const struct costs *costs, const struct cost *cost, double calls,
                           const double counts[WAIT_COUNT])
{
    double sum = 0;
    for (int kind = 0; kind < WAIT_COUNT; kind++) {
        double reach = cost->waiting[cause_of_wait((enum wait_kind)kind)].reach;
        sum += counts[kind] > 0 ? calls * cost->wait[kind] * seldom(costs->expect, calls, reach) : 0;
    }
    return sum;
}

void cost_find_sources(struct costs *costs, uint32_t index)
{
    const struct cost_node *node = &costs->nodes.items[index];
    struct cost_entry *entry = &costs->entries.items[index];
    const struct function *body = function_of(costs, entry->function);
    double waits[WAIT_COUNT], wait = cost_typical_waits(costs->expect, &entry->total, waits);
    double cpu = entry->total.cpu, most_unknown = 0;
    struct cost_source own = {.call = SUMMARY_NONE, .function = NO_FUNCTION, .entry = SUMMARY_NONE, .frequency = 1};
    entry->most_wait = entry->most_cpu = own;
    entry->most_cpu.share = cpu > 0 ? fmin(entry->self_cpu / cpu, 1) : 0;
    for (uint32_t i = 0; i < node->site_count; i++) {
        const struct cost_site *site = &costs->sites.items[node->first_site + i];
        for (uint32_t t = 0; t < site->target_count; t++) {
            const struct cost_target *target = &costs->targets.items[site->first_target + t];
            const struct cost *cost = target_cost(costs, target);
            double calls = site->frequency * target->weight;
            double cpu_calls = site->cpu_frequency * target->weight;
            double cpu_counts = seldom(costs->expect, cpu_calls, cost->cpu_reach);
            if (cpu > 0)
                remember(&entry->most_cpu, site, target, costs, fmin(cpu_calls * cost->cpu * cpu_counts / cpu, 1));
            if (wait > 0)
                remember(&entry->most_wait, site, target, costs,
                         fmin(counted_wait(costs, cost, calls, waits) / wait, 1));
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
