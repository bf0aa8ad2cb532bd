/* Whether threads may call a library's functions at once, as far as can be seen: who writes variables with static
 * storage outside of locks, and calls library functions that are documented as not thread-safe. Memory that is reached
 * through pointers other than parameters is not looked at. */
#include "analyzer/derive_internal.h"

#include <string.h>

#define ROUNDS 24 /* of callers of callers */
#define SURE 0.5  /* from this chance on a write without a lock makes a function unsafe */
#define NEGLIGIBLE 0.01
#define NAMES_TOLD 3

struct search {
    const struct uses *uses;
    const struct costs *costs;
    struct safety *of;
    int8_t *locks; /* by function: 1 takes a lock and keeps it, -1 gives one back */
    uint8_t *gets; /* by name: GETS_… of a variable */
    bool changed;
};

/* ---- locks ---- */

static int change_of_api(const struct api *api)
{
    for (unsigned i = 0; api && i < api->effect_count; i++) {
        if (api->effects[i].kind == EFFECT_ACQUIRES)
            return 1;
        if (api->effects[i].kind == EFFECT_RELEASES)
            return -1;
    }
    return 0;
}

static int lock_change(const struct search *search, const struct function *body, uint32_t call)
{
    name_id symbol;
    if (!call_symbol(body, call, &symbol))
        return 0;
    int change = change_of_api(search->uses->stages->linked.apis[symbol]); /* also of the library's own locks */
    uint32_t target = program_definition(search->uses->program, symbol);
    return change || target == NO_FUNCTION ? change : search->locks[target];
}

/* Wrappers around locks, and wrappers around those. */
static void find_locks(struct search *search)
{
    for (int round = 0; round < 3; round++) {
        for (array_each(const uint32_t, function, &search->uses->program->functions)) {
            const struct function *body = stage_function(search->uses->stages, *function);
            bool takes = false, gives = false;
            for (uint32_t call = 0; call < body->calls.count; call++) {
                int change = lock_change(search, body, call);
                takes = takes || change > 0;
                gives = gives || change < 0;
            }
            search->locks[*function] = (int8_t)(takes - gives);
        }
    }
}

/* ---- flags ---- */

#define GETS_NUMBERS 1u
#define GETS_OTHERS 2u

/* What is only ever set to fixed numbers tells that something was done: who sets it twice changes nothing. */
static bool is_flag(const struct search *search, name_id variable)
{
    return search->gets[variable] == GETS_NUMBERS;
}

static void find_flags(struct search *search)
{
    for (array_each(const uint32_t, function, &search->uses->program->functions)) {
        const struct function *body = stage_function(search->uses->stages, *function);
        for (array_each(const struct assignment, assignment, &body->flows)) {
            const struct value *target = &body->values.items[assignment->target];
            bool number = body->values.items[assignment->source].kind == VALUE_INTEGER;
            if (target->kind == VALUE_SLOT && body->slots.items[target->a].kind == SLOT_GLOBAL)
                search->gets[body->slots.items[target->a].symbol] |= number ? GETS_NUMBERS : GETS_OTHERS;
        }
    }
}

/* ---- writes ---- */

/* The variable with static storage that a place is, or is reached from. */
static name_id root_global(const struct function *body, uint32_t value, int depth)
{
    const struct value *v = &body->values.items[value];
    if (depth > NAMES_TOLD * 4)
        return 0;
    switch (v->kind) {
    case VALUE_SLOT:
    case VALUE_ADDRESS:
        if (body->slots.items[v->a].kind == SLOT_GLOBAL)
            return body->slots.items[v->a].symbol;
        return v->b && body->slots.items[v->a].kind == SLOT_FIELD ? root_global(body, v->b - 1, depth + 1) : 0;
    case VALUE_DEREF:
    case VALUE_SUM:
        return root_global(body, v->a, depth + 1);
    default:
        return 0;
    }
}

