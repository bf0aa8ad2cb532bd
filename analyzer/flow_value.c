/* Asking what a value may be, for all calls together or for one call by its binding. */
#include "analyzer/flow_internal.h"

#include "base/text.h"

#define DEPTH_LIMIT                                                                                                    \
    4 /* of locals assigned from locals, of wrappers around wrappers: deeper ones get the join over all calls */

/* ---- which locals and parameters depend on what ---- */

/* `p++`: a pointer that moves in its object. */
static bool is_itself(const struct function *body, const struct assignment *assignment)
{
    const struct value *target = &body->values.items[assignment->target];
    const struct value *source = &body->values.items[assignment->source];
    return target->kind == source->kind && target->a == source->a;
}

/* A bit for each parameter; those from the 64th on share one. */
static uint64_t parameter_bit(uint32_t parameter)
{
    return UINT64_C(1) << (parameter < 63 ? parameter : 63);
}

/* The parameters that a value comes from, itself or by way of locals. */
static uint64_t parameters_of(const struct function *body, const struct flow_function *entry, uint32_t value)
{
    const struct value *v = &body->values.items[value];
    switch (v->kind) {
    case VALUE_SLOT: {
        const struct slot *slot = &body->slots.items[v->a];
        if (slot->kind == SLOT_PARAMETER)
            return parameter_bit(slot->number);
        return slot->kind == SLOT_LOCAL ? entry->dependent[slot->number] : 0;
    }
    case VALUE_JOIN:
    case VALUE_OR:
    case VALUE_SUM:
    case VALUE_PRODUCT:
        return parameters_of(body, entry, v->a) | parameters_of(body, entry, v->b);
    default:
        return 0;
    }
}

static void find_dependent_locals(struct flow *flow, uint32_t function)
{
    const struct function *body = body_of(flow, function);
    struct flow_function *entry = &flow->functions[function];
    bool changed = body->parameters.count > 0;
    while (changed) {
        changed = false;
        for (array_each(const struct assignment, assignment, &body->flows)) {
            const struct value *target = &body->values.items[assignment->target];
            if (target->kind != VALUE_SLOT)
                continue;
            if (body->slots.items[target->a].kind == SLOT_PARAMETER && !is_itself(body, assignment))
                entry->assigned |= parameter_bit(body->slots.items[target->a].number);
            if (body->slots.items[target->a].kind != SLOT_LOCAL)
                continue;
            uint64_t *dependent = &entry->dependent[body->slots.items[target->a].number];
            uint64_t all = *dependent | parameters_of(body, entry, assignment->source);
            changed = changed || all != *dependent;
            *dependent = all;
        }
    }
}

/* Marks the parameters that a value comes from. */
static bool mark_parameters(struct flow *flow, uint32_t function, uint32_t value)
{
    const struct function *body = body_of(flow, function);
    struct flow_function *entry = &flow->functions[function];
    uint64_t parameters = parameters_of(body, entry, value);
    bool changed = false;
    for (uint32_t i = 0; parameters && i < body->parameters.count; i++) {
        if (!(parameters & parameter_bit(i)) || entry->parameter_matters[i])
            continue;
        entry->parameter_matters[i] = 1;
        changed = true;
    }
    return changed;
}

static bool argument_matters(const struct flow *flow, const struct function *body, const struct call *call, uint32_t at)
{
    const struct value *callee = &body->values.items[call->callee];
    if (callee->kind != VALUE_FUNCTION)
        return true;
    uint32_t target = program_definition(flow->program, callee->name);
    const struct api *api = flow->linked->apis[callee->name];
    if (target == NO_FUNCTION)
        return api && knowledge_argument_matters(api, at);
    return at < body_of(flow, target)->parameters.count && flow->functions[target].parameter_matters[at];
}

static bool mark_calls(struct flow *flow, uint32_t function)
{
    const struct function *body = body_of(flow, function);
    bool changed = false;
    for (array_each(const struct call, call, &body->calls)) {
        if (body->values.items[call->callee].kind != VALUE_FUNCTION)
            changed |= mark_parameters(flow, function, call->callee);
        for (uint32_t i = 0; i < call->argument_count; i++)
            if (argument_matters(flow, body, call, i))
                changed |= mark_parameters(flow, function, body->arguments.items[call->first_argument + i]);
    }
    return changed;
}

