/* Traits of functions: which never come back, which are cold, which write messages, whose parameters matter. */
#include "analyzer/traits.h"

#define SMALL_NODES 6 /* a body of so few nodes without calls is inlined */

bool call_symbol(const struct function *caller, uint32_t call, name_id *symbol)
{
    uint32_t callee = caller->calls.items[call].callee;
    if (callee == SUMMARY_NONE || caller->values.items[callee].kind != VALUE_FUNCTION)
        return false;
    *symbol = caller->values.items[callee].name;
    return true;
}

bool api_has_effect(const struct api *api, enum effect_kind kind)
{
    for (unsigned i = 0; i < api->effect_count; i++)
        if (api->effects[i].kind == kind)
            return true;
    return false;
}

static bool writes_message(const struct function *caller, const struct call *call)
{
    if (call->result_used)
        return false;
    for (uint32_t i = 0; i < call->argument_count; i++) {
        uint32_t value = caller->arguments.items[call->first_argument + i];
        if (value != SUMMARY_NONE && caller->values.items[value].kind == VALUE_STRING)
            return true;
    }
    return false;
}

uint8_t traits_of_call(const struct linked *linked, const struct program *program, const struct traits *traits,
                       const struct function *caller, uint32_t call)
{
    name_id symbol;
    if (!call_symbol(caller, call, &symbol))
        return 0;
    uint8_t flags = 0;
    uint32_t declared = linked->declared[symbol];
    uint32_t definition = program_definition(program, symbol);
    const struct api *api = linked->apis[symbol];
    if (definition != NO_FUNCTION) {
        const struct traits *callee = &traits[definition];
        declared |= linked->functions.items[definition].body.flags;
        bool variadic = declared & FUNCTION_VARIADIC;
        if (callee->noreturn)
            flags |= CALL_NEVER_RETURNS;
        if (variadic && callee->formats && writes_message(caller, &caller->calls.items[call]))
            flags |= CALL_LOGS;
    } else if (api) {
        if (api_has_effect(api, EFFECT_NORETURN))
            flags |= CALL_NEVER_RETURNS;
        if (api_has_effect(api, EFFECT_ALLOCATES))
            flags |= CALL_ALLOCATES;
    }
    if (declared & FUNCTION_NORETURN)
        flags |= CALL_NEVER_RETURNS;
    if (declared & FUNCTION_COLD)
        flags |= CALL_COLD;
    return flags;
}

/* ---- no way back ---- */

static bool has_endless_loop(const struct function *function)
{
    for (uint32_t i = 0; i < function->nodes.count; i++)
        if (function->nodes.items[i].kind == NODE_LOOP && function->nodes.items[i].flags == LOOP_ENDLESS)
            return true;
    return false;
}

/* Writes the flags of a function's calls and returns how many of them never return. */
static uint32_t flag_calls(const struct linked *linked, const struct program *program, const struct traits *traits,
                           const struct function *function, uint8_t *flags)
{
    uint32_t dead = 0;
    for (uint32_t call = 0; call < function->calls.count; call++) {
        flags[call] = traits_of_call(linked, program, traits, function, call);
        dead += flags[call] & CALL_NEVER_RETURNS ? 1 : 0;
    }
    return dead;
}

static uint32_t most_calls(const struct linked *linked, const struct program *program)
{
    uint32_t most = 0;
    for (array_each(uint32_t, function, &program->functions)) {
        uint32_t calls = linked->functions.items[*function].body.calls.count;
        most = calls > most ? calls : most;
    }
    return most;
}

/* Functions that cannot come back, until no more are found. `dead` remembers at how many calls without return each was
 * looked at last: only a new one can change the answer. */
