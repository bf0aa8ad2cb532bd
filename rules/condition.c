/* Conditions: three-valued evaluation over facts. */
#include "rules/internal.h"

#include <string.h>

static enum truth all_hold(const struct condition *condition, const struct facts *facts, enum fact_id *missing)
{
    bool undecided = false;
    for (size_t i = 0; i < condition->as.children.count; i++) {
        enum fact_id asked;
        enum truth truth = condition_holds(condition->as.children.items[i], facts, &asked);
        if (truth == TRUTH_NO)
            return TRUTH_NO;
        if (truth == TRUTH_UNDECIDED && !undecided)
            *missing = asked;
        undecided |= truth == TRUTH_UNDECIDED;
    }
    return undecided ? TRUTH_UNDECIDED : TRUTH_YES;
}

static enum truth any_holds(const struct condition *condition, const struct facts *facts, enum fact_id *missing)
{
    bool undecided = false;
    for (size_t i = 0; i < condition->as.children.count; i++) {
        enum fact_id asked;
        enum truth truth = condition_holds(condition->as.children.items[i], facts, &asked);
        if (truth == TRUTH_YES)
            return TRUTH_YES;
        if (truth == TRUTH_UNDECIDED && !undecided)
            *missing = asked;
        undecided |= truth == TRUTH_UNDECIDED;
    }
    return undecided ? TRUTH_UNDECIDED : TRUTH_NO;
}

static bool is_one_of(const struct condition *condition, const char *word)
{
    for (size_t i = 0; i < condition->as.words.count; i++)
        if (strcmp(condition->as.words.items[i], word) == 0)
            return true;
    return false;
}

static bool is_in(struct number_range range, double number)
{
    return number >= range.at_least && number < range.below;
}

static bool value_fits(const struct condition *condition, const struct fact_value *value)
{
    if (condition->kind == CONDITION_BOOLEAN)
        return value->boolean == condition->as.boolean;
    if (condition->kind == CONDITION_NUMBER)
        return is_in(condition->as.range, value->number);
    return is_one_of(condition, value->word);
}

enum truth condition_holds(const struct condition *condition, const struct facts *facts, enum fact_id *missing)
{
    const struct fact_value *value;
    enum truth inner;
    switch (condition->kind) {
    case CONDITION_ALL:
        return all_hold(condition, facts, missing);
    case CONDITION_ANY:
        return any_holds(condition, facts, missing);
    case CONDITION_NOT:
        inner = condition_holds(condition->as.children.items[0], facts, missing);
        return inner == TRUTH_UNDECIDED ? inner : inner == TRUTH_YES ? TRUTH_NO : TRUTH_YES;
    case CONDITION_PRESENT:
        return facts->values[condition->fact].present == condition->as.boolean ? TRUTH_YES : TRUTH_NO;
    case CONDITION_BOOLEAN:
    case CONDITION_NUMBER:
    case CONDITION_WORDS:
        break;
    }
    value = &facts->values[condition->fact];
    if (!value->present) {
        *missing = condition->fact;
        return TRUTH_UNDECIDED;
    }
    return value_fits(condition, value) ? TRUTH_YES : TRUTH_NO;
}

static bool words_are_disjoint(const struct condition *a, const struct condition *b)
{
    for (size_t i = 0; i < a->as.words.count; i++)
        if (is_one_of(b, a->as.words.items[i]))
            return false;
    return true;
}

static bool is_on_a_fact(const struct condition *condition)
{
    return condition->kind != CONDITION_ALL && condition->kind != CONDITION_ANY && condition->kind != CONDITION_NOT;
}

bool conditions_contradict(const struct condition *a, const struct condition *b)
{
    if (!is_on_a_fact(a) || !is_on_a_fact(b) || a->fact != b->fact)
        return false;
    if (a->kind != b->kind) /* one of them says whether the fact is present, the other asks its value */
        return a->kind == CONDITION_PRESENT ? !a->as.boolean : !b->as.boolean;
    switch (a->kind) {
    case CONDITION_PRESENT:
    case CONDITION_BOOLEAN:
        return a->as.boolean != b->as.boolean;
    case CONDITION_NUMBER:
        return a->as.range.at_least >= b->as.range.below || b->as.range.at_least >= a->as.range.below;
    case CONDITION_WORDS:
        return words_are_disjoint(a, b);
    default:
        return false;
    }
}

void condition_mark_facts(const struct condition *condition, bool *used)
{
    if (is_on_a_fact(condition)) {
        used[condition->fact] = true;
        return;
    }
    for (size_t i = 0; i < condition->as.children.count; i++)
        condition_mark_facts(condition->as.children.items[i], used);
}
