/* The graph of entries: a function with what its parameters are bound to, its call sites, and the entries they lead to.
 */
#include "analyzer/cost_internal.h"

#include <string.h>

#define BOUND_TARGETS 6 /* a site with more targets than this calls their default entries */

/* ---- entries ---- */

static uint32_t entry_add(struct costs *costs, uint32_t function, struct binding binding, uint64_t hash)
{
    uint32_t entry = costs->entries.count, first = costs->first_entry[function];
    array_push(&costs->entries,
               (struct cost_entry){.function = function, .noreturn = costs->traits.of[function].noreturn});
    array_push(&costs->nodes, (struct cost_node){.binding = binding, .hash = hash, .next = SUMMARY_NONE});
    if (first == SUMMARY_NONE) {
        costs->first_entry[function] = entry;
    } else {
        costs->nodes.items[entry].next = costs->nodes.items[first].next;
        costs->nodes.items[first].next = entry;
    }
    return entry;
}

/* The entry with this binding, or SUMMARY_NONE. */
static uint32_t entry_find(const struct costs *costs, uint32_t callee, const struct binding *binding)
{
    uint64_t hash = binding_hash(binding);
    uint32_t entry = costs->nodes.items[costs->first_entry[callee]].next;
    while (entry != SUMMARY_NONE &&
           (costs->nodes.items[entry].hash != hash || !binding_same(&costs->nodes.items[entry].binding, binding)))
        entry = costs->nodes.items[entry].next;
    return entry;
}

/* Room for another entry of a function: counted in `used`. */
static bool take_room(uint8_t *used, unsigned most)
{
    if (*used == most)
        return false;
    ++*used;
    return true;
}

uint32_t cost_entry_for_call(struct costs *costs, uint32_t callee, uint32_t caller, uint32_t call,
                             const struct binding *binding)
{
    uint32_t first = costs->first_entry[callee];
    if (!costs->traits.of[callee].parameters)
        return first;
    struct binding bound = binding_of_call(costs, callee, caller, call, binding);
    if (!bound.count)
        return first;
    bool may_wait = costs->traits.of[callee].may_wait;
    uint32_t entry = entry_find(costs, callee, &bound);
    if (entry != SUMMARY_NONE)
        return entry;
    if (take_room(&costs->contexts[callee], may_wait ? MOST_WAITING_CONTEXTS : MOST_CONTEXTS))
        return entry_add(costs, callee, binding_keep(costs, &bound), binding_hash(&bound));
    if (!may_wait || !binding_forget_numbers(costs, callee, &bound))
        return first;
    entry = entry_find(costs, callee, &bound);
    if (entry != SUMMARY_NONE)
        return entry;
    if (!take_room(&costs->descriptor_contexts[callee], MOST_DESCRIPTOR_CONTEXTS))
        return first;
    return entry_add(costs, callee, binding_keep(costs, &bound), binding_hash(&bound));
}

/* ---- call sites ---- */

/* Constants of a value that were asked for before. */
struct asked {
    bool known;
    uint8_t count;
    int64_t constants[KNOWN_CONSTANTS];
};

/* One entry while its sites are made. */
struct making {
    struct costs *costs;
    uint32_t function;
    uint32_t entry;
    struct binding binding;
    struct frequencies frequencies;
    struct asked *asked; /* by value */
    enum { NOT_ASKED, ONLY_BLOCKS, MAY_NOT_BLOCK } descriptors;
};

static const struct binding *binding_of(const struct making *making)
{
    return making->binding.count ? &making->binding : NULL;
}

static struct cost_site *site_add(struct making *making, uint32_t node, double times)
{
    struct costs *costs = making->costs;
    const struct function *body = function_of(costs, making->function);
    array_push(&costs->sites, (struct cost_site){.call = body->nodes.items[node].a,
                                                 .group = making->frequencies.groups[node],
                                                 .frequency = making->frequencies.nodes[node] * times,
                                                 .first_target = costs->targets.count});
    return array_last(&costs->sites);
}

static void target_add(struct costs *costs, struct cost_target target)
{
    array_push(&costs->targets, target);
    array_last(&costs->sites)->target_count++;
}

static void unknown_target(struct costs *costs, name_id symbol, double weight)
{
    target_add(costs,
               (struct cost_target){
                   .weight = weight, .entry = SUMMARY_NONE, .known = unknown_call_cost(costs), .symbol = symbol});
}

static void library_target(struct making *making, uint32_t call, name_id symbol, double weight)
{
    struct costs *costs = making->costs;
    const struct api *api = costs->linked->apis[symbol];
    if (!api) {
        unknown_target(costs, symbol, weight);
        return;
    }
    struct api_argument arguments[MOST_ARGUMENTS];
    uint32_t count = call_arguments(costs, api, making->function, call, binding_of(making), arguments);
    uint32_t known = library_call_cost(costs, api, making->function, arguments, count);
    target_add(costs, (struct cost_target){weight, SUMMARY_NONE, api, known, symbol});
}

