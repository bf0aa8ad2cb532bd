/* Library calls: what the value flow says of their arguments, and what they cost with them. */
#include "analyzer/cost_internal.h"

#include <math.h>

/* Profiles say what a library call takes in a loop of its own, with all caches warm: `calibrate` can measure that on
 * any machine. Between other work a short one takes several times as much; what a long one loses is soon made up for.
 */
static double between_other_work(const struct expectations *expect, double cpu)
{
    return cpu * (1 + (expect->library_factor - 1) / (1 + cpu / expect->library_long));
}

double cost_time(const struct cost *cost)
{
    return cost->cpu + cost_wait(cost);
}

static void describe(const struct costs *costs, const struct value_set *set, struct api_argument *argument)
{
    *argument = (struct api_argument){.fds = set->fds, .fds_complete = !set->other};
    if (set->string)
        argument->string = names_string(&costs->linked->names, set->string);
    bool plain = !set->function_count && !set->external_count && !set->address_count && !set->string;
    if (!set->constant_count || !plain)
        return;
    if (set->constant_count == 1 && !set->other) {
        argument->constant_known = true;
        argument->constant = set->constants[0];
        if (!set->fds)
            argument->fds = knowledge_descriptor(costs->knowledge, argument->constant);
    }
    double sum = 0;
    for (uint32_t i = 0; i < set->constant_count; i++)
        sum += (double)set->constants[i];
    argument->expected_known = sum > 0 && !set->other;
    argument->expected = sum / set->constant_count;
}

uint32_t call_arguments(struct costs *costs, const struct api *api, uint32_t caller, uint32_t call,
                        const struct binding *binding, struct api_argument arguments[MOST_ARGUMENTS])
{
    const struct function *body = function_of(costs, caller);
    const struct call *site = &body->calls.items[call];
    uint32_t count = site->argument_count < MOST_ARGUMENTS ? site->argument_count : MOST_ARGUMENTS;
    uint32_t needed = knowledge_arguments_of_cost(api);
    bool ready = ready_calls(costs, caller)[call];
    for (uint32_t i = 0; i < count; i++) {
        uint32_t value = body->arguments.items[site->first_argument + i];
        struct value_set set = {.other = true};
        if (value != SUMMARY_NONE && needed >> i & 1)
            flow_value(costs->flow, caller, value, binding, &costs->scratch, &set);
        describe(costs, &set, &arguments[i]);
        if (ready)
            arguments[i].fds = fds_nonblocking(arguments[i].fds ? arguments[i].fds : FD_BLOCKING_BITS);
    }
    return count;
}

/* Waiting by kind → sums; the spread of a sum is that of its parts, by their shares. */
static void add_waits(struct cost *cost, const struct api_cost *api_cost)
{
    double sum = 0, variance = 0;
    for (int kind = 0; kind < WAIT_COUNT; kind++) {
        double mean = api_cost->wait[kind].median; /* a mean, see knowledge_cost */
        cost->wait[kind] = mean;
        sum += mean;
        variance += mean * mean * api_cost->wait[kind].spread * api_cost->wait[kind].spread;
    }
    cost->wait_spread = sum > 0 ? sqrt(variance) / sum : 0;
}

static void make_idle(struct cost *cost)
{
    double sum = cost_wait(cost);
    for (int kind = 0; kind < WAIT_COUNT; kind++)
        cost->wait[kind] = 0;
    cost->wait[WAIT_IDLE] = sum;
}

/* How likely any of the calls waits. Where it was seen what descriptors lead to, a call works now on one kind and now
 * on another, and one that waits is enough to make waiting most of the time. */
static double wait_chance(const struct expectations *expect, const struct api_cost *cost,
                          const struct api_argument *arguments, uint32_t argument_count)
{
    double chance = fmin(cost->wait_certain, 1);
    for (uint32_t i = 0; i < argument_count; i++)
        if (arguments[i].fds)
            return 1 - pow(1 - chance, expect->any_of_kinds);
    return chance;
}

uint32_t library_call_cost(struct costs *costs, const struct api *api, uint32_t caller,
                           const struct api_argument *arguments, uint32_t argument_count)
{
    struct api_cost api_cost;
    knowledge_cost(api, costs->profile, arguments, argument_count, &api_cost);
    struct cost cost = {.cpu = between_other_work(costs->expect, api_cost.cpu.median),
                        .cpu_spread = api_cost.cpu.spread,
                        .cpu_reach = 1,
                        .unreviewed = 1 - api->confidence};
    add_waits(&cost, &api_cost);
    double chance = wait_chance(costs->expect, &api_cost, arguments, argument_count);
    for (int cause = 0; cause < CAUSE_COUNT; cause++)
        cost.waiting[cause] = (struct waiting){.reach = 1, .chance = chance};
    const struct traits *traits = &costs->traits.of[caller];
    if ((traits->idles && api_has_effect(api, EFFECT_MULTIPLEXES)) ||
        (traits->takes_work && api_has_effect(api, EFFECT_WAITS_FOR_WORK)))
        make_idle(&cost);
    array_push(&costs->known, cost);
    return costs->known.count - 1;
}

uint32_t unknown_call_cost(struct costs *costs)
{
    const struct expectations *expect = costs->expect;
    double cpu =
        between_other_work(expect, costs->profile->quantities[QUANTITY_LIBRARY_CALL].median) * expect->unknown_factor;
    array_push(
        &costs->known,
        (struct cost){.cpu = cpu, .cpu_reach = 1, .cpu_spread = expect->unknown_spread, .unknown = 1, .assumed = 1});
    return costs->known.count - 1;
}
