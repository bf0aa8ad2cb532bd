/* The constraints of functions: flows, and calls of functions that are known from the source. */
#include "analyzer/flow_internal.h"

static uint32_t symbol_place(struct flow *flow, name_id symbol, enum slot_type type)
{
    if (!flow->symbol_place[symbol]) {
        uint32_t place = place_add(flow);
        flow->symbol_place[symbol] = place + 1;
        place_has_type(flow, place, type);
        if (flow->knowledge) {
            fd_bits fds = knowledge_variable(flow->knowledge, names_string(&flow->linked->names, symbol));
            if (fds)
                place_has_fds(flow, place, fds);
        }
    }
    return flow->symbol_place[symbol] - 1;
}

uint32_t known_slot_place(const struct flow *flow, uint32_t function, uint32_t slot)
{
    const struct function *body = body_of(flow, function);
    const struct slot *entry = &body->slots.items[slot];
    uint32_t first = flow->functions[function].first_place;
    switch (entry->kind) {
    case SLOT_PARAMETER:
        return first + entry->number;
    case SLOT_LOCAL:
        return first + body->parameters.count + entry->number;
    case SLOT_RETURN:
        return first + body->parameters.count + body->local_count;
    case SLOT_GLOBAL:
    case SLOT_FIELD:
        break;
    }
    return flow->symbol_place[entry->symbol] ? flow->symbol_place[entry->symbol] - 1 : SUMMARY_NONE;
}

uint32_t slot_place(struct flow *flow, uint32_t function, uint32_t slot)
{
    uint32_t known = known_slot_place(flow, function, slot);
    const struct slot *entry = &body_of(flow, function)->slots.items[slot];
    return known != SUMMARY_NONE ? known : symbol_place(flow, entry->symbol, entry->type);
}

uint32_t call_result_place(struct flow *flow, uint32_t function, uint32_t call)
{
    uint32_t *place = &flow->functions[function].call_place[call];
    if (!*place)
        *place = place_add(flow) + 1;
    return *place - 1;
}

uint32_t value_place(struct flow *flow, uint32_t function, uint32_t value)
{
    const struct value *entry = &body_of(flow, function)->values.items[value];
    if (entry->kind == VALUE_SLOT)
        return slot_place(flow, function, entry->a);
    if (entry->kind == VALUE_CALL)
        return call_result_place(flow, function, entry->a);
    uint32_t *known = &flow->functions[function].value_place[value];
    if (!*known) {
        uint32_t place = place_add(flow);
        *known = place + 1;
        value_into(flow, function, value, place);
        return place;
    }
    return *known - 1;
}

static void function_into(struct flow *flow, name_id symbol, uint32_t place)
{
    uint32_t definition = program_definition(flow->program, symbol);
    place_has(flow, place, definition == NO_FUNCTION ? ATOM(ATOM_EXTERNAL, symbol) : ATOM(ATOM_FUNCTION, definition));
}

void value_into(struct flow *flow, uint32_t function, uint32_t value, uint32_t place)
{
    const struct value *entry = &body_of(flow, function)->values.items[value];
    switch (entry->kind) {
    case VALUE_UNKNOWN:
    case VALUE_PRODUCT:
    case VALUE_MASKED:
        place_has_other(flow, place);
        break;
    case VALUE_INTEGER:
        place_has(flow, place, constant_atom(flow, entry->number));
        break;
    case VALUE_STRING:
        place_has(flow, place, ATOM(ATOM_STRING, entry->name));
        break;
    case VALUE_FUNCTION:
        function_into(flow, entry->name, place);
        break;
    case VALUE_ADDRESS:
        place_has(flow, place, ATOM(ATOM_ADDRESS, slot_place(flow, function, entry->a)));
        break;
    case VALUE_SLOT:
    case VALUE_CALL:
        edge_add(flow, value_place(flow, function, value), place);
        break;
    case VALUE_DEREF:
        load_add(flow, value_place(flow, function, entry->a), place);
        break;
    case VALUE_JOIN:
    case VALUE_OR: /* the bits that may be set: what predicates on flags ask for */
        value_into(flow, function, entry->a, place);
        value_into(flow, function, entry->b, place);
        break;
    case VALUE_SUM: /* pointer arithmetic stays in its object; sums of numbers are not followed */
        if (body_of(flow, function)->values.items[entry->a].kind != VALUE_INTEGER)
            value_into(flow, function, entry->a, place);
        if (body_of(flow, function)->values.items[entry->b].kind != VALUE_INTEGER)
            value_into(flow, function, entry->b, place);
        place_has_other(flow, place);
        break;
    }
}

