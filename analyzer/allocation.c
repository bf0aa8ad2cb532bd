/* Which functions return what they allocated: a null result then means that memory ran out. */
#include "analyzer/traits.h"

#include <string.h>

#define ROUNDS 4 /* of wrappers around wrappers */

#define HOLDS_ALLOCATION 1u
#define HOLDS_OTHER 2u

struct finding {
    const struct trait_table *table;
    const struct function *body;
    uint8_t *slots; /* HOLDS_… by slot */
};

static bool call_allocates(const struct finding *finding, uint32_t call)
{
    name_id symbol;
    if (!call_symbol(finding->body, call, &symbol))
        return false;
    uint32_t definition = program_definition(finding->table->program, symbol);
    const struct api *api = finding->table->linked->apis[symbol];
    return definition != NO_FUNCTION ? finding->table->of[definition].allocates
                                     : api && api_has_effect(api, EFFECT_ALLOCATES);
}

/* HOLDS_… of a value; constants say nothing. */
static unsigned holds(const struct finding *finding, uint32_t index)
{
    const struct value *value = &finding->body->values.items[index];
    switch (value->kind) {
    case VALUE_INTEGER:
        return 0;
    case VALUE_CALL:
        return call_allocates(finding, value->a) ? HOLDS_ALLOCATION : HOLDS_OTHER;
    case VALUE_SLOT:
        return finding->body->slots.items[value->a].kind == SLOT_LOCAL ? finding->slots[value->a] : HOLDS_OTHER;
    case VALUE_JOIN:
        return holds(finding, value->a) | holds(finding, value->b);
    case VALUE_SUM: /* behind a header of its own */
        return (holds(finding, value->a) | holds(finding, value->b)) & HOLDS_ALLOCATION ? HOLDS_ALLOCATION
                                                                                        : HOLDS_OTHER;
    default:
        return HOLDS_OTHER;
    }
}

/* Two rounds over the assignments: from calls into locals, and from locals into others and the result. */
static bool allocates(const struct finding *finding)
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
    return result == HOLDS_ALLOCATION;
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

void traits_find_allocators(struct trait_table *table, struct arena *arena)
{
    uint8_t *slots = ARENA_ARRAY(arena, uint8_t, most_slots(table));
    bool changed = true;
    for (int round = 0; round < ROUNDS && changed; round++) {
        changed = false;
        for (array_each(const uint32_t, index, &table->program->functions)) {
            struct finding finding = {table, &table->linked->functions.items[*index].body, slots};
            if (table->of[*index].allocates || !allocates(&finding))
                continue;
            table->of[*index].allocates = true;
            changed = true;
        }
    }
}