static void find_noreturn(const struct linked *linked, const struct program *program, struct arena *arena,
                          struct traits *traits)
{
    uint32_t *dead = ARENA_ARRAY(arena, uint32_t, linked->functions.count);
    uint8_t *flags = ARENA_ARRAY(arena, uint8_t, most_calls(linked, program));
    for (array_each(uint32_t, index, &program->functions)) {
        const struct function *body = &linked->functions.items[*index].body;
        traits[*index].noreturn = body->flags & FUNCTION_NORETURN;
        dead[*index] = has_endless_loop(body) ? UINT32_MAX : 0;
    }
    bool changed = true;
    while (changed) {
        changed = false;
        for (array_each(uint32_t, index, &program->functions)) {
            const struct function *body = &linked->functions.items[*index].body;
            if (traits[*index].noreturn)
                continue;
            uint32_t now = flag_calls(linked, program, traits, body, flags);
            if (now == dead[*index])
                continue;
            dead[*index] = now;
            traits[*index].noreturn = !comes_back(body, flags);
            changed = changed || traits[*index].noreturn;
        }
    }
}

/* ---- messages ---- */

static bool api_formats(const struct api *api)
{
    for (unsigned i = 0; i < api->cost_count; i++) {
        const struct duration *cpu = &api->costs[i].cpu_call;
        if (cpu->kind == DURATION_QUANTITY && cpu->quantity == QUANTITY_FORMAT)
            return true;
    }
    return false;
}

/* One round: a function formats if something that it calls directly does. */
static bool calls_formatter(const struct linked *linked, const struct program *program, const struct traits *traits,
                            const struct function *function)
{
    for (uint32_t call = 0; call < function->calls.count; call++) {
        name_id symbol;
        if (!call_symbol(function, call, &symbol))
            continue;
        uint32_t definition = program_definition(program, symbol);
        if (definition != NO_FUNCTION ? traits[definition].formats
                                      : linked->apis[symbol] && api_formats(linked->apis[symbol]))
            return true;
    }
    return false;
}

/* Those that format themselves, then variadic ones that leave it to one of these. */
static void find_formatters(const struct linked *linked, const struct program *program, struct traits *traits)
{
    for (int variadic_only = 0; variadic_only < 2; variadic_only++) {
        for (array_each(uint32_t, index, &program->functions)) {
            const struct function *body = &linked->functions.items[*index].body;
            if (!variadic_only || body->flags & FUNCTION_VARIADIC)
                traits[*index].formats = calls_formatter(linked, program, traits, body);
        }
    }
}

/* ---- parameters ---- */

static void mark_parameter(const struct function *function, uint32_t value, uint64_t *parameters)
{
    if (value == SUMMARY_NONE || function->values.items[value].kind != VALUE_SLOT)
        return;
    const struct slot *slot = &function->slots.items[function->values.items[value].a];
    if (slot->kind == SLOT_PARAMETER && slot->number < 64)
        *parameters |= UINT64_C(1) << slot->number;
}

/* Parameters that decide a branch, a switch or a trip count, or that the value flow says matter below. */
static uint64_t parameters_that_matter(const struct flow *flow, uint32_t index, const struct function *function)
{
    uint64_t parameters = 0;
    for (array_each(const struct condition, condition, &function->conditions)) {
        if (condition->op >= CONDITION_NOT || condition->type == OPERAND_POINTER)
            continue;
        mark_parameter(function, condition->a, &parameters);
        if (condition->op != CONDITION_TRUTH)
            mark_parameter(function, condition->b, &parameters);
    }
    for (array_each(const struct node, node, &function->nodes)) {
        if (node->kind == NODE_SWITCH)
            mark_parameter(function, node->a, &parameters);
        else if (node->kind == NODE_LOOP)
            mark_parameter(function, node->b, &parameters);
    }
    for (uint32_t i = 0; i < function->parameters.count && i < 64; i++)
        if (flow_parameter_matters(flow, index, i))
            parameters |= UINT64_C(1) << i;
    return parameters;
}

struct traits *traits_find(const struct linked *linked, const struct program *program, const struct flow *flow,
                           struct arena *arena)
{
    struct traits *traits = ARENA_ARRAY(arena, struct traits, linked->functions.count);
    find_noreturn(linked, program, arena, traits);
    find_formatters(linked, program, traits);
    for (array_each(uint32_t, index, &program->functions)) {
        const struct function *body = &linked->functions.items[*index].body;
        traits[*index].cold = body->flags & FUNCTION_COLD;
        traits[*index].small = body->nodes.count <= SMALL_NODES && !body->calls.count;
        traits[*index].parameters = parameters_that_matter(flow, *index, body);
    }
    traits_find_dispatchers(linked, program, arena, traits);
    return traits;
}
