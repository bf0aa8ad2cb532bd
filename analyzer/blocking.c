/* Which functions may wait at all: whether what their parameters are bound to is worth looking at closely. */
#include "analyzer/traits.h"

static bool api_may_wait(const struct api *api)
{
    for (unsigned i = 0; i < api->cost_count; i++)
        if (api->costs[i].waits)
            return true;
    return false;
}

static bool symbol_may_wait(const struct trait_table *table, name_id symbol)
{
    uint32_t definition = program_definition(table->program, symbol);
    const struct api *api = table->linked->apis[symbol];
    return definition != NO_FUNCTION ? table->of[definition].may_wait : api && api_may_wait(api);
}

static bool pointer_call_may_wait(const struct trait_table *table, uint32_t function, uint32_t call)
{
    struct arena arena;
    arena_init(&arena);
    struct call_targets targets;
    flow_call_targets(table->flow, function, call, NULL, &arena, &targets);
    bool may_wait = false;
    for (uint32_t i = 0; i < targets.function_count; i++)
        may_wait = may_wait || table->of[targets.functions[i]].may_wait;
    for (uint32_t i = 0; i < targets.external_count; i++)
        may_wait = may_wait || symbol_may_wait(table, targets.externals[i]);
    arena_free(&arena);
    return may_wait;
}

static bool may_wait(const struct trait_table *table, uint32_t function)
{
    const struct function *body = &table->linked->functions.items[function].body;
    for (uint32_t call = 0; call < body->calls.count; call++) {
        name_id symbol;
        if (call_symbol(body, call, &symbol) ? symbol_may_wait(table, symbol)
                                             : pointer_call_may_wait(table, function, call))
            return true;
    }
    return false;
}

void traits_find_waiting(struct trait_table *table)
{
    bool changed = true;
    while (changed) {
        changed = false;
        for (array_each(const uint32_t, function, &table->program->functions)) {
            struct traits *traits = &table->of[*function];
            if (traits->may_wait || !may_wait(table, *function))
                continue;
            traits->may_wait = true;
            changed = true;
        }
    }
}