static void function_target(struct making *making, uint32_t call, uint32_t callee, double weight, bool bind)
{
    struct costs *costs = making->costs;
    uint32_t entry = bind ? cost_entry_for_call(costs, callee, making->function, call, binding_of(making))
                          : costs->first_entry[callee];
    target_add(costs, (struct cost_target){weight, entry, NULL, SUMMARY_NONE, function_of(costs, callee)->symbol});
}

/* The functions that a library call calls before it returns: sites of their own. */
static void callback_sites(struct making *making, uint32_t node, const struct api *api)
{
    struct costs *costs = making->costs;
    const struct function *body = function_of(costs, making->function);
    uint32_t call = body->nodes.items[node].a;
    const struct call *site = &body->calls.items[call];
    for (unsigned i = 0; i < api->effect_count; i++) {
        const struct effect *effect = &api->effects[i];
        if (effect->kind != EFFECT_CALLBACK || effect->when != CALLBACK_DURING || effect->argument < 0 ||
            (uint32_t)effect->argument >= site->argument_count || effect->field)
            continue;
        struct api_argument arguments[MOST_ARGUMENTS];
        uint32_t count = call_arguments(costs, api, making->function, call, binding_of(making), arguments);
        struct amount times = knowledge_callback_times(effect, costs->profile, arguments, count);
        double likely = knowledge_effect_likely(effect, arguments, count);
        uint32_t value = body->arguments.items[site->first_argument + (uint32_t)effect->argument];
        struct value_set set = {0};
        if (value != SUMMARY_NONE)
            flow_value(costs->flow, making->function, value, binding_of(making), &costs->scratch, &set);
        if (!set.function_count)
            continue;
        site_add(making, node, times.median * likely);
        for (uint32_t f = 0; f < set.function_count; f++)
            if (costs->first_entry[set.functions[f]] != SUMMARY_NONE)
                function_target(making, call, set.functions[f], 1.0 / set.function_count, false);
    }
}

static void direct_site(struct making *making, uint32_t node, name_id symbol)
{
    struct costs *costs = making->costs;
    uint32_t call = function_of(costs, making->function)->nodes.items[node].a;
    uint32_t definition = program_definition(costs->program, symbol);
    site_add(making, node, 1);
    if (definition != NO_FUNCTION) {
        function_target(making, call, definition, 1, true);
        return;
    }
    library_target(making, call, symbol, 1);
    if (costs->linked->apis[symbol])
        callback_sites(making, node, costs->linked->apis[symbol]);
}

/* A function pointer is called with as many arguments as its targets have parameters. */
static bool takes(const struct function *body, uint32_t arguments)
{
    return body->parameters.count == arguments || body->flags & FUNCTION_VARIADIC;
}

static void fitting_targets(struct making *making, uint32_t call, struct call_targets *fitting)
{
    struct costs *costs = making->costs;
    uint32_t arguments = function_of(costs, making->function)->calls.items[call].argument_count;
    struct call_targets found;
    flow_call_targets(costs->flow, making->function, call, binding_of(making), &costs->scratch, &found);
    uint32_t *functions = ARENA_ARRAY(&costs->scratch, uint32_t, found.function_count);
    name_id *externals = ARENA_ARRAY(&costs->scratch, name_id, found.external_count);
    *fitting = (struct call_targets){.functions = functions, .externals = externals, .complete = found.complete};
    for (uint32_t i = 0; i < found.function_count; i++)
        if (takes(function_of(costs, found.functions[i]), arguments))
            functions[fitting->function_count++] = found.functions[i];
    for (uint32_t i = 0; i < found.external_count; i++) {
        const struct api *api = costs->linked->apis[found.externals[i]];
        if (!api || api->argument_count == arguments)
            externals[fitting->external_count++] = found.externals[i];
    }
    if (!fitting->function_count && !fitting->external_count)
        *fitting = found;
}

static void indirect_site(struct making *making, uint32_t node)
{
    struct costs *costs = making->costs;
    uint32_t call = function_of(costs, making->function)->nodes.items[node].a;
    struct call_targets found;
    fitting_targets(making, call, &found);
    uint32_t count = found.function_count + found.external_count;
    site_add(making, node, 1);
    if (!count) {
        unknown_target(costs, 0, 1);
        return;
    }
    for (uint32_t i = 0; i < found.function_count; i++)
        function_target(making, call, found.functions[i], 1.0 / count, count <= BOUND_TARGETS);
    for (uint32_t i = 0; i < found.external_count; i++)
        library_target(making, call, found.externals[i], 1.0 / count);
}

