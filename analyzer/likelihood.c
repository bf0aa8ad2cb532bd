/* How likely conditions hold: decided by constants, else by the shape of the comparison.
 *
 * The shapes are those of Ball and Larus, Branch prediction for free (PLDI 1993); the numbers and their sources stand
 * in knowledge/expectations.yaml.
 */
#include "analyzer/frequency.h"

#include <errno.h>

#define HUGE_NUMBER (INT64_C(1) << 30)

/* How likely a value is not 0, by where it lies: a member or a variable with static storage that is asked for is often
 * a feature that is not used, a parameter seldom. Ball and Larus do not ask where. */
static double is_set_in(const struct expectations *expect, const struct slot *slot, bool pointer)
{
    if (slot && slot->kind == SLOT_PARAMETER)
        return pointer ? expect->pointer_parameter : expect->number_parameter;
    if (slot && slot->kind == SLOT_LOCAL)
        return pointer ? expect->pointer_local : expect->number_local;
    if (slot && slot->kind == SLOT_GLOBAL)
        return pointer ? expect->pointer_static : expect->number_static;
    if (slot && slot->kind == SLOT_FIELD)
        return pointer ? expect->pointer_member : expect->number_member;
    return pointer ? expect->pointer_other : expect->number_other;
}

uint32_t likelihood_constants(const struct likelihood *likelihood, uint32_t value, int64_t constants[KNOWN_CONSTANTS])
{
    if (value == SUMMARY_NONE)
        return 0;
    const struct frequency_input *input = likelihood->input;
    const struct value *item = &input->function->values.items[value];
    switch (item->kind) {
    case VALUE_INTEGER:
        constants[0] = item->number;
        return 1;
    case VALUE_UNKNOWN:
    case VALUE_STRING:
    case VALUE_FUNCTION:
    case VALUE_ADDRESS:
        return 0;
    default:
        return input->constants ? input->constants(input->data, value, constants) : 0;
    }
}

static bool compare(enum condition_op op, int64_t a, int64_t b)
{
    switch (op) {
    case CONDITION_TRUTH:
        return a != 0;
    case CONDITION_EQUAL:
        return a == b;
    case CONDITION_NOT_EQUAL:
        return a != b;
    case CONDITION_LESS:
        return a < b;
    case CONDITION_LESS_EQUAL:
        return a <= b;
    case CONDITION_GREATER:
        return a > b;
    case CONDITION_GREATER_EQUAL:
        return a >= b;
    case CONDITION_BITS:
        return (a & b) != 0;
    default:
        return false;
    }
}

/* 1 or 0 if it holds for all or none of the constants that its operands may be; else -1. */
static double decided(const struct likelihood *likelihood, const struct condition *condition)
{
    int64_t a[KNOWN_CONSTANTS], b[KNOWN_CONSTANTS] = {0};
    uint32_t a_count = likelihood_constants(likelihood, condition->a, a), b_count = 1;
    if (a_count && condition->op != CONDITION_TRUTH)
        b_count = likelihood_constants(likelihood, condition->b, b);
    uint32_t pairs = a_count * b_count, true_pairs = 0;
    for (uint32_t i = 0; i < pairs; i++)
        true_pairs += compare(condition->op, a[i / b_count], b[i % b_count]);
    if (!pairs || (true_pairs && true_pairs < pairs))
        return -1;
    return true_pairs ? 1 : 0;
}

static const struct slot *slot_of(const struct likelihood *likelihood, uint32_t value)
{
    const struct function *function = likelihood->input->function;
    const struct value *item = &function->values.items[value];
    return item->kind == VALUE_SLOT ? &function->slots.items[item->a] : NULL;
}

/* The probability that the value is not 0. */
static double truth(const struct likelihood *likelihood, const struct condition *condition)
{
    const struct expectations *expect = likelihood->input->expect;
    uint8_t held = likelihood_holds(likelihood, condition->a);
    if (held & SLOT_HOLDS_ALLOCATION)
        return 1 - expect->allocation_fails;
    const struct slot *slot = slot_of(likelihood, condition->a);
    if (condition->type == OPERAND_POINTER)
        return is_set_in(expect, slot, true);
    if (condition->type == OPERAND_CHARACTER)
        return 1 - expect->character_equals;
    if (held & SLOT_HOLDS_COMPARISON)
        return 1 - expect->compares_equal;
    if (held & SLOT_HOLDS_REST)
        return expect->rest;
    return held & SLOT_HOLDS_RESULT ? 1 - expect->call_succeeds : is_set_in(expect, slot, false);
}

/* Is the result of a transfer compared with an argument of its call? `write(fd, data, n) < n` */
static bool is_whole(const struct likelihood *likelihood, const struct condition *condition)
{
    return likelihood_is_transfer(likelihood, condition->a, condition->b) ||
           likelihood_is_transfer(likelihood, condition->b, condition->a);
}

