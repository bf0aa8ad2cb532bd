/* Atomic operations: __atomic_load_n and its like are no calls but expressions of their own (Clang's AtomicExpr).
 *
 * Their parts are, in this order: the address of the object, the memory order, then what is stored; a comparison has
 * what is expected, the order of a failure, what is stored, and whether it may fail for no reason.
 */
#include "analyzer/extract_internal.h"

#define LOCKED_INSTRUCTION 10 /* simple operations */
#define PARTS_OF_COMPARISON 5

static CXType plain_type(CXType type)
{
    CXType inside = clang_Type_getValueType(clang_getCanonicalType(type)); /* of _Atomic(…) */
    return clang_getUnqualifiedType(clang_getCanonicalType(inside.kind == CXType_Invalid ? type : inside));
}

static bool same_type(CXType a, CXType b)
{
    return clang_equalTypes(plain_type(a), plain_type(b));
}

/* `a ?: b` has no name either, but the type of its parts. */
bool is_atomic_operation(struct extractor *x, CXCursor cursor, struct children children)
{
    if (children.count < 2)
        return false;
    CXCursor first = child_at(x, children, 0);
    if (!clang_isExpression(clang_getCursorKind(first)))
        return false;
    CXType type = clang_getCanonicalType(clang_getCursorType(first));
    return type.kind == CXType_Pointer && !same_type(type, clang_getCursorType(cursor));
}

uint32_t atomic_operation(struct extractor *x, CXCursor cursor, struct children children)
{
    CXCursor first = child_at(x, children, 0);
    CXType type = clang_getPointeeType(clang_getCanonicalType(clang_getCursorType(first)));
    uint32_t pointer = expression(x, first, true);
    struct value held = x->function.values.items[pointer];
    if (held.kind == VALUE_ADDRESS && x->function.slots.items[held.a].kind == SLOT_GLOBAL)
        access_add(x, held.a, ACCESS_ATOMIC | ACCESS_WRITE);
    uint32_t object = pointed_place(x, pointer);
    bool compares = children.count >= PARTS_OF_COMPARISON;
    for (uint32_t i = 1; i < children.count; i++) {
        CXCursor part = child_at(x, children, i);
        uint32_t value = expression(x, part, true);
        bool stored = i == (compares ? 4 : 2) && same_type(clang_getCursorType(part), type);
        if (stored) /* sums of numbers are not known */
            flow_add(x, object, clang_getCanonicalType(type).kind == CXType_Pointer ? value : value_unknown(x));
    }
    x->pending.simple += LOCKED_INSTRUCTION;
    return !compares && same_type(clang_getCursorType(cursor), type) ? object : value_unknown(x);
}
