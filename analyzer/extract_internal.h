/* Inside extraction: the state of one walk, and what its parts offer one another.
 *
 * extract.c        the unit: top-level declarations, functions, output
 * extract_decl.c   declarations → symbols and slots, with a cache by declaration
 * extract_tree.c   what cursors hold
 * extract_build.c  building a function: values, nodes, operations
 * extract_place.c  places in storage
 * extract_expr.c   expressions → values, and events in order of evaluation
 * extract_atomic.c atomic operations
 * extract_cond.c   conditions
 * extract_init.c   initialisers
 * extract_stmt.c   statements → skeleton
 * extract_loop.c   loops
 *
 * Ownership: struct extractor lives for one unit. Cursors stay valid as long as the parsed unit.
 */
#ifndef ANALYZER_EXTRACT_INTERNAL_H
#define ANALYZER_EXTRACT_INTERNAL_H

#include "analyzer/extract.h"
#include "model/summary.h"

/* What a declaration is to a summary. */
enum declaration_kind {
    DECLARED_UNSEEN,
    DECLARED_FUNCTION,
    DECLARED_SLOT,
    DECLARED_ENUMERATOR,
    DECLARED_RECORD,
    DECLARED_OTHER
};

struct declared {
    const void *key; /* libclang's declaration */
    enum declaration_kind kind;
    name_id symbol; /* functions, globals, fields */
    enum slot_kind slot_kind;
    enum slot_type slot_type;
    uint32_t generation; /* the function that `slot` is an index in */
    uint32_t slot;
    uint32_t number; /* parameters and locals: their number; records: first field in extractor.fields */
    uint32_t count;  /* records: how many fields */
    bool shared;     /* a variable that other threads can see and that is not constant */
    bool array;      /* a variable or member of array type */
    bool pointers;   /* records: has a member that is or holds a pointer */
    int64_t value;   /* enumerators */
};

/* An element of a table with static storage, told apart by its constant index. */
struct table_element {
    name_id table; /* 0: none */
    int64_t index;
};

/* A label whose statement is open, so that a goto to it goes backwards. */
struct open_label {
    const void *label; /* the labelled statement */
    uint32_t node;
};

/* A cursor of a function's body, which holds the nodes behind it up to `end`. */
struct tree_node {
    CXCursor cursor; /* xdata: its index + 1 */
    uint32_t parent; /* SUMMARY_NONE: it is the body */
    uint32_t end;
};

/* A variable does not go up or down by one, as a counter does: `n <<= 1`, `n -= done`, `n = next(n)`. */
struct jump {
    uint32_t variable; /* value */
    uint32_t flow;     /* how many flows there were */
};

struct extractor {
    CXTranslationUnit parsed;
    const struct translation_unit *unit;
    const char *root;
    struct summary summary;
    name_id unit_file;

    struct declared *table; /* open addressing by key */
    uint32_t table_size, table_used;
    ARRAY(CXCursor) fields;   /* of records, see declared.number */
    ARRAY(CXCursor) children; /* a stack, see children_of */
    ARRAY(struct tree_node) tree;
    uint32_t open_node; /* of `tree`, while it is read */
    ARRAY(struct open_label) labels;
    ARRAY(struct jump) jumps; /* of the function */
    struct {
        CXFile file;
        name_id name;
        bool system;
    } last_file;

    struct function function; /* being built */
    enum slot_type return_type;
    bool has_varying;      /* may read its varying arguments: va_arg */
    uint32_t generation;   /* counts functions */
    uint32_t *value_table; /* hash of values of this function: index + 1 */
    uint32_t value_table_size;
    struct operations pending; /* work since the last node */
    uint32_t accesses_from;    /* node after which accesses are looked for, so that each stands once between calls */
    uint32_t flows_from;       /* flow from which on doubles are looked for: each loop has its own */
    bool at_file_scope;
    struct table_element element; /* whose members are being initialised */
};

/* clang_Cursor_isNull, which makes a null cursor for each comparison; this is asked of most expressions. */
static inline bool is_null(CXCursor cursor)
{
    return cursor.kind == CXCursor_InvalidFile;
}

/* ---- children ---- */

/* The children of a cursor on the stack: items[0..count) are valid until children_drop. References to types and
 * attributes are left out. */
struct children {
    uint32_t first, count;
};
struct children children_of(struct extractor *x, CXCursor cursor);
/* Reads all that a function's body holds; returns its cursor with what children_of needs to find that. Holds until the
 * next body. */
CXCursor tree_read(struct extractor *x, CXCursor body);
/* The initialiser of a variable, or null. */
CXCursor initialiser_of(struct extractor *x, CXCursor variable);
CXCursor child_at(const struct extractor *x, struct children children, uint32_t index);
void children_drop(struct extractor *x, struct children children);

/* ---- declarations ---- */

struct declared *declared_of(struct extractor *x, CXCursor declaration);
/* The slot of a variable, parameter or member in the current function; SUMMARY_NONE if it is none. */
uint32_t slot_of_declared(struct extractor *x, struct declared *declared);
/* The slot of a function pointer in a table's element: `member` is its field, or NULL for a table of pointers. What a
 * table is initialised with stands there as well as in the slot that all elements share. */
