/* What the slots of a function hold, as far as it matters for its conditions: results of calls, and what is left of
 * them.
 */
#include "analyzer/frequency.h"

bool likelihood_is_error_number(const struct frequency_input *input, const uint8_t *slots, uint32_t value)
{
    if (value == SUMMARY_NONE)
        return false;
    const struct value *values = input->function->values.items, *item = &values[value];
    if (item->kind == VALUE_SLOT)
        return slots && slots[item->a] & SLOT_HOLDS_ERROR_NUMBER;
    if (item->kind != VALUE_DEREF || values[item->a].kind != VALUE_CALL)
        return false;
    return input->calls && input->calls[values[item->a].a] & CALL_ERROR_NUMBER;
}

/* What a slot holds that gets the result of a call with these flags. */
static uint8_t result_of(unsigned flags)
{
    return (uint8_t)(SLOT_HOLDS_RESULT | (flags & CALL_ALLOCATES ? SLOT_HOLDS_ALLOCATION : 0) |
                     (flags & CALL_COMPARES ? SLOT_HOLDS_COMPARISON : 0) | (flags & CALL_FORKS ? SLOT_HOLDS_CHILD : 0) |
                     (flags & CALL_TRANSFERS ? SLOT_HOLDS_TRANSFER : 0));
}

/* Does a value say how much was read or written? */
static bool is_transfer(const struct frequency_input *input, const uint8_t *slots, const struct value *value)
{
    if (value->kind == VALUE_CALL)
        return input->calls && input->calls[value->a] & CALL_TRANSFERS;
    return value->kind == VALUE_SLOT && slots[value->a] & SLOT_HOLDS_TRANSFER;
}

/* `left -= written`: what a read or write left over. */
static void mark_rests(const struct frequency_input *input, uint8_t *slots)
{
    const struct value *values = input->function->values.items;
    for (array_each(const struct assignment, assignment, &input->function->flows)) {
        const struct value *target = &values[assignment->target], *source = &values[assignment->source];
        if (target->kind != VALUE_SLOT || source->kind != VALUE_UNKNOWN || !source->a || !source->b)
            continue;
        const struct value *before = &values[source->a - 1];
        if (before->kind == VALUE_SLOT && before->a == target->a && is_transfer(input, slots, &values[source->b - 1]))
            slots[target->a] |= SLOT_HOLDS_REST;
    }
}

const uint8_t *likelihood_slots(const struct frequency_input *input, struct arena *arena)
{
    const struct function *function = input->function;
    uint8_t *slots = ARENA_ARRAY(arena, uint8_t, function->slots.count);
    for (uint32_t i = 0; input->error_numbers && i < function->slots.count; i++) {
        const struct slot *slot = &function->slots.items[i];
        if (slot->kind == SLOT_PARAMETER && slot->number < 64 && input->error_numbers >> slot->number & 1)
            slots[i] |= SLOT_HOLDS_ERROR_NUMBER;
    }
    for (uint32_t i = 0; i < function->flows.count; i++) {
        const struct value *target = &function->values.items[function->flows.items[i].target];
        const struct value *source = &function->values.items[function->flows.items[i].source];
        if (target->kind != VALUE_SLOT)
            continue;
        if (source->kind == VALUE_CALL)
            slots[target->a] |= result_of(input->calls ? input->calls[source->a] : 0);
        else if (likelihood_is_error_number(input, slots, function->flows.items[i].source))
            slots[target->a] |= SLOT_HOLDS_ERROR_NUMBER;
    }
    mark_rests(input, slots);
    return slots;
}

uint8_t likelihood_holds(const struct likelihood *likelihood, uint32_t value)
{
    const struct function *function = likelihood->input->function;
    const struct value *item = &function->values.items[value];
    if (item->kind == VALUE_SLOT) { /* a member that is given an allocation holds it; other results may be gone again */
        uint8_t held = likelihood->slots[item->a];
        bool local = function->slots.items[item->a].kind == SLOT_LOCAL;
        uint8_t stays = SLOT_HOLDS_ALLOCATION | SLOT_HOLDS_ERROR_NUMBER | SLOT_HOLDS_REST | SLOT_HOLDS_CHILD;
        return local || held & stays ? held : 0;
    }
    if (item->kind != VALUE_CALL)
        return 0;
    const uint16_t *calls = likelihood->input->calls;
    return result_of(calls ? calls[item->a] : 0);
}

/* Is `length` an argument of the call? */
static bool is_argument(const struct function *function, uint32_t call, uint32_t length)
{
    const struct call *site = &function->calls.items[call];
    for (uint32_t i = 0; i < site->argument_count; i++)
        if (function->arguments.items[site->first_argument + i] == length)
            return true;
    return false;
}

bool likelihood_is_transfer(const struct likelihood *likelihood, uint32_t result, uint32_t length)
{
    const struct function *function = likelihood->input->function;
    const struct value *values = function->values.items, *value = &values[result];
    if (!is_transfer(likelihood->input, likelihood->slots, value))
        return false;
    if (value->kind == VALUE_CALL)
        return is_argument(function, value->a, length);
    for (array_each(const struct assignment, assignment, &function->flows))
        if (values[assignment->target].kind == VALUE_SLOT && values[assignment->target].a == value->a &&
            values[assignment->source].kind == VALUE_CALL &&
            is_argument(function, values[assignment->source].a, length))
            return true;
    return false;
}
