/* Declarations → symbols and slots. Each declaration is looked at once per unit; the cache is keyed by libclang's own
 * pointer to it. */
#include "analyzer/extract_internal.h"

#include "base/path.h"

#include <stdlib.h>
#include <string.h>

void expansion_place(CXCursor cursor, CXFile *file, unsigned *line, unsigned *column)
{
    clang_getExpansionLocation(clang_getCursorLocation(cursor), file, line, column, NULL);
}

name_id file_name(struct extractor *x, CXFile file)
{
    if (file && file == x->last_file.file)
        return x->last_file.name;
    if (!file)
        return x->unit_file;
    struct arena scratch;
    arena_init(&scratch);
    CXString real = clang_File_tryGetRealPathName(file);
    CXString spelled = clang_getFileName(file);
    const char *path = clang_getCString(real);
    if (!path || !*path)
        path = clang_getCString(spelled);
    const char *folded = path_join(&scratch, x->unit->directory, path ? path : "");
    const char *relative = strcmp(folded, x->unit->path) == 0 ? x->unit->name : path_relative(x->root, folded);
    name_id name = names_add(&x->summary.names, relative);
    clang_disposeString(real);
    clang_disposeString(spelled);
    arena_free(&scratch);
    x->last_file.file = file;
    x->last_file.name = name;
    return name;
}

name_id usr_of(struct extractor *x, CXCursor declaration)
{
    CXString usr = clang_getCursorUSR(declaration);
    const char *string = clang_getCString(usr);
    name_id name = names_add(&x->summary.names, string ? string : "");
    clang_disposeString(usr);
    return name;
}

/* "file#USR" with the file that holds the declaration's definition. */
static name_id internal_symbol(struct extractor *x, CXCursor declaration)
{
    CXCursor definition = clang_getCursorDefinition(declaration);
    CXCursor held = is_null(definition) ? declaration : definition;
    CXFile file;
    unsigned line, column;
    expansion_place(held, &file, &line, &column);
    struct text id = {0};
    name_id name = file_name(x, file);
    text_printf(&id, "%s#%s", names_string(&x->summary.names, name), names_string(&x->summary.names, usr_of(x, held)));
    name_id symbol = names_add(&x->summary.names, id.string);
    text_free(&id);
    return symbol;
}

static name_id linkage_symbol(struct extractor *x, CXCursor declaration)
{
    enum CXLinkageKind linkage = clang_getCursorLinkage(declaration);
    bool internal = linkage == CXLinkage_Internal || linkage == CXLinkage_NoLinkage;
    /* An inline function of a system header is known by its name, as one in a library is. */
    if (internal && !clang_Location_isInSystemHeader(clang_getCursorLocation(declaration)))
        return internal_symbol(x, declaration);
    CXString spelling = clang_getCursorSpelling(declaration);
    name_id symbol = names_add(&x->summary.names, clang_getCString(spelling));
    clang_disposeString(spelling);
    return symbol;
}

/* ---- attributes ---- */

struct attributes {
    CXTranslationUnit unit;
    uint32_t flags;
};

/* Does the text begin with this word, written as it is or as __word__? */
static bool text_begins_with(const char *text, size_t size, const char *word)
{
    size_t length = strlen(word);
    if (size > 2 && text[0] == '_' && text[1] == '_' && *word != '_') {
        text += 2;
        size -= 2;
    }
    return size > length && memcmp(text, word, length) == 0 && !(text[length] >= 'a' && text[length] <= 'z');
}