/* ---- own work ---- */

static double operations_cost(const struct costs *costs, const struct operations *operations)
{
    const struct amount *cost = costs->profile->quantities;
    double written = operations->simple * cost[QUANTITY_OPERATION].median +
                     operations->memory * cost[QUANTITY_LOAD].median +
                     operations->floating * cost[QUANTITY_FLOAT_OPERATION].median +
                     operations->division * cost[QUANTITY_DIVISION].median;
    return costs->expect->compiled * written;
}

/* What calling costs by itself: library entries include it. */
static double call_overhead(const struct costs *costs, const struct function *caller, uint32_t call)
{
    double overhead = costs->profile->quantities[QUANTITY_CALL].median;
    name_id symbol;
    if (!call_symbol(caller, call, &symbol))
        return 2 * overhead;
    uint32_t definition = program_definition(costs->program, symbol);
    if (definition == NO_FUNCTION)
        return 0;
    bool inlined = costs->traits.of[definition].small || function_of(costs, definition)->flags & FUNCTION_INLINE;
    return inlined ? costs->expect->inlined_call * overhead : overhead;
}

static void own_work(struct making *making, struct cost_node *cost_node)
{
    struct costs *costs = making->costs;
    const struct function *body = function_of(costs, making->function);
    const struct frequencies *frequencies = &making->frequencies;
    cost_node->groups =
        arena_copy(&costs->arena, frequencies->group, frequencies->group_count * sizeof *frequencies->group);
    cost_node->group_count = frequencies->group_count;
    cost_node->group_cpu = ARENA_ARRAY(&costs->arena, double, frequencies->group_count);
    for (uint32_t i = 0; i < body->nodes.count; i++) {
        const struct node *node = &body->nodes.items[i];
        double cost = 0;
        if (node->kind == NODE_OPERATIONS)
            cost = operations_cost(costs, &body->operations.items[node->a]);
        else if (node->kind == NODE_CALL)
            cost = call_overhead(costs, body, node->a);
        cost_node->group_cpu[frequencies->groups[i]] += cost * frequencies->nodes[i];
    }
}

/* ---- making an entry ---- */

/* Memory that the program never sets holds 0, and where it does not is not seen. */
static bool may_hold_zero(const struct function *body, uint32_t value)
{
    const struct value *item = &body->values.items[value];
    if (item->kind != VALUE_SLOT)
        return item->kind == VALUE_DEREF;
    enum slot_kind kind = body->slots.items[item->a].kind;
    return kind == SLOT_FIELD || kind == SLOT_GLOBAL;
}

static void add_zero(struct asked *asked)
{
    for (uint8_t i = 0; i < asked->count; i++)
        if (!asked->constants[i])
            return;
    if (asked->count == KNOWN_CONSTANTS)
        asked->count = 0;
    else if (asked->count)
        asked->constants[asked->count++] = 0;
}

static uint32_t constants_of(void *data, uint32_t value, int64_t constants[KNOWN_CONSTANTS])
{
    const struct making *making = data;
    struct asked *asked = &making->asked[value];
    if (!asked->known) {
        struct value_set set;
        bool plain = flow_numbers(making->costs->flow, making->function, value, binding_of(making),
                                  &making->costs->scratch, &set);
        asked->known = true;
        asked->count = plain ? (uint8_t)set.constant_count : 0;
        memcpy(asked->constants, set.constants, sizeof asked->constants);
        if (may_hold_zero(function_of(making->costs, making->function), value))
            add_zero(asked);
    }
    memcpy(constants, asked->constants, asked->count * sizeof *constants);
    return asked->count;
}

/* What a value leads to as a descriptor. */
static fd_bits kinds_of(struct making *making, uint32_t value)
{
    struct costs *costs = making->costs;
    struct value_set set, any;
    if (value == SUMMARY_NONE)
        return 0;
    flow_value(costs->flow, making->function, value, binding_of(making), &costs->scratch, &set);
    if (set.fds || set.constant_count != 1)
        return set.fds;
    flow_value(costs->flow, making->function, value, NULL, &costs->scratch, &any); /* is it one at all? */
    return any.fds ? knowledge_descriptor(costs->knowledge, set.constants[0]) : 0;
}

