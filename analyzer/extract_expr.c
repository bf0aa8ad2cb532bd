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

static uint32_t evaluated(struct extractor *x, CXCursor cursor)
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

/* ---- places ---- */

static bool is_array(CXType type)
{
    enum CXTypeKind kind = clang_getCanonicalType(type).kind;
    return kind == CXType_ConstantArray || kind == CXType_IncompleteArray || kind == CXType_VariableArray;
}

static uint32_t declared_place(struct extractor *x, CXCursor cursor, unsigned access)
{
    CXCursor target = clang_getCursorReferenced(cursor);
    if (clang_Cursor_isNull(target))
        return value_unknown(x);
    struct declared *declared = declared_of(x, target);
    uint32_t slot = slot_of_declared(x, declared);
    if (slot == SUMMARY_NONE)
        return value_unknown(x);
    if (declared->slot_kind == SLOT_GLOBAL) {
        x->pending.memory++;
        if (declared->shared)
            access_add(x, slot, access);
    } else if (declared->slot_kind == SLOT_FIELD) {
        x->pending.memory++;
    }
    return value_of_slot(x, slot);
}

/* What a pointer value points to, as a place. */
static uint32_t pointed_place(struct extractor *x, uint32_t pointer)
{
    const struct value *value = &x->function.values.items[pointer];
    if (value->kind == VALUE_ADDRESS)
        return value_of_slot(x, value->a);
    if (value->kind == VALUE_UNKNOWN || value->kind == VALUE_INTEGER || value->kind == VALUE_STRING)
        return value_unknown(x);
    return value_add(x, (struct value){.kind = VALUE_DEREF, .a = pointer});
}

/* An access through a pointer that a shared variable holds. */
static void access_through(struct extractor *x, uint32_t pointer, unsigned access)
{
    const struct value *value = &x->function.values.items[pointer];
    if (value->kind == VALUE_SLOT && x->function.slots.items[value->a].kind == SLOT_GLOBAL)
        access_add(x, value->a, access | ACCESS_INDIRECT);
}

/* `table[3]` with a constant index and static storage. */
static struct table_element table_element(struct extractor *x, CXCursor cursor)
{
    struct table_element element = {0};
    cursor = peel(x, cursor);
    if (clang_getCursorKind(cursor) != CXCursor_ArraySubscriptExpr)
        return element;
    struct children children = children_of(x, cursor);
    if (children.count == 2) {
        CXCursor base = peel(x, child_at(x, children, 0)), index = peel(x, child_at(x, children, 1));
        bool constant = clang_getCursorKind(index) == CXCursor_IntegerLiteral;
        CXCursor table = clang_getCursorReferenced(base);
        if (constant && clang_getCursorKind(base) == CXCursor_DeclRefExpr && !clang_Cursor_isNull(table)) {
            const struct declared *declared = declared_of(x, table);
            if (declared->kind == DECLARED_SLOT && declared->slot_kind == SLOT_GLOBAL &&
                value_is_integer(x, evaluated(x, index), &element.index))
                element.table = declared->symbol;
        }
    }
    children_drop(x, children);
    return element;
}

/* A function pointer in an element of a table that is known by its constant index. */
static bool element_member(struct extractor *x, CXCursor base, CXCursor member, uint32_t *place)
{
    CXCursor field = clang_getCursorReferenced(member);
    if (clang_Cursor_isNull(field))
        return false;
    struct declared declared = *declared_of(x, field);
    if (declared.kind != DECLARED_SLOT || declared.slot_type != SLOT_FUNCTION_POINTER)
        return false;
    struct table_element element = table_element(x, base);
    if (!element.table)
        return false;
    x->pending.memory++;
    *place = value_of_slot(x, slot_of_element(x, element, &declared));
    return true;
}

static uint32_t member_place(struct extractor *x, CXCursor cursor, unsigned access)
{
    struct children children = children_of(x, cursor);
    uint32_t place;
    if (children.count && !(access & ACCESS_WRITE) && element_member(x, child_at(x, children, 0), cursor, &place)) {
        children_drop(x, children);
        return place;
    }
    if (children.count) {
        CXCursor base = child_at(x, children, 0);
        bool pointer = clang_getCanonicalType(clang_getCursorType(base)).kind == CXType_Pointer;
        if (pointer)
            access_through(x, expression(x, base, true), access);
        else
            place_expression(x, base, access);
    }
    children_drop(x, children);
    return declared_place(x, cursor, 0);
}

