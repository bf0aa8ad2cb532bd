/* Loops: of which kind they are, and how many turns they take. */
#include "analyzer/extract_internal.h"

#include <string.h>

#define NO_LIMIT INT64_C(1000000000) /* nothing is meant to turn so often */

/* What a condition says of the number of turns. */
static enum loop_kind loop_kind_of(const struct extractor *x, uint32_t condition)
{
    const struct condition *entry = &x->function.conditions.items[condition];
    int64_t number = 0;
    switch (entry->op) {
    case CONDITION_NOT: {
        enum loop_kind kind = loop_kind_of(x, entry->a);
        return kind == LOOP_ENDLESS ? LOOP_ONCE : kind == LOOP_ONCE ? LOOP_ENDLESS : kind;
    }
    case CONDITION_AND:
    case CONDITION_OR: {
        enum loop_kind a = loop_kind_of(x, entry->a), b = loop_kind_of(x, entry->b);
        enum loop_kind decides = entry->op == CONDITION_AND ? LOOP_ONCE : LOOP_ENDLESS; /* false, or true */
        enum loop_kind neutral = entry->op == CONDITION_AND ? LOOP_ENDLESS : LOOP_ONCE;
        if (a == decides || b == decides)
            return decides;
        if (b == neutral)
            return a;
        return a == LOOP_CONDITION || a == neutral ? b : a;
    }
    case CONDITION_TRUTH:
        if (value_is_integer(x, entry->a, &number))
            return number ? LOOP_ENDLESS : LOOP_ONCE;
        break;
    default:
        break;
    }
    const struct value *tested = &x->function.values.items[entry->a];
    bool negative = entry->op == CONDITION_LESS && value_is_integer(x, entry->b, &number) && number <= 0;
    bool minus_one = entry->op == CONDITION_EQUAL && value_is_integer(x, entry->b, &number) && number == -1;
    if (tested->kind == VALUE_CALL && !negative && !minus_one)
        return LOOP_CALL; /* until it says that there is no more; a failed call that is tried again is none */
    if (entry->type == OPERAND_CHARACTER)
        return LOOP_STRING;
    return LOOP_CONDITION;
}

/* ---- how many turns ---- */

/* How a `for` moves its counter: by a number, or to a multiple of itself (`multiplies`); by 0: not known. */
struct step {
    int64_t by;
    bool multiplies;
    bool in_body; /* no `for` says how it moves: the body may do it in another way */
};

/* What the tested variable starts with: the last assignment before the loop. */
static uint32_t start_value(const struct extractor *x, uint32_t counter, uint32_t first_flow)
{
    for (uint32_t i = first_flow; i > 0; i--)
        if (x->function.flows.items[i - 1].target == counter)
            return x->function.flows.items[i - 1].source;
    return SUMMARY_NONE;
}

static uint32_t steps_between(struct extractor *x, int64_t low, int64_t high, struct step step)
{
    int64_t turns = 0;
    if (!step.multiplies)
        return step.by > 0 ? value_integer(x, (high - low + step.by - 1) / step.by) : SUMMARY_NONE;
    for (int64_t at = low; at > 0 && at < high && step.by > 1; turns++)
        at = at > INT64_MAX / step.by ? high : at * step.by;
    return turns ? value_integer(x, turns) : SUMMARY_NONE;
}

/* `counter < limit` and the like, downwards with the two exchanged. Where only one end is known, the other is taken for
 * the number of turns. */
static uint32_t compared_turns(struct extractor *x, const struct condition *test, uint32_t start, struct step step)
{
    if (x->function.values.items[test->a].kind != VALUE_SLOT)
        return SUMMARY_NONE; /* `(n & 7) != 4` counts nothing */
    bool down = test->op == CONDITION_GREATER || test->op == CONDITION_GREATER_EQUAL;
    bool inclusive = test->op == CONDITION_GREATER_EQUAL || test->op == CONDITION_LESS_EQUAL;
    int64_t first = 0, limit = 0;
    bool first_known = start != SUMMARY_NONE && value_is_integer(x, start, &first);
    bool limit_known = value_is_integer(x, test->b, &limit);
    int64_t low = down ? limit : first, high = down ? first : limit;
    if (first_known && limit_known && low <= high && high < INT64_MAX / 2 && low > INT64_MIN / 2)
        return steps_between(x, low, high + inclusive, step);
    if (step.multiplies || step.by != 1)
        return SUMMARY_NONE;
    if (down)
        return limit_known && start != SUMMARY_NONE ? start : test->a;
    return x->function.values.items[test->b].kind == VALUE_UNKNOWN ? SUMMARY_NONE : test->b;
}

/* INT_MAX and the like stand for "no limit": the loop ends in another way. */
static bool is_no_limit(const struct extractor *x, uint32_t value)
{
    int64_t number;
    return value != SUMMARY_NONE && value_is_integer(x, value, &number) && number >= NO_LIMIT;
}