/* The kinds of all descriptors that a call of the function works on: parameters, and arguments of library calls. */
static fd_bits descriptors_of(struct making *making)
{
    struct costs *costs = making->costs;
    const struct function *body = function_of(costs, making->function);
    fd_bits kinds = 0;
    for (uint32_t value = 0; value < body->values.count; value++) {
        const struct value *item = &body->values.items[value];
        if (item->kind != VALUE_SLOT || body->slots.items[item->a].kind != SLOT_PARAMETER)
            continue;
        kinds |= kinds_of(making, value);
    }
    for (uint32_t call = 0; call < body->calls.count; call++) {
        const struct call *site = &body->calls.items[call];
        name_id symbol;
        if (!call_symbol(body, call, &symbol) || !costs->linked->apis[symbol])
            continue;
        uint32_t asked = knowledge_arguments_of_cost(costs->linked->apis[symbol]);
        for (uint32_t i = 0; i < site->argument_count && i < 32; i++)
            if (asked >> i & 1)
                kinds |= kinds_of(making, body->arguments.items[site->first_argument + i]);
    }
    return kinds;
}

static bool only_blocks(void *data)
{
    struct making *making = data;
    if (making->descriptors == NOT_ASKED) {
        fd_bits kinds = descriptors_of(making);
        making->descriptors = kinds && !(kinds & FD_NONBLOCKING_BITS) ? ONLY_BLOCKS : MAY_NOT_BLOCK;
    }
    return making->descriptors == ONLY_BLOCKS;
}

static void find_frequencies(struct making *making)
{
    struct costs *costs = making->costs;
    const struct function *body = function_of(costs, making->function);
    uint16_t *flags = costs->call_flags[making->function];
    if (!flags) {
        flags = costs->call_flags[making->function] = ARENA_ARRAY(&costs->arena, uint16_t, body->calls.count);
        for (uint32_t call = 0; call < body->calls.count; call++)
            flags[call] = traits_of_call(&costs->traits, making->function, call);
    }
    making->asked = ARENA_ARRAY(&costs->scratch, struct asked, body->values.count);
    struct frequency_input input = {.function = body,
                                    .expect = costs->expect,
                                    .calls = flags,
                                    .constants = constants_of,
                                    .only_blocks = only_blocks,
                                    .data = making,
                                    .allocates = costs->traits.of[making->function].allocates,
                                    .error_numbers = costs->traits.of[making->function].error_numbers};
    frequency_solve(&input, &costs->scratch, &making->frequencies);
    if (!making->binding.count)
        return;
    bool *dead = ARENA_ARRAY(&costs->scratch, bool, body->nodes.count);
    for (uint32_t i = 0; i < body->nodes.count; i++)
        dead[i] = making->frequencies.nodes[i] <= 0;
    making->binding.dead = dead;
}

/* Arrays of costs may move while sites are made, so that the node is written at the end. */
static void entry_fill(struct costs *costs, uint32_t entry)
{
    struct making making = {.costs = costs, .entry = entry, .function = costs->entries.items[entry].function};
    making.binding = costs->nodes.items[entry].binding;
    find_frequencies(&making);
    const struct function *body = function_of(costs, making.function);
    struct cost_node filled = {.first_site = costs->sites.count,
                               .call_frequency = ARENA_ARRAY(&costs->arena, double, body->calls.count)};
    own_work(&making, &filled);
    for (uint32_t i = 0; i < body->nodes.count; i++) {
        name_id symbol;
        if (body->nodes.items[i].kind != NODE_CALL)
            continue;
        filled.call_frequency[body->nodes.items[i].a] += making.frequencies.nodes[i];
        if (call_symbol(body, body->nodes.items[i].a, &symbol))
            direct_site(&making, i, symbol);
        else
            indirect_site(&making, i);
    }
    filled.site_count = costs->sites.count - filled.first_site;
    struct cost_node *node = &costs->nodes.items[entry];
    filled.binding = node->binding;
    filled.hash = node->hash;
    filled.next = node->next;
    *node = filled;
    arena_free(&costs->scratch);
}

void cost_graph_make(struct costs *costs)
{
    uint32_t count = costs->linked->functions.count;
    costs->first_entry = ARENA_ARRAY(&costs->arena, uint32_t, count);
    costs->contexts = ARENA_ARRAY(&costs->arena, uint8_t, count);
    costs->descriptor_contexts = ARENA_ARRAY(&costs->arena, uint8_t, count);
    costs->ready_calls = ARENA_ARRAY(&costs->arena, bool *, count);
    costs->joined = ARENA_ARRAY(&costs->arena, struct value_set *, count);
    costs->call_flags = ARENA_ARRAY(&costs->arena, uint16_t *, count);
    memset(costs->first_entry, 0xff, count * sizeof *costs->first_entry);
    for (array_each(uint32_t, function, &costs->program->functions))
        entry_add(costs, *function, (struct binding){0}, 0);
    bind_handlers(costs);
    for (uint32_t entry = 0; entry < costs->entries.count; entry++)
        entry_fill(costs, entry);
}
