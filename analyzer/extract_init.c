/* Initialisers: designated and positional, nested, of records and arrays → flows into members and variables. */
#include "analyzer/extract_internal.h"

static bool is_number(CXType type)
{
    enum CXTypeKind kind = clang_getCanonicalType(type).kind;
    return kind >= CXType_Bool && kind <= CXType_LongDouble;
}

/* Large tables of numbers hold nothing that flows anywhere. */
static bool worth_reading(struct extractor *x, CXType element)
{
    if (!x->at_file_scope)
        return true;
    if (is_number(element))
        return false;
    struct declared *record = declared_record(x, element);
    return !record || record->pointers;
}

/* `.member = value` and `[index] = value` come as an unnamed expression with the designators first. */
static bool designated(struct extractor *x, CXCursor item, CXCursor *member, CXCursor *value)
{
    if (clang_getCursorKind(item) != CXCursor_UnexposedExpr)
        return false;
    struct children children = children_of(x, item);
    bool is = children.count >= 2;
    *member = clang_getNullCursor();
    for (uint32_t i = 0; is && i + 1 < children.count; i++) {
        CXCursor child = child_at(x, children, i);
        if (clang_getCursorKind(child) == CXCursor_MemberRef)
            *member = clang_getCursorReferenced(child);
    }
    if (is)
        *value = child_at(x, children, children.count - 1);
    children_drop(x, children);
    return is;
}

static uint32_t field_place(struct extractor *x, CXCursor field)
{
    uint32_t slot = slot_of_declared(x, declared_of(x, field));
    return slot == SUMMARY_NONE ? value_unknown(x) : value_of_slot(x, slot);
}

/* A function pointer of a table's element stands in a slot of its own, too. */
static void initialise_element(struct extractor *x, struct declared member, CXCursor value)
{
    if (!x->element.table || member.kind != DECLARED_SLOT || member.slot_type != SLOT_FUNCTION_POINTER)
        return;
    uint32_t slot = slot_of_element(x, x->element, &member);
    flow_add(x, value_of_slot(x, slot), expression(x, value, true));
}

static void initialise_record(struct extractor *x, struct declared record, CXCursor list)
{
    struct children items = children_of(x, list);
    uint32_t next = 0;
    for (uint32_t i = 0; i < items.count; i++) {
        CXCursor item = child_at(x, items, i), member, value = item;
        if (designated(x, item, &member, &value) && !clang_Cursor_isNull(member)) {
            for (uint32_t f = 0; f < record.count; f++)
                if (clang_equalCursors(x->fields.items[record.number + f], member))
                    next = f;
        } else if (next < record.count) {
            member = x->fields.items[record.number + next];
        } else {
            continue; /* braces left out: the inner record's members stand here; they flow nowhere */
        }
        next++;
        initialise(x, field_place(x, member), clang_getCursorType(member), value);
        initialise_element(x, *declared_of(x, member), value);
    }
    children_drop(x, items);
}

static void initialise_array(struct extractor *x, uint32_t target, CXType element, CXCursor list)
{
    if (!worth_reading(x, element))
        return;
    struct table_element around = x->element;
    const struct value *table = &x->function.values.items[target];
    x->element = (struct table_element){0};
    if (x->at_file_scope && table->kind == VALUE_SLOT && x->function.slots.items[table->a].kind == SLOT_GLOBAL)
        x->element.table = x->function.slots.items[table->a].symbol;
    struct children items = children_of(x, list);
    for (uint32_t i = 0; i < items.count; i++) {
        CXCursor item = child_at(x, items, i), member, value = item;
        if (designated(x, item, &member, &value))
            x->element.table = 0; /* [index] = value: the place in the list says nothing */
        x->element.index = i;
        initialise(x, target, element, value);
    }
    children_drop(x, items);
    x->element = around;
}

void initialise(struct extractor *x, uint32_t target, CXType type, CXCursor initialiser)
{
    CXCursor list = initialiser;
    if (clang_getCursorKind(initialiser) != CXCursor_InitListExpr) {
        list = peel(x, initialiser);
        if (clang_getCursorKind(list) == CXCursor_CompoundLiteralExpr) {
            struct children children = children_of(x, list);
            if (children.count)
                list = child_at(x, children, children.count - 1);
            children_drop(x, children);
        }
    }
    if (clang_getCursorKind(list) != CXCursor_InitListExpr) {
        if (x->at_file_scope && is_number(type) && clang_getCursorKind(list) == CXCursor_InitListExpr)
            return;
        flow_add(x, target, expression(x, initialiser, true));
        return;
    }
    CXType canonical = clang_getCanonicalType(type);
    CXType element = clang_getArrayElementType(canonical);
    if (element.kind != CXType_Invalid) {
        initialise_array(x, target, element, list);
        return;
    }
    struct declared *record = declared_record(x, canonical);
    if (record) {
        if (worth_reading(x, canonical))
            initialise_record(x, *record, list);
        return;
    }
    struct children items = children_of(x, list); /* int x = {1} */
    if (items.count)
        initialise(x, target, type, child_at(x, items, 0));
    children_drop(x, items);
}

void variable_declaration(struct extractor *x, CXCursor cursor)
{
    CXCursor initialiser = clang_Cursor_getVarDeclInitializer(cursor);
    struct declared *declared = declared_of(x, cursor);
    bool is_static = declared->kind == DECLARED_SLOT && declared->slot_kind == SLOT_GLOBAL;
    uint32_t slot = slot_of_declared(x, declared);
    if (clang_Cursor_isNull(initialiser) || slot == SUMMARY_NONE)
        return;
    x->at_file_scope = is_static; /* initialised once, before anything runs */
    initialise(x, value_of_slot(x, slot), clang_getCursorType(cursor), initialiser);
    x->at_file_scope = false;
    x->pending.simple++;
}
