/* What cursors hold. A visit by libclang costs about as much as ten cursors in it, so that the body of a function is
 * visited once, as a whole; elsewhere each cursor is visited when its children are asked for. */
#include "analyzer/extract_internal.h"

#include <assert.h>

static bool is_kept(enum CXCursorKind kind)
{
    bool reference = kind >= CXCursor_FirstRef && kind <= CXCursor_LastRef && kind != CXCursor_MemberRef;
    return !reference && !clang_isAttribute(kind);
}

/* ---- a body as a whole ---- */

/* Whether anybody asks for the children of cursors of this kind. */
static bool is_inner(enum CXCursorKind kind)
{
    switch (kind) {
    case CXCursor_VarDecl:
        return true;
    case CXCursor_DeclRefExpr:
    case CXCursor_IntegerLiteral:
    case CXCursor_FloatingLiteral:
    case CXCursor_StringLiteral:
    case CXCursor_CharacterLiteral:
    case CXCursor_UnaryExpr: /* sizeof */
        return false;
    default:
        return clang_isExpression(kind) || clang_isStatement(kind);
    }
}

/* libclang's own object that a cursor stands for. */
static const void *object_of(const CXCursor *cursor)
{
    return cursor->kind == CXCursor_VarDecl ? cursor->data[0] : cursor->data[1];
}

/* Nodes come in preorder: what is open and not the parent has ended. */
static void close_nodes(struct extractor *x, const CXCursor *parent)
{
    struct tree_node *nodes = x->tree.items;
    while (x->open_node != SUMMARY_NONE && !(parent && object_of(&nodes[x->open_node].cursor) == object_of(parent))) {
        nodes[x->open_node].end = x->tree.count;
        x->open_node = nodes[x->open_node].parent;
    }
}

static uint32_t open_node(struct extractor *x, CXCursor cursor)
{
    uint32_t index = x->tree.count;
    cursor.xdata = (int)index + 1; /* libclang has no use for it in statements, expressions and variables */
    array_push(&x->tree, (struct tree_node){cursor, x->open_node, index + 1});
    return index;
}

static enum CXChildVisitResult add_node(CXCursor cursor, CXCursor parent, CXClientData data)
{
    struct extractor *x = data;
    enum CXCursorKind kind = clang_getCursorKind(cursor);
    if (!is_kept(kind))
        return CXChildVisit_Continue;
    close_nodes(x, &parent);
    uint32_t node = open_node(x, cursor);
    if (!is_inner(kind))
        return CXChildVisit_Continue;
    x->open_node = node;
    return CXChildVisit_Recurse;
}

CXCursor tree_read(struct extractor *x, CXCursor body)
{
    x->tree.count = 0;
    x->open_node = SUMMARY_NONE;
    x->open_node = open_node(x, body);
    clang_visitChildren(body, add_node, x);
    close_nodes(x, NULL);
    return x->tree.items[0].cursor;
}

/* ---- children ---- */

static enum CXChildVisitResult keep_child(CXCursor cursor, CXCursor parent, CXClientData data)
{
    (void)parent;
    struct extractor *x = data;
    if (is_kept(clang_getCursorKind(cursor)))
        array_push(&x->children, cursor);
    return CXChildVisit_Continue;
}

struct children children_of(struct extractor *x, CXCursor cursor)
{
    uint32_t first = x->children.count;
    if (!cursor.xdata) {
        clang_visitChildren(cursor, keep_child, x);
    } else {
        const struct tree_node *nodes = x->tree.items;
        uint32_t node = (uint32_t)cursor.xdata - 1;
        for (uint32_t child = node + 1; child < nodes[node].end; child = nodes[child].end)
            array_push(&x->children, nodes[child].cursor);
    }
    return (struct children){first, x->children.count - first};
}

CXCursor child_at(const struct extractor *x, struct children children, uint32_t index)
{
    assert(index < children.count);
    return x->children.items[children.first + index];
}

void children_drop(struct extractor *x, struct children children)
{
    x->children.count = children.first;
}

CXCursor initialiser_of(struct extractor *x, CXCursor variable)
{
    CXCursor initialiser = clang_Cursor_getVarDeclInitializer(variable);
    if (is_null(initialiser))
        return initialiser;
    struct children children = children_of(x, variable);
    for (uint32_t i = 0; i < children.count; i++)
        if (child_at(x, children, i).data[1] == initialiser.data[1])
            initialiser = child_at(x, children, i);
    children_drop(x, children);
    return initialiser;
}