void find_dependence(struct flow *flow)
{
    for (array_each(const uint32_t, function, &flow->program->functions))
        find_dependent_locals(flow, *function);
    bool changed = true;
    for (unsigned round = 0; changed && round < DEPTH_LIMIT; round++) { /* deeper wrappers join their calls */
        changed = false;
        for (array_each(const uint32_t, function, &flow->program->functions))
            changed |= mark_calls(flow, *function);
    }
}

bool flow_parameter_matters(const struct flow *flow, uint32_t function, uint32_t parameter)
{
    const struct flow_function *entry = &flow->functions[function];
    return entry->parameter_matters && parameter < body_of(flow, function)->parameters.count &&
           entry->parameter_matters[parameter];
}

/* ---- values ---- */

static void list_add(uint32_t **list, uint32_t *count, uint32_t item, struct arena *arena)
{
    uint32_t at = *count; /* items mostly come in order */
    while (at > 0 && (*list)[at - 1] > item)
        at--;
    if (at > 0 && (*list)[at - 1] == item)
        return;
    if ((*count & (*count - 1)) == 0) { /* a power of two is full */
        uint32_t *larger = ARENA_ARRAY(arena, uint32_t, *count ? *count * 2 : 1);
        if (*count)
            memcpy(larger, *list, *count * sizeof *larger);
        *list = larger;
    }
    memmove(*list + at + 1, *list + at, (*count - at) * sizeof **list);
    (*list)[at] = item;
    ++*count;
}

static void constant_add(struct value_set *set, int64_t constant)
{
    uint32_t at = 0;
    while (at < set->constant_count && set->constants[at] < constant)
        at++;
    if (at < set->constant_count && set->constants[at] == constant)
        return;
    if (set->constant_count == VALUE_SET_CONSTANTS) {
        set->other = true;
        return;
    }
    memmove(set->constants + at + 1, set->constants + at, (set->constant_count - at) * sizeof constant);
    set->constants[at] = constant;
    set->constant_count++;
}

/* Adds a sorted list; at once where there is none yet. */
static void list_join(uint32_t **list, uint32_t *count, const uint32_t *from, uint32_t from_count, struct arena *arena)
{
    if (*count || !from_count) {
        for (uint32_t i = 0; i < from_count; i++)
            list_add(list, count, from[i], arena);
        return;
    }
    uint32_t capacity = 1;
    while (capacity < from_count)
        capacity *= 2; /* as list_add has it */
    *list = ARENA_ARRAY(arena, uint32_t, capacity);
    memcpy(*list, from, from_count * sizeof *from);
    *count = from_count;
}

static void set_join(struct value_set *to, const struct value_set *from, struct arena *arena)
{
    list_join(&to->functions, &to->function_count, from->functions, from->function_count, arena);
    list_join(&to->externals, &to->external_count, from->externals, from->external_count, arena);
    list_join(&to->addresses, &to->address_count, from->addresses, from->address_count, arena);
    for (uint32_t i = 0; i < from->constant_count; i++)
        constant_add(to, from->constants[i]);
    if (from->string)
        to->string = from->string;
    to->fds |= from->fds;
    to->other |= from->other;
}

static int64_t constant_of(const struct flow *flow, uint32_t index)
{
    return index < 66560 ? (int64_t)index - 1024 : flow->constants.items[index - 66560];
}

/* Adds the atoms of a kind, which begin at `first`; at once where there are none yet, as is mostly so. Returns where
 * the next kind begins. */
static uint32_t kind_add(const struct atom_set *set, uint32_t first, enum atom_kind kind, uint32_t **list,
                         uint32_t *count, struct arena *arena)
{
    uint32_t end = first, capacity = 1;
    bool empty = *count == 0;
    while (end < set->count && ATOM_KIND(set->atoms[end]) == kind)
        end++;
    if (first == end)
        return end;
    while (capacity < end - first)
        capacity *= 2; /* as list_add has it */
    if (empty)
        *list = ARENA_ARRAY(arena, uint32_t, capacity);
    for (uint32_t i = first; i < end; i++) {
        if (empty)
            (*list)[(*count)++] = ATOM_INDEX(set->atoms[i]);
        else
            list_add(list, count, ATOM_INDEX(set->atoms[i]), arena);
    }
    return end;
}

