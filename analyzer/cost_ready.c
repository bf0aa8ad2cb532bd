/* Calls that are made because a descriptor is ready: `if (fds[i].revents & POLLIN) take(fds[i].fd)`. What such a call
 * reads is there, so that it waits as little as on a non-blocking descriptor. Which members of records tell it is
 * knowledge (constants.yaml).
 */
#include "analyzer/cost_internal.h"

#include <string.h>

/* "c:@S@pollfd@FI@revents" is "pollfd.revents" to the knowledge. */
static bool member_tells(const struct costs *costs, name_id symbol)
{
    static const char field[] = "@FI@";
    const char *id = names_string(&costs->linked->names, symbol), *member = strstr(id, field);
    if (!member)
        return false;
    const char *record = member;
    while (record > id && record[-1] != '@')
        record--;
    char name[64];
    int length = snprintf(name, sizeof name, "%.*s.%s", (int)(member - record), record, member + strlen(field));
    return length > 0 && (size_t)length < sizeof name && knowledge_tells_readiness(costs->knowledge, name);
}

/* Of the member itself, its bits, or a local that was set to it. */
static bool value_tells(const struct costs *costs, const struct function *body, uint32_t value, bool through_local)
{
    if (value == SUMMARY_NONE)
        return false;
    const struct value *item = &body->values.items[value];
    if (item->kind == VALUE_MASKED)
        return value_tells(costs, body, item->a, through_local);
    if (item->kind != VALUE_SLOT)
        return false;
    const struct slot *slot = &body->slots.items[item->a];
    if (slot->kind == SLOT_FIELD)
        return member_tells(costs, slot->symbol);
    if (slot->kind != SLOT_LOCAL || !through_local)
        return false;
    for (array_each(const struct assignment, assignment, &body->flows)) {
        const struct value *target = &body->values.items[assignment->target];
        if (target->kind == VALUE_SLOT && target->a == item->a && value_tells(costs, body, assignment->source, false))
            return true;
    }
    return false;
}

static bool is_zero(const struct function *body, uint32_t value)
{
    const struct value *item = &body->values.items[value];
    return item->kind == VALUE_INTEGER && item->number == 0;
}

/* 1: something is ready if the condition holds; -1: if it does not; 0: it says nothing of that. */
static int condition_tells(const struct costs *costs, const struct function *body, uint32_t index)
{
    const struct condition *condition = &body->conditions.items[index];
    int first, second;
    switch (condition->op) {
    case CONDITION_NOT:
        return -condition_tells(costs, body, condition->a);
    case CONDITION_AND:
    case CONDITION_OR:
        first = condition_tells(costs, body, condition->a);
        second = condition_tells(costs, body, condition->b);
        if (condition->op == CONDITION_AND)
            return first > 0 || second > 0;
        return first < 0 || second < 0 ? -1 : first > 0 || second > 0;
    case CONDITION_TRUTH:
    case CONDITION_BITS:
        return value_tells(costs, body, condition->a, true);
    case CONDITION_EQUAL: /* to 0: nothing is */
    case CONDITION_NOT_EQUAL:
        if (!value_tells(costs, body, condition->a, true))
            return 0;
        return is_zero(body, condition->b) == (condition->op == CONDITION_EQUAL) ? -1 : 1;
    default:
        return 0;
    }
}

static void mark_calls(const struct function *body, uint32_t first, uint32_t end, bool *ready)
{
    for (uint32_t i = first; i < end; i++)
        if (body->nodes.items[i].kind == NODE_CALL)
            ready[body->nodes.items[i].a] = true;
}

/* Does a sequence end by leaving what is around it? */
static bool leaves(const struct function *body, uint32_t sequence)
{
    uint32_t last = SUMMARY_NONE;
    for (uint32_t i = sequence + 1; i < body->nodes.items[sequence].end; i = body->nodes.items[i].end)
        last = i;
    if (last == SUMMARY_NONE)
        return false;
    enum node_kind kind = body->nodes.items[last].kind;
    return kind == NODE_RETURN || kind == NODE_BREAK || kind == NODE_CONTINUE || kind == NODE_GOTO;
}

/* Where the sequence ends that a node stands in. */
static uint32_t sequence_end(const struct function *body, uint32_t index)
{
    uint32_t end = body->nodes.count;
    for (uint32_t i = 0; i < index; i++)
        if (body->nodes.items[i].end > index && body->nodes.items[i].end < end)
            end = body->nodes.items[i].end;
    return end;
}

/* The arm in which something is ready; where the other one leaves, also what comes behind the branch. */
static void mark_branch(const struct function *body, uint32_t branch, int tells, bool *ready)
{
    uint32_t first = branch + 1, second = body->nodes.items[first].end, end = body->nodes.items[branch].end;
    if (tells > 0)
        mark_calls(body, first, second, ready);
    else
        mark_calls(body, second, end, ready);
    if (leaves(body, tells > 0 ? second : first))
        mark_calls(body, end, sequence_end(body, branch), ready);
}

const bool *ready_calls(struct costs *costs, uint32_t function)
{
    const struct function *body = function_of(costs, function);
    bool *ready = costs->ready_calls[function];
    if (ready)
        return ready;
    ready = costs->ready_calls[function] = ARENA_ARRAY(&costs->arena, bool, body->calls.count + 1);
    for (uint32_t i = 0; i < body->nodes.count; i++) {
        const struct node *node = &body->nodes.items[i];
        int tells = node->kind == NODE_BRANCH ? condition_tells(costs, body, node->a) : 0;
        if (tells)
            mark_branch(body, i, tells, ready);
    }
    return ready;
}
