/* One translation unit → its summary: top-level declarations and functions. */
#include "analyzer/extract_internal.h"

#include <stdlib.h>
#include <string.h>

#define SMALLEST_VALUE_TABLE (1u << 8)

void function_begin(struct extractor *x)
{
    memset(&x->function, 0, sizeof x->function);
    x->generation++;
    x->value_table_size = SMALLEST_VALUE_TABLE; /* most functions are small, and clearing costs */
    memset(x->value_table, 0, x->value_table_size * sizeof *x->value_table);
    memset(&x->pending, 0, sizeof x->pending);
    x->accesses_from = 0;
    x->flows_from = 0;
    x->labels.count = 0;
    x->jumps.count = 0;
    value_add(x, (struct value){.kind = VALUE_UNKNOWN});
}

void function_end(struct extractor *x)
{
    x->function.body_hash = function_body_hash(&x->summary.names, &x->function);
    array_push(&x->summary.functions, x->function);
    memset(&x->function, 0, sizeof x->function);
}

static void parameters(struct extractor *x, CXCursor cursor)
{
    int count = clang_Cursor_getNumArguments(cursor);
    for (int i = 0; i < count; i++) {
        CXCursor parameter = clang_Cursor_getArgument(cursor, (unsigned)i);
        CXType type = clang_getCanonicalType(clang_getCursorType(parameter));
        CXType pointee = clang_getPointeeType(type);
        CXString name = clang_getCursorSpelling(parameter);
        struct parameter entry = {
            .name = names_add(&x->summary.names, clang_getCString(name)),
            .pointer = type.kind == CXType_Pointer,
            .callable = pointee.kind == CXType_FunctionProto || pointee.kind == CXType_FunctionNoProto,
            .read_only = clang_isConstQualifiedType(pointee) != 0,
        };
        clang_disposeString(name);
        x->has_varying = x->has_varying || (entry.pointer && is_varying_list(type));
        array_push(&x->function.parameters, entry);
        declared_parameter(x, parameter, (uint32_t)i);
    }
}

static enum CXChildVisitResult find_body(CXCursor cursor, CXCursor parent, CXClientData data)
{
    (void)parent;
    CXCursor *body = data;
    if (clang_getCursorKind(cursor) == CXCursor_CompoundStmt) {
        *body = cursor;
        return CXChildVisit_Break;
    }
    return CXChildVisit_Continue;
}

static void function_definition(struct extractor *x, CXCursor cursor)
{
    CXCursor body = clang_getNullCursor();
    clang_visitChildren(cursor, find_body, &body);
    if (is_null(body))
        return;
    CXFile file;
    unsigned line, column;
    expansion_place(cursor, &file, &line, &column);

    function_begin(x);
    struct function *function = &x->function;
    function->file = file_name(x, file);
    function->line = line;
    function->column = column;
    CXSourceLocation end = clang_getRangeEnd(clang_getCursorExtent(cursor));
    clang_getExpansionLocation(end, NULL, &function->end_line, NULL, NULL);
    CXString spelling = clang_getCursorSpelling(cursor);
    const char *name = clang_getCString(spelling);
    function->name = names_add(&x->summary.names, name);
    function->flags = declaration_flags(cursor);
    if (clang_getCursorLinkage(cursor) == CXLinkage_Internal)
        function->flags |= FUNCTION_STATIC;
    else if (strcmp(name, "main") == 0) /* the language's name for where a program starts */
        function->flags |= FUNCTION_MAIN;
    if (clang_Cursor_isFunctionInlined(cursor))
        function->flags |= FUNCTION_INLINE;
    if (clang_Cursor_isVariadic(cursor))
        function->flags |= FUNCTION_VARIADIC;
    if (function->file != x->unit_file)
        function->flags |= FUNCTION_IN_HEADER;
    clang_disposeString(spelling);

    struct text id = {0};
    text_printf(&id, "%s#%s", names_string(&x->summary.names, function->file),
                names_string(&x->summary.names, usr_of(x, cursor)));
    function->id = names_add(&x->summary.names, id.string);
    text_free(&id);
    function->symbol = function->flags & FUNCTION_STATIC ? function->id : function->name;
    if (!(function->flags & FUNCTION_STATIC))
        declare_function(x, cursor, function->symbol);

    x->return_type = slot_type_of(clang_getCursorResultType(cursor));
    x->has_varying = function->flags & FUNCTION_VARIADIC;
    parameters(x, cursor);
    statement_in_sequence(x, tree_read(x, body));
    function_end(x);
}