static uint32_t element_place(struct extractor *x, CXCursor cursor, unsigned access)
{
    struct children children = children_of(x, cursor);
    uint32_t place = value_unknown(x);
    if (children.count == 2) {
        uint32_t base = expression(x, child_at(x, children, 0), true);
        access_through(x, base, access);
        expression(x, child_at(x, children, 1), false);
        place = pointed_place(x, base);
    }
    children_drop(x, children);
    x->pending.memory++;
    x->pending.simple++;
    return place;
}

static uint32_t deref_place(struct extractor *x, CXCursor operand, unsigned access)
{
    uint32_t pointer = expression(x, operand, true);
    access_through(x, pointer, access);
    x->pending.memory++;
    return pointed_place(x, pointer);
}

uint32_t place_expression(struct extractor *x, CXCursor cursor, unsigned access)
{
    switch (clang_getCursorKind(cursor)) {
    case CXCursor_DeclRefExpr:
        return declared_place(x, cursor, access);
    case CXCursor_MemberRefExpr:
        return member_place(x, cursor, access);
    case CXCursor_ArraySubscriptExpr:
        return element_place(x, cursor, access);
    case CXCursor_UnaryOperator:
        if (clang_getCursorUnaryOperatorKind(cursor) == CXUnaryOperator_Deref) {
            struct children children = children_of(x, cursor);
            uint32_t place = children.count ? deref_place(x, child_at(x, children, 0), access) : value_unknown(x);
            children_drop(x, children);
            return place;
        }
        break;
    case CXCursor_ParenExpr:
    case CXCursor_UnexposedExpr: {
        struct children children = children_of(x, cursor);
        if (children.count == 1) {
            uint32_t place = place_expression(x, child_at(x, children, 0), access);
            children_drop(x, children);
            return place;
        }
        children_drop(x, children);
        break;
    }
    default:
        break;
    }
    expression(x, cursor, false);
    return value_unknown(x);
}

/* A place that is read: arrays decay to their address. */
static uint32_t loaded(struct extractor *x, CXCursor cursor, bool wanted)
{
    uint32_t place = place_expression(x, cursor, 0);
    if (!wanted)
        return place;
    const struct value *value = &x->function.values.items[place];
    if (value->kind == VALUE_SLOT && is_array(clang_getCursorType(cursor)))
        return value_add(x, (struct value){.kind = VALUE_ADDRESS, .a = value->a});
    return place;
}

static uint32_t reference(struct extractor *x, CXCursor cursor, bool wanted)
{
    CXCursor target = clang_getCursorReferenced(cursor);
    if (clang_Cursor_isNull(target))
        return value_unknown(x);
    struct declared *declared = declared_of(x, target);
    if (declared->kind == DECLARED_FUNCTION)
        return value_add(x, (struct value){.kind = VALUE_FUNCTION, .name = declared->symbol});
    if (declared->kind == DECLARED_ENUMERATOR)
        return value_integer(x, declared->value);
    return loaded(x, cursor, wanted);
}

/* ---- operators ---- */

