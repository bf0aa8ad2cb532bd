/* Conditions: what is compared with what, for branch probabilities and for folding with known parameters. */
#include "analyzer/extract_internal.h"

#include <string.h>

static enum operand_type operand_type(CXType type)
{
    switch (canonical_kind(type)) {
    case CXType_Pointer:
    case CXType_ConstantArray:
        return OPERAND_POINTER;
    case CXType_Float:
    case CXType_Double:
    case CXType_LongDouble:
        return OPERAND_FLOAT;
    case CXType_Char_S:
    case CXType_Char_U:
    case CXType_SChar:
    case CXType_UChar:
        return OPERAND_CHARACTER;
    default:
        return OPERAND_INTEGER;
    }
}

uint32_t guarded_condition(struct extractor *x, uint32_t guard, bool when, CXCursor cursor)
{
    uint32_t branch = node_open(x, NODE_BRANCH, 0, clang_getNullCursor());
    x->function.nodes.items[branch].a = guard;
    if (!when) {
        uint32_t nothing = node_open(x, NODE_SEQUENCE, 0, clang_getNullCursor());
        node_close(x, nothing);
    }
    uint32_t arm = node_open(x, NODE_SEQUENCE, 0, clang_getNullCursor());
    uint32_t condition = condition_expression(x, cursor);
    node_close(x, arm);
    if (when) {
        uint32_t nothing = node_open(x, NODE_SEQUENCE, 0, clang_getNullCursor());
        node_close(x, nothing);
    }
    node_close(x, branch);
    flatten_if_plain(x, branch);
    return condition;
}

static bool comparison_of(enum CXBinaryOperatorKind kind, enum condition_op *op)
{
    static const struct {
        enum CXBinaryOperatorKind kind;
        enum condition_op op;
    } table[] = {
        {CXBinaryOperator_EQ, CONDITION_EQUAL},   {CXBinaryOperator_NE, CONDITION_NOT_EQUAL},
        {CXBinaryOperator_LT, CONDITION_LESS},    {CXBinaryOperator_LE, CONDITION_LESS_EQUAL},
        {CXBinaryOperator_GT, CONDITION_GREATER}, {CXBinaryOperator_GE, CONDITION_GREATER_EQUAL},
        {CXBinaryOperator_And, CONDITION_BITS},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        if (table[i].kind == kind) {
            *op = table[i].op;
            return true;
        }
    }
    return false;
}

static uint32_t truth(struct extractor *x, CXCursor cursor)
{
    uint32_t value = expression(x, cursor, true);
    x->pending.simple++;
    return condition_add(x, (struct condition){.op = CONDITION_TRUTH,
                                               .type = operand_type(clang_getCursorType(cursor)),
                                               .a = value,
                                               .b = SUMMARY_NONE});
}

/* The expression in parentheses and implicit conversions. */
static CXCursor inside(struct extractor *x, CXCursor cursor)
{
    for (;;) {
        enum CXCursorKind kind = clang_getCursorKind(cursor);
        if (kind != CXCursor_ParenExpr && kind != CXCursor_UnexposedExpr)
            return cursor;
        struct children children = children_of(x, cursor);
        bool single = children.count == 1;
        CXCursor only = single ? child_at(x, children, 0) : cursor;
        children_drop(x, children);
        if (!single)
            return cursor;
        cursor = only;
    }
}

/* `(flags & BIT) != 0`, as FD_ISSET has it, asks what `flags & BIT` asks; `== 0` the contrary. */
static bool asks_for_bits(struct extractor *x, enum CXBinaryOperatorKind kind, CXCursor left, CXCursor right)
{
    if (kind != CXBinaryOperator_EQ && kind != CXBinaryOperator_NE)
        return false;
    CXCursor tested = inside(x, left), zero = inside(x, right);
    if (clang_getCursorKind(tested) != CXCursor_BinaryOperator ||
        clang_getCursorBinaryOperatorKind(tested) != CXBinaryOperator_And ||
        clang_getCursorKind(zero) != CXCursor_IntegerLiteral)
        return false;
    int64_t number;
    return value_is_integer(x, expression(x, zero, true), &number) && number == 0;
}

