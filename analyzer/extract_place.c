/* Places in storage: what expressions name, their addresses, and which accesses that makes. */
#include "analyzer/extract_internal.h"

static uint32_t declared_place(struct extractor *x, struct declared *declared, unsigned access)
{
    uint32_t slot = slot_of_declared(x, declared);
    if (slot == SUMMARY_NONE)
        return value_unknown(x);
    if (access & ACCESS_NONE)
        return value_of_slot(x, slot);
    if (declared->slot_kind == SLOT_GLOBAL) {
        x->pending.memory++;
        if (declared->shared)
            access_add(x, slot, access);
    } else if (declared->slot_kind == SLOT_FIELD) {
        x->pending.memory++;
    }
    return value_of_slot(x, slot);
}

uint32_t pointed_place(struct extractor *x, uint32_t pointer)
{
    const struct value *value = &x->function.values.items[pointer];
    if (value->kind == VALUE_ADDRESS)
        return value_add(x, (struct value){.kind = VALUE_SLOT, .a = value->a, .b = value->b});
    if (value->kind == VALUE_UNKNOWN || value->kind == VALUE_INTEGER || value->kind == VALUE_STRING)
        return value_unknown(x);
    return value_add(x, (struct value){.kind = VALUE_DEREF, .a = pointer});
}

/* An access through a pointer that a shared variable holds, itself or in a member. */
static void access_through(struct extractor *x, uint32_t pointer, unsigned access)
{
    const struct value *value = &x->function.values.items[pointer];
    while (value->kind == VALUE_SLOT && x->function.slots.items[value->a].kind == SLOT_FIELD && value->b)
        value = &x->function.values.items[value->b - 1];
    if (value->kind == VALUE_SLOT && x->function.slots.items[value->a].kind == SLOT_GLOBAL && !(access & ACCESS_NONE))
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
        if (constant && clang_getCursorKind(base) == CXCursor_DeclRefExpr && !is_null(table)) {
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
static bool element_member(struct extractor *x, CXCursor base, CXCursor field, uint32_t *place)
{
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

/* `field` is the member's declaration, or null. */
static uint32_t member_place(struct extractor *x, CXCursor cursor, CXCursor field, unsigned access)
{
    struct children children = children_of(x, cursor);
    uint32_t whole = value_unknown(x), place;
    if (children.count) {
        CXCursor base = child_at(x, children, 0);
        children_drop(x, children);
        if (!(access & ACCESS_WRITE) && !is_null(field) && element_member(x, base, field, &place))
            return place;
        bool pointer = canonical_kind(clang_getCursorType(base)) == CXType_Pointer;
        whole = pointer ? expression(x, base, true) : place_expression(x, base, access);
        if (pointer) {
            access_through(x, whole, access);
            if (x->function.values.items[whole].kind == VALUE_DEREF)
                whole = pointed_place(x, whole); /* so that (*p)->member is not (*p).member */
        }
    }
    if (is_null(field))
        return value_unknown(x);
    return value_part(x, declared_place(x, declared_of(x, field), access & ACCESS_NONE), whole);
}

static uint32_t deref_place(struct extractor *x, CXCursor operand, unsigned access)
{
    uint32_t pointer = expression(x, operand, true);
    access_through(x, pointer, access);
    x->pending.memory += !(access & ACCESS_NONE);
    return pointed_place(x, pointer);
}

/* All elements share the place of their array. */
static uint32_t array_place(struct extractor *x, CXCursor array, unsigned access)
{
    uint32_t place = place_expression(x, array, access);
    const struct value *value = &x->function.values.items[place];
    bool local = value->kind == VALUE_SLOT && x->function.slots.items[value->a].kind == SLOT_LOCAL;
    x->pending.memory += local && !(access & ACCESS_NONE); /* of others, the place counts it */
    return place;
}

static uint32_t element_place(struct extractor *x, CXCursor cursor, unsigned access)
{
    struct children children = children_of(x, cursor);
    uint32_t place = value_unknown(x);
    if (children.count == 2) {
        CXCursor base = child_at(x, children, 0), array = peel(x, base);
        if (is_array(clang_getCursorType(array)))
            place = array_place(x, array, access);
        else
            place = deref_place(x, base, access);
        CXCursor index = child_at(x, children, 1);
        bool varies = clang_getCursorKind(index) != CXCursor_IntegerLiteral;
        place = value_part(x, place, expression(x, index, varies));
    }
    children_drop(x, children);
    x->pending.simple++;
    return place;
}

uint32_t place_expression(struct extractor *x, CXCursor cursor, unsigned access)
{
    switch (clang_getCursorKind(cursor)) {
    case CXCursor_DeclRefExpr: {
        CXCursor target = clang_getCursorReferenced(cursor);
        return is_null(target) ? value_unknown(x) : declared_place(x, declared_of(x, target), access);
    }
    case CXCursor_MemberRefExpr:
        return member_place(x, cursor, clang_getCursorReferenced(cursor), access);
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

/* What a place that is read holds; an array, its address. */
static uint32_t held(struct extractor *x, uint32_t place, bool array)
{
    const struct value *value = &x->function.values.items[place];
    if (!array)
        return place;
    if (value->kind == VALUE_SLOT)
        return value_add(x, (struct value){.kind = VALUE_ADDRESS, .a = value->a, .b = value->b});
    return value->kind == VALUE_DEREF ? value->a : place;
}

static uint32_t loaded_member(struct extractor *x, CXCursor cursor, bool wanted)
{
    CXCursor field = clang_getCursorReferenced(cursor);
    bool array = !is_null(field) && declared_of(x, field)->array;
    return held(x, member_place(x, cursor, field, array ? ACCESS_NONE : 0), array && wanted);
}

uint32_t loaded(struct extractor *x, CXCursor cursor, bool wanted)
{
    if (clang_getCursorKind(cursor) == CXCursor_MemberRefExpr)
        return loaded_member(x, cursor, wanted);
    bool array = is_array(clang_getCursorType(cursor));
    return held(x, place_expression(x, cursor, array ? ACCESS_NONE : 0), array && wanted);
}

uint32_t reference(struct extractor *x, CXCursor cursor, bool wanted)
{
    CXCursor target = clang_getCursorReferenced(cursor);
    if (is_null(target))
        return value_unknown(x);
    struct declared *declared = declared_of(x, target);
    if (declared->kind == DECLARED_FUNCTION)
        return value_add(x, (struct value){.kind = VALUE_FUNCTION, .name = declared->symbol});
    if (declared->kind == DECLARED_ENUMERATOR)
        return value_integer(x, declared->value);
    return held(x, declared_place(x, declared, declared->array ? ACCESS_NONE : 0), declared->array && wanted);
}

uint32_t address_of(struct extractor *x, CXCursor operand)
{
    uint32_t place = place_expression(x, operand, ACCESS_NONE);
    const struct value *value = &x->function.values.items[place];
    if (value->kind == VALUE_SLOT)
        return value_add(x, (struct value){.kind = VALUE_ADDRESS, .a = value->a, .b = value->b});
    if (value->kind == VALUE_DEREF) /* &p[i] is p + i */
        return value->b ? value_part(x, value->a, value->b - 1) : value->a;
    CXCursor function = peel(x, operand);
    return clang_getCursorKind(function) == CXCursor_DeclRefExpr ? reference(x, function, true) : value_unknown(x);
}
