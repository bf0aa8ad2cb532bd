/* Dispatchers: which multiplexing calls wait for work to arrive, so that the wait is idleness and not input or output.
 *
 * A dispatcher is a loop around a multiplexing call in which callbacks are called: `for (;;) { poll(…); for (…) call
 * }`. The loop, the multiplexing and the calling may be spread over a chain of a few functions.
 */
#include "analyzer/traits.h"

#define LONGEST_CHAIN 4 /* functions from the multiplexing call to the loop, both included */

struct call_place {
    uint32_t caller;
    uint32_t call;
};

/* Who calls each function, directly or through a pointer: callers[first[f]] … callers[first[f + 1] - 1]. */
struct callers {
    struct trait_table *table;
    struct arena *arena;
    uint32_t *first;
    struct call_place *callers;
};

/* The functions of the program that a call may mean; `direct` is room for one. */
static uint32_t targets_of(const struct callers *callers, uint32_t caller, uint32_t call, uint32_t *direct,
                           const uint32_t **targets)
{
    const struct trait_table *table = callers->table;
    name_id symbol;
    struct call_targets found;
    if (call_symbol(&table->linked->functions.items[caller].body, call, &symbol)) {
        *direct = program_definition(table->program, symbol);
        *targets = direct;
        return *direct != NO_FUNCTION;
    }
    flow_call_targets(table->flow, caller, call, NULL, callers->arena, &found);
    *targets = found.functions;
    return found.function_count;
}

static void count_callers(struct callers *callers, uint32_t *counts, bool store)
{
    for (array_each(uint32_t, index, &callers->table->program->functions)) {
        const struct function *body = &callers->table->linked->functions.items[*index].body;
        for (uint32_t call = 0; call < body->calls.count; call++) {
            const uint32_t *targets;
            uint32_t direct, count = targets_of(callers, *index, call, &direct, &targets);
            for (uint32_t i = 0; i < count; i++) {
                uint32_t position = counts[targets[i] + 1]++;
                if (store)
                    callers->callers[position] = (struct call_place){*index, call};
            }
        }
    }
}

static void callers_find(struct callers *callers, struct arena *arena)
{
    uint32_t count = callers->table->linked->functions.count;
    callers->first = ARENA_ARRAY(arena, uint32_t, count + 2);
    count_callers(callers, callers->first + 1, false);
    for (uint32_t i = 2; i < count + 2; i++)
        callers->first[i] += callers->first[i - 1];
    callers->callers = ARENA_ARRAY(arena, struct call_place, callers->first[count + 1]);
    count_callers(callers, callers->first, true);
}

static uint32_t node_of_call(const struct function *function, uint32_t call)
{
    uint32_t node = 0;
    while (node < function->nodes.count &&
           !(function->nodes.items[node].kind == NODE_CALL && function->nodes.items[node].a == call))
        node++;
    return node;
}

/* The loop of a function that holds a node (the innermost, or only endless ones), or SUMMARY_NONE. */
static uint32_t loop_around(const struct function *function, uint32_t node, bool endless)
{
    const struct node *nodes = function->nodes.items;
    uint32_t loop = SUMMARY_NONE;
    for (uint32_t i = 0; i < node; i++)
        if (is_real_loop(&nodes[i]) && nodes[i].end > node && (!endless || nodes[i].flags == LOOP_ENDLESS))
            loop = i;
    return loop;
}

uint32_t loop_around_call(const struct function *function, uint32_t call)
{
    return loop_around(function, node_of_call(function, call), false);
}

/* Is a function pointer called in a loop behind the node? */
static bool calls_back(const struct function *function, uint32_t node)
{
    const struct node *nodes = function->nodes.items;
    name_id symbol;
    for (uint32_t i = node; i < function->nodes.count; i++)
        if (nodes[i].kind == NODE_CALL && !call_symbol(function, nodes[i].a, &symbol) &&
            loop_around(function, i, false) != SUMMARY_NONE)
            return true;
    return false;
}

struct chain {
    const struct callers *callers;
    bool need_callbacks; /* somebody on the chain must call function pointers in a loop */
    bool endless;        /* the outermost loop must be endless */
};

/* Most of the functions that call a helper must use it so: a general helper has callers of all kinds. */
static bool leads_to_loop(const struct chain *chain, uint32_t function, uint32_t call, bool calling, unsigned length)
{
    const struct function *body = &chain->callers->table->linked->functions.items[function].body;
    uint32_t node = node_of_call(body, call), last = NO_FUNCTION, callers = 0, leading = 0;
    bool here = chain->need_callbacks && calls_back(body, node);
    calling = calling || here || !chain->need_callbacks;
    bool leads = calling && loop_around(body, node, chain->endless) != SUMMARY_NONE;
    uint32_t end = length == LONGEST_CHAIN || leads ? 0 : chain->callers->first[function + 1];
    for (uint32_t i = chain->callers->first[function]; i < end; i++) {
        const struct call_place *caller = &chain->callers->callers[i];
        if (caller->caller == function || caller->caller == last)
            continue;
        last = caller->caller; /* the call sites of one caller stand together */
        callers++;
        leading += leads_to_loop(chain, caller->caller, caller->call, calling, length + 1);
    }
    leads = leads || 2 * leading > callers;
    if (leads && here)
        chain->callers->table->of[function].dispatches = true;
    return leads;
}

static void look_at(const struct callers *callers, uint32_t function, uint32_t call, const struct api *api,
                    struct traits *traits)
{
    struct chain dispatching = {callers, true, false}, accepting = {callers, false, true};
    if (!traits->idles && api_has_effect(api, EFFECT_MULTIPLEXES))
        traits->idles = leads_to_loop(&dispatching, function, call, false, 1);
    if (!traits->takes_work && api_has_effect(api, EFFECT_WAITS_FOR_WORK))
        traits->takes_work = leads_to_loop(&accepting, function, call, false, 1);
}

void traits_find_dispatchers(struct trait_table *table, struct arena *arena)
{
    struct callers callers = {.table = table, .arena = arena};
    callers_find(&callers, arena);
    for (array_each(uint32_t, index, &table->program->functions)) {
        const struct function *body = &table->linked->functions.items[*index].body;
        for (uint32_t call = 0; call < body->calls.count; call++) {
            name_id symbol;
            if (call_symbol(body, call, &symbol) && program_definition(table->program, symbol) == NO_FUNCTION &&
                table->linked->apis[symbol])
                look_at(&callers, *index, call, table->linked->apis[symbol], &table->of[*index]);
        }
    }
}
