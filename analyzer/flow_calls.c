/* Calls that depend on what flows: calls through pointers, and what library functions do to values. */
#include "analyzer/flow_internal.h"

#include "base/text.h"

static const struct call *call_of(const struct flow *flow, const struct pending_call *pending)
{
    return &body_of(flow, pending->function)->calls.items[pending->call];
}

uint32_t argument_value(const struct flow *flow, const struct pending_call *pending, int argument)
{
    const struct call *call = call_of(flow, pending);
    if (argument < 0 || (uint32_t)argument >= call->argument_count)
        return SUMMARY_NONE;
    return body_of(flow, pending->function)->arguments.items[call->first_argument + (uint32_t)argument];
}

static int64_t constant_of(const struct flow *flow, atom a)
{
    uint32_t index = ATOM_INDEX(a);
    return index < 66560 ? (int64_t)index - 1024 : flow->constants.items[index - 66560];
}

/* Flags are put together with |, of which some bits are unknown: the one constant that is known then decides. */
void gather_argument(struct flow *flow, uint32_t function, uint32_t value, struct api_argument *argument)
{
    memset(argument, 0, sizeof *argument);
    if (value == SUMMARY_NONE)
        return;
    uint32_t place = value_place(flow, function, value);
    const struct atom_set *set = &flow->sets.items[place];
    argument->fds = place_fds(flow, place);
    argument->fds_complete = !set->other;
    for (uint32_t i = 0; i < set->count; i++) {
        if (ATOM_KIND(set->atoms[i]) == ATOM_CONSTANT) {
            int64_t constant = constant_of(flow, set->atoms[i]);
            argument->constant = argument->constant_known ? argument->constant | constant : constant;
            argument->constant_known = true;
        } else if (ATOM_KIND(set->atoms[i]) == ATOM_STRING) {
            argument->string = names_string(&flow->linked->names, ATOM_INDEX(set->atoms[i]));
        }
    }
}

#define MOST_PREDICATES 8 /* of an effect on a mode; further ones are not asked */

/* An effect on the mode of a descriptor happens also where flags lack the bit: the descriptor is blocking then. */
static struct effect without_flags(const struct effect *effect, struct predicate predicates[MOST_PREDICATES])
{
    struct effect rest = *effect;
    rest.predicates = predicates;
    rest.predicate_count = 0;
    for (unsigned i = 0; i < effect->predicate_count && rest.predicate_count < MOST_PREDICATES; i++)
        if (effect->predicates[i].kind != PREDICATE_HAS)
            predicates[rest.predicate_count++] = effect->predicates[i];
    return rest;
}

static bool effect_happens(struct flow *flow, const struct pending_call *pending, const struct effect *effect)
{
    struct predicate predicates[MOST_PREDICATES];
    struct effect rest;
    if (effect->kind == EFFECT_SETS_NONBLOCKING) {
        rest = without_flags(effect, predicates);
        effect = &rest;
    }
    if (!effect->predicate_count && !effect->instead_of)
        return true;
    struct api_argument arguments[16];
    uint32_t count = call_of(flow, pending)->argument_count;
    count = count < 16 ? count : 16;
    for (uint32_t i = 0; i < count; i++)
        gather_argument(flow, pending->function, argument_value(flow, pending, (int)i), &arguments[i]);
    return knowledge_effect_likely(effect, arguments, count) > 0.4;
}

/* ---- what library functions do to values ---- */

static void opens(struct flow *flow, const struct pending_call *pending, const struct effect *effect)
{
    if (effect->argument < 0) {
        place_has_fds(flow, call_result_place(flow, pending->function, pending->call), effect->fds);
        return;
    }
    uint32_t value = argument_value(flow, pending, effect->argument);
    if (value == SUMMARY_NONE)
        return;
    uint32_t made = place_add(flow);
    place_has_fds(flow, made, effect->fds);
    store_add(flow, value_place(flow, pending->function, value), made);
}

static void registers(struct flow *flow, const struct pending_call *pending, const struct effect *effect,
                      uint32_t function, enum callback_when when)
{
    struct registration entry = {function, when, pending->function, pending->call};
    if (effect->kind == EFFECT_CALLBACK && when == CALLBACK_DURING)
        return;
    for (array_each(const struct registration, known, &flow->registrations))
        if (memcmp(known, &entry, sizeof entry) == 0)
            return;
    array_push(&flow->registrations, entry);
}

static bool symbol_is_member(const char *symbol, const char *member)
{
    struct text end = {0};
    text_printf(&end, "@FI@%s", member);
    bool is = string_ends_with(symbol, end.string);
    text_free(&end);
    return is;
}

/* The place that holds the callback: the argument, or a member of what it points to. Members are one place for all
 * objects of their type, so it is found by name. */
static uint32_t callback_place(struct flow *flow, const struct pending_call *pending, const struct effect *effect)
{
    uint32_t value = argument_value(flow, pending, effect->argument);
    if (value == SUMMARY_NONE)
        return SUMMARY_NONE;
    if (!effect->field)
        return value_place(flow, pending->function, value);
    for (array_each(const struct slot, slot, &body_of(flow, pending->function)->slots))
        if (slot->kind == SLOT_FIELD &&
            symbol_is_member(names_string(&flow->linked->names, slot->symbol), effect->field))
            return slot_place(flow, pending->function,
                              (uint32_t)(slot - body_of(flow, pending->function)->slots.items));
    return SUMMARY_NONE;
}

