/* Statements → the skeleton. */
#include "analyzer/extract_internal.h"

static void children_statements(struct extractor *x, CXCursor cursor)
{
    struct children children = children_of(x, cursor);
    for (uint32_t i = 0; i < children.count; i++)
        statement(x, child_at(x, children, i));
    children_drop(x, children);
}

/* Ends the loops of labels that were opened since. */
static void labels_close(struct extractor *x, uint32_t since)
{
    while (x->labels.count > since) {
        uint32_t loop = array_last(&x->labels)->node;
        x->labels.count--;
        node_close(x, loop + 1);
        node_close(x, loop);
        if (x->function.nodes.items[loop].flags != LOOP_GOTO)
            x->function.nodes.items[loop].kind = NODE_SEQUENCE;
    }
}

/* A statement that stands alone, without braces or with. */
static void body_statement(struct extractor *x, CXCursor cursor)
{
    uint32_t labels = x->labels.count;
    statement(x, cursor);
    labels_close(x, labels);
}

void statement_in_sequence(struct extractor *x, CXCursor cursor)
{
    uint32_t sequence = node_open(x, NODE_SEQUENCE, 0, clang_getNullCursor());
    body_statement(x, cursor);
    node_close(x, sequence);
}

static void empty_sequence(struct extractor *x)
{
    uint32_t sequence = node_open(x, NODE_SEQUENCE, 0, clang_getNullCursor());
    node_close(x, sequence);
}

/* A compound statement. A label in it opens a loop that lasts to its end: a goto back to the label makes it one. */
static void compound(struct extractor *x, CXCursor cursor)
{
    uint32_t labels = x->labels.count;
    children_statements(x, cursor);
    labels_close(x, labels);
}

static void label(struct extractor *x, CXCursor cursor)
{
    uint32_t loop = node_open(x, NODE_LOOP, LOOP_ONCE, cursor);
    node_open(x, NODE_SEQUENCE, 0, clang_getNullCursor());
    array_push(&x->labels, (struct open_label){cursor.data[1], loop});
    children_statements(x, cursor);
}

static enum CXChildVisitResult label_reference(CXCursor cursor, CXCursor parent, CXClientData data)
{
    (void)parent;
    if (clang_getCursorKind(cursor) != CXCursor_LabelRef)
        return CXChildVisit_Continue;
    *(CXCursor *)data = clang_getCursorReferenced(cursor);
    return CXChildVisit_Break;
}

static void go_to(struct extractor *x, CXCursor cursor)
{
    CXCursor target = clang_getNullCursor();
    clang_visitChildren(cursor, label_reference, &target);
    unsigned flags = 0;
    for (array_each(struct open_label, open, &x->labels)) {
        if (!clang_Cursor_isNull(target) && open->label == target.data[1]) {
            x->function.nodes.items[open->node].flags = LOOP_GOTO;
            flags = GOTO_BACKWARD;
        }
    }
    node_leaf(x, NODE_GOTO, flags, SUMMARY_NONE);
}

static void if_statement(struct extractor *x, CXCursor cursor)
{
    struct children children = children_of(x, cursor);
    if (children.count >= 2) {
        uint32_t condition = condition_expression(x, child_at(x, children, 0));
        uint32_t branch = node_open(x, NODE_BRANCH, 0, cursor);
        x->function.nodes.items[branch].a = condition;
        statement_in_sequence(x, child_at(x, children, 1));
        if (children.count > 2)
            statement_in_sequence(x, child_at(x, children, 2));
        else
            empty_sequence(x);
        node_close(x, branch);
    }
    children_drop(x, children);
}

/* ---- switch ---- */

struct arms {
    uint32_t open; /* the arm being filled, or SUMMARY_NONE */
    uint32_t sequence;
};

static void arm_close(struct extractor *x, struct arms *arms)
{
    if (arms->open == SUMMARY_NONE)
        return;
    node_close(x, arms->sequence);
    node_close(x, arms->open);
    arms->open = SUMMARY_NONE;
}

