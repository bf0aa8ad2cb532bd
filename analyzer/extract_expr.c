/* Expressions → values, and events in the order of evaluation. */
#include "analyzer/extract_internal.h"

#include <string.h>

static uint32_t call_expression(struct extractor *x, CXCursor cursor, bool wanted);

/* The expression below parentheses and implicit conversions. */
CXCursor peel(struct extractor *x, CXCursor cursor)
{
    for (;;) {
        enum CXCursorKind kind = clang_getCursorKind(cursor);
        if (kind != CXCursor_UnexposedExpr && kind != CXCursor_ParenExpr && kind != CXCursor_CStyleCastExpr)
            return cursor;
        struct children children = children_of(x, cursor);
        CXCursor last = children.count ? child_at(x, children, children.count - 1) : cursor;
        bool single = kind == CXCursor_CStyleCastExpr ? children.count > 0 : children.count == 1;
        children_drop(x, children);
        if (!single)
            return cursor;
        cursor = last;
    }
}

/* ---- constants ---- */

uint32_t evaluated(struct extractor *x, CXCursor cursor)
{
    CXEvalResult result = clang_Cursor_Evaluate(cursor);
    if (!result)
        return value_unknown(x);
    uint32_t value = value_unknown(x);
    if (clang_EvalResult_getKind(result) == CXEval_Int)
        value = value_integer(x, clang_EvalResult_getAsLongLong(result));
    clang_EvalResult_dispose(result);
    return value;
}

static uint32_t string_value(struct extractor *x, CXCursor cursor)
{
    CXString spelling = clang_getCursorSpelling(cursor);
    const char *string = clang_getCString(spelling);
    uint32_t value = value_unknown(x);
    if (string && *string == '"') {
        size_t length = strlen(string + 1);
        length = length && string[length] == '"' ? length - 1 : length;
        length = utf8_valid_length(string + 1, length < 63 ? length : 63);
        name_id name = names_add_length(&x->summary.names, string + 1, length);
        value = value_add(x, (struct value){.kind = VALUE_STRING, .name = name});
    }
    clang_disposeString(spelling);
    return value;
}

/* ---- operators ---- */

/* What a function pointer points to is called through the pointer: `(*f)()` is `f()`. */
static bool is_function(CXType type)
{
    enum CXTypeKind kind = canonical_kind(type);
    return kind == CXType_FunctionProto || kind == CXType_FunctionNoProto;
}

static uint32_t unary(struct extractor *x, CXCursor cursor, bool wanted)
{
    enum CXUnaryOperatorKind kind = clang_getCursorUnaryOperatorKind(cursor);
    struct children children = children_of(x, cursor);
    if (!children.count)
        return value_unknown(x);
    CXCursor operand = child_at(x, children, 0);
    children_drop(x, children);
    int64_t number;
    uint32_t value;
    switch (kind) {
    case CXUnaryOperator_AddrOf:
        return address_of(x, operand);
    case CXUnaryOperator_Deref:
        return is_function(clang_getCursorType(cursor)) ? expression(x, operand, wanted) : loaded(x, cursor, wanted);
    case CXUnaryOperator_PostInc:
    case CXUnaryOperator_PreInc:
    case CXUnaryOperator_PostDec:
    case CXUnaryOperator_PreDec: {
        bool pointer = clang_getCursorType(cursor).kind == CXType_Pointer;
        value = place_expression(x, operand, ACCESS_WRITE);
        x->pending.simple++;
        flow_add(x, value, pointer ? value_part(x, value, value_integer(x, 1)) : value_unknown(x));
        return value;
    }
    case CXUnaryOperator_Minus:
        value = expression(x, operand, wanted);
        x->pending.simple++;
        if (wanted && value_is_integer(x, value, &number) && number != INT64_MIN)
            return value_integer(x, -number);
        return value_unknown(x);
    case CXUnaryOperator_Not:
        value = expression(x, operand, wanted);
        x->pending.simple++;
        return wanted && value_is_integer(x, value, &number) ? value_integer(x, ~number) : value_unknown(x);
    case CXUnaryOperator_Plus:
    case CXUnaryOperator_Extension:
        return expression(x, operand, wanted);
    default:
        expression(x, operand, false);
        x->pending.simple++;
        return value_unknown(x);
    }
}

