/* Building a function of a summary: values without doubles, nodes in preorder, operations gathered between events. */
#include "analyzer/extract_internal.h"

#include <stdlib.h>
#include <string.h>

/* ---- values ---- */

static size_t value_hash(const struct value *value)
{
    uint64_t hash = (uint64_t)value->kind * 31 + value->a;
    hash = hash * UINT64_C(0x9e3779b97f4a7c15) + value->b;
    hash = hash * UINT64_C(0x9e3779b97f4a7c15) + (uint64_t)value->number;
    hash = (hash + value->name) * UINT64_C(0x9e3779b97f4a7c15);
    return (size_t)(hash >> 32);
}

static bool value_equal(const struct value *a, const struct value *b)
{
    return a->kind == b->kind && a->a == b->a && a->b == b->b && a->number == b->number && a->name == b->name;
}

static void value_table_grow(struct extractor *x)
{
    x->value_table_size *= 2;
    x->value_table = must_realloc(x->value_table, x->value_table_size * sizeof *x->value_table);
    memset(x->value_table, 0, x->value_table_size * sizeof *x->value_table);
    for (uint32_t i = 0; i < x->function.values.count; i++) {
        size_t at = value_hash(&x->function.values.items[i]) & (x->value_table_size - 1);
        while (x->value_table[at])
            at = (at + 1) & (x->value_table_size - 1);
        x->value_table[at] = i + 1;
    }
}

uint32_t value_add(struct extractor *x, struct value value)
{
    size_t at = value_hash(&value) & (x->value_table_size - 1);
    while (x->value_table[at]) {
        uint32_t index = x->value_table[at] - 1;
        if (value_equal(&x->function.values.items[index], &value))
            return index;
        at = (at + 1) & (x->value_table_size - 1);
    }
    array_push(&x->function.values, value);
    x->value_table[at] = x->function.values.count;
    if (x->function.values.count * 2 > x->value_table_size)
        value_table_grow(x);
    return x->function.values.count - 1;
}

uint32_t value_unknown(struct extractor *x)
{
    (void)x;
    return 0;
}

uint32_t value_integer(struct extractor *x, int64_t number)
{
    return value_add(x, (struct value){.kind = VALUE_INTEGER, .number = number});
}

uint32_t value_of_slot(struct extractor *x, uint32_t slot)
{
    return value_add(x, (struct value){.kind = VALUE_SLOT, .a = slot});
}

bool value_is_integer(const struct extractor *x, uint32_t value, int64_t *number)
{
    const struct value *entry = &x->function.values.items[value];
    *number = entry->number;
    return entry->kind == VALUE_INTEGER;
}

uint32_t value_pair(struct extractor *x, enum value_kind kind, uint32_t a, uint32_t b)
{
    int64_t left, right, folded;
    if (value_is_integer(x, a, &left) && value_is_integer(x, b, &right)) {
        if (kind == VALUE_OR)
            return value_integer(x, left | right);
        if (kind == VALUE_SUM && !__builtin_add_overflow(left, right, &folded))
            return value_integer(x, folded);
        if (kind == VALUE_PRODUCT && !__builtin_mul_overflow(left, right, &folded))
            return value_integer(x, folded);
    }
    if (a == b && (kind == VALUE_JOIN || kind == VALUE_OR))
        return a;
    bool a_unknown = x->function.values.items[a].kind == VALUE_UNKNOWN;
    bool b_unknown = x->function.values.items[b].kind == VALUE_UNKNOWN;
    if ((a_unknown && b_unknown) || ((a_unknown || b_unknown) && kind == VALUE_PRODUCT))
        return value_unknown(x);
    return value_add(x, (struct value){.kind = kind, .a = a, .b = b});
}

uint32_t value_difference(struct extractor *x, uint32_t a, uint32_t b)
{
    bool a_unknown = x->function.values.items[a].kind == VALUE_UNKNOWN;
    bool b_unknown = x->function.values.items[b].kind == VALUE_UNKNOWN;
    if (a_unknown && b_unknown)
        return value_unknown(x);
    return value_add(x, (struct value){.kind = VALUE_UNKNOWN, .a = a + 1, .b = b + 1});
}

uint32_t value_masked(struct extractor *x, uint32_t a, uint32_t b)
{
    int64_t mask;
    if (value_is_integer(x, b, &mask))
        return value_add(x, (struct value){.kind = VALUE_MASKED, .a = a, .number = mask});
    if (value_is_integer(x, a, &mask))
        return value_add(x, (struct value){.kind = VALUE_MASKED, .a = b, .number = mask});
    return value_unknown(x);
}

uint32_t value_part(struct extractor *x, uint32_t whole, uint32_t where)
{
    struct value value = x->function.values.items[whole];
    enum value_kind kind = x->function.values.items[where].kind;
    bool has_place = value.kind == VALUE_SLOT || value.kind == VALUE_ADDRESS || value.kind == VALUE_DEREF;
    if (!has_place || kind == VALUE_UNKNOWN || (value.b && kind == VALUE_INTEGER))
        return whole;
    if (value.b && value.kind != VALUE_DEREF) /* an element of a member: of this object, at this index */
        where = value_pair(x, VALUE_SUM, value.b - 1, where);
    value.b = where + 1;
    return value_add(x, value);
}