static void place_value(const struct flow *flow, uint32_t place, struct arena *arena, struct value_set *result)
{
    const struct atom_set *set = &flow->sets.items[place];
    result->fds |= place_fds(flow, place);
    result->other |= set->other;
    if (!set->count)
        return;
    if (result->numbers_only) {
        result->other |= ATOM_KIND(set->atoms[0]) < ATOM_CONSTANT;
        if (result->other)
            return;
    }
    uint32_t at = kind_add(set, 0, ATOM_FUNCTION, &result->functions, &result->function_count, arena);
    at = kind_add(set, at, ATOM_EXTERNAL, &result->externals, &result->external_count, arena);
    at = kind_add(set, at, ATOM_ADDRESS, &result->addresses, &result->address_count, arena);
    for (; at < set->count; at++) {
        if (ATOM_KIND(set->atoms[at]) == ATOM_CONSTANT)
            constant_add(result, constant_of(flow, ATOM_INDEX(set->atoms[at])));
        else
            result->string = ATOM_INDEX(set->atoms[at]);
    }
}

static void value_in(const struct flow *flow, uint32_t function, uint32_t value, const struct binding *binding,
                     struct arena *arena, struct value_set *result, unsigned depth);

static void slot_value(const struct flow *flow, uint32_t function, uint32_t slot, const struct binding *binding,
                       struct arena *arena, struct value_set *result, unsigned depth)
{
    const struct function *body = body_of(flow, function);
    const struct slot *entry = &body->slots.items[slot];
    uint32_t place = known_slot_place(flow, function, slot);
    bool dependent = entry->kind == SLOT_LOCAL && flow->functions[function].dependent[entry->number];
    if (binding && entry->kind == SLOT_PARAMETER && entry->number < binding->count) {
        struct value_set bound = binding->values[entry->number];
        bound.fds = fds_in_mode(bound.fds, flow->modes.items[place]);
        set_join(result, &bound, arena);
        dependent = flow->functions[function].assigned & parameter_bit(entry->number);
        if (!dependent)
            return;
    }
    if (!binding || !dependent || depth == DEPTH_LIMIT) {
        if (place != SUMMARY_NONE)
            place_value(flow, place, arena, result);
        else
            result->other = true;
        return;
    }
    for (array_each(const struct assignment, assignment, &body->flows)) {
        const struct value *target = &body->values.items[assignment->target];
        bool dead = binding->dead && assignment->node < body->nodes.count && binding->dead[assignment->node];
        if (target->kind == VALUE_SLOT && target->a == slot && !dead && !is_itself(body, assignment))
            value_in(flow, function, assignment->source, binding, arena, result, depth + 1);
    }
    result->fds = fds_in_mode(result->fds, flow->modes.items[place]);
}

static void function_value(const struct flow *flow, name_id symbol, struct arena *arena, struct value_set *result)
{
    uint32_t definition = program_definition(flow->program, symbol);
    if (definition == NO_FUNCTION)
        list_add(&result->externals, &result->external_count, symbol, arena);
    else
        list_add(&result->functions, &result->function_count, definition, arena);
}

/* What a pointer points to: where the flow has not looked yet, what it may be the address of, and the memory that it
 * stands for itself. */
static void deref_value(const struct flow *flow, uint32_t function, uint32_t value, const struct binding *binding,
                        struct arena *arena, struct value_set *result, unsigned depth)
{
    uint32_t known = flow->functions[function].value_place[value];
    if (known) {
        place_value(flow, known - 1, arena, result);
        return;
    }
    struct value_set pointer = {0};
    value_in(flow, function, body_of(flow, function)->values.items[value].a, binding, arena, &pointer, depth);
    for (uint32_t i = 0; i < pointer.address_count; i++)
        place_value(flow, pointer.addresses[i], arena, result);
    pointer.address_count = 0;
    set_join(result, &pointer, arena);
}