static bool is_floating(CXType type)
{
    enum CXTypeKind kind = canonical_kind(type);
    return kind == CXType_Float || kind == CXType_Double || kind == CXType_LongDouble || kind == CXType_Complex;
}

static void count_operation(struct extractor *x, CXCursor cursor, enum CXBinaryOperatorKind kind)
{
    bool division = kind == CXBinaryOperator_Div || kind == CXBinaryOperator_Rem ||
                    kind == CXBinaryOperator_DivAssign || kind == CXBinaryOperator_RemAssign;
    bool arithmetic =
        kind <= CXBinaryOperator_Sub || (kind >= CXBinaryOperator_MulAssign && kind <= CXBinaryOperator_SubAssign);
    if (arithmetic && is_floating(clang_getCursorType(cursor)))
        x->pending.floating++;
    else if (division)
        x->pending.division++;
    else
        x->pending.simple++;
}

/* `n = n + 1`; being set to a number starts the counter again. */
static bool keeps_counting(const struct extractor *x, uint32_t variable, uint32_t source)
{
    const struct value *value = &x->function.values.items[source];
    return value->kind == VALUE_INTEGER || (value->kind == VALUE_SUM && (value->a == variable || value->b == variable));
}

static uint32_t assignment(struct extractor *x, CXCursor left, CXCursor right)
{
    uint32_t source = expression(x, right, true);
    uint32_t target = place_expression(x, left, ACCESS_WRITE);
    x->pending.simple++;
    if (!keeps_counting(x, target, source))
        jump_add(x, target);
    flow_add(x, target, is_floating(clang_getCursorType(left)) ? value_unknown(x) : source);
    return source;
}

/* `a && b`, `a || b` as a value. */
static uint32_t logical(struct extractor *x, CXCursor left, CXCursor right, bool and)
{
    guarded_condition(x, condition_expression(x, left), and, right);
    return value_unknown(x);
}

/* The result of an operation on two constants, where it is defined. */
static bool folded(const struct extractor *x, enum CXBinaryOperatorKind kind, uint32_t a, uint32_t b, int64_t *result)
{
    int64_t m, n;
    if (!value_is_integer(x, a, &m) || !value_is_integer(x, b, &n))
        return false;
    switch (kind) {
    case CXBinaryOperator_Sub:
        return !__builtin_sub_overflow(m, n, result);
    case CXBinaryOperator_And:
        *result = m & n;
        return true;
    case CXBinaryOperator_Shl:
        *result = m >= 0 && n >= 0 && n < 62 ? (int64_t)((uint64_t)m << n) : 0;
        return m >= 0 && n >= 0 && n < 62 && m < (INT64_MAX >> n);
    case CXBinaryOperator_Shr:
        *result = n >= 0 && n < 63 ? m >> n : 0;
        return m >= 0 && n >= 0 && n < 63;
    case CXBinaryOperator_Div:
        *result = n > 0 ? m / n : 0;
        return n > 0;
    default:
        return false; /* or, sums and products: see value_pair */
    }
}

static bool is_pointer(CXCursor cursor)
{
    enum CXTypeKind kind = canonical_kind(clang_getCursorType(cursor));
    return kind == CXType_Pointer || kind == CXType_ConstantArray || kind == CXType_IncompleteArray;
}

