/* Where the objects are from that the values of one function lead to. */
#include "analyzer/effects_internal.h"

#define ROUNDS 6 /* of locals that are assigned from locals */

uint32_t content_of(const struct effects *effects, const struct function *body, uint32_t pointer)
{
    const struct value *v = &body->values.items[pointer];
    if (v->kind != VALUE_SLOT && v->kind != VALUE_ADDRESS)
        return effects->content;
    const struct slot *slot = &body->slots.items[v->a];
    return slot->kind == SLOT_FIELD || slot->kind == SLOT_GLOBAL ? effects->content + slot->symbol : effects->content;
}

uint32_t place_of(const struct effects *effects, const struct function *body, uint32_t value)
{
    const struct value *v = &body->values.items[value];
    return v->kind == VALUE_DEREF ? content_of(effects, body, v->a) : body->slots.items[v->a].symbol;
}

/* What a pointer at that place holds, of an object from there. */
static origins held(const struct effects *effects, const struct frame *frame, origins object, uint32_t place)
{
    origins result = object & (ORIGIN_ITEM | ORIGIN_GLOBAL | ORIGIN_PICKED | ORIGIN_UNKNOWN);
    if (object & (ORIGIN_ROOTS | ORIGIN_REACHED))
        result |= ORIGIN_REACHED;
    for (enum side side = SIDE_CALL; side <= SIDE_REST; side++) {
        bool same = side == frame->side;
        origins stored = effects->stored[side][place] | effects->copied[side];
        if ((object & (ORIGIN_MADE | ORIGIN_LOCAL)) || (same && (object & ORIGIN_FRESH)))
            result |= same ? stored : origins_across(stored);
    }
    return result;
}

/* An element that the item selects is the item, for the loop itself, and picked by it for what it calls. */
static origins picked(const struct frame *frame, origins object, origins index)
{
    if (!(index & ORIGIN_ITEM) || !(object & ORIGIN_SHARED))
        return object;
    return (object & ~ORIGIN_SHARED) | (frame->outer ? ORIGIN_ITEM : ORIGIN_PICKED);
}

static bool is_number(const struct function *body, const struct value *v)
{
    return v->kind == VALUE_INTEGER || v->kind == VALUE_UNKNOWN || v->kind == VALUE_PRODUCT ||
           v->kind == VALUE_MASKED || (v->kind == VALUE_SLOT && body->slots.items[v->a].type == SLOT_NUMBER);
}

/* The object that a member belongs to: `whole` is the place before `.`, or the pointer before `->`. */
static origins object_of(const struct function *body, const struct frame *frame, uint32_t whole)
{
    const struct value *v = &body->values.items[whole];
    if (is_number(body, v))
        return ORIGIN_UNKNOWN; /* only the index is known */
    switch (v->kind) {
    case VALUE_SLOT:
        return body->slots.items[v->a].type == SLOT_RECORD ? frame->places[whole] : frame->values[whole];
    case VALUE_ADDRESS:
    case VALUE_DEREF:
        return frame->places[whole];
    case VALUE_SUM:
        return object_of(body, frame, v->a);
    default:
        return frame->values[whole];
    }
}

/* What the index of an element was taken from. */
static origins index_of(const struct function *body, const struct frame *frame, const struct value *v)
{
    if (!v->b)
        return 0;
    const struct value *where = &body->values.items[v->b - 1];
    if (where->kind == VALUE_SUM && !is_number(body, &body->values.items[where->a]))
        return frame->values[where->b];
    return is_number(body, where) || where->kind == VALUE_SUM ? frame->values[v->b - 1] : 0;
}

static void solve_slot(const struct effects *effects, const struct function *body, struct frame *frame, uint32_t value)
{
    const struct value *v = &body->values.items[value];
    const struct slot *slot = &body->slots.items[v->a];
    origins index = index_of(body, frame, v), place = 0, holds = 0;
    switch (slot->kind) {
    case SLOT_PARAMETER:
    case SLOT_LOCAL:
    case SLOT_RETURN:
        place = frame->outer ? ORIGIN_LOCAL : ORIGIN_FRESH;
        holds = picked(frame, frame->slots[v->a], index);
        break;
    case SLOT_GLOBAL:
        place = holds = picked(frame, ORIGIN_GLOBAL, index);
        break;
    case SLOT_FIELD:
        place = v->b ? object_of(body, frame, v->b - 1) : ORIGIN_UNKNOWN;
        place = picked(frame, place, index);
        holds = slot->type == SLOT_RECORD ? place : held(effects, frame, place, slot->symbol);
        break;
    }
    frame->places[value] = place;
    frame->values[value] = v->kind == VALUE_ADDRESS ? place : holds;
}