static uint32_t tested_turns(struct extractor *x, uint32_t condition, uint32_t first_flow, struct step step)
{
    const struct condition test = x->function.conditions.items[condition];
    bool compares = test.op >= CONDITION_NOT_EQUAL && test.op <= CONDITION_GREATER_EQUAL;
    if (test.type == OPERAND_POINTER || (!compares && test.op != CONDITION_TRUTH))
        return SUMMARY_NONE;
    uint32_t start = start_value(x, test.a, first_flow);
    if (compares)
        return compared_turns(x, &test, start, step);
    bool counts = test.type == OPERAND_INTEGER && x->function.values.items[test.a].kind == VALUE_SLOT;
    if (!counts || step.multiplies || step.by != 1)
        return SUMMARY_NONE;
    return start != SUMMARY_NONE && x->function.values.items[start].kind != VALUE_UNKNOWN ? start : test.a;
}

static bool jumps(const struct extractor *x, uint32_t counter, uint32_t first_flow)
{
    for (array_each(const struct jump, jump, &x->jumps))
        if (jump->variable == counter && jump->flow >= first_flow)
            return true;
    return false;
}

/* The trip count as a value, from what the condition compares, or SUMMARY_NONE. */
static uint32_t trip_count(struct extractor *x, uint32_t condition, uint32_t first_flow, struct step step)
{
    const struct condition test = x->function.conditions.items[condition];
    if (test.op == CONDITION_AND || test.op == CONDITION_OR) {
        uint32_t a = trip_count(x, test.a, first_flow, step);
        return a != SUMMARY_NONE ? a : trip_count(x, test.b, first_flow, step);
    }
    uint32_t turns = tested_turns(x, condition, first_flow, step);
    if (turns != SUMMARY_NONE && step.in_body && jumps(x, test.a, first_flow))
        return SUMMARY_NONE;
    return is_no_limit(x, turns) ? SUMMARY_NONE : turns;
}

/* ---- along a list ---- */

static bool is_field(const struct extractor *x, uint32_t value)
{
    const struct value *v = &x->function.values.items[value];
    return v->kind == VALUE_SLOT && x->function.slots.items[v->a].kind == SLOT_FIELD;
}

/* Is the variable given a member, itself or by way of another one, by the flows from here on? */
static bool gets_a_member(const struct extractor *x, uint32_t variable, uint32_t first_flow, bool other)
{
    for (uint32_t i = first_flow; i < x->function.flows.count; i++) {
        const struct assignment *flow = &x->function.flows.items[i];
        if (flow->target == variable &&
            (is_field(x, flow->source) || (other && gets_a_member(x, flow->source, first_flow, false))))
            return true;
    }
    return false;
}

/* `p = p->next`, or `next = p->next` and `p = next`, of a pointer that the condition tests. */
static bool walks_list(const struct extractor *x, uint32_t condition, uint32_t first_flow)
{
    const struct condition *test = &x->function.conditions.items[condition];
    switch (test->op) {
    case CONDITION_AND:
    case CONDITION_OR:
        return walks_list(x, test->a, first_flow) || walks_list(x, test->b, first_flow);
    case CONDITION_TRUTH:
    case CONDITION_NOT_EQUAL:
        return test->type == OPERAND_POINTER && gets_a_member(x, test->a, first_flow, true);
    default:
        return false;
    }
}

/* ---- statements ---- */

static uint32_t open_loop(struct extractor *x, CXCursor cursor)
{
    x->flows_from = x->function.flows.count;
    return node_open(x, NODE_LOOP, LOOP_CONDITION, cursor);
}

static void set_loop(struct extractor *x, uint32_t loop, enum loop_kind kind, uint32_t condition, uint32_t trip)
{
    struct node *node = &x->function.nodes.items[loop];
    node->flags = (uint8_t)kind;
    node->a = condition;
    node->b = trip;
    x->flows_from = x->function.flows.count;
}

void while_statement(struct extractor *x, CXCursor cursor, bool is_do)
{
    struct children children = children_of(x, cursor);
    if (children.count < 2) {
        children_drop(x, children);
        return;
    }
    CXCursor tested = child_at(x, children, is_do ? 1 : 0), body = child_at(x, children, is_do ? 0 : 1);
    uint32_t first_flow = x->function.flows.count, trip = SUMMARY_NONE;
    uint32_t loop = open_loop(x, cursor);
    uint32_t sequence = node_open(x, NODE_SEQUENCE, 0, clang_getNullCursor());
    if (is_do)
        body_statement(x, body);
    uint32_t condition = condition_expression(x, tested);
    if (!is_do)
        body_statement(x, body);
    node_close(x, sequence);
    node_close(x, loop);
    enum loop_kind kind = loop_kind_of(x, condition);
    if (kind == LOOP_CONDITION && walks_list(x, condition, first_flow))
        kind = LOOP_LIST;
    if (kind == LOOP_CONDITION)
        trip = trip_count(x, condition, first_flow, (struct step){.by = 1, .in_body = true});
    set_loop(x, loop, kind, condition, trip);
    children_drop(x, children);
}

/* The parts of `for (…; …; …)`: libclang leaves out those that are absent, so they are told apart by kind. */
struct for_parts {
    CXCursor start, condition, step, body;
};