static uint32_t binary(struct extractor *x, CXCursor cursor, bool wanted)
{
    enum CXBinaryOperatorKind kind = clang_getCursorBinaryOperatorKind(cursor);
    struct children children = children_of(x, cursor);
    if (children.count != 2) {
        for (uint32_t i = 0; i < children.count; i++)
            expression(x, child_at(x, children, i), false);
        children_drop(x, children);
        return value_unknown(x);
    }
    CXCursor left = child_at(x, children, 0), right = child_at(x, children, 1);
    children_drop(x, children);
    if (kind == CXBinaryOperator_Assign)
        return assignment(x, left, right);
    if (kind == CXBinaryOperator_LAnd || kind == CXBinaryOperator_LOr)
        return logical(x, left, right, kind == CXBinaryOperator_LAnd);
    if (kind == CXBinaryOperator_Comma) {
        expression(x, left, false);
        return expression(x, right, wanted);
    }
    uint32_t a = expression(x, left, wanted), b = expression(x, right, wanted);
    int64_t number;
    count_operation(x, cursor, kind);
    if (!wanted)
        return value_unknown(x);
    if (folded(x, kind, a, b, &number))
        return value_integer(x, number);
    switch (kind) {
    case CXBinaryOperator_Or:
        return value_pair(x, VALUE_OR, a, b);
    case CXBinaryOperator_Add:
        if (is_pointer(cursor)) /* stays at the object */
            return is_pointer(left) ? value_part(x, a, b) : value_part(x, b, a);
        return value_pair(x, VALUE_SUM, a, b);
    case CXBinaryOperator_Mul:
        return value_pair(x, VALUE_PRODUCT, a, b);
    case CXBinaryOperator_And:
        return value_masked(x, a, b);
    case CXBinaryOperator_Sub:
        return is_pointer(cursor) ? value_part(x, a, b) : value_difference(x, a, b);
    default:
        return value_unknown(x);
    }
}

static uint32_t compound_assignment(struct extractor *x, CXCursor cursor)
{
    struct children children = children_of(x, cursor);
    if (children.count != 2)
        return children_drop(x, children), value_unknown(x);
    CXCursor left = child_at(x, children, 0), right = child_at(x, children, 1);
    children_drop(x, children);
    enum CXBinaryOperatorKind kind = clang_getCursorBinaryOperatorKind(cursor);
    uint32_t source = expression(x, right, true);
    uint32_t target = place_expression(x, left, ACCESS_WRITE);
    count_operation(x, cursor, kind);
    x->pending.simple++;
    if (is_pointer(cursor)) {
        flow_add(x, target, value_part(x, target, source));
        return target;
    }
    int64_t by;
    bool adds = kind == CXBinaryOperator_AddAssign || kind == CXBinaryOperator_SubAssign;
    if (!adds || !value_is_integer(x, source, &by) || by != 1)
        jump_add(x, target);
    if (kind == CXBinaryOperator_OrAssign)
        flow_add(x, target, value_pair(x, VALUE_OR, target, source));
    else
        flow_add(x, target,
                 kind == CXBinaryOperator_AndAssign   ? value_masked(x, target, source)
                 : kind == CXBinaryOperator_SubAssign ? value_difference(x, target, source)
                                                      : value_unknown(x));
    return target;
}

static uint32_t conditional(struct extractor *x, CXCursor cursor, bool wanted)
{
    struct children children = children_of(x, cursor);
    if (children.count != 3) {
        for (uint32_t i = 0; i < children.count; i++)
            expression(x, child_at(x, children, i), false);
        children_drop(x, children);
        return value_unknown(x);
    }
    CXCursor tested = child_at(x, children, 0), yes = child_at(x, children, 1), no = child_at(x, children, 2);
    children_drop(x, children);
    uint32_t condition = condition_expression(x, tested);
    uint32_t branch = node_open(x, NODE_BRANCH, 0, clang_getNullCursor());
    x->function.nodes.items[branch].a = condition;
    uint32_t arm = node_open(x, NODE_SEQUENCE, 0, clang_getNullCursor());
    uint32_t a = expression(x, yes, wanted);
    node_close(x, arm);
    arm = node_open(x, NODE_SEQUENCE, 0, clang_getNullCursor());
    uint32_t b = expression(x, no, wanted);
    node_close(x, arm);
    node_close(x, branch);
    flatten_if_plain(x, branch);
    x->pending.simple++;
    return wanted ? value_pair(x, VALUE_JOIN, a, b) : value_unknown(x);
}

