/* Initialisers: designated and positional, nested, of records and arrays → flows into members and variables. */
#include "analyzer/extract_internal.h"

static bool is_number(CXType type)
{
    enum CXTypeKind kind = canonical_kind(type);
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

/* The items between braces, of which some may stand for an inner list whose braces were left out. */
struct items {
    struct children children;
    uint32_t next;
};

static void initialise_next(struct extractor *x, uint32_t target, CXType type, struct items *items);

static void initialise_member(struct extractor *x, CXCursor member, struct items *items)
{
    CXCursor item = child_at(x, items->children, items->next);
    initialise_next(x, field_place(x, member), clang_getCursorType(member), items);
    initialise_element(x, *declared_of(x, member), item);
}

/* The members of a record without braces of its own, as far as the items go. */
static void initialise_members(struct extractor *x, CXType type, struct items *items)
{
    struct declared record = *declared_record(x, type);
    bool is_union = clang_getCursorKind(clang_getTypeDeclaration(type)) == CXCursor_UnionDecl;
    uint32_t count = is_union && record.count ? 1 : record.count, before = items->next;
    for (uint32_t i = 0; i < count && items->next < items->children.count; i++)
        initialise_member(x, x->fields.items[record.number + i], items);
    if (items->next == before)
        items->next++; /* a record without members */
}

/* Gives the target the next item, or as many as it has members where its braces were left out. */
static void initialise_next(struct extractor *x, uint32_t target, CXType type, struct items *items)
{
    CXCursor item = child_at(x, items->children, items->next), member, value;
    CXType canonical = clang_getCanonicalType(type);
    bool record = canonical.kind == CXType_Record, array = is_array(canonical);
    if (record || array) {
        CXType given = clang_getCanonicalType(clang_getCursorType(item));
        bool whole = clang_getCursorKind(item) == CXCursor_InitListExpr ||
                     (record ? given.kind == CXType_Record : is_array(given)) || designated(x, item, &member, &value);
        if (!whole && record) {
            initialise_members(x, canonical, items);
            return;
        }
        for (long long i = 0; !whole && i < clang_getArraySize(canonical); i++) {
            if (items->next == items->children.count)
                return;
            initialise_next(x, target, clang_getArrayElementType(canonical), items);
        }
        if (!whole)
            return;
    }
    items->next++;
    initialise(x, target, type, item);
}

static void initialise_record(struct extractor *x, struct declared record, CXCursor list)
{
    struct items items = {children_of(x, list), 0};
    uint32_t next = 0;
    while (items.next < items.children.count) {
        CXCursor item = child_at(x, items.children, items.next), member, value = item;
        if (designated(x, item, &member, &value) && !is_null(member)) {
            for (uint32_t f = 0; f < record.count; f++)
                if (clang_equalCursors(x->fields.items[record.number + f], member))
                    next = f;
            items.next++;
            initialise(x, field_place(x, member), clang_getCursorType(member), value);
            initialise_element(x, *declared_of(x, member), value);
        } else if (next < record.count) {
            initialise_member(x, x->fields.items[record.number + next], &items);
        } else {
            break; /* more than there are members: an error in the source */
        }
        next++;
    }
    children_drop(x, items.children);
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
    struct items items = {children_of(x, list), 0};
    for (; items.next < items.children.count; x->element.index++) {
        CXCursor member, value;
        if (designated(x, child_at(x, items.children, items.next), &member, &value)) {
            x->element.table = 0; /* [index] = value: the place in the list says nothing */
            items.next++;
            initialise(x, target, element, value);
        } else {
            initialise_next(x, target, element, &items);
        }
    }
    children_drop(x, items.children);
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
    CXCursor initialiser = initialiser_of(x, cursor);
    struct declared *declared = declared_of(x, cursor);
    bool is_static = declared->kind == DECLARED_SLOT && declared->slot_kind == SLOT_GLOBAL;
    uint32_t slot = slot_of_declared(x, declared);
    if (is_null(initialiser) || slot == SUMMARY_NONE)
        return;
    x->at_file_scope = is_static; /* initialised once, before anything runs */
    initialise(x, value_of_slot(x, slot), clang_getCursorType(cursor), initialiser);
    x->at_file_scope = false;
    x->pending.simple++;
}