static void solve_value(const struct effects *effects, const struct function *body, struct frame *frame, uint32_t value)
{
    const struct value *v = &body->values.items[value];
    switch (v->kind) {
    case VALUE_UNKNOWN:
        frame->values[value] = ORIGIN_UNKNOWN;
        break;
    case VALUE_SLOT:
    case VALUE_ADDRESS:
        solve_slot(effects, body, frame, value);
        break;
    case VALUE_DEREF:
        frame->places[value] = picked(frame, frame->values[v->a], index_of(body, frame, v));
        frame->values[value] = held(effects, frame, frame->places[value], content_of(effects, body, v->a));
        break;
    case VALUE_CALL:
        frame->values[value] = call_result(effects, frame, v->a);
        break;
    case VALUE_JOIN:
    case VALUE_OR:
    case VALUE_SUM:
    case VALUE_PRODUCT:
        frame->values[value] = frame->values[v->a] | frame->values[v->b];
        break;
    default:
        frame->values[value] = 0;
        break;
    }
}

static void add(struct effects *effects, origins *to, origins what)
{
    effects->changed = effects->changed || (what & ~*to);
    *to |= what;
}

static void store(struct effects *effects, enum side side, uint32_t place, origins what)
{
    if (what && !effects->stored[side][place])
        array_push(&effects->holders, place);
    add(effects, &effects->stored[side][place], what);
}

/* Is the place in an object that the turn made? A member without an object is one of an initialiser. */
static bool is_of_turn(const struct frame *frame, uint32_t place, const struct value *target)
{
    if (frame->places[place] & (ORIGIN_OF_TURN | ORIGIN_LOCAL))
        return true;
    return frame->places[place] == ORIGIN_UNKNOWN && target->kind == VALUE_SLOT && !target->b;
}

/* Notes what an assignment does; returns whether a variable holds more now. */
static bool assign(struct effects *effects, const struct function *body, struct frame *frame,
                   const struct assignment *assignment)
{
    const struct value *target = &body->values.items[assignment->target];
    origins source = frame->values[assignment->source];
    if (target->kind == VALUE_SLOT && body->slots.items[target->a].kind == SLOT_RETURN) {
        add(effects, &frame->result, source);
    } else if (target->kind == VALUE_SLOT && body->slots.items[target->a].kind <= SLOT_LOCAL) {
        if (body->slots.items[target->a].type == SLOT_RECORD)
            add(effects, &effects->copied[frame->side],
                source); /* a copy: its pointers lead to where the original's do */
        origins before = frame->slots[target->a];
        if (!frame->outer)
            frame->slots[target->a] |= source;
        return frame->slots[target->a] != before;
    } else if (is_of_turn(frame, assignment->target, target)) {
        store(effects, frame->side, place_of(effects, body, assignment->target), source);
    }
    return false;
}

void frame_solve(struct effects *effects, struct frame *frame)
{
    const struct function *body = stage_function(effects->stages, frame->function);
    bool changed = true;
    for (unsigned round = 0; changed && round < ROUNDS; round++) {
        changed = false;
        for (uint32_t i = 0; i < body->slots.count; i++) {
            const struct slot *slot = &body->slots.items[i];
            if (frame->outer && slot->kind <= SLOT_LOCAL)
                frame->slots[i] = turn_slot(effects, frame, i);
            else if (slot->kind == SLOT_PARAMETER)
                frame->slots[i] |=
                    slot->number < PARAMETERS_FOLLOWED ? frame->parameters[slot->number] : ORIGIN_UNKNOWN;
        }
        for (uint32_t i = 0; i < body->values.count; i++)
            solve_value(effects, body, frame, i);
        for (array_each(const struct assignment, assignment, &body->flows))
            changed |= assign(effects, body, frame, assignment);
        changed = changed || (frame->outer && round == 0);
    }
}
