/* Bindings: what a call gives a function's parameters, and handlers that are called when their descriptor is ready. */
#include "analyzer/cost_internal.h"

#include <string.h>

static bool set_is_plain(const struct value_set *set)
{
    return set->constant_count || set->function_count || set->external_count || set->fds;
}

static uint64_t mix(uint64_t hash, uint64_t value)
{
    hash ^= value + 0x9e3779b97f4a7c15u + (hash << 6) + (hash >> 2);
    return hash * 0xff51afd7ed558ccdu;
}

static uint64_t set_hash(uint64_t hash, const struct value_set *set)
{
    hash = mix(hash, set->function_count);
    for (uint32_t i = 0; i < set->function_count; i++)
        hash = mix(hash, set->functions[i]);
    hash = mix(hash, set->external_count);
    for (uint32_t i = 0; i < set->external_count; i++)
        hash = mix(hash, set->externals[i]);
    hash = mix(hash, set->constant_count);
    for (uint32_t i = 0; i < set->constant_count; i++)
        hash = mix(hash, (uint64_t)set->constants[i]);
    return mix(mix(mix(hash, set->string), set->fds), set->other);
}

static bool same_set(const struct value_set *a, const struct value_set *b)
{
    return a->function_count == b->function_count && a->external_count == b->external_count &&
           a->constant_count == b->constant_count && a->string == b->string && a->fds == b->fds &&
           a->other == b->other &&
           (!a->function_count || !memcmp(a->functions, b->functions, a->function_count * sizeof *a->functions)) &&
           (!a->external_count || !memcmp(a->externals, b->externals, a->external_count * sizeof *a->externals)) &&
           !memcmp(a->constants, b->constants, a->constant_count * sizeof *a->constants);
}

uint64_t binding_hash(const struct binding *binding)
{
    uint64_t hash = binding->count;
    for (uint32_t i = 0; i < binding->count; i++)
        hash = set_hash(hash, &binding->values[i]);
    return hash;
}

bool binding_same(const struct binding *a, const struct binding *b)
{
    if (a->count != b->count)
        return false;
    for (uint32_t i = 0; i < a->count; i++)
        if (!same_set(&a->values[i], &b->values[i]))
            return false;
    return true;
}

static void keep_set(struct costs *costs, struct value_set *set)
{
    set->functions = arena_copy(&costs->arena, set->functions, set->function_count * sizeof *set->functions);
    set->externals = arena_copy(&costs->arena, set->externals, set->external_count * sizeof *set->externals);
    set->addresses = arena_copy(&costs->arena, set->addresses, set->address_count * sizeof *set->addresses);
}

struct binding binding_keep(struct costs *costs, const struct binding *binding)
{
    struct value_set *values = ARENA_ARRAY(&costs->arena, struct value_set, binding->count);
    for (uint32_t i = 0; i < binding->count; i++) {
        values[i] = binding->values[i];
        keep_set(costs, &values[i]);
    }
    return (struct binding){.count = binding->count, .values = values};
}

/* What the parameters hold over all calls. */
static const struct value_set *joined_parameters(struct costs *costs, uint32_t function)
{
    const struct function *body = function_of(costs, function);
    struct value_set *joined = costs->joined[function];
    if (joined)
        return joined;
    joined = costs->joined[function] = ARENA_ARRAY(&costs->arena, struct value_set, body->parameters.count);
    for (uint32_t i = 0; i < body->parameters.count; i++)
        joined[i].other = true;
    for (uint32_t value = 0; value < body->values.count; value++) {
        const struct value *item = &body->values.items[value];
        if (item->kind != VALUE_SLOT || body->slots.items[item->a].kind != SLOT_PARAMETER)
            continue;
        uint32_t number = body->slots.items[item->a].number;
        if (number >= body->parameters.count)
            continue;
        flow_value(costs->flow, function, value, NULL, &costs->scratch, &joined[number]);
        keep_set(costs, &joined[number]);
    }
    return joined;
}

/* A number that may be a descriptor: one that is ready, whatever it is. */
static void be_ready(struct value_set *value)
{
    value->fds = fds_nonblocking(value->fds ? value->fds : FD_BLOCKING_BITS);
    value->other = false;
}