static bool arm_is_empty(const struct extractor *x, const struct arms *arms)
{
    return arms->open != SUMMARY_NONE && x->function.nodes.count == arms->sequence + 1 &&
           !(x->pending.simple | x->pending.memory);
}

static bool arm_ends(const struct extractor *x, const struct arms *arms)
{
    if (x->function.nodes.count <= arms->sequence + 1)
        return false;
    enum node_kind last = x->function.nodes.items[x->function.nodes.count - 1].kind;
    return last == NODE_BREAK || last == NODE_RETURN || last == NODE_CONTINUE || last == NODE_GOTO;
}

/* `case A: case B: statement`: both lead to the same arm. */
static void case_statement(struct extractor *x, CXCursor cursor, struct arms *arms)
{
    bool is_default = clang_getCursorKind(cursor) == CXCursor_DefaultStmt;
    struct children children = children_of(x, cursor);
    uint32_t value = SUMMARY_NONE;
    struct operations before = x->pending;
    if (!is_default && children.count > 1)
        value = expression(x, child_at(x, children, 0), true);
    x->pending = before; /* a case's value is a constant: nothing is computed for it */
    if (!arm_is_empty(x, arms)) {
        if (arms->open != SUMMARY_NONE && !arm_ends(x, arms))
            x->function.nodes.items[arms->open].flags |= ARM_FALLS_THROUGH;
        arm_close(x, arms);
        arms->open = node_open(x, NODE_ARM, 0, cursor);
        x->function.nodes.items[arms->open].a = value;
        x->function.nodes.items[arms->open].b = 0;
        arms->sequence = node_open(x, NODE_SEQUENCE, 0, clang_getNullCursor());
    }
    struct node *arm = &x->function.nodes.items[arms->open];
    if (is_default)
        arm->flags |= ARM_DEFAULT;
    else
        arm->b++;
    CXCursor below = children.count ? child_at(x, children, children.count - 1) : clang_getNullCursor();
    children_drop(x, children);
    if (clang_Cursor_isNull(below))
        return;
    enum CXCursorKind kind = clang_getCursorKind(below);
    if (kind == CXCursor_CaseStmt || kind == CXCursor_DefaultStmt)
        case_statement(x, below, arms);
    else
        statement(x, below);
}

static void switch_statement(struct extractor *x, CXCursor cursor)
{
    struct children children = children_of(x, cursor);
    if (children.count < 2) {
        children_drop(x, children);
        return;
    }
    uint32_t value = expression(x, child_at(x, children, 0), true);
    x->pending.simple += 2;
    uint32_t node = node_open(x, NODE_SWITCH, 0, cursor);
    x->function.nodes.items[node].a = value;
    CXCursor body = child_at(x, children, children.count - 1);
    struct arms arms = {SUMMARY_NONE, SUMMARY_NONE};
    struct children items = children_of(x, body);
    uint32_t labels = x->labels.count;
    for (uint32_t i = 0; i < items.count; i++) {
        CXCursor item = child_at(x, items, i);
        enum CXCursorKind kind = clang_getCursorKind(item);
        if (kind == CXCursor_CaseStmt || kind == CXCursor_DefaultStmt) {
            labels_close(x, labels); /* labels inside an arm end with it */
            case_statement(x, item, &arms);
        } else if (arms.open != SUMMARY_NONE) {
            statement(x, item);
        }
    }
    labels_close(x, labels);
    arm_close(x, &arms);
    children_drop(x, items);
    children_drop(x, children);
    node_close(x, node);
}

/* ---- loops ---- */