static void calls_back(struct flow *flow, const struct pending_call *pending, const struct effect *effect)
{
    uint32_t place = callback_place(flow, pending, effect);
    if (place == SUMMARY_NONE)
        return;
    uint32_t data = argument_value(flow, pending, effect->data_argument);
    enum callback_when when = effect->kind == EFFECT_SPAWNS_THREAD ? CALLBACK_THREAD : effect->when;
    for (uint32_t i = 0; i < flow->sets.items[place].count; i++) {
        atom a = flow->sets.items[place].atoms[i];
        if (ATOM_KIND(a) != ATOM_FUNCTION)
            continue;
        uint32_t target = ATOM_INDEX(a);
        flow->functions[target].called = true;
        registers(flow, pending, effect, target, when);
        if (data != SUMMARY_NONE && (uint32_t)effect->data_position < body_of(flow, target)->parameters.count)
            edge_add(flow, value_place(flow, pending->function, data),
                     flow->functions[target].first_place + (uint32_t)effect->data_position);
    }
}

static void copies(struct flow *flow, const struct pending_call *pending, const struct effect *effect)
{
    uint32_t to = argument_value(flow, pending, effect->argument);
    uint32_t from = argument_value(flow, pending, effect->from_argument);
    if (to == SUMMARY_NONE || from == SUMMARY_NONE)
        return;
    uint32_t between = place_add(flow);
    load_add(flow, value_place(flow, pending->function, from), between);
    store_add(flow, value_place(flow, pending->function, to), between);
}

static void apply_effect(struct flow *flow, const struct pending_call *pending, const struct effect *effect, bool first)
{
    uint32_t value = argument_value(flow, pending, effect->argument);
    switch (effect->kind) {
    case EFFECT_OPENS:
        if (effect->argument < 0 || first)
            opens(flow, pending, effect);
        break;
    case EFFECT_SETS_NONBLOCKING:
        mode_change_add(flow, pending, effect);
        break;
    case EFFECT_SAME_FD:
    case EFFECT_RETURNS_ARGUMENT:
        if (value != SUMMARY_NONE && call_of(flow, pending)->result_used)
            edge_add(flow, value_place(flow, pending->function, value),
                     call_result_place(flow, pending->function, pending->call));
        break;
    case EFFECT_COPIES:
        if (first)
            copies(flow, pending, effect);
        break;
    case EFFECT_CALLBACK:
    case EFFECT_SPAWNS_THREAD:
        calls_back(flow, pending, effect);
        break;
    default:
        break;
    }
}

static bool makes_result(const struct api *api)
{
    for (unsigned i = 0; i < api->effect_count; i++) {
        const struct effect *effect = &api->effects[i];
        if ((effect->kind == EFFECT_OPENS && effect->argument < 0) || effect->kind == EFFECT_SAME_FD ||
            effect->kind == EFFECT_RETURNS_ARGUMENT)
            return true;
    }
    return false;
}

static void apply_api(struct flow *flow, struct pending_call *pending)
{
    bool first = pending->targets_seen == 0;
    pending->targets_seen = 1;
    if (first && call_of(flow, pending)->result_used && !makes_result(pending->api))
        place_has_other(flow, call_result_place(flow, pending->function, pending->call));
    for (unsigned i = 0; i < pending->api->effect_count; i++)
        if (effect_happens(flow, pending, &pending->api->effects[i]))
            apply_effect(flow, pending, &pending->api->effects[i], first);
}

/* ---- rounds ---- */

void library_call_without_effects(struct flow *flow, const struct pending_call *pending)
{
    if (call_of(flow, pending)->result_used)
        place_has_other(flow, call_result_place(flow, pending->function, pending->call));
}

/* A library function that is called through a pointer becomes a call of its own, once. */
static void connect_external(struct flow *flow, const struct pending_call *pending, name_id symbol)
{
    const struct api *api = flow->linked->apis[symbol];
    for (array_each(const struct pending_call, known, &flow->pending))
        if (known->function == pending->function && known->call == pending->call && known->symbol == symbol)
            return;
    struct pending_call external = {.function = pending->function,
                                    .call = pending->call,
                                    .callee_place = SUMMARY_NONE,
                                    .symbol = symbol,
                                    .api = api};
    library_fills(flow, pending->function, pending->call, api);
    if (api && api->effect_count) {
        array_push(&flow->pending, external);
        return;
    }
    library_call_without_effects(flow, pending);
}

static void connect_targets(struct flow *flow, struct pending_call *pending)
{
    uint32_t count = flow->sets.items[pending->callee_place].count;
    if (count == pending->targets_seen) /* sets only grow */
        return;
    for (uint32_t i = 0; i < flow->sets.items[pending->callee_place].count; i++) {
        atom a = flow->sets.items[pending->callee_place].atoms[i];
        if (ATOM_KIND(a) == ATOM_FUNCTION)
            connect_call(flow, pending->function, pending->call, ATOM_INDEX(a));
        else if (ATOM_KIND(a) == ATOM_EXTERNAL)
            connect_external(flow, pending, ATOM_INDEX(a));
    }
    pending->targets_seen = count;
}

bool resolve_pending(struct flow *flow)
{
    uint32_t registrations = flow->registrations.count;
    for (uint32_t i = 0; i < flow->pending.count; i++) {
        struct pending_call pending = flow->pending.items[i]; /* the array may grow */
        if (pending.callee_place != SUMMARY_NONE)
            connect_targets(flow, &pending);
        else
            apply_api(flow, &pending);
        flow->pending.items[i] = pending;
    }
    mode_changes_spread(flow);
    return flow->work.count > 0 || flow->registrations.count > registrations;
}