static void may(struct search *search, uint32_t function, double chance, name_id what)
{
    struct safety *safety = &search->of[function];
    const struct names *names = &search->uses->stages->linked.names;
    bool better = chance > safety->chance * 1.001 + 1e-9;
    bool same = !better && chance > safety->chance * 0.999 && chance > 0;
    if (same && safety->what != what && strcmp(names_string(names, what), names_string(names, safety->what)) < 0)
        better = true;
    if (!better)
        return;
    safety->chance = chance;
    safety->what = what;
    search->changed = true;
}

/* Objects of globals that are handed to who writes them. */
static void look_at_arguments(struct search *search, uint32_t function, const struct call *call, uint32_t target,
                              double frequency)
{
    const struct function *body = stage_function(search->uses->stages, function);
    const struct function *callee = stage_function(search->uses->stages, target);
    for (uint32_t i = 0; i < call->argument_count && i < callee->parameters.count; i++) {
        uint32_t value = body->arguments.items[call->first_argument + i];
        if (value == SUMMARY_NONE || !(search->uses->of[target].parameters[i].bits & USE_WRITTEN))
            continue;
        name_id global = root_global(body, value, 0);
        if (global)
            may(search, function, frequency, global);
    }
}

static void not_resolved(struct search *search, uint32_t function)
{
    search->changed |= !search->of[function].unresolved;
    search->of[function].unresolved = true;
}

/* A call through a pointer: the user's own callbacks are the user's concern. */
static void look_at_pointer(struct search *search, uint32_t function, uint32_t index, double frequency)
{
    const struct function *body = stage_function(search->uses->stages, function);
    const struct function_uses *own = &search->uses->of[function];
    if (root_parameter(body, own, body->calls.items[index].callee) >= 0)
        return;
    struct arena arena;
    struct call_targets targets;
    arena_init(&arena);
    flow_call_targets(search->costs->flow, function, index, NULL, &arena, &targets);
    for (uint32_t i = 0; i < targets.function_count; i++)
        may(search, function, frequency / targets.function_count * search->of[targets.functions[i]].chance,
            search->of[targets.functions[i]].what);
    if (!targets.complete || targets.function_count + targets.external_count == 0)
        not_resolved(search, function);
    arena_free(&arena);
}

static void look_at_call(struct search *search, uint32_t function, uint32_t index, double frequency)
{
    const struct function *body = stage_function(search->uses->stages, function);
    name_id symbol;
    if (!call_symbol(body, index, &symbol)) {
        look_at_pointer(search, function, index, frequency);
        return;
    }
    uint32_t target = program_definition(search->uses->program, symbol);
    const struct api *api = search->uses->stages->linked.apis[symbol];
    if (lock_change(search, body, index)) { /* what it writes is the lock */
        return;
    } else if (target != NO_FUNCTION) {
        may(search, function, frequency * search->of[target].chance, search->of[target].what);
        if (search->of[target].unresolved)
            not_resolved(search, function);
        look_at_arguments(search, function, &body->calls.items[index], target, frequency);
    } else if (!api) {
        not_resolved(search, function);
    } else if (api->thread_safety == THREAD_UNSAFE && !api->safe_since) {
        may(search, function, frequency, symbol);
    }
}

static bool reads_shared(const struct function *body, name_id symbol)
{
    for (array_each(const struct node, node, &body->nodes))
        if (node->kind == NODE_ACCESS && body->slots.items[node->a].symbol == symbol)
            return true;
    return false;
}

/* Through a pointer in a global: the access of the global tells that it is neither constant nor a thread's own. */
static void look_at_stores(struct search *search, uint32_t function)
{
    const struct function *body = stage_function(search->uses->stages, function);
    for (array_each(const struct assignment, assignment, &body->flows)) {
        const struct value *target = &body->values.items[assignment->target];
        if (target->kind == VALUE_SLOT && body->slots.items[target->a].kind == SLOT_GLOBAL)
            continue; /* an access of its own */
        name_id global = root_global(body, assignment->target, 0);
        if (global && reads_shared(body, global))
            may(search, function, 1, global);
    }
}