/* What a condition says of the number of turns. */
static enum loop_kind loop_kind_of(const struct extractor *x, uint32_t condition)
{
    const struct condition *entry = &x->function.conditions.items[condition];
    int64_t number = 0;
    switch (entry->op) {
    case CONDITION_NOT:
        return loop_kind_of(x, entry->a);
    case CONDITION_AND:
    case CONDITION_OR: {
        enum loop_kind a = loop_kind_of(x, entry->a), b = loop_kind_of(x, entry->b);
        return a == LOOP_CONDITION ? b : a;
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

/* The trip count as a value, from `counter < limit`, `counter != limit` or `counter > 0`. */
static uint32_t trip_count(struct extractor *x, uint32_t condition, uint32_t start)
{
    const struct condition *entry = &x->function.conditions.items[condition];
    int64_t first = 0, limit = 0;
    if (entry->op == CONDITION_AND || entry->op == CONDITION_OR) {
        uint32_t a = trip_count(x, entry->a, start);
        return a != SUMMARY_NONE ? a : trip_count(x, x->function.conditions.items[condition].b, start);
    }
    bool start_known = start != SUMMARY_NONE && value_is_integer(x, start, &first);
    if (entry->op == CONDITION_TRUTH) {
        enum value_kind kind = x->function.values.items[entry->a].kind;
        return entry->type == OPERAND_INTEGER && kind == VALUE_SLOT ? entry->a : SUMMARY_NONE;
    }
    if (entry->op < CONDITION_NOT_EQUAL || entry->op > CONDITION_GREATER_EQUAL || entry->type == OPERAND_POINTER)
        return SUMMARY_NONE;
    bool limit_known = value_is_integer(x, entry->b, &limit);
    if (entry->op == CONDITION_GREATER || entry->op == CONDITION_GREATER_EQUAL) {
        if (limit_known && start_known && first > limit)
            return value_integer(x, first - limit + (entry->op == CONDITION_GREATER_EQUAL));
        return limit_known && start != SUMMARY_NONE ? start : entry->a;
    }
    if (limit_known && start_known && limit >= first)
        return value_integer(x, limit - first + (entry->op == CONDITION_LESS_EQUAL));
    return x->function.values.items[entry->b].kind == VALUE_UNKNOWN ? SUMMARY_NONE : entry->b;
}

static void set_loop(struct extractor *x, uint32_t loop, enum loop_kind kind, uint32_t condition, uint32_t trip)
{
    struct node *node = &x->function.nodes.items[loop];
    node->flags = (uint8_t)kind;
    node->a = condition;
    node->b = trip;
}

static void while_statement(struct extractor *x, CXCursor cursor, bool is_do)
{
    struct children children = children_of(x, cursor);
    if (children.count < 2) {
        children_drop(x, children);
        return;
    }
    CXCursor tested = child_at(x, children, is_do ? 1 : 0), body = child_at(x, children, is_do ? 0 : 1);
    uint32_t loop = node_open(x, NODE_LOOP, LOOP_CONDITION, cursor);
    uint32_t sequence = node_open(x, NODE_SEQUENCE, 0, clang_getNullCursor());
    if (is_do)
        body_statement(x, body);
    uint32_t condition = condition_expression(x, tested);
    if (!is_do)
        body_statement(x, body);
    node_close(x, sequence);
    node_close(x, loop);
    enum loop_kind kind = loop_kind_of(x, condition);
    uint32_t trip = kind == LOOP_CONDITION ? trip_count(x, condition, SUMMARY_NONE) : SUMMARY_NONE;
    set_loop(x, loop, kind, condition, trip);
    children_drop(x, children);
}

/* The parts of `for (…; …; …)`: libclang leaves out those that are absent, so they are told apart by kind. */
struct for_parts {
    CXCursor start, condition, step, body;
};

static bool is_step(struct extractor *x, CXCursor cursor)
{
    (void)x;
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
        bool step = is_step(x, part);
        bool declares = clang_getCursorKind(part) == CXCursor_DeclStmt;
        if (declares || (i == 0 && count == 2 && step))
            parts.start = part;
        else if (step)
            parts.step = part;
        else
            parts.condition = part;
    }
    return parts;
}

/* The value that the counter starts with: the last assignment's source. */
static uint32_t start_value(struct extractor *x, uint32_t flows_before)
{
    return x->function.flows.count > flows_before ? array_last(&x->function.flows)->source : SUMMARY_NONE;
}

/* `p = p->next`: the step assigns a member of a record. */
static bool steps_along_list(const struct extractor *x, uint32_t flows_before)
{
    for (uint32_t i = flows_before; i < x->function.flows.count; i++) {
        const struct value *source = &x->function.values.items[x->function.flows.items[i].source];
        if (source->kind == VALUE_SLOT && x->function.slots.items[source->a].kind == SLOT_FIELD)
            return true;
    }
    return false;
}

static void for_statement(struct extractor *x, CXCursor cursor)
{
    struct children children = children_of(x, cursor);
    if (!children.count) {
        children_drop(x, children);
        return;
    }
    struct for_parts parts = for_parts(x, children);
    uint32_t flows = x->function.flows.count;
    if (!clang_Cursor_isNull(parts.start))
        statement(x, parts.start);
    uint32_t start = start_value(x, flows);
    uint32_t loop = node_open(x, NODE_LOOP, LOOP_ENDLESS, cursor);
    uint32_t sequence = node_open(x, NODE_SEQUENCE, 0, clang_getNullCursor());
    uint32_t condition = SUMMARY_NONE, trip = SUMMARY_NONE;
    enum loop_kind kind = LOOP_ENDLESS;
    if (!clang_Cursor_isNull(parts.condition)) {
        condition = condition_expression(x, parts.condition);
        kind = loop_kind_of(x, condition);
    }
    body_statement(x, parts.body);
    flows = x->function.flows.count;
    if (!clang_Cursor_isNull(parts.step)) {
        expression(x, parts.step, false);
        if (kind == LOOP_CONDITION)
            kind = steps_along_list(x, flows) ? LOOP_LIST : LOOP_COUNTED;
    }
    if (kind == LOOP_COUNTED)
        trip = trip_count(x, condition, start);
    node_close(x, sequence);
    node_close(x, loop);
    set_loop(x, loop, kind, condition, trip);
    children_drop(x, children);
}

/* ---- the rest ---- */

static void return_statement(struct extractor *x, CXCursor cursor)
{
    struct children children = children_of(x, cursor);
    uint32_t value = SUMMARY_NONE;
    if (children.count) {
        value = expression(x, child_at(x, children, 0), true);
        flow_add(x, value_of_slot(x, return_slot(x)), value);
    }
    children_drop(x, children);
    node_leaf(x, NODE_RETURN, 0, value);
}

static void declarations(struct extractor *x, CXCursor cursor)
{
    struct children children = children_of(x, cursor);
    for (uint32_t i = 0; i < children.count; i++)
        if (clang_getCursorKind(child_at(x, children, i)) == CXCursor_VarDecl)
            variable_declaration(x, child_at(x, children, i));
    children_drop(x, children);
}

void statement(struct extractor *x, CXCursor cursor)
{
    enum CXCursorKind kind = clang_getCursorKind(cursor);
    switch (kind) {
    case CXCursor_CompoundStmt:
        compound(x, cursor);
        break;
    case CXCursor_DeclStmt:
        declarations(x, cursor);
        break;
    case CXCursor_IfStmt:
        if_statement(x, cursor);
        break;
    case CXCursor_SwitchStmt:
        switch_statement(x, cursor);
        break;
    case CXCursor_WhileStmt:
    case CXCursor_DoStmt:
        while_statement(x, cursor, kind == CXCursor_DoStmt);
        break;
    case CXCursor_ForStmt:
        for_statement(x, cursor);
        break;
    case CXCursor_ReturnStmt:
        return_statement(x, cursor);
        break;
    case CXCursor_BreakStmt:
        node_leaf(x, NODE_BREAK, 0, SUMMARY_NONE);
        break;
    case CXCursor_ContinueStmt:
        node_leaf(x, NODE_CONTINUE, 0, SUMMARY_NONE);
        break;
    case CXCursor_GotoStmt:
        go_to(x, cursor);
        break;
    case CXCursor_IndirectGotoStmt:
        children_statements(x, cursor);
        node_leaf(x, NODE_GOTO, 0, SUMMARY_NONE);
        break;
    case CXCursor_LabelStmt:
        label(x, cursor);
        break;
    case CXCursor_GCCAsmStmt:
        x->pending.simple += 5;
        break;
    default:
        if (clang_isExpression(kind))
            expression(x, cursor, false);
        else if (clang_isStatement(kind))
            children_statements(x, cursor);
        break;
    }
}
