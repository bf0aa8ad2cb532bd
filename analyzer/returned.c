/* Which functions return what they allocated: a null result then means that memory ran out. And which return what fork
 * gave them: 0 then means that this is the child.
 */
#include "analyzer/traits.h"

#include <string.h>

#define ROUNDS 4 /* of wrappers around wrappers */

#define HOLDS_IT 1u
#define HOLDS_OTHER 2u

/* Is a call's result what is looked for? */
typedef enum gives asked_of_call(const struct trait_table *table, uint32_t caller, uint32_t call);

struct finding {
    uint32_t function;
    const struct trait_table *table;
    const struct function *body;
    asked_of_call *of_call;
    uint8_t *slots; /* HOLDS_… by slot */
};

static bool library_allocates(const struct trait_table *table, name_id symbol)
{
    const struct api *api = table->linked->apis[symbol];
    return api && api_has_effect(api, EFFECT_ALLOCATES);
}

/* One target that allocates will do: a hook that the user may set does what the function does that it replaces. */
static enum gives pointer_allocates(const struct trait_table *table, uint32_t caller, uint32_t call)
{
    struct arena arena;
    arena_init(&arena);
    struct call_targets targets;
    flow_call_targets(table->flow, caller, call, NULL, &arena, &targets);
    enum gives answer = targets.function_count + targets.external_count ? GIVES_NOT : GIVES_UNKNOWN;
    for (uint32_t i = 0; i < targets.function_count; i++)
        if (table->of[targets.functions[i]].allocates)
            answer = GIVES;
    for (uint32_t i = 0; i < targets.external_count; i++)
        if (library_allocates(table, targets.externals[i]))
            answer = GIVES;
    arena_free(&arena);
    return answer;
}

enum gives traits_call_allocates(const struct trait_table *table, uint32_t caller, uint32_t call)
{
    name_id symbol;
    if (!call_symbol(&table->linked->functions.items[caller].body, call, &symbol))
        return pointer_allocates(table, caller, call);
    uint32_t definition = program_definition(table->program, symbol);
    bool allocates = definition != NO_FUNCTION ? table->of[definition].allocates : library_allocates(table, symbol);
    return allocates ? GIVES : GIVES_NOT;
}

bool traits_call_forks(const struct trait_table *table, uint32_t caller, uint32_t call)
{
    name_id symbol;
    if (!call_symbol(&table->linked->functions.items[caller].body, call, &symbol))
        return false;
    uint32_t definition = program_definition(table->program, symbol);
    if (definition != NO_FUNCTION)
        return table->of[definition].forks;
    const struct api *api = table->linked->apis[symbol];
    return api && api_has_effect(api, EFFECT_RETURNS_TWICE);
}

static enum gives gives_child(const struct trait_table *table, uint32_t caller, uint32_t call)
{
    return traits_call_forks(table, caller, call) ? GIVES : GIVES_NOT;
}

/* HOLDS_… of a call's result: a pointer without a known target says nothing. */
static unsigned call_holds(const struct finding *finding, uint32_t call)
{
    switch (finding->of_call(finding->table, finding->function, call)) {
    case GIVES:
        return HOLDS_IT;
    case GIVES_NOT:
        return HOLDS_OTHER;
    case GIVES_UNKNOWN:
        break;
    }
    return 0;
}

/* HOLDS_… of a value; constants say nothing. */
static unsigned holds(const struct finding *finding, uint32_t index)
{
    const struct value *value = &finding->body->values.items[index];
    switch (value->kind) {
    case VALUE_INTEGER:
        return 0;
    case VALUE_CALL:
        return call_holds(finding, value->a);
    case VALUE_SLOT:
        return finding->body->slots.items[value->a].kind == SLOT_LOCAL ? finding->slots[value->a] : HOLDS_OTHER;
    case VALUE_JOIN:
        return holds(finding, value->a) | holds(finding, value->b);
    case VALUE_SUM: /* behind a header of its own */
        return (holds(finding, value->a) | holds(finding, value->b)) & HOLDS_IT ? HOLDS_IT : HOLDS_OTHER;
    default:
        return HOLDS_OTHER;
    }
}

/* Two rounds over the assignments: from calls into locals, and from locals into others and the result. */
static bool returns_it(const struct finding *finding)
{
    const struct function *body = finding->body;
    unsigned result = 0;
    memset(finding->slots, 0, body->slots.count);
    for (int round = 0; round < 2; round++) {
        for (array_each(const struct assignment, assignment, &body->flows)) {
            const struct value *target = &body->values.items[assignment->target];
            if (target->kind != VALUE_SLOT)
                continue;
            unsigned source = holds(finding, assignment->source);
            finding->slots[target->a] |= (uint8_t)source;
            if (round && body->slots.items[target->a].kind == SLOT_RETURN)
                result |= source;
        }
    }
    return result == HOLDS_IT;
}

static uint32_t most_slots(const struct trait_table *table)
{
    uint32_t most = 0;
    for (array_each(const uint32_t, index, &table->program->functions)) {
        uint32_t slots = table->linked->functions.items[*index].body.slots.count;
        most = slots > most ? slots : most;
    }
    return most;
}

static bool *trait_of(struct traits *traits, asked_of_call *of_call)
{
    return of_call == gives_child ? &traits->forks : &traits->allocates;
}

static void find(struct trait_table *table, asked_of_call *of_call, uint8_t *slots)
{
    bool changed = true;
    for (int round = 0; round < ROUNDS && changed; round++) {
        changed = false;
        for (array_each(const uint32_t, index, &table->program->functions)) {
            struct finding finding = {*index, table, &table->linked->functions.items[*index].body, of_call, slots};
            bool *trait = trait_of(&table->of[*index], of_call);
            if (*trait || !returns_it(&finding))
                continue;
            *trait = true;
            changed = true;
        }
    }
}

void traits_find_returned(struct trait_table *table, struct arena *arena)
{
    uint8_t *slots = ARENA_ARRAY(arena, uint8_t, most_slots(table));
    find(table, traits_call_allocates, slots);
    find(table, gives_child, slots);
}