static void look_at_function(struct search *search, uint32_t function)
{
    const struct function *body = stage_function(search->uses->stages, function);
    const struct cost_node *node = &search->costs->nodes.items[search->costs->first_entry[function]];
    int locks = 0;
    bool ever_locked = false;
    for (array_each(const struct node, step, &body->nodes)) {
        if (step->kind == NODE_CALL) {
            double frequency = node->call_frequency[step->a];
            if (locks == 0 && frequency > NEGLIGIBLE)
                look_at_call(search, function, step->a, frequency < 1 ? frequency : 1);
            int change = lock_change(search, body, step->a);
            locks = locks + change > 0 ? locks + change : 0;
            ever_locked = ever_locked || change > 0;
        } else if (step->kind == NODE_ACCESS && (step->flags & ACCESS_WRITE) && !(step->flags & ACCESS_ATOMIC) &&
                   locks == 0 && body->slots.items[step->a].kind == SLOT_GLOBAL &&
                   !is_flag(search, body->slots.items[step->a].symbol)) {
            may(search, function, 1, body->slots.items[step->a].symbol);
        }
    }
    if (!ever_locked)
        look_at_stores(search, function);
}

const struct safety *safety_find(const struct uses *uses, const struct costs *costs, struct arena *arena)
{
    uint32_t count = uses->stages->linked.functions.count;
    struct search search = {
        .uses = uses,
        .costs = costs,
        .of = ARENA_ARRAY(arena, struct safety, count),
        .locks = ARENA_ARRAY(arena, int8_t, count),
        .gets = ARENA_ARRAY(arena, uint8_t, uses->stages->linked.names.count),
        .changed = true,
    };
    find_locks(&search);
    find_flags(&search);
    for (int round = 0; round < ROUNDS && search.changed; round++) {
        search.changed = false;
        for (array_each(const uint32_t, function, &uses->program->functions))
            look_at_function(&search, *function);
    }
    return search.of;
}

/* ---- the statement ---- */

static const char *plain_name(const char *symbol)
{
    const char *at = strrchr(symbol, '@');
    return at ? at + 1 : symbol;
}

/* "race:stream race:buffer": what the function writes that its caller gives it. */
static const char *races_of(const struct uses *uses, uint32_t function, struct arena *arena)
{
    const struct function *body = stage_function(uses->stages, function);
    struct text tags = {0};
    unsigned told = 0;
    for (uint32_t i = 0; i < body->parameters.count && told < NAMES_TOLD; i++) {
        const struct parameter *parameter = &body->parameters.items[i];
        uint32_t bits = uses->of[function].parameters[i].bits;
        if (!parameter->pointer || parameter->callable || !(bits & (USE_WRITTEN | USE_FREED)))
            continue;
        const char *name = names_string(&uses->stages->linked.names, parameter->name);
        if (*name)
            text_printf(&tags, "%srace:%s", told++ ? " " : "", name);
    }
    const char *kept = arena_strdup(arena, text_string(&tags));
    text_free(&tags);
    return kept;
}

void safety_state(const struct uses *uses, uint32_t function, const struct safety *safety, struct arena *arena,
                  struct api *api)
{
    const char *what = plain_name(names_string(&uses->stages->linked.names, safety->what));
    api->thread_safety_tags = "";
    if (safety->chance >= SURE) {
        api->thread_safety = THREAD_UNSAFE;
        api->thread_safety_tags = arena_printf(arena, "race:%s", what);
    } else if (safety->chance > NEGLIGIBLE) {
        api->note = arena_printf(arena, "may write %s without a lock", what);
    } else if (!safety->unresolved) {
        api->thread_safety_tags = races_of(uses, function, arena);
        api->thread_safety = *api->thread_safety_tags ? THREAD_SAFE_IF : THREAD_SAFE;
    }
}