static uint32_t binary_condition(struct extractor *x, CXCursor cursor)
{
    enum CXBinaryOperatorKind kind = clang_getCursorBinaryOperatorKind(cursor);
    bool and = kind == CXBinaryOperator_LAnd;
    enum condition_op op = CONDITION_TRUTH;
    if (!and&&kind != CXBinaryOperator_LOr && !comparison_of(kind, &op))
        return truth(x, cursor);
    struct children children = children_of(x, cursor);
    if (children.count != 2) {
        children_drop(x, children);
        return truth(x, cursor);
    }
    CXCursor left = child_at(x, children, 0), right = child_at(x, children, 1);
    children_drop(x, children);
    if (asks_for_bits(x, kind, left, right)) {
        uint32_t bits = condition_expression(x, left);
        return kind == CXBinaryOperator_NE
                   ? bits
                   : condition_add(x, (struct condition){.op = CONDITION_NOT, .a = bits, .b = SUMMARY_NONE});
    }
    struct condition condition = {.type = operand_type(clang_getCursorType(left))};
    if (and|| kind == CXBinaryOperator_LOr) {
        condition.op = and ? CONDITION_AND : CONDITION_OR;
        condition.a = condition_expression(x, left);
        condition.b = guarded_condition(x, condition.a, and, right);
    } else {
        condition.op = op;
        condition.a = expression(x, left, true);
        condition.b = expression(x, right, true);
        x->pending.simple++;
    }
    return condition_add(x, condition);
}

static bool is_expect(struct extractor *x, CXCursor call)
{
    (void)x;
    CXString name = clang_getCursorSpelling(call);
    bool is = strncmp(clang_getCString(name), "__builtin_expect", 16) == 0;
    clang_disposeString(name);
    return is;
}

static uint32_t expected_condition(struct extractor *x, CXCursor call)
{
    struct children children = children_of(x, call);
    if (children.count < 3) {
        children_drop(x, children);
        return truth(x, call);
    }
    CXCursor tested = child_at(x, children, 1), expected = child_at(x, children, 2);
    children_drop(x, children);
    int64_t likely;
    bool known = value_is_integer(x, expression(x, expected, true), &likely);
    uint32_t inner = condition_expression(x, tested);
    if (known)
        x->function.conditions.items[inner].hint = likely ? HINT_LIKELY : HINT_UNLIKELY;
    return inner;
}

static uint32_t negated(struct extractor *x, CXCursor operand)
{
    uint32_t inner = condition_expression(x, operand);
    return condition_add(x, (struct condition){.op = CONDITION_NOT, .a = inner, .b = SUMMARY_NONE});
}

uint32_t condition_expression(struct extractor *x, CXCursor cursor)
{
    switch (clang_getCursorKind(cursor)) {
    case CXCursor_ParenExpr:
    case CXCursor_UnexposedExpr: {
        struct children children = children_of(x, cursor);
        CXCursor only = children.count == 1 ? child_at(x, children, 0) : cursor;
        bool single = children.count == 1;
        children_drop(x, children);
        return single ? condition_expression(x, only) : truth(x, cursor);
    }
    case CXCursor_UnaryOperator:
        if (clang_getCursorUnaryOperatorKind(cursor) == CXUnaryOperator_LNot) {
            struct children children = children_of(x, cursor);
            CXCursor operand = children.count ? child_at(x, children, 0) : cursor;
            bool one = children.count == 1;
            children_drop(x, children);
            if (one)
                return negated(x, operand);
        }
        return truth(x, cursor);
    case CXCursor_BinaryOperator:
        return binary_condition(x, cursor);
    case CXCursor_CallExpr:
        return is_expect(x, cursor) ? expected_condition(x, cursor) : truth(x, cursor);
    default:
        return truth(x, cursor);
    }
}
