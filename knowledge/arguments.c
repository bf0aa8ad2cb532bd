/* Which arguments of a call must be known to ask an entry. */
#include "knowledge/knowledge.h"

#define MOST_ARGUMENTS 32 /* of those that can matter: a bit each */

static void need(uint32_t *needed, int argument)
{
    if (argument >= 0 && argument < MOST_ARGUMENTS)
        *needed |= UINT32_C(1) << argument;
}

static void need_duration(uint32_t *needed, const struct duration *duration)
{
    if (duration->kind == DURATION_ARGUMENT)
        need(needed, duration->argument);
}

static void need_predicates(uint32_t *needed, const struct predicate *predicates, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        need(needed, (int)predicates[i].argument);
}

static void need_costs(uint32_t *needed, const struct api *api)
{
    for (unsigned i = 0; i < api->cost_count; i++) {
        const struct api_cost_variant *variant = &api->costs[i];
        const struct duration *durations[] = {&variant->cpu_call,  &variant->cpu_byte,   &variant->wait,
                                              &variant->wait_tail, &variant->tail_share, &variant->at_most};
        for (size_t d = 0; d < sizeof durations / sizeof durations[0]; d++)
            need_duration(needed, durations[d]);
        need(needed, variant->bytes.argument);
        need(needed, variant->bytes.times_argument);
        need(needed, variant->fd_argument);
        need_predicates(needed, variant->when, variant->when_count);
    }
}

uint32_t knowledge_arguments_of_cost(const struct api *api)
{
    uint32_t needed = 0;
    need_costs(&needed, api);
    for (unsigned i = 0; i < api->effect_count; i++) {
        need(&needed, api->effects[i].times.argument);
        need(&needed, api->effects[i].times.times_argument);
        need_predicates(&needed, api->effects[i].predicates, api->effects[i].predicate_count);
    }
    return needed;
}

bool knowledge_argument_matters(const struct api *api, unsigned argument)
{
    uint32_t needed = knowledge_arguments_of_cost(api);
    for (unsigned i = 0; i < api->effect_count; i++) {
        const struct effect *effect = &api->effects[i];
        bool goes_on = effect->kind == EFFECT_CALLBACK || effect->kind == EFFECT_SAME_FD ||
                       effect->kind == EFFECT_RETURNS_ARGUMENT;
        if (!goes_on)
            continue;
        need(&needed, effect->argument);
        need(&needed, effect->data_argument);
    }
    return argument < MOST_ARGUMENTS && needed >> argument & 1;
}
