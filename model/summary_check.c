/* Is a function's summary well formed? Whatever passes here can be walked without looking at bounds again, and without
 * running in circles: operands come before what uses them. */
#include "model/summary.h"

/* More locals than any function has; who allocates per local must not be asked for gigabytes. */
#define MOST_LOCALS (1u << 20)

static bool is_value(const struct function *function, uint32_t index)
{
    return index < function->values.count;
}

static bool is_value_or_none(const struct function *function, uint32_t index)
{
    return index == SUMMARY_NONE || is_value(function, index);
}

static bool is_value_kind(const struct function *function, uint32_t index, enum value_kind kind)
{
    return is_value(function, index) && function->values.items[index].kind == kind;
}

static bool slots_hold(const struct function *function)
{
    for (array_each(const struct slot, slot, &function->slots)) {
        if (slot->kind == SLOT_PARAMETER && slot->number >= function->parameters.count)
            return false;
        if (slot->kind == SLOT_LOCAL && slot->number >= function->local_count)
            return false;
    }
    return true;
}

static bool call_holds(const struct function *function, const struct call *call)
{
    return is_value(function, call->callee) && call->first_argument <= function->arguments.count &&
           call->argument_count <= function->arguments.count - call->first_argument;
}

static bool calls_hold(const struct function *function)
{
    for (array_each(const struct call, call, &function->calls))
        if (!call_holds(function, call))
            return false;
    for (array_each(const uint32_t, argument, &function->arguments))
        if (!is_value(function, *argument))
            return false;
    return true;
}

/* A call's result comes after everything that the call uses. Calls are checked already. */
static bool call_is_before(const struct function *function, uint32_t index, uint32_t value)
{
    if (index >= function->calls.count)
        return false;
    const struct call *call = &function->calls.items[index];
    for (uint32_t i = 0; i < call->argument_count; i++)
        if (function->arguments.items[call->first_argument + i] >= value)
            return false;
    return call->callee < value;
}

static bool values_hold(const struct function *function)
{
    for (uint32_t i = 0; i < function->values.count; i++) {
        const struct value *value = &function->values.items[i];
        bool holds = false;
        switch (value->kind) {
        case VALUE_UNKNOWN:
            holds = value->a <= i && value->b <= i;
            break;
        case VALUE_INTEGER:
        case VALUE_STRING:
        case VALUE_FUNCTION:
            holds = true;
            break;
        case VALUE_SLOT:
        case VALUE_ADDRESS:
            holds = value->a < function->slots.count && value->b <= i;
            break;
        case VALUE_DEREF:
            holds = value->a < i && value->b <= i;
            break;
        case VALUE_MASKED:
            holds = value->a < i;
            break;
        case VALUE_CALL:
            holds = call_is_before(function, value->a, i);
            break;
        case VALUE_JOIN:
        case VALUE_OR:
        case VALUE_SUM:
        case VALUE_PRODUCT:
            holds = value->a < i && value->b < i;
            break;
        }
        if (!holds)
            return false;
    }
    return true;
}

static bool conditions_hold(const struct function *function)
{
    for (uint32_t i = 0; i < function->conditions.count; i++) {
        const struct condition *condition = &function->conditions.items[i];
        bool holds;
        switch (condition->op) {
        case CONDITION_TRUTH:
            holds = is_value(function, condition->a);
            break;
        case CONDITION_NOT:
            holds = condition->a < i;
            break;
        case CONDITION_AND:
        case CONDITION_OR:
            holds = condition->a < i && condition->b < i;
            break;
        default:
            holds = is_value(function, condition->a) && is_value(function, condition->b);
        }
        if (!holds)
            return false;
    }
    return true;
}

static bool flows_hold(const struct function *function)
{
    for (array_each(const struct assignment, flow, &function->flows))
        if (!is_value(function, flow->source) || flow->node > function->nodes.count ||
            !(is_value_kind(function, flow->target, VALUE_SLOT) || is_value_kind(function, flow->target, VALUE_DEREF)))
            return false;
    return true;
}

/* How many children a node has, and whether all are of a kind. Nesting is checked already. */
static bool children_are(const struct function *function, uint32_t index, enum node_kind kind, uint32_t *count)
{
    const struct node *nodes = function->nodes.items;
    *count = 0;
    for (uint32_t child = index + 1; child < nodes[index].end; child = nodes[child].end) {
        if (nodes[child].kind != kind)
            return false;
        ++*count;
    }
    return true;
}

static bool node_holds(const struct function *function, uint32_t index)
{
    const struct node *node = &function->nodes.items[index];
    bool leaf = node->end == index + 1;
    uint32_t children;
    switch (node->kind) {
    case NODE_SEQUENCE:
        return true;
    case NODE_BRANCH:
        return node->a < function->conditions.count && children_are(function, index, NODE_SEQUENCE, &children) &&
               children == 2;
    case NODE_SWITCH:
        return is_value(function, node->a) && children_are(function, index, NODE_ARM, &children);
    case NODE_ARM:
        return is_value_or_none(function, node->a) && node->flags <= (ARM_DEFAULT | ARM_FALLS_THROUGH);
    case NODE_LOOP:
        return (node->a == SUMMARY_NONE || node->a < function->conditions.count) &&
               is_value_or_none(function, node->b) && node->flags <= LOOP_GOTO &&
               children_are(function, index, NODE_SEQUENCE, &children) && children == 1;
    case NODE_CALL:
        return leaf && node->a < function->calls.count;
    case NODE_OPERATIONS:
        return leaf && node->a < function->operations.count;
    case NODE_ACCESS:
        return leaf && node->a < function->slots.count &&
               node->flags <= (ACCESS_WRITE | ACCESS_INDIRECT | ACCESS_ATOMIC);
    case NODE_RETURN:
        return leaf && is_value_or_none(function, node->a);
    case NODE_BREAK:
    case NODE_CONTINUE:
    case NODE_GOTO:
        return leaf;
    default:
        return false;
    }
}

/* Every node ends within the one around it. */
static bool nodes_nest(const struct function *function)
{
    const struct node *nodes = function->nodes.items;
    uint32_t count = function->nodes.count;
    bool nest = count == 0 || (nodes[0].kind == NODE_SEQUENCE && nodes[0].end == count);
    ARRAY(uint32_t) open = {0}; /* the ends of the nodes around */
    array_push(&open, count);
    for (uint32_t i = 0; nest && i < count; i++) {
        while (open.count > 1 && *array_last(&open) <= i)
            open.count--;
        nest = nodes[i].end > i && nodes[i].end <= *array_last(&open);
        array_push(&open, nodes[i].end);
    }
    array_free(&open);
    return nest;
}

static bool nodes_hold(const struct function *function)
{
    for (uint32_t i = 0; i < function->nodes.count; i++)
        if (!node_holds(function, i))
            return false;
    return true;
}

const char *function_check(const struct function *function)
{
    if (function->local_count > MOST_LOCALS)
        return "too many locals";
    if (!function->nodes.count && !(function->flags & FUNCTION_INITIALISERS))
        return "no body";
    if (!slots_hold(function))
        return "a slot's parameter or local is not there";
    if (!calls_hold(function))
        return "a call's callee or argument is not there";
    if (!values_hold(function))
        return "a value's operand is not there or comes after it";
    if (!conditions_hold(function))
        return "a condition's operand is not there or comes after it";
    if (!flows_hold(function))
        return "a flow's source is not there, or its target is neither a slot nor what a pointer points to";
    if (!nodes_nest(function))
        return "nodes do not nest";
    if (!nodes_hold(function))
        return "a node's operand, flags or children are not as its kind wants them";
    return NULL;
}