static uint32_t slot_add(struct extractor *x, struct slot slot)
{
    array_push(&x->function.slots, slot);
    return x->function.slots.count - 1;
}

uint32_t return_slot(struct extractor *x)
{
    for (uint32_t i = 0; i < x->function.slots.count; i++)
        if (x->function.slots.items[i].kind == SLOT_RETURN)
            return i;
    return slot_add(x, (struct slot){.kind = SLOT_RETURN, .type = x->return_type});
}

/* `p->end++` brings nothing new, but writes a member that others may see. */
static bool stays_behind_pointer(const struct extractor *x, uint32_t target)
{
    const struct value *value = &x->function.values.items[target];
    return value->kind == VALUE_DEREF || x->function.slots.items[value->a].kind == SLOT_FIELD;
}

void flow_add(struct extractor *x, uint32_t target, uint32_t source)
{
    enum value_kind kind = x->function.values.items[target].kind;
    if ((kind != VALUE_SLOT && kind != VALUE_DEREF) || (target == source && !stays_behind_pointer(x, target)))
        return;
    for (uint32_t i = x->function.flows.count; i > x->flows_from && i + 16 > x->function.flows.count; i--) {
        const struct assignment *flow = &x->function.flows.items[i - 1];
        if (flow->target == target && flow->source == source)
            return;
    }
    array_push(&x->function.flows, (struct assignment){target, source, x->function.nodes.count});
}

void jump_add(struct extractor *x, uint32_t variable)
{
    array_push(&x->jumps, (struct jump){variable, x->function.flows.count});
}

/* ---- nodes ---- */

uint32_t node_open(struct extractor *x, enum node_kind kind, unsigned flags, CXCursor place)
{
    operations_flush(x);
    struct node node = {.kind = (uint8_t)kind, .flags = (uint8_t)flags, .a = SUMMARY_NONE, .b = SUMMARY_NONE};
    if (!is_null(place)) {
        CXFile file;
        unsigned line, column;
        expansion_place(place, &file, &line, &column);
        node.line = line;
        node.column = (uint16_t)(column > UINT16_MAX ? UINT16_MAX : column);
    }
    array_push(&x->function.nodes, node);
    return x->function.nodes.count - 1;
}

void node_close(struct extractor *x, uint32_t node)
{
    operations_flush(x);
    x->function.nodes.items[node].end = x->function.nodes.count;
}

void node_leaf(struct extractor *x, enum node_kind kind, unsigned flags, uint32_t a)
{
    operations_flush(x);
    struct node node = {.kind = (uint8_t)kind, .flags = (uint8_t)flags, .a = a, .b = SUMMARY_NONE};
    node.end = x->function.nodes.count + 1;
    array_push(&x->function.nodes, node);
    if (kind == NODE_CALL)
        x->accesses_from = x->function.nodes.count;
}

void operations_flush(struct extractor *x)
{
    if (!(x->pending.simple | x->pending.memory | x->pending.floating | x->pending.division))
        return;
    struct node node = {.kind = NODE_OPERATIONS, .a = x->function.operations.count, .b = SUMMARY_NONE};
    node.end = x->function.nodes.count + 1;
    array_push(&x->function.operations, x->pending);
    array_push(&x->function.nodes, node);
    memset(&x->pending, 0, sizeof x->pending);
}

/* An access stands once between two calls: what locksets need, at a tenth of the size. */
void access_add(struct extractor *x, uint32_t slot, unsigned flags)
{
    uint32_t count = x->function.nodes.count;
    uint32_t from = x->accesses_from + 32 < count ? count - 32 : x->accesses_from; /* looking further back never ends */
    for (uint32_t i = from; i < count; i++) {
        const struct node *node = &x->function.nodes.items[i];
        if (node->kind == NODE_ACCESS && node->a == slot && (node->flags & flags) == flags)
            return;
    }
    node_leaf(x, NODE_ACCESS, flags, slot);
}

uint32_t condition_add(struct extractor *x, struct condition condition)
{
    array_push(&x->function.conditions, condition);
    return x->function.conditions.count - 1;
}

/* Is there anything but operations from this node on? */
static bool nodes_matter(const struct extractor *x, uint32_t from)
{
    for (uint32_t i = from; i < x->function.nodes.count; i++) {
        enum node_kind kind = x->function.nodes.items[i].kind;
        if (kind != NODE_OPERATIONS && kind != NODE_ACCESS && kind != NODE_SEQUENCE)
            return true;
    }
    return false;
}

void flatten_if_plain(struct extractor *x, uint32_t branch)
{
    if (nodes_matter(x, branch + 1))
        return;
    uint32_t kept = branch;
    for (uint32_t i = branch + 1; i < x->function.nodes.count; i++) {
        struct node node = x->function.nodes.items[i];
        if (node.kind == NODE_SEQUENCE)
            continue;
        node.end = kept + 1;
        x->function.nodes.items[kept++] = node;
    }
    x->function.nodes.count = kept;
    for (uint32_t i = x->function.flows.count; i > 0 && x->function.flows.items[i - 1].node > branch; i--)
        if (x->function.flows.items[i - 1].node > kept)
            x->function.flows.items[i - 1].node = kept;
}