struct binding binding_of_call(struct costs *costs, uint32_t callee, uint32_t caller, uint32_t call,
                               const struct binding *binding)
{
    const struct function *body = function_of(costs, caller);
    const struct call *site = &body->calls.items[call];
    uint32_t parameters = function_of(costs, callee)->parameters.count;
    uint32_t count = parameters < site->argument_count ? parameters : site->argument_count;
    struct value_set *values = ARENA_ARRAY(&costs->scratch, struct value_set, count);
    const struct value_set *joined = joined_parameters(costs, callee);
    bool says_more = false, ready = ready_calls(costs, caller)[call];
    for (uint32_t i = 0; i < count; i++) {
        uint32_t value = body->arguments.items[site->first_argument + i];
        values[i].other = true;
        if (i >= 64 || !(costs->traits.of[callee].parameters >> i & 1) || value == SUMMARY_NONE)
            continue;
        flow_value(costs->flow, caller, value, binding, &costs->scratch, &values[i]);
        if (ready && !function_of(costs, callee)->parameters.items[i].pointer)
            be_ready(&values[i]);
        if (!set_is_plain(&values[i]) || same_set(&values[i], &joined[i]))
            values[i] = joined[i];
        else
            says_more = true;
    }
    return (struct binding){.count = says_more ? count : 0, .values = values};
}

bool binding_forget_numbers(struct costs *costs, uint32_t callee, struct binding *binding)
{
    const struct value_set *joined = joined_parameters(costs, callee);
    struct value_set *values = ARENA_ARRAY(&costs->scratch, struct value_set, binding->count);
    bool says_more = false;
    for (uint32_t i = 0; i < binding->count; i++) {
        const struct value_set *bound = &binding->values[i];
        bool keeps = bound->fds || bound->function_count || bound->external_count;
        values[i] = keeps ? *bound : joined[i];
        says_more = says_more || (keeps && !same_set(bound, &joined[i]));
    }
    binding->values = values;
    return says_more;
}

/* An event loop calls a handler when its descriptor is ready: it does not wait there, as if it were non-blocking. */
static void bind_ready(struct costs *costs, uint32_t handler)
{
    const struct function *body = function_of(costs, handler);
    const struct value_set *joined = joined_parameters(costs, handler);
    struct value_set *values = ARENA_ARRAY(&costs->scratch, struct value_set, body->parameters.count);
    for (uint32_t i = 0; i < body->parameters.count; i++) {
        values[i] = joined[i];
        if (body->parameters.items[i].pointer)
            continue;
        be_ready(&values[i]);
    }
    struct binding binding = {.count = body->parameters.count, .values = values};
    costs->nodes.items[costs->first_entry[handler]].binding = binding_keep(costs, &binding);
}

/* The handlers that a dispatcher of the program itself calls. */
static void bind_dispatched(struct costs *costs, uint32_t dispatcher)
{
    const struct function *body = function_of(costs, dispatcher);
    for (uint32_t call = 0; call < body->calls.count; call++) {
        name_id symbol;
        struct call_targets targets;
        if (call_symbol(body, call, &symbol) || loop_around_call(body, call) == SUMMARY_NONE)
            continue;
        flow_call_targets(costs->flow, dispatcher, call, NULL, &costs->scratch, &targets);
        for (uint32_t i = 0; i < targets.function_count; i++)
            bind_ready(costs, targets.functions[i]);
    }
}

void bind_handlers(struct costs *costs)
{
    for (array_each(const uint32_t, function, &costs->program->functions))
        if (costs->traits.of[*function].dispatches)
            bind_dispatched(costs, *function);
    uint32_t count;
    const struct registration *registrations = flow_registrations(costs->flow, &count);
    for (uint32_t i = 0; i < count; i++)
        if (registrations[i].when == CALLBACK_EVENT_LOOP &&
            costs->first_entry[registrations[i].function] != SUMMARY_NONE)
            bind_ready(costs, registrations[i].function);
    arena_free(&costs->scratch);
}