/* ---- calls ---- */

/* Builtins that are part of the language, not functions of a library. */
enum builtin { BUILTIN_NONE, BUILTIN_EXPECT, BUILTIN_UNREACHABLE };

static enum builtin builtin_of(const char *name)
{
    if (strncmp(name, "__builtin_", 10) != 0)
        return BUILTIN_NONE;
    if (strncmp(name + 10, "expect", 6) == 0)
        return BUILTIN_EXPECT;
    return strcmp(name + 10, "unreachable") == 0 ? BUILTIN_UNREACHABLE : BUILTIN_NONE;
}

static void emit_call(struct extractor *x, CXCursor cursor, uint32_t callee, const uint32_t *arguments, uint32_t count,
                      bool used)
{
    CXFile file;
    struct call call = {
        .callee = callee, .first_argument = x->function.arguments.count, .argument_count = count, .result_used = used};
    expansion_place(cursor, &file, &call.line, &call.column);
    for (uint32_t i = 0; i < count; i++)
        array_push(&x->function.arguments, arguments[i]);
    array_push(&x->function.calls, call);
    node_leaf(x, NODE_CALL, 0, x->function.calls.count - 1);
}

#define ARGUMENTS_KEPT 16 /* of a call; further ones are evaluated, but nobody asks where they come from */

static uint32_t call_expression(struct extractor *x, CXCursor cursor, bool wanted)
{
    struct children children = children_of(x, cursor);
    if (!children.count)
        return value_unknown(x);
    uint32_t arguments[ARGUMENTS_KEPT];
    uint32_t kept = 0;
    uint32_t callee = expression(x, child_at(x, children, 0), true);
    enum builtin builtin = BUILTIN_NONE;
    if (x->function.values.items[callee].kind == VALUE_FUNCTION)
        builtin = builtin_of(names_string(&x->summary.names, x->function.values.items[callee].name));
    for (uint32_t i = 1; i < children.count; i++) {
        uint32_t value = expression(x, child_at(x, children, i), true);
        if (kept < ARGUMENTS_KEPT)
            arguments[kept++] = value;
    }
    children_drop(x, children);
    if (builtin == BUILTIN_EXPECT)
        return kept ? arguments[0] : value_unknown(x);
    if (builtin == BUILTIN_UNREACHABLE) {
        name_id symbol = x->function.values.items[callee].name;
        array_push(&x->summary.declarations, (struct declaration){symbol, FUNCTION_NORETURN, 0, 0});
    }
    emit_call(x, cursor, callee, arguments, kept, wanted);
    return value_add(x, (struct value){.kind = VALUE_CALL, .a = x->function.calls.count - 1});
}

/* ---- the rest ---- */

static uint32_t statement_expression(struct extractor *x, CXCursor cursor, bool wanted)
{
    struct children children = children_of(x, cursor);
    uint32_t value = children.count ? compound_value(x, child_at(x, children, 0), wanted) : value_unknown(x);
    children_drop(x, children);
    return value;
}

/* _Generic: libclang does not say which association is selected; it has the type of the whole. The first child is the
 * controlling expression, which is not evaluated. */
static uint32_t generic_selection(struct extractor *x, CXCursor cursor, bool wanted)
{
    CXType type = clang_getCanonicalType(clang_getCursorType(cursor));
    struct children children = children_of(x, cursor);
    uint32_t value = value_unknown(x);
    for (uint32_t i = 1; i < children.count; i++) {
        CXCursor association = child_at(x, children, i);
        if (clang_equalTypes(type, clang_getCanonicalType(clang_getCursorType(association)))) {
            value = expression(x, association, wanted);
            break;
        }
    }
    children_drop(x, children);
    return value;
}