static double equal(const struct likelihood *likelihood, const struct condition *condition)
{
    const struct expectations *expect = likelihood->input->expect;
    int64_t b[KNOWN_CONSTANTS];
    uint32_t known = likelihood_constants(likelihood, condition->b, b);
    if (condition->type == OPERAND_POINTER)
        return known ? 1 - truth(likelihood, condition) : expect->equals_another;
    if (condition->type == OPERAND_CHARACTER)
        return expect->character_equals;
    if (!known)
        return is_whole(likelihood, condition) ? 1 - expect->rest : expect->equals_another;
    if (b[0] == -1)
        return expect->call_fails;
    if (b[0] != 0 && likelihood_is_error_number(likelihood->input, likelihood->slots, condition->a))
        return b[0] == EINPROGRESS ? expect->in_progress : expect->error_number_is;
    if (b[0] != 0)
        return expect->equals_constant;
    uint8_t held = likelihood_holds(likelihood, condition->a);
    if (held & SLOT_HOLDS_COMPARISON)
        return expect->compares_equal;
    if (held & SLOT_HOLDS_REST)
        return 1 - expect->rest;
    if (held & SLOT_HOLDS_RESULT)
        return expect->call_succeeds;
    return expect->equals_zero;
}

/* The probability of "value < bound" (or <=), bound known. */
static double below(const struct likelihood *likelihood, uint32_t value, int64_t bound, bool or_equal)
{
    const struct expectations *expect = likelihood->input->expect;
    bool failed = bound < 0 || (bound == 0 && !or_equal);
    uint8_t held = likelihood_holds(likelihood, value);
    if (held & SLOT_HOLDS_REST && bound == 0 && or_equal)
        return 1 - expect->rest;
    if (held & SLOT_HOLDS_RESULT)
        return failed ? expect->call_fails : bound == 0 ? 2 * expect->call_fails : 0.5;
    if (failed)
        return expect->negative;
    if (bound >= HUGE_NUMBER)
        return 1 - expect->huge;
    return bound == 0 ? 2 * expect->negative : 0.5;
}

/* 1: what is used and more, a sum; -1: what is left, a difference; else 0. */
static int is_used_up(const struct value *value)
{
    if (value->kind == VALUE_UNKNOWN && value->a && value->b)
        return -1;
    return value->kind == VALUE_SUM ? 1 : 0;
}

/* `used + more > size`, `size - used < more`: there is mostly room. */
static double sum_exceeds(const struct likelihood *likelihood, const struct condition *condition, bool less)
{
    const struct value *values = likelihood->input->function->values.items;
    if (is_whole(likelihood, condition)) /* a part of it: less than what was asked for */
        return likelihood_is_transfer(likelihood, condition->a, condition->b) == less
                   ? likelihood->input->expect->rest
                   : 1 - likelihood->input->expect->rest;
    int used_up = is_used_up(&values[condition->a]) - is_used_up(&values[condition->b]);
    if (!used_up)
        return 0.5;
    double p = likelihood->input->expect->sum_exceeds;
    return (used_up > 0) == less ? 1 - p : p;
}

static double ordered(const struct likelihood *likelihood, const struct condition *condition)
{
    int64_t bound[KNOWN_CONSTANTS];
    bool less = condition->op == CONDITION_LESS || condition->op == CONDITION_LESS_EQUAL;
    bool or_equal = condition->op == CONDITION_LESS_EQUAL || condition->op == CONDITION_GREATER_EQUAL;
    if (likelihood_constants(likelihood, condition->b, bound)) {
        /* a > b is the opposite of a <= b */
        double p = below(likelihood, condition->a, bound[0], less ? or_equal : !or_equal);
        return less ? p : 1 - p;
    }
    if (likelihood_constants(likelihood, condition->a, bound)) {
        double p = below(likelihood, condition->b, bound[0], less ? !or_equal : or_equal);
        return less ? 1 - p : p;
    }
    return sum_exceeds(likelihood, condition, less);
}

static double by_shape(const struct likelihood *likelihood, const struct condition *condition)
{
    switch (condition->op) {
    case CONDITION_TRUTH:
        return truth(likelihood, condition);
    case CONDITION_EQUAL:
        return equal(likelihood, condition);
    case CONDITION_NOT_EQUAL:
        return 1 - equal(likelihood, condition);
    case CONDITION_BITS:
        return likelihood->input->expect->bits_set;
    default:
        return ordered(likelihood, condition);
    }
}

/* `errno == EAGAIN` where no descriptor of the function is non-blocking: it hardly ever is; else -1. */
static double would_block(const struct likelihood *likelihood, const struct condition *condition)
{
    const struct frequency_input *input = likelihood->input;
    int64_t number[KNOWN_CONSTANTS];
    if ((condition->op != CONDITION_EQUAL && condition->op != CONDITION_NOT_EQUAL) ||
        !likelihood_is_error_number(input, likelihood->slots, condition->a) ||
        !likelihood_constants(likelihood, condition->b, number) || (number[0] != EAGAIN && number[0] != EWOULDBLOCK) ||
        !input->only_blocks || !input->only_blocks(input->data))
        return -1;
    double p = input->expect->would_block;
    return condition->op == CONDITION_EQUAL ? p : 1 - p;
}