void connect_call(struct flow *flow, uint32_t function, uint32_t call, uint32_t target)
{
    const struct function *caller = body_of(flow, function), *callee = body_of(flow, target);
    const struct call *entry = &caller->calls.items[call];
    struct flow_function *to = &flow->functions[target];
    to->called = true;
    array_push(&flow->calls, (struct call_edge){function, call, target});
    uint32_t count =
        entry->argument_count < callee->parameters.count ? entry->argument_count : callee->parameters.count;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t value = caller->arguments.items[entry->first_argument + i];
        uint32_t parameter = to->first_place + i;
        value_into(flow, function, value, parameter);
    }
    if (entry->result_used) {
        uint32_t result = to->first_place + callee->parameters.count + callee->local_count;
        edge_add(flow, result, call_result_place(flow, function, call));
    }
}

/* What a library function gets the address of, it may write; of some the knowledge says with what. */
static bool is_filled(const struct api *api, int argument)
{
    for (unsigned i = 0; api && i < api->effect_count; i++)
        if (api->effects[i].argument == argument &&
            (api->effects[i].kind == EFFECT_OPENS || api->effects[i].kind == EFFECT_COPIES))
            return false;
    return true;
}

void library_fills(struct flow *flow, uint32_t function, uint32_t call, const struct api *api)
{
    const struct function *body = body_of(flow, function);
    const struct call *entry = &body->calls.items[call];
    for (uint32_t i = 0; i < entry->argument_count; i++) {
        const struct value *value = &body->values.items[body->arguments.items[entry->first_argument + i]];
        if (value->kind == VALUE_ADDRESS && is_filled(api, (int)i))
            place_has_other(flow, slot_place(flow, function, value->a));
    }
}

static void build_call(struct flow *flow, uint32_t function, uint32_t index)
{
    const struct function *body = body_of(flow, function);
    const struct call *call = &body->calls.items[index];
    const struct value *callee = &body->values.items[call->callee];
    struct pending_call pending = {.function = function, .call = index, .callee_place = SUMMARY_NONE};
    if (callee->kind != VALUE_FUNCTION) {
        pending.callee_place = value_place(flow, function, call->callee);
        array_push(&flow->pending, pending);
        return;
    }
    uint32_t target = program_definition(flow->program, callee->name);
    if (target != NO_FUNCTION) {
        connect_call(flow, function, index, target);
        return;
    }
    pending.symbol = callee->name;
    pending.api = flow->linked->apis[callee->name];
    library_fills(flow, function, index, pending.api);
    if (pending.api && pending.api->effect_count)
        array_push(&flow->pending, pending);
    else
        library_call_without_effects(flow, &pending);
}

void build_function(struct flow *flow, uint32_t function)
{
    const struct function *body = body_of(flow, function);
    for (array_each(const struct assignment, assignment, &body->flows)) {
        const struct value *target = &body->values.items[assignment->target];
        if (target->kind == VALUE_SLOT)
            value_into(flow, function, assignment->source, slot_place(flow, function, target->a));
        else
            store_add(flow, value_place(flow, function, target->a), value_place(flow, function, assignment->source));
    }
    for (uint32_t i = 0; i < body->slots.count; i++)
        slot_place(flow, function, i); /* those that nothing flows into may hold what a library puts there */
    for (uint32_t i = 0; i < body->calls.count; i++)
        build_call(flow, function, i);
}
