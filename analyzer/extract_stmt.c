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

void body_statement(struct extractor *x, CXCursor cursor)
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

uint32_t compound_value(struct extractor *x, CXCursor cursor, bool wanted)
{
    uint32_t labels = x->labels.count, value = value_unknown(x);
    struct children children = children_of(x, cursor);
    for (uint32_t i = 0; i < children.count; i++) {
        CXCursor child = child_at(x, children, i);
        if (wanted && i + 1 == children.count && clang_isExpression(clang_getCursorKind(child)))
            value = expression(x, child, true);
        else
            statement(x, child);
    }
    children_drop(x, children);
    labels_close(x, labels);
    return value;
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
        if (!is_null(target) && open->label == target.data[1]) {
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

static bool is_case(CXCursor cursor)
{
    enum CXCursorKind kind = clang_getCursorKind(cursor);
    return kind == CXCursor_CaseStmt || kind == CXCursor_DefaultStmt;
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
    if (is_null(below))
        return;
    if (is_case(below))
        case_statement(x, below, arms);
    else
        statement(x, below);
}

static void switch_arms(struct extractor *x, CXCursor body)
{
    struct arms arms = {SUMMARY_NONE, SUMMARY_NONE};
    struct children items = children_of(x, body);
    uint32_t labels = x->labels.count;
    for (uint32_t i = 0; i < items.count; i++) {
        CXCursor item = child_at(x, items, i);
        if (is_case(item)) {
            labels_close(x, labels); /* labels inside an arm end with it */
            case_statement(x, item, &arms);
        } else if (arms.open != SUMMARY_NONE) {
            statement(x, item);
        }
    }
    labels_close(x, labels);
    arm_close(x, &arms);
    children_drop(x, items);
}

/* A switch whose body is a loop jumps into it, as state machines do to go on where they were: the loop is what counts.
 */
static void switch_statement(struct extractor *x, CXCursor cursor)
{
    struct children children = children_of(x, cursor);
    if (children.count < 2) {
        children_drop(x, children);
        return;
    }
    uint32_t value = expression(x, child_at(x, children, 0), true);
    x->pending.simple += 2;
    CXCursor body = child_at(x, children, children.count - 1);
    children_drop(x, children);
    bool one_arm = is_case(body);
    if (!one_arm && clang_getCursorKind(body) != CXCursor_CompoundStmt) {
        body_statement(x, body);
        return;
    }
    uint32_t node = node_open(x, NODE_SWITCH, 0, cursor);
    x->function.nodes.items[node].a = value;
    if (one_arm) {
        struct arms arms = {SUMMARY_NONE, SUMMARY_NONE};
        case_statement(x, body, &arms);
        arm_close(x, &arms);
    } else {
        switch_arms(x, body);
    }
    node_close(x, node);
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
