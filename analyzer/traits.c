/* Traits of functions: which never come back, which are cold, which write messages, whose parameters matter. */
#include "analyzer/traits.h"

#define MOST_CALLS_OF_REPORT 3
#define REPORT_ROUNDS 3 /* of wrappers around wrappers */
#define MOST_NODES_OF_SLEEP 20
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

/* A call through a pointer never returns if none of its targets does. */
static uint16_t flags_of_indirect(const struct trait_table *table, uint32_t caller, uint32_t call)
{
    struct arena arena;
    arena_init(&arena);
    struct call_targets targets;
    flow_call_targets(table->flow, caller, call, NULL, &arena, &targets);
    bool noreturn = targets.function_count && !targets.external_count, forever = false;
    for (uint32_t i = 0; i < targets.function_count; i++) {
        noreturn = noreturn && table->of[targets.functions[i]].noreturn;
        forever = forever || table->of[targets.functions[i]].forever;
    }
    arena_free(&arena);
    return noreturn ? CALL_NEVER_RETURNS | (forever ? CALL_RUNS_FOREVER : 0) : 0;
}

/* Only CALL_NEVER_RETURNS and CALL_RUNS_FOREVER. */
static uint16_t how_call_returns(const struct trait_table *table, uint32_t caller, uint32_t call)
{
    name_id symbol;
    if (!call_symbol(&table->linked->functions.items[caller].body, call, &symbol))
        return flags_of_indirect(table, caller, call);
    uint32_t definition = program_definition(table->program, symbol);
    const struct api *api = table->linked->apis[symbol];
    bool noreturn = table->linked->declared[symbol] & FUNCTION_NORETURN;
    if (definition == NO_FUNCTION)
        return noreturn || (api && api_has_effect(api, EFFECT_NORETURN)) ? CALL_NEVER_RETURNS : 0;
    const struct traits *callee = &table->of[definition];
    uint16_t forever = callee->forever ? CALL_RUNS_FOREVER : 0;
    return noreturn || callee->noreturn ? CALL_NEVER_RETURNS | forever : 0;
}

/* Whatever its arguments are, it waits for time to pass. */
static bool api_sleeps(const struct api *api)
{
    for (unsigned i = 0; i < api->cost_count; i++) {
        const struct api_cost_variant *variant = &api->costs[i];
        if (!variant->waits || variant->wait_kind_from_fd || variant->wait_kind != WAIT_SLEEP)
            return false;
    }
    return api->cost_count > 0;
}

/* It may wait, and takes longer for more bytes: it reads or writes. */
static bool api_transfers(const struct api *api)
{
    bool waits = false, moves = false;
    for (unsigned i = 0; i < api->cost_count; i++) {
        waits = waits || api->costs[i].waits;
        moves = moves || api->costs[i].bytes.argument >= 0;
    }
    return waits && moves;
}

/* What the result of a library call means. */
static uint16_t result_flags(const struct api *api)
{
    return (api_has_effect(api, EFFECT_COMPARES) ? CALL_COMPARES : 0) |
           (api_has_effect(api, EFFECT_ERROR_NUMBER) ? CALL_ERROR_NUMBER : 0);
}

