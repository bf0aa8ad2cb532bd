/* How many turns a loop makes: from its trip count, its condition, or its kind. */
#include "analyzer/frequency.h"

/* Where nothing is known. */
static struct turns turns_by_kind(const struct expectations *expect, enum loop_kind kind)
{
    switch (kind) {
    case LOOP_COUNTED:
        return (struct turns){.expected = expect->turns_counted, .spread = 1.6};
    case LOOP_CONDITION:
        return (struct turns){.expected = expect->turns_condition, .spread = 1.6};
    case LOOP_LIST:
        return (struct turns){.expected = expect->turns_list, .spread = 1.4};
    case LOOP_STRING:
        return (struct turns){.expected = expect->turns_string, .spread = 1.0};
    case LOOP_CALL:
        return (struct turns){.expected = expect->turns_call, .spread = 1.4};
    case LOOP_ENDLESS:
        return (struct turns){.expected = expect->turns_endless, .spread = 1.6};
    case LOOP_GOTO:
        return (struct turns){.expected = expect->turns_goto, .spread = 0.5};
    case LOOP_ONCE:
        break;
    }
    return (struct turns){.expected = 1};
}

/* `while (!found && i < 1000)`: the count is only the most that it may be. */
static bool ends_otherwise(const struct function *function, const struct node *loop)
{
    return loop->a != SUMMARY_NONE && function->conditions.items[loop->a].op == CONDITION_AND;
}

/* The trip count where constants tell it. A flag that a loop waits for is no count: it only holds 0 and 1. */
static bool known_turns(const struct likelihood *likelihood, const struct node *loop, struct turns *turns)
{
    int64_t trips[KNOWN_CONSTANTS];
    uint32_t known = likelihood_constants(likelihood, loop->b, trips), counts = 0;
    double sum = 0;
    for (uint32_t i = 0; i < known; i++) {
        if (trips[i] < (loop->flags == LOOP_COUNTED ? 1 : 2))
            continue;
        sum += (double)trips[i];
        counts++;
    }
    if (!counts || (ends_otherwise(likelihood->input->function, loop) && sum / counts > turns->expected))
        return false;
    turns->expected = sum / counts;
    turns->spread = known > 1 ? 1 : 0;
    return true;
}

/* A trip count of `n * 1000` is that many times what any count is expected to be. */
static double constant_factor(const struct function *function, uint32_t index)
{
    const struct value *value = &function->values.items[index];
    if (value->kind == VALUE_PRODUCT)
        return constant_factor(function, value->a) * constant_factor(function, value->b);
    return value->kind == VALUE_INTEGER && value->number > 1 ? (double)value->number : 1;
}

/* Does one of the conditions that must all hold for another turn hold only seldom? */
static bool is_seldom(const struct likelihood *likelihood, uint32_t index)
{
    const struct condition *condition = &likelihood->input->function->conditions.items[index];
    bool certain;
    if (condition->op == CONDITION_AND)
        return is_seldom(likelihood, condition->a) || is_seldom(likelihood, condition->b);
    return likelihood_of(likelihood, index, &certain) < likelihood->input->expect->seldom;
}

static bool tests_call(const struct function *function, uint32_t index, uint32_t call)
{
    const struct condition *condition = &function->conditions.items[index];
    if (condition->op >= CONDITION_NOT)
        return tests_call(function, condition->a, call) ||
               (condition->op != CONDITION_NOT && tests_call(function, condition->b, call));
    const struct value *a = &function->values.items[condition->a];
    return a->kind == VALUE_CALL && a->a == call;
}

/* Where the test of a `while (call() …)` ends: its calls come first in the body. NONE if they do not, as in a `do`. */
static uint32_t test_end(const struct function *function, uint32_t loop)
{
    uint32_t condition = function->nodes.items[loop].a, end = SUMMARY_NONE;
    for (uint32_t i = loop + 2; i < function->nodes.items[loop].end; i++) {
        const struct node *node = &function->nodes.items[i];
        if (node->kind != NODE_CALL)
            continue;
        if (!tests_call(function, condition, node->a))
            break;
        end = node->end;
    }
    return end;
}

static bool is_nested(const struct function *function, uint32_t index)
{
    for (uint32_t i = 0; i < index; i++) {
        const struct node *node = &function->nodes.items[i];
        if (node->kind == NODE_LOOP && node->end > index && node->flags != LOOP_ONCE && node->flags != LOOP_GOTO)
            return true;
    }
    return false;
}

static bool counts_or_tests(const struct node *loop)
{
    return loop->flags == LOOP_COUNTED || loop->flags == LOOP_CONDITION || loop->flags == LOOP_LIST;
}

struct turns turns_of(const struct likelihood *likelihood, uint32_t index)
{
    const struct function *function = likelihood->input->function;
    const struct node *loop = &function->nodes.items[index];
    struct turns turns = turns_by_kind(likelihood->input->expect, (enum loop_kind)loop->flags);
    turns.test_ends = SUMMARY_NONE;
    turns.enters = 1;
    if (counts_or_tests(loop) && is_nested(function, index))
        turns.expected *= likelihood->input->expect->nested_loop;
    bool known = known_turns(likelihood, loop, &turns);
    if (!known && loop->flags == LOOP_COUNTED && loop->b != SUMMARY_NONE && !ends_otherwise(function, loop))
        turns.expected *= constant_factor(function, loop->b);
    bool is_test = loop->flags == LOOP_CONDITION || loop->flags == LOOP_CALL || loop->flags == LOOP_COUNTED;
    if (!is_test || loop->a == SUMMARY_NONE)
        return turns;
    bool certain;
    double p = likelihood_of(likelihood, loop->a, &certain);
    if (certain && p == 0)
        return (struct turns){loop->flags == LOOP_CONDITION ? 1 : 0, 1, SUMMARY_NONE, 1}; /* do once, or never */
    if (certain || !is_seldom(likelihood, loop->a) || (known && loop->flags == LOOP_COUNTED))
        return turns;
    turns.expected = 1 / (1 - p); /* tried again after what seldom happens: EINTR */
    turns.spread = 0.5;
    turns.test_ends = test_end(function, index);
    turns.enters = p;
    return turns;
}