/* libclang has no kinds for most attributes: their spelling is looked at. */
static enum CXChildVisitResult attribute(CXCursor cursor, CXCursor parent, CXClientData data)
{
    (void)parent;
    struct attributes *attributes = data;
    enum CXCursorKind kind = clang_getCursorKind(cursor);
    if (kind == CXCursor_CompoundStmt)
        return CXChildVisit_Break;
    if (!clang_isAttribute(kind))
        return CXChildVisit_Continue;
    static const struct {
        const char *name;
        uint32_t flag;
    } known[] = {{"noreturn", FUNCTION_NORETURN},
                 {"_Noreturn", FUNCTION_NORETURN},
                 {"cold", FUNCTION_COLD},
                 {"nonblocking", FUNCTION_NONBLOCKING},
                 {"constructor", FUNCTION_CONSTRUCTOR}};
    CXFile file;
    unsigned offset;
    size_t size = 0;
    clang_getSpellingLocation(clang_getCursorLocation(cursor), &file, NULL, NULL, &offset);
    const char *text = file ? clang_getFileContents(attributes->unit, file, &size) : NULL;
    if (!text || offset >= size)
        return CXChildVisit_Continue;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (text_begins_with(text + offset, size - offset, known[i].name))
            attributes->flags |= known[i].flag;
    return CXChildVisit_Continue;
}

uint32_t declaration_flags(CXCursor declaration)
{
    struct attributes attributes = {clang_Cursor_getTranslationUnit(declaration), 0};
    if (clang_Cursor_hasAttrs(declaration))
        clang_visitChildren(declaration, attribute, &attributes);
    CXString type = clang_getTypeSpelling(clang_getCursorType(declaration));
    if (strstr(clang_getCString(type), "noreturn"))
        attributes.flags |= FUNCTION_NORETURN;
    clang_disposeString(type);
    return attributes.flags;
}

/* ---- the cache ---- */

static size_t key_hash(const void *key)
{
    uint64_t bits = (uint64_t)(uintptr_t)key;
    return (size_t)((bits >> 4) * UINT64_C(0x9e3779b97f4a7c15) >> 32);
}

static struct declared *table_find(struct declared *table, uint32_t size, const void *key)
{
    size_t at = key_hash(key) & (size - 1);
    while (table[at].key && table[at].key != key)
        at = (at + 1) & (size - 1);
    return &table[at];
}

static void table_grow(struct extractor *x)
{
    uint32_t size = x->table_size * 2;
    struct declared *table = must_malloc(size * sizeof *table);
    memset(table, 0, size * sizeof *table);
    for (uint32_t i = 0; i < x->table_size; i++)
        if (x->table[i].key)
            *table_find(table, size, x->table[i].key) = x->table[i];
    free(x->table);
    x->table = table;
    x->table_size = size;
}

static struct declared *table_entry(struct extractor *x, const void *key)
{
    if ((x->table_used + 1) * 2 > x->table_size)
        table_grow(x);
    struct declared *entry = table_find(x->table, x->table_size, key);
    if (!entry->key) {
        entry->key = key;
        x->table_used++;
    }
    return entry;
}

static bool visible_to_threads(CXCursor variable)
{
    if (clang_getCursorTLSKind(variable) != CXTLS_None)
        return false;
    CXType type = clang_getCursorType(variable);
    while (type.kind == CXType_ConstantArray || type.kind == CXType_IncompleteArray)
        type = clang_getArrayElementType(type);
    return !clang_isConstQualifiedType(type);
}

enum CXTypeKind canonical_kind(CXType type)
{
    bool is_itself =
        type.kind == CXType_Pointer || (type.kind >= CXType_FirstBuiltin && type.kind <= CXType_LastBuiltin);
    return is_itself ? type.kind : clang_getCanonicalType(type).kind;
}

bool is_array(CXType type)
{
    enum CXTypeKind kind = canonical_kind(type);
    return kind == CXType_ConstantArray || kind == CXType_IncompleteArray || kind == CXType_VariableArray;
}