static uint32_t address_of(struct extractor *x, CXCursor operand)
{
    uint32_t place = place_expression(x, operand, 0);
    const struct value *value = &x->function.values.items[place];
    if (value->kind == VALUE_SLOT)
        return value_add(x, (struct value){.kind = VALUE_ADDRESS, .a = value->a});
    if (value->kind == VALUE_DEREF)
        return value->a;
    CXCursor function = peel(x, operand);
    return clang_getCursorKind(function) == CXCursor_DeclRefExpr ? reference(x, function, true) : value_unknown(x);
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
        return loaded(x, cursor, wanted);
    case CXUnaryOperator_PostInc:
    case CXUnaryOperator_PreInc:
    case CXUnaryOperator_PostDec:
    case CXUnaryOperator_PreDec: {
        bool pointer = clang_getCursorType(cursor).kind == CXType_Pointer;
        value = place_expression(x, operand, ACCESS_WRITE);
        x->pending.simple++;
        if (!pointer && value)
            flow_add(x, value, value_unknown(x));
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
    enum CXTypeKind kind = clang_getCanonicalType(type).kind;
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

static uint32_t assignment(struct extractor *x, CXCursor left, CXCursor right)
{
    uint32_t source = expression(x, right, true);
    uint32_t target = place_expression(x, left, ACCESS_WRITE);
    x->pending.simple++;
    if (!is_floating(clang_getCursorType(left)))
        flow_add(x, target, source);
    return source;
}

/* `a && b`, `a || b` as a value. */
static uint32_t logical(struct extractor *x, CXCursor left, CXCursor right, bool and)
{
    guarded_condition(x, condition_expression(x, left), and, right);
    return value_unknown(x);
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
    count_operation(x, cursor, kind);
    if (!wanted)
        return value_unknown(x);
    int64_t m, n;
    switch (kind) {
    case CXBinaryOperator_Or:
        return value_pair(x, VALUE_OR, a, b);
    case CXBinaryOperator_Add:
        return value_pair(x, VALUE_SUM, a, b);
    case CXBinaryOperator_Mul:
        return value_pair(x, VALUE_PRODUCT, a, b);
    case CXBinaryOperator_Sub:
        /* Pointer arithmetic stays at the object; of numbers only constants are folded. */
        if (value_is_integer(x, a, &m) && value_is_integer(x, b, &n) && !__builtin_sub_overflow(m, n, &m))
            return value_integer(x, m);
        return clang_getCursorType(cursor).kind == CXType_Pointer ? a : value_unknown(x);
    case CXBinaryOperator_Shl:
        if (value_is_integer(x, a, &m) && value_is_integer(x, b, &n) && m >= 0 && n >= 0 && n < 62 &&
            m < (INT64_MAX >> n))
            return value_integer(x, m << n);
        return value_unknown(x);
    case CXBinaryOperator_And:
        if (value_is_integer(x, a, &m) && value_is_integer(x, b, &n))
            return value_integer(x, m & n);
        return value_unknown(x);
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
    if (clang_getCursorType(cursor).kind == CXType_Pointer || is_floating(clang_getCursorType(left)))
        return target;
    flow_add(x, target, kind == CXBinaryOperator_OrAssign ? value_pair(x, VALUE_OR, target, source) : value_unknown(x));
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
        array_push(&x->summary.declarations, (struct declaration){symbol, FUNCTION_NORETURN});
    }
    emit_call(x, cursor, callee, arguments, kept, wanted);
    return value_add(x, (struct value){.kind = VALUE_CALL, .a = x->function.calls.count - 1});
}

/* ---- the rest ---- */

static uint32_t statement_expression(struct extractor *x, CXCursor cursor)
{
    struct children children = children_of(x, cursor);
    for (uint32_t i = 0; i < children.count; i++)
        statement(x, child_at(x, children, i));
    children_drop(x, children);
    return value_unknown(x);
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
        return expression(x, only, wanted);
    }
    for (uint32_t i = 0; i < children.count; i++) {
        CXCursor child = child_at(x, children, i);
        if (clang_isExpression(clang_getCursorKind(child))) {
            uint32_t part = expression(x, child, true);
            if (i == 0) { /* an atomic operation's object */
                const struct value *object = &x->function.values.items[part];
                if (object->kind == VALUE_ADDRESS && x->function.slots.items[object->a].kind == SLOT_GLOBAL)
                    access_add(x, object->a, ACCESS_ATOMIC | ACCESS_WRITE);
            }
            value = i == 0 ? part : value_pair(x, VALUE_JOIN, value, part);
        } else if (clang_isStatement(clang_getCursorKind(child))) {
            statement(x, child);
        }
    }
    if (children.count > 1)
        x->pending.simple += 10; /* a locked instruction */
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
        return statement_expression(x, cursor);
    default:
        return unnamed(x, cursor, wanted);
    }
}