static uint32_t compound_literal(struct extractor *x, CXCursor cursor)
{
    struct children children = children_of(x, cursor);
    if (children.count) {
        CXCursor list = child_at(x, children, children.count - 1);
        initialise(x, value_unknown(x), clang_getCursorType(cursor), list);
    }
    children_drop(x, children);
    return value_unknown(x);
}

/* Parentheses, implicit conversions, and what libclang does not name: atomics, va_arg, a ?: b. */
static uint32_t unnamed(struct extractor *x, CXCursor cursor, bool wanted)
{
    struct children children = children_of(x, cursor);
    uint32_t value = value_unknown(x);
    if (children.count == 1) {
        CXCursor only = child_at(x, children, 0);
        children_drop(x, children);
        value = expression(x, only, wanted);
        bool va_arg = x->has_varying && is_varying_list(clang_getCursorType(only)) &&
                      !is_varying_list(clang_getCursorType(cursor));
        return va_arg ? value_unknown(x) : value;
    }
    bool atomic = is_atomic_operation(x, cursor, children);
    if (atomic)
        value = atomic_operation(x, cursor, children);
    for (uint32_t i = 0; i < children.count && !atomic; i++) {
        CXCursor child = child_at(x, children, i);
        if (clang_isExpression(clang_getCursorKind(child))) {
            uint32_t part = expression(x, child, true);
            value = i == 0 ? part : value_pair(x, VALUE_JOIN, value, part);
        } else if (clang_isStatement(clang_getCursorKind(child))) {
            statement(x, child);
        }
    }
    children_drop(x, children);
    return value;
}

uint32_t expression(struct extractor *x, CXCursor cursor, bool wanted)
{
    switch (clang_getCursorKind(cursor)) {
    case CXCursor_IntegerLiteral:
    case CXCursor_CharacterLiteral:
    case CXCursor_UnaryExpr: /* sizeof, alignof: the operand is not evaluated */
        return wanted ? evaluated(x, cursor) : value_unknown(x);
    case CXCursor_StringLiteral:
        return wanted ? string_value(x, cursor) : value_unknown(x);
    case CXCursor_FloatingLiteral:
    case CXCursor_AddrLabelExpr:
        return value_unknown(x);
    case CXCursor_DeclRefExpr:
        return reference(x, cursor, wanted);
    case CXCursor_MemberRefExpr:
    case CXCursor_ArraySubscriptExpr:
        return loaded(x, cursor, wanted);
    case CXCursor_UnaryOperator:
        return unary(x, cursor, wanted);
    case CXCursor_BinaryOperator:
        return binary(x, cursor, wanted);
    case CXCursor_CompoundAssignOperator:
        return compound_assignment(x, cursor);
    case CXCursor_ConditionalOperator:
        return conditional(x, cursor, wanted);
    case CXCursor_CallExpr:
        return call_expression(x, cursor, wanted);
    case CXCursor_CStyleCastExpr: {
        struct children children = children_of(x, cursor);
        uint32_t value = value_unknown(x);
        if (children.count)
            value = expression(x, child_at(x, children, children.count - 1), wanted);
        children_drop(x, children);
        return value;
    }
    case CXCursor_CompoundLiteralExpr:
        return compound_literal(x, cursor);
    case CXCursor_InitListExpr:
        initialise(x, value_unknown(x), clang_getCursorType(cursor), cursor);
        return value_unknown(x);
    case CXCursor_StmtExpr:
        return statement_expression(x, cursor, wanted);
    case CXCursor_GenericSelectionExpr:
        return generic_selection(x, cursor, wanted);
    default:
        return unnamed(x, cursor, wanted);
    }
}