enum slot_type slot_type_of(CXType type)
{
    bool pointer = false;
    for (;;) {
        type = clang_getCanonicalType(type);
        CXType element = clang_getArrayElementType(type);
        if (element.kind != CXType_Invalid) {
            type = element;
        } else if (type.kind == CXType_Pointer) {
            type = clang_getPointeeType(type);
            pointer = true;
        } else {
            break;
        }
    }
    if (type.kind == CXType_FunctionProto || type.kind == CXType_FunctionNoProto)
        return SLOT_FUNCTION_POINTER;
    if (type.kind == CXType_Record && !pointer)
        return SLOT_RECORD;
    if (type.kind == CXType_Void || type.kind == CXType_Invalid)
        return SLOT_ANY;
    return pointer ? SLOT_DATA_POINTER : SLOT_NUMBER;
}

bool is_varying_list(CXType type)
{
    type = clang_getCanonicalType(type);
    CXType element = clang_getArrayElementType(type);
    if (element.kind != CXType_Invalid)
        type = clang_getCanonicalType(element);
    else if (type.kind == CXType_Pointer)
        type = clang_getCanonicalType(clang_getPointeeType(type));
    if (type.kind != CXType_Record)
        return false;
    CXString name = clang_getTypeSpelling(type);
    bool is = strstr(clang_getCString(name), "__va_list") != NULL;
    clang_disposeString(name);
    return is;
}

static void fill_slot(struct declared *entry, CXCursor declaration)
{
    CXType type = clang_getCursorType(declaration);
    entry->kind = DECLARED_SLOT;
    entry->slot_type = slot_type_of(type);
    entry->array = is_array(type);
}

static void fill_variable(struct extractor *x, struct declared *entry, CXCursor variable)
{
    if (clang_Cursor_hasVarDeclGlobalStorage(variable) == 1) {
        name_id symbol = linkage_symbol(x, variable);
        bool shared = visible_to_threads(variable);
        entry->symbol = symbol;
        entry->slot_kind = SLOT_GLOBAL;
        entry->shared = shared;
    } else {
        entry->slot_kind = SLOT_LOCAL;
        entry->number = x->function.local_count++;
    }
    fill_slot(entry, variable);
}

/* The file that declares a function first, unless it is the unit's own. */
static name_id declaring_header(struct extractor *x, CXCursor function)
{
    CXFile file = NULL;
    unsigned line, column;
    expansion_place(clang_getCanonicalCursor(function), &file, &line, &column);
    name_id header = file ? file_name(x, file) : 0;
    return header == x->unit_file ? 0 : header;
}

/* "fd, buf, count" */
static name_id parameter_names(struct extractor *x, CXCursor function)
{
    struct text list = {0};
    int count = clang_Cursor_getNumArguments(function);
    for (int i = 0; i < count; i++) {
        CXString name = clang_getCursorSpelling(clang_Cursor_getArgument(function, (unsigned)i));
        text_printf(&list, "%s%s", i ? ", " : "", clang_getCString(name));
        clang_disposeString(name);
    }
    name_id names = names_add(&x->summary.names, text_string(&list));
    text_free(&list);
    return names;
}

void declare_function(struct extractor *x, CXCursor function, name_id symbol)
{
    bool defined = clang_isCursorDefinition(function);
    struct declaration declaration = {symbol, declaration_flags(function), declaring_header(x, function), 0};
    if (clang_getCursorVisibility(function) == CXVisibility_Hidden)
        declaration.flags |= FUNCTION_HIDDEN;
    if (!defined)
        declaration.parameters = parameter_names(x, function);
    array_push(&x->summary.declarations, declaration);
}

static void fill_function(struct extractor *x, struct declared *entry, CXCursor function)
{
    entry->symbol = linkage_symbol(x, function);
    entry->kind = DECLARED_FUNCTION;
    if (clang_getCursorLinkage(function) == CXLinkage_External) {
        declare_function(x, function, entry->symbol);
        return;
    }
    uint32_t flags = declaration_flags(function);
    if (flags)
        array_push(&x->summary.declarations, (struct declaration){entry->symbol, flags, 0, 0});
}