static void value_in(const struct flow *flow, uint32_t function, uint32_t value, const struct binding *binding,
                     struct arena *arena, struct value_set *result, unsigned depth)
{
    const struct function *body = body_of(flow, function);
    const struct flow_function *known = &flow->functions[function];
    const struct value *v = &body->values.items[value];
    if (result->numbers_only && result->other)
        return; /* nothing more can be said */
    switch (v->kind) {
    case VALUE_UNKNOWN:
    case VALUE_PRODUCT:
    case VALUE_MASKED:
        result->other = true;
        break;
    case VALUE_INTEGER:
        constant_add(result, v->number);
        break;
    case VALUE_STRING:
        result->string = v->name;
        break;
    case VALUE_FUNCTION:
        function_value(flow, v->name, arena, result);
        break;
    case VALUE_ADDRESS: {
        uint32_t place = known_slot_place(flow, function, v->a);
        if (place == SUMMARY_NONE)
            result->other = true;
        else
            list_add(&result->addresses, &result->address_count, place, arena);
        break;
    }
    case VALUE_SLOT:
        slot_value(flow, function, v->a, binding, arena, result, depth);
        break;
    case VALUE_CALL:
        if (known->call_place[v->a])
            place_value(flow, known->call_place[v->a] - 1, arena, result);
        else
            result->other = true;
        break;
    case VALUE_DEREF:
        deref_value(flow, function, value, binding, arena, result, depth);
        break;
    case VALUE_SUM:
        result->other = true;
        /* fall through */
    case VALUE_JOIN:
    case VALUE_OR:
        value_in(flow, function, v->a, binding, arena, result, depth);
        value_in(flow, function, v->b, binding, arena, result, depth);
        break;
    }
}

/* A sum or product of known numbers, for lengths: malloc(n * size). */
static bool folded(const struct flow *flow, uint32_t function, uint32_t value, const struct binding *binding,
                   struct arena *arena, int64_t *number)
{
    const struct value *v = &body_of(flow, function)->values.items[value];
    if (v->kind == VALUE_SUM || v->kind == VALUE_PRODUCT || v->kind == VALUE_OR) {
        int64_t a, b;
        if (!folded(flow, function, v->a, binding, arena, &a) || !folded(flow, function, v->b, binding, arena, &b))
            return false;
        if (v->kind == VALUE_OR)
            return *number = a | b, true;
        return v->kind == VALUE_SUM ? !__builtin_add_overflow(a, b, number) : !__builtin_mul_overflow(a, b, number);
    }
    struct value_set set = {0};
    value_in(flow, function, value, binding, arena, &set, 0);
    *number = set.constants[0];
    return set.constant_count == 1 && !set.other && !set.address_count && !set.function_count;
}

void flow_value(const struct flow *flow, uint32_t function, uint32_t value, const struct binding *binding,
                struct arena *arena, struct value_set *result)
{
    memset(result, 0, sizeof *result);
    enum value_kind kind = body_of(flow, function)->values.items[value].kind;
    int64_t number;
    if ((kind == VALUE_SUM || kind == VALUE_PRODUCT || kind == VALUE_OR) &&
        folded(flow, function, value, binding, arena, &number)) {
        constant_add(result, number);
        return;
    }
    value_in(flow, function, value, binding, arena, result, 0);
}

bool flow_numbers(const struct flow *flow, uint32_t function, uint32_t value, const struct binding *binding,
                  struct arena *arena, struct value_set *result)
{
    memset(result, 0, sizeof *result);
    result->numbers_only = true;
    int64_t number;
    enum value_kind kind = body_of(flow, function)->values.items[value].kind;
    bool computed = kind == VALUE_SUM || kind == VALUE_PRODUCT || kind == VALUE_OR;
    if (computed && folded(flow, function, value, binding, arena, &number))
        constant_add(result, number);
    else
        value_in(flow, function, value, binding, arena, result, 0);
    return !(result->other || result->function_count || result->external_count || result->address_count ||
             result->string || result->fds);
}

void flow_call_targets(const struct flow *flow, uint32_t function, uint32_t call, const struct binding *binding,
                       struct arena *arena, struct call_targets *targets)
{
    struct value_set set;
    flow_value(flow, function, body_of(flow, function)->calls.items[call].callee, binding, arena, &set);
    bool direct =
        body_of(flow, function)->values.items[body_of(flow, function)->calls.items[call].callee].kind == VALUE_FUNCTION;
    *targets = (struct call_targets){
        .functions = set.functions,
        .function_count = set.function_count,
        .externals = set.externals,
        .external_count = set.external_count,
        .complete = direct || !set.other,
    };
}

uint32_t flow_slot_of(const struct flow *flow, uint32_t function, uint32_t value)
{
    const struct value *v = &body_of(flow, function)->values.items[value];
    if (v->kind == VALUE_ADDRESS || v->kind == VALUE_SLOT)
        return known_slot_place(flow, function, v->a);
    return SUMMARY_NONE;
}
