/* Functions built by hand, for tests: open a node, add what it holds, close it. */
#ifndef TESTS_SKELETON_H
#define TESTS_SKELETON_H

#include "model/summary.h"

#include <math.h>

#define assert_close(a, b, within) assert_true(fabs((a) - (b)) <= (within))
#define UNUSED_FUNCTION __attribute__((unused))

UNUSED_FUNCTION static uint32_t add_value(struct function *function, enum value_kind kind, uint32_t a, int64_t number)
{
    array_push(&function->values, (struct value){.kind = kind, .a = a, .number = number});
    return function->values.count - 1;
}

UNUSED_FUNCTION static uint32_t add_integer(struct function *function, int64_t number)
{
    return add_value(function, VALUE_INTEGER, 0, number);
}

/* A value that a new slot of that kind holds. */
UNUSED_FUNCTION static uint32_t add_slot(struct function *function, enum slot_kind kind, uint32_t number)
{
    array_push(&function->slots, (struct slot){.kind = kind, .number = number});
    return add_value(function, VALUE_SLOT, function->slots.count - 1, 0);
}

UNUSED_FUNCTION static uint32_t add_condition(struct function *function, enum condition_op op, enum operand_type type,
                                              uint32_t a, uint32_t b)
{
    array_push(&function->conditions, (struct condition){.op = op, .type = type, .a = a, .b = b});
    return function->conditions.count - 1;
}

/* A condition of which nothing is known: one number below another. */
UNUSED_FUNCTION static uint32_t add_open_condition(struct function *function)
{
    uint32_t a = add_value(function, VALUE_UNKNOWN, 0, 0);
    return add_condition(function, CONDITION_LESS, OPERAND_INTEGER, a, a);
}

UNUSED_FUNCTION static uint32_t open_node(struct function *function, enum node_kind kind, unsigned flags, uint32_t a)
{
    array_push(&function->nodes,
               (struct node){.kind = (uint8_t)kind, .flags = (uint8_t)flags, .a = a, .b = SUMMARY_NONE, .line = 1});
    return function->nodes.count - 1;
}

UNUSED_FUNCTION static void close_node(struct function *function, uint32_t node)
{
    function->nodes.items[node].end = function->nodes.count;
}

UNUSED_FUNCTION static uint32_t add_leaf(struct function *function, enum node_kind kind, unsigned flags, uint32_t a)
{
    uint32_t node = open_node(function, kind, flags, a);
    close_node(function, node);
    return node;
}

UNUSED_FUNCTION static uint32_t add_operations(struct function *function, uint32_t simple)
{
    array_push(&function->operations, (struct operations){.simple = simple});
    return add_leaf(function, NODE_OPERATIONS, 0, function->operations.count - 1);
}

/* A call of a value; returns its node. */
UNUSED_FUNCTION static uint32_t add_call(struct function *function, uint32_t callee)
{
    array_push(&function->calls,
               (struct call){.callee = callee, .first_argument = function->arguments.count, .line = 1});
    return add_leaf(function, NODE_CALL, 0, function->calls.count - 1);
}

/* An argument of the last call. */
UNUSED_FUNCTION static void add_argument(struct function *function, uint32_t value)
{
    array_push(&function->arguments, value);
    array_last(&function->calls)->argument_count++;
}

/* A loop and its body, both open; close_loop ends them. `trip`: the value that says how often, or SUMMARY_NONE. */
UNUSED_FUNCTION static uint32_t open_loop(struct function *function, enum loop_kind kind, uint32_t condition,
                                          uint32_t trip)
{
    uint32_t loop = open_node(function, NODE_LOOP, kind, condition);
    function->nodes.items[loop].b = trip;
    open_node(function, NODE_SEQUENCE, 0, 0);
    return loop;
}

UNUSED_FUNCTION static void close_loop(struct function *function, uint32_t loop)
{
    close_node(function, loop + 1);
    close_node(function, loop);
}

/* A branch and its first arm, both open: second_arm() ends that arm and begins the other, close_branch() ends both. */
struct open_branch {
    uint32_t node, arm;
};

UNUSED_FUNCTION static struct open_branch open_branch(struct function *function, uint32_t condition)
{
    uint32_t node = open_node(function, NODE_BRANCH, 0, condition);
    return (struct open_branch){node, open_node(function, NODE_SEQUENCE, 0, 0)};
}

UNUSED_FUNCTION static void second_arm(struct function *function, struct open_branch *branch)
{
    close_node(function, branch->arm);
    branch->arm = open_node(function, NODE_SEQUENCE, 0, 0);
}

UNUSED_FUNCTION static void close_branch(struct function *function, const struct open_branch *branch)
{
    close_node(function, branch->arm);
    close_node(function, branch->node);
}

#endif