struct declared *declared_of(struct extractor *x, CXCursor declaration)
{
    struct declared *entry = table_entry(x, declaration.data[0]);
    if (entry->kind != DECLARED_UNSEEN)
        return entry;
    switch (clang_getCursorKind(declaration)) {
    case CXCursor_FunctionDecl:
        fill_function(x, entry, declaration);
        break;
    case CXCursor_VarDecl:
        fill_variable(x, entry, declaration);
        break;
    case CXCursor_FieldDecl:
        entry->slot_kind = SLOT_FIELD;
        entry->symbol = usr_of(x, declaration);
        fill_slot(entry, declaration);
        break;
    case CXCursor_EnumConstantDecl:
        entry->kind = DECLARED_ENUMERATOR;
        entry->value = clang_getEnumConstantDeclValue(declaration);
        break;
    default:
        entry->kind = DECLARED_OTHER;
        break;
    }
    return entry;
}

void declared_parameter(struct extractor *x, CXCursor parameter, uint32_t number)
{
    struct declared *entry = table_entry(x, parameter.data[0]);
    entry->slot_kind = SLOT_PARAMETER;
    entry->number = number;
    fill_slot(entry, parameter);
}

uint32_t slot_of_declared(struct extractor *x, struct declared *declared)
{
    if (declared->kind != DECLARED_SLOT)
        return SUMMARY_NONE;
    if (declared->generation != x->generation) {
        declared->generation = x->generation;
        declared->slot = x->function.slots.count;
        struct slot slot = {declared->slot_kind, declared->slot_type, declared->number, declared->symbol};
        array_push(&x->function.slots, slot);
    }
    return declared->slot;
}

uint32_t slot_of_element(struct extractor *x, struct table_element element, const struct declared *member)
{
    struct names *names = &x->summary.names;
    struct text symbol = {0};
    text_printf(&symbol, "%s[%lld]%s", names_string(names, element.table), (long long)element.index,
                member ? names_string(names, member->symbol) : "");
    struct slot slot = {SLOT_FIELD, SLOT_FUNCTION_POINTER, 0, names_add(names, symbol.string)};
    text_free(&symbol);
    for (uint32_t i = x->function.slots.count; i > 0 && i + 32 > x->function.slots.count; i--)
        if (x->function.slots.items[i - 1].symbol == slot.symbol)
            return i - 1;
    array_push(&x->function.slots, slot);
    return x->function.slots.count - 1;
}

/* ---- records ---- */

struct fields {
    struct extractor *x;
    uint32_t count;
    bool pointers;
};

static bool holds_pointers(struct extractor *x, CXType type)
{
    type = clang_getCanonicalType(type);
    while (type.kind == CXType_ConstantArray || type.kind == CXType_IncompleteArray)
        type = clang_getCanonicalType(clang_getArrayElementType(type));
    if (type.kind == CXType_Record) {
        struct declared *record = declared_record(x, type);
        return record && record->pointers;
    }
    return type.kind == CXType_Pointer;
}

static enum CXVisitorResult add_field(CXCursor cursor, CXClientData data)
{
    struct fields *fields = data;
    array_push(&fields->x->fields, cursor);
    fields->count++;
    return CXVisit_Continue;
}

struct declared *declared_record(struct extractor *x, CXType type)
{
    type = clang_getCanonicalType(type);
    if (type.kind != CXType_Record)
        return NULL;
    CXCursor declaration = clang_getTypeDeclaration(type);
    struct declared *entry = table_entry(x, declaration.data[0]);
    if (entry->kind == DECLARED_RECORD)
        return entry;
    struct fields fields = {.x = x};
    entry->kind = DECLARED_RECORD;
    uint32_t first = x->fields.count;
    clang_Type_visitFields(type, add_field, &fields);
    entry->number = first;
    entry->count = fields.count;
    for (uint32_t i = 0; i < fields.count && !fields.pointers; i++)
        fields.pointers = holds_pointers(x, clang_getCursorType(x->fields.items[first + i]));
    entry = table_entry(x, declaration.data[0]); /* the table may have grown */
    entry->pointers = fields.pointers;
    return entry;
}