static bool may_be_step(CXCursor cursor)
{
    enum CXCursorKind kind = clang_getCursorKind(cursor);
    if (kind == CXCursor_CompoundAssignOperator)
        return true;
    if (kind == CXCursor_UnaryOperator) {
        enum CXUnaryOperatorKind op = clang_getCursorUnaryOperatorKind(cursor);
        return op <= CXUnaryOperator_PreDec && op >= CXUnaryOperator_PostInc;
    }
    if (kind != CXCursor_BinaryOperator)
        return false;
    enum CXBinaryOperatorKind op = clang_getCursorBinaryOperatorKind(cursor);
    return op == CXBinaryOperator_Assign || op == CXBinaryOperator_Comma;
}

/* The characters before and after a piece of source, blanks left out. */
static void neighbours(struct extractor *x, CXCursor cursor, char *before, char *after)
{
    CXFile file;
    unsigned begin, end;
    size_t size = 0;
    CXSourceRange range = clang_getCursorExtent(cursor);
    clang_getSpellingLocation(clang_getRangeEnd(range), NULL, NULL, NULL, &end);
    clang_getSpellingLocation(clang_getRangeStart(range), &file, NULL, NULL, &begin);
    const char *text = file ? clang_getFileContents(x->parsed, file, &size) : NULL;
    *before = *after = 0;
    if (!text || begin > size || end > size)
        return;
    while (begin > 0 && !*before)
        *before = strchr(" \t\r\n", text[--begin]) ? 0 : text[begin];
    for (; end < size && !*after; end++)
        *after = strchr(" \t\r\n", text[end]) ? 0 : text[end];
}

static struct for_parts for_parts(struct extractor *x, struct children children)
{
    CXCursor none = clang_getNullCursor();
    struct for_parts parts = {none, none, none, child_at(x, children, children.count - 1)};
    uint32_t count = children.count - 1;
    if (count == 3) {
        parts.start = child_at(x, children, 0);
        parts.condition = child_at(x, children, 1);
        parts.step = child_at(x, children, 2);
        return parts;
    }
    for (uint32_t i = 0; i < count; i++) {
        CXCursor part = child_at(x, children, i);
        char before = ';', after = ';';
        if (may_be_step(part)) /* may stand anywhere */
            neighbours(x, part, &before, &after);
        if (clang_getCursorKind(part) == CXCursor_DeclStmt || before == '(')
            parts.start = part;
        else if (after == ';')
            parts.condition = part;
        else
            parts.step = part;
    }
    return parts;
}

/* By how much the step moves the counter; of several steps the first counts. */
static struct step step_of(struct extractor *x, CXCursor cursor)
{
    struct step step = {.by = 1};
    enum CXCursorKind kind = clang_getCursorKind(cursor);
    bool comma = kind == CXCursor_BinaryOperator && clang_getCursorBinaryOperatorKind(cursor) == CXBinaryOperator_Comma;
    struct children children = children_of(x, cursor);
    if (comma && children.count == 2) {
        step = step_of(x, child_at(x, children, 0));
    } else if (kind == CXCursor_CompoundAssignOperator && children.count == 2) {
        enum CXBinaryOperatorKind op = clang_getCursorBinaryOperatorKind(cursor);
        step.multiplies = op != CXBinaryOperator_AddAssign && op != CXBinaryOperator_SubAssign;
        if (!value_is_integer(x, evaluated(x, child_at(x, children, 1)), &step.by))
            step.by = 0;
        else if (op == CXBinaryOperator_ShlAssign || op == CXBinaryOperator_ShrAssign)
            step.by = step.by > 0 && step.by < 62 ? INT64_C(1) << step.by : 0;
    }
    children_drop(x, children);
    return step;
}

void for_statement(struct extractor *x, CXCursor cursor)
{
    struct children children = children_of(x, cursor);
    if (!children.count) {
        children_drop(x, children);
        return;
    }
    struct for_parts parts = for_parts(x, children);
    if (!is_null(parts.start))
        statement(x, parts.start);
    uint32_t first_flow = x->function.flows.count;
    uint32_t loop = open_loop(x, cursor);
    uint32_t sequence = node_open(x, NODE_SEQUENCE, 0, clang_getNullCursor());
    uint32_t condition = SUMMARY_NONE, trip = SUMMARY_NONE;
    enum loop_kind kind = LOOP_ENDLESS;
    if (!is_null(parts.condition)) {
        condition = condition_expression(x, parts.condition);
        kind = loop_kind_of(x, condition);
    }
    body_statement(x, parts.body);
    if (!is_null(parts.step))
        expression(x, parts.step, false);
    if (kind == LOOP_CONDITION && walks_list(x, condition, first_flow))
        kind = LOOP_LIST;
    else if (kind == LOOP_CONDITION && !is_null(parts.step))
        kind = LOOP_COUNTED;
    if (kind == LOOP_COUNTED)
        trip = trip_count(x, condition, first_flow, step_of(x, parts.step));
    else if (kind == LOOP_CONDITION)
        trip = trip_count(x, condition, first_flow, (struct step){.by = 1, .in_body = true});
    node_close(x, sequence);
    node_close(x, loop);
    set_loop(x, loop, kind, condition, trip);
    children_drop(x, children);
}