/* File-scope variables: their initialisers are flows of one pseudo function that comes last. */
struct initialised {
    CXCursor variable, initialiser;
};

struct top_level {
    struct extractor *x;
    ARRAY(struct initialised) initialised;
};

static enum CXChildVisitResult top_level(CXCursor cursor, CXCursor parent, CXClientData data)
{
    (void)parent;
    struct top_level *top = data;
    enum CXCursorKind kind = clang_getCursorKind(cursor);
    if (kind == CXCursor_FunctionDecl) {
        if (clang_isCursorDefinition(cursor) && !clang_Location_isInSystemHeader(clang_getCursorLocation(cursor)))
            function_definition(top->x, cursor);
    } else if (kind == CXCursor_VarDecl) {
        if (clang_isCursorDefinition(cursor) && clang_getCursorLinkage(cursor) == CXLinkage_External)
            array_push(&top->x->summary.globals, declared_of(top->x, cursor)->symbol);
        CXCursor initialiser = clang_Cursor_getVarDeclInitializer(cursor);
        if (!is_null(initialiser) && !clang_Location_isInSystemHeader(clang_getCursorLocation(cursor)))
            array_push(&top->initialised, (struct initialised){cursor, initialiser});
    }
    return CXChildVisit_Continue;
}

static void file_scope_initialisers(struct extractor *x, struct top_level *top)
{
    function_begin(x);
    x->at_file_scope = true;
    for (array_each(struct initialised, item, &top->initialised)) {
        uint32_t slot = slot_of_declared(x, declared_of(x, item->variable));
        if (slot != SUMMARY_NONE)
            initialise(x, value_of_slot(x, slot), clang_getCursorType(item->variable), item->initialiser);
    }
    x->at_file_scope = false;
    if (x->function.flows.count == 0) {
        function_free(&x->function);
        return;
    }
    /* Only flows count: no events of file scope are ever run. */
    x->function.nodes.count = 0;
    for (array_each(struct assignment, assignment, &x->function.flows))
        assignment->node = 0;
    memset(&x->pending, 0, sizeof x->pending);
    struct text id = {0};
    text_printf(&id, "%s#initialisers", x->unit->name);
    x->function.id = x->function.symbol = names_add(&x->summary.names, id.string);
    text_free(&id);
    x->function.name = names_add(&x->summary.names, "(initialisers)");
    x->function.file = x->unit_file;
    x->function.flags = FUNCTION_INITIALISERS | FUNCTION_STATIC;
    uint32_t body = node_open(x, NODE_SEQUENCE, 0, clang_getNullCursor());
    node_close(x, body);
    function_end(x);
}

void extract_summary(CXTranslationUnit parsed, const struct translation_unit *unit, const char *root, unsigned errors,
                     struct text *out)
{
    struct extractor x = {.parsed = parsed, .unit = unit, .root = root};
    summary_init(&x.summary);
    x.table_size = 1u << 12;
    x.table = must_malloc(x.table_size * sizeof *x.table);
    memset(x.table, 0, x.table_size * sizeof *x.table);
    x.value_table = must_malloc(SMALLEST_VALUE_TABLE * sizeof *x.value_table);
    x.unit_file = x.summary.unit = names_add(&x.summary.names, unit->name);
    x.summary.flags_key = names_add(&x.summary.names, unit->flags_key);
    x.summary.errors = errors;

    struct top_level top = {.x = &x};
    clang_visitChildren(clang_getTranslationUnitCursor(parsed), top_level, &top);
    file_scope_initialisers(&x, &top);
    summary_write(&x.summary, out);

    array_free(&top.initialised);
    array_free(&x.fields);
    array_free(&x.children);
    array_free(&x.tree);
    array_free(&x.labels);
    array_free(&x.jumps);
    free(x.table);
    free(x.value_table);
    summary_free(&x.summary);
}