uint32_t slot_of_element(struct extractor *x, struct table_element element, const struct declared *member);
name_id file_name(struct extractor *x, CXFile file);
name_id usr_of(struct extractor *x, CXCursor declaration);
uint32_t declaration_flags(CXCursor declaration);
/* Notes what the declaration of a function with external linkage says. */
void declare_function(struct extractor *x, CXCursor function, name_id symbol);
enum slot_type slot_type_of(CXType type);
/* Of what a name for a type stands for. */
enum CXTypeKind canonical_kind(CXType type);
bool is_array(CXType type);
/* va_list, or what it decays to. */
bool is_varying_list(CXType type);
void declared_parameter(struct extractor *x, CXCursor parameter, uint32_t number);
/* The record's entry, with its fields known; NULL if the type is no record. */
struct declared *declared_record(struct extractor *x, CXType type);
void expansion_place(CXCursor cursor, CXFile *file, unsigned *line, unsigned *column);

/* ---- building ---- */

uint32_t value_add(struct extractor *x, struct value value);
/* Value 0 of each function. */
uint32_t value_unknown(struct extractor *x);
uint32_t value_integer(struct extractor *x, int64_t number);
uint32_t value_of_slot(struct extractor *x, uint32_t slot);
uint32_t value_pair(struct extractor *x, enum value_kind kind, uint32_t a, uint32_t b);
/* A place or a pointer with where in it something lies: the object of a member, the index of an element. */
uint32_t value_part(struct extractor *x, uint32_t whole, uint32_t where);

/* a - b: an unknown number, but of a known shape. */
uint32_t value_difference(struct extractor *x, uint32_t a, uint32_t b);

/* a & b, of which one is a constant; else nothing is known of it. */
uint32_t value_masked(struct extractor *x, uint32_t a, uint32_t b);
bool value_is_integer(const struct extractor *x, uint32_t value, int64_t *number);
void flow_add(struct extractor *x, uint32_t target, uint32_t source);
void jump_add(struct extractor *x, uint32_t variable);
uint32_t return_slot(struct extractor *x);

uint32_t node_open(struct extractor *x, enum node_kind kind, unsigned flags, CXCursor place);
void node_close(struct extractor *x, uint32_t node);
void node_leaf(struct extractor *x, enum node_kind kind, unsigned flags, uint32_t a);
void operations_flush(struct extractor *x);
void access_add(struct extractor *x, uint32_t slot, unsigned flags);
uint32_t condition_add(struct extractor *x, struct condition condition);
/* A branch of an expression that holds only operations is no branch: they count as if all were done. */
void flatten_if_plain(struct extractor *x, uint32_t branch);

/* ---- the walk ---- */

/* What the compiler can evaluate: an integer, or unknown. */
uint32_t evaluated(struct extractor *x, CXCursor cursor);
CXCursor peel(struct extractor *x, CXCursor cursor);
/* Only the address of a place is taken: neither a read nor a write. Beside the ACCESS_… flags of summaries. */
#define ACCESS_NONE 128u

/* Emits what evaluating the expression does; returns its value. `wanted` false: the value is not looked at. */
uint32_t expression(struct extractor *x, CXCursor cursor, bool wanted);
/* The same for an expression that is a place: VALUE_SLOT or VALUE_DEREF or unknown. access: ACCESS_… flags. */
uint32_t place_expression(struct extractor *x, CXCursor cursor, unsigned access);
/* A place that is read: arrays decay to their address. */
uint32_t loaded(struct extractor *x, CXCursor cursor, bool wanted);
uint32_t address_of(struct extractor *x, CXCursor operand);
/* A name: of a function, an enumerator or a variable. */
uint32_t reference(struct extractor *x, CXCursor cursor, bool wanted);
/* What a pointer value points to, as a place. */
uint32_t pointed_place(struct extractor *x, uint32_t pointer);
/* __atomic_load_n and its like, for which libclang has no name. */
bool is_atomic_operation(struct extractor *x, CXCursor cursor, struct children children);
uint32_t atomic_operation(struct extractor *x, CXCursor cursor, struct children children);
uint32_t condition_expression(struct extractor *x, CXCursor cursor);
/* `a && b` in a value or a condition: emits b under the condition a. Returns b's condition. */
uint32_t guarded_condition(struct extractor *x, uint32_t guard, bool when, CXCursor cursor);
void initialise(struct extractor *x, uint32_t target, CXType type, CXCursor initialiser);
void statement(struct extractor *x, CXCursor cursor);
/* ({ … }): the value of its last statement. */
uint32_t compound_value(struct extractor *x, CXCursor cursor, bool wanted);
/* A statement that stands alone, without braces or with. */
void body_statement(struct extractor *x, CXCursor cursor);
void while_statement(struct extractor *x, CXCursor cursor, bool is_do);
void for_statement(struct extractor *x, CXCursor cursor);
void statement_in_sequence(struct extractor *x, CXCursor cursor);
void variable_declaration(struct extractor *x, CXCursor cursor);

void function_begin(struct extractor *x);
void function_end(struct extractor *x);

#endif
