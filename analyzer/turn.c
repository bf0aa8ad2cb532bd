/* The function that holds the loop: what changes from turn to turn, and which of its code belongs to a turn. */
#include "analyzer/effects_internal.h"

static bool is_in_loop(const struct effects *effects, const struct function *body, uint32_t node)
{
    const struct node *loop = effects->asked.loop;
    return node > (uint32_t)(loop - body->nodes.items) && node < loop->end;
}

/* Does every turn come by the node? Not where a branch, a switch or another loop is around it. */
static bool is_in_every_turn(const struct effects *effects, const struct function *body, uint32_t node)
{
    for (uint32_t i = (uint32_t)(effects->asked.loop - body->nodes.items) + 1; i < node; i++) {
        enum node_kind kind = body->nodes.items[i].kind;
        bool around = body->nodes.items[i].end > node;
        if (around && (kind == NODE_BRANCH || kind == NODE_SWITCH || is_real_loop(&body->nodes.items[i])))
            return false;
    }
    return is_in_loop(effects, body, node);
}

/* Does the value come from the slot itself, or from one that varies? */
static bool follows(const struct function *body, const struct frame *frame, uint32_t value, uint32_t slot)
{
    const struct value *v = &body->values.items[value];
    switch (v->kind) {
    case VALUE_SLOT:
    case VALUE_ADDRESS:
        return v->a == slot || frame->varies[v->a] || (v->b && follows(body, frame, v->b - 1, slot));
    case VALUE_DEREF:
        return follows(body, frame, v->a, slot) || (v->b && follows(body, frame, v->b - 1, slot));
    case VALUE_JOIN:
    case VALUE_OR:
    case VALUE_SUM:
    case VALUE_PRODUCT:
        return follows(body, frame, v->a, slot) || follows(body, frame, v->b, slot);
    case VALUE_UNKNOWN:
    case VALUE_MASKED:
    case VALUE_CALL:
        return true; /* counts, or asks for the next */
    default:
        return false;
    }
}

void turn_find_varying(const struct effects *effects, struct frame *frame)
{
    const struct function *body = stage_function(effects->stages, frame->function);
    for (bool changed = true; changed;) {
        changed = false;
        for (array_each(const struct assignment, assignment, &body->flows)) {
            const struct value *target = &body->values.items[assignment->target];
            if (target->kind != VALUE_SLOT || frame->varies[target->a] ||
                body->slots.items[target->a].kind > SLOT_LOCAL || !is_in_every_turn(effects, body, assignment->node) ||
                !follows(body, frame, assignment->source, target->a))
                continue;
            frame->varies[target->a] = 1;
            changed = true;
        }
    }
}

origins turn_slot(const struct effects *effects, const struct frame *frame, uint32_t slot)
{
    const struct function *body = stage_function(effects->stages, frame->function);
    origins result = 0;
    bool assigned = false;
    for (array_each(const struct assignment, assignment, &body->flows)) {
        const struct value *target = &body->values.items[assignment->target];
        const struct value *source = &body->values.items[assignment->source];
        if (target->kind != VALUE_SLOT || target->a != slot || !is_in_loop(effects, body, assignment->node) ||
            source->kind == VALUE_INTEGER)
            continue;
        assigned = true;
        origins from = frame->values[assignment->source];
        if (source->kind == VALUE_CALL && from && !(from & ~ORIGIN_OF_TURN))
            result |= from;
        else
            result |= frame->varies[slot] ? ORIGIN_ITEM : from;
    }
    return assigned && (frame->varies[slot] || result) ? result : ORIGIN_ROOT(slot);
}

/* Does control, once it is at the node in the sequence, get to a return of the sequence (or, where that leaves the
 * loop, a break), with no way around it? */
static bool gets_out(const struct function *body, uint32_t sequence, uint32_t node, bool by_break)
{
    uint32_t i = sequence + 1, end = body->nodes.items[sequence].end;
    for (; i < end; i = body->nodes.items[i].end) {
        enum node_kind kind = body->nodes.items[i].kind;
        if (body->nodes.items[i].end > node && (kind == NODE_RETURN || (by_break && kind == NODE_BREAK)))
            break;
    }
    bool around = i >= end;
    for (uint32_t between = node; between < i && !around; between++)
        around = body->nodes.items[between].kind == NODE_CONTINUE || body->nodes.items[between].kind == NODE_GOTO;
    return !around;
}

bool leaves_loop(const struct function *body, const struct node *loop, uint32_t node)
{
    bool inner = false; /* a break leaves only the loop or switch around it */
    for (uint32_t i = (uint32_t)(loop - body->nodes.items) + 1; i < node; i++) {
        const struct node *around = &body->nodes.items[i];
        if (around->end <= node)
            continue;
        inner = inner || around->kind == NODE_SWITCH || (around->kind == NODE_LOOP && around->flags != LOOP_GOTO);
        if (around->kind == NODE_SEQUENCE && gets_out(body, i, node, !inner))
            return true;
    }
    return false;
}

bool turn_goes_on(const struct effects *effects, uint32_t node)
{
    const struct function *body = stage_function(effects->stages, effects->asked.function);
    return is_in_loop(effects, body, node) && !leaves_loop(body, effects->asked.loop, node);
}