static double of_plain(const struct likelihood *likelihood, const struct condition *condition, bool *certain)
{
    double p = decided(likelihood, condition);
    if (p < 0)
        p = would_block(likelihood, condition);
    *certain = p >= 0;
    return *certain ? p : by_shape(likelihood, condition);
}

static double of_pair(const struct likelihood *likelihood, const struct condition *condition, bool *certain)
{
    bool certain_a, certain_b;
    double a = likelihood_of(likelihood, condition->a, &certain_a);
    double b = likelihood_of(likelihood, condition->b, &certain_b);
    bool is_and = condition->op == CONDITION_AND;
    double deciding = is_and ? 0 : 1;
    *certain = (certain_a && certain_b) || (certain_a && a == deciding) || (certain_b && b == deciding);
    return is_and ? a * b : a + b - a * b;
}

double likelihood_of(const struct likelihood *likelihood, uint32_t index, bool *certain)
{
    const struct condition *condition = &likelihood->input->function->conditions.items[index];
    double p;
    switch (condition->op) {
    case CONDITION_NOT:
        p = 1 - likelihood_of(likelihood, condition->a, certain);
        break;
    case CONDITION_AND:
    case CONDITION_OR:
        p = of_pair(likelihood, condition, certain);
        break;
    default:
        p = of_plain(likelihood, condition, certain);
    }
    if (!*certain && condition->hint != HINT_NONE)
        p = condition->hint == HINT_LIKELY ? likelihood->input->expect->likely : 1 - likelihood->input->expect->likely;
    return p;
}

int likelihood_child_arm(const struct likelihood *likelihood, uint32_t index)
{
    const struct condition *condition = &likelihood->input->function->conditions.items[index];
    int64_t bound[KNOWN_CONSTANTS];
    int a;
    switch (condition->op) {
    case CONDITION_NOT:
        return -likelihood_child_arm(likelihood, condition->a);
    case CONDITION_AND:
        a = likelihood_child_arm(likelihood, condition->a);
        return a ? a : likelihood_child_arm(likelihood, condition->b);
    case CONDITION_TRUTH:
        return likelihood_holds(likelihood, condition->a) & SLOT_HOLDS_CHILD ? -1 : 0;
    case CONDITION_EQUAL:
    case CONDITION_NOT_EQUAL:
    case CONDITION_GREATER:
        if (!(likelihood_holds(likelihood, condition->a) & SLOT_HOLDS_CHILD) ||
            !likelihood_constants(likelihood, condition->b, bound) || bound[0] != 0)
            return 0;
        return condition->op == CONDITION_EQUAL ? 1 : -1;
    default:
        return 0;
    }
}

/* A member or a global variable is set between two nodes. A comparison of sizes is settled by a constant only: a
 * counter that goes on is no end. */
static bool is_set(const struct function *function, uint32_t value, bool by_constant, uint32_t first, uint32_t end)
{
    if (value == SUMMARY_NONE || function->values.items[value].kind != VALUE_SLOT)
        return false;
    uint32_t slot = function->values.items[value].a;
    enum slot_kind kind = function->slots.items[slot].kind;
    if (kind != SLOT_GLOBAL && kind != SLOT_FIELD)
        return false;
    for (array_each(const struct assignment, assignment, &function->flows)) {
        const struct value *target = &function->values.items[assignment->target];
        bool constant = function->values.items[assignment->source].kind == VALUE_INTEGER;
        if (assignment->node >= first && assignment->node <= end && target->kind == VALUE_SLOT && target->a == slot &&
            (constant || !by_constant))
            return true;
    }
    return false;
}

bool likelihood_settles(const struct function *function, uint32_t condition, uint32_t first, uint32_t end)
{
    const struct condition *asked = &function->conditions.items[condition];
    bool ordered = false;
    switch (asked->op) {
    case CONDITION_NOT:
        return likelihood_settles(function, asked->a, first, end);
    case CONDITION_AND:
        return likelihood_settles(function, asked->a, first, end) || likelihood_settles(function, asked->b, first, end);
    case CONDITION_OR:
        return likelihood_settles(function, asked->a, first, end) && likelihood_settles(function, asked->b, first, end);
    case CONDITION_TRUTH:
        return is_set(function, asked->a, false, first, end);
    case CONDITION_LESS:
    case CONDITION_LESS_EQUAL:
    case CONDITION_GREATER:
    case CONDITION_GREATER_EQUAL:
        ordered = true;
        break;
    default:
        break;
    }
    return is_set(function, asked->a, ordered, first, end) || is_set(function, asked->b, ordered, first, end);
}