uint16_t traits_of_call(const struct trait_table *table, uint32_t caller, uint32_t call)
{
    const struct function *body = &table->linked->functions.items[caller].body;
    uint16_t flags = how_call_returns(table, caller, call);
    flags |= traits_call_allocates(table, caller, call) == GIVES ? CALL_ALLOCATES : 0;
    flags |= traits_call_forks(table, caller, call) ? CALL_FORKS : 0;
    name_id symbol;
    if (!call_symbol(body, call, &symbol))
        return flags;
    uint32_t declared = table->linked->declared[symbol];
    uint32_t definition = program_definition(table->program, symbol);
    const struct api *api = table->linked->apis[symbol];
    bool logs = false,
         transfers = definition == NO_FUNCTION ? api && api_transfers(api) : table->of[definition].may_wait;
    if (definition != NO_FUNCTION) {
        const struct traits *callee = &table->of[definition];
        declared |= table->linked->functions.items[definition].body.flags;
        logs = callee->reports || (declared & FUNCTION_VARIADIC && writes_message(body, &body->calls.items[call]));
    }
    if (definition == NO_FUNCTION && api)
        flags |= result_flags(api);
    bool sleeps = definition != NO_FUNCTION ? table->of[definition].sleeps : api && api_sleeps(api);
    flags |= sleeps ? CALL_SLEEPS : 0;
    flags |= transfers ? CALL_TRANSFERS : 0;
    flags |= logs ? CALL_LOGS : 0;
    flags |= declared & FUNCTION_COLD ? CALL_COLD : 0;
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

/* Writes how a function's calls return, and returns how many of them never do. */
static uint32_t flag_calls(const struct trait_table *table, uint32_t function, uint16_t *flags)
{
    uint32_t dead = 0;
    for (uint32_t call = 0; call < table->linked->functions.items[function].body.calls.count; call++) {
        flags[call] = how_call_returns(table, function, call);
        dead += flags[call] & CALL_NEVER_RETURNS ? 1 : 0;
    }
    return dead;
}

static uint32_t most_calls(const struct trait_table *table)
{
    uint32_t most = 0;
    for (array_each(uint32_t, function, &table->program->functions)) {
        uint32_t calls = table->linked->functions.items[*function].body.calls.count;
        most = calls > most ? calls : most;
    }
    return most;
}

/* Functions that cannot come back, until no more are found. `dead` remembers at how many calls without return each was
 * looked at last: only a new one can change the answer. */
static void find_noreturn(struct trait_table *table, struct arena *arena)
{
    uint32_t *dead = ARENA_ARRAY(arena, uint32_t, table->linked->functions.count);
    uint16_t *flags = ARENA_ARRAY(arena, uint16_t, most_calls(table));
    for (array_each(uint32_t, index, &table->program->functions)) {
        const struct function *body = &table->linked->functions.items[*index].body;
        table->of[*index].noreturn = body->flags & FUNCTION_NORETURN;
        dead[*index] = has_endless_loop(body) ? UINT32_MAX : 0;
    }
    bool changed = true;
    while (changed) {
        changed = false;
        for (array_each(uint32_t, index, &table->program->functions)) {
            struct traits *traits = &table->of[*index];
            if (traits->noreturn)
                continue;
            uint32_t now = flag_calls(table, *index, flags);
            if (now == dead[*index])
                continue;
            dead[*index] = now;
            uint16_t how = how_it_returns(&table->linked->functions.items[*index].body, flags);
            traits->noreturn = how & CALL_NEVER_RETURNS;
            traits->forever = how & CALL_RUNS_FOREVER;
            changed = changed || traits->noreturn;
        }
    }
}

/* ---- messages ---- */

/* One of the function's outermost statements writes a message, whatever else happens. */
static bool always_reports(const struct trait_table *table, uint32_t index)
{
    const struct function *body = &table->linked->functions.items[index].body;
    const struct node *nodes = body->nodes.items;
    if (body->calls.count > MOST_CALLS_OF_REPORT || !body->nodes.count)
        return false;
    for (uint32_t child = 1; child < nodes[0].end; child = nodes[child].end)
        if (nodes[child].kind == NODE_CALL && traits_of_call(table, index, nodes[child].a) & CALL_LOGS)
            return true;
    return false;
}

/* A small function that sleeps on some way. */
static bool is_sleep(const struct trait_table *table, uint32_t index)
{
    const struct function *body = &table->linked->functions.items[index].body;
    if (body->calls.count > MOST_CALLS_OF_REPORT || body->nodes.count > MOST_NODES_OF_SLEEP)
        return false;
    for (uint32_t call = 0; call < body->calls.count; call++)
        if (traits_of_call(table, index, call) & CALL_SLEEPS)
            return true;
    return false;
}

static void find_reporters_and_sleeps(struct trait_table *table)
{
    for (int round = 0; round < REPORT_ROUNDS; round++) {
        for (array_each(uint32_t, index, &table->program->functions)) {
            struct traits *traits = &table->of[*index];
            traits->reports = traits->reports || always_reports(table, *index);
            traits->sleeps = traits->sleeps || is_sleep(table, *index);
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

void traits_find(struct trait_table *table, struct arena *arena)
{
    table->of = ARENA_ARRAY(arena, struct traits, table->linked->functions.count);
    find_noreturn(table, arena);
    find_reporters_and_sleeps(table);
    for (array_each(uint32_t, index, &table->program->functions)) {
        const struct function *body = &table->linked->functions.items[*index].body;
        struct traits *traits = &table->of[*index];
        traits->cold = body->flags & FUNCTION_COLD;
        traits->small = body->nodes.count <= SMALL_NODES && !body->calls.count;
        traits->parameters = parameters_that_matter(table->flow, *index, body);
    }
    traits_find_returned(table, arena);
    traits_find_dispatchers(table, arena);
    traits_find_waiting(table);
    traits_find_error_numbers(table);
}
