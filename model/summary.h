/* The summary of one translation unit: what linking and every later pass need of it, and nothing that needs the whole
 * program. Per function a skeleton of statements whose leaves are events in the order of execution.
 *
 * Identity. A function's id is "file#USR": the file (relative to the root) that holds its definition, and Clang's
 * unified symbol resolution. Its symbol is what a call names: the plain name where the linkage is external, the id
 * where it is internal. The same id with another body (another configuration) is told apart by `body_hash`. Places are
 * relative to the root, so that two checkouts give the same bytes.
 *
 * Ownership: a summary owns everything in it; summary_free releases it. Inside, things refer to one another by index.
 * Index SUMMARY_NONE means "none".
 */
#ifndef MODEL_SUMMARY_H
#define MODEL_SUMMARY_H

#include "base/array.h"
#include "base/error.h"
#include "base/names.h"
#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define SUMMARY_VERSION 7
#define SUMMARY_NONE UINT32_MAX

/* ---- storage ---- */

enum slot_kind {
    SLOT_PARAMETER, /* of this function: number */
    SLOT_LOCAL,     /* of this function: number; statics of a function are globals */
    SLOT_GLOBAL,    /* a variable with static storage: symbol */
    SLOT_FIELD,     /* a member of a record type, of all its objects: symbol "record.field" USR */
    SLOT_RETURN,    /* what this function returns */
};

/* What may be in a slot, by its type: value flow keeps functions out of numbers. */
enum slot_type {
    SLOT_ANY, /* void *, what is not known */
    SLOT_NUMBER,
    SLOT_DATA_POINTER,     /* to anything but functions */
    SLOT_FUNCTION_POINTER, /* to a function, or to a place that holds one */
    SLOT_RECORD,           /* a structure or union itself, or an array of them */
};

struct slot {
    enum slot_kind kind;
    enum slot_type type;
    uint32_t number;
    name_id symbol;
};

/* ---- values: where something comes from; indices into function.values. Operands come before what uses them (also the
 * callee and the arguments of a call before its VALUE_CALL), so that nothing goes round in circles. ---- */

enum value_kind {
    VALUE_UNKNOWN,  /* a, b: 0, or 1 + each of the values whose difference it is */
    VALUE_INTEGER,  /* number */
    VALUE_STRING,   /* name: the first 63 bytes of a literal */
    VALUE_FUNCTION, /* name: its symbol */
    VALUE_SLOT,     /* a: index into slots; what the slot holds. b: 0, or 1 + the value of the object of a member, or
                       of the index of an element, or of VALUE_SUM of both: slots are shared by all of them. Behind
                       `.` the object is a place, behind `->` the pointer to it */
    VALUE_ADDRESS,  /* a: index into slots; the slot's address (also an array that decays). b: as of a slot */
    VALUE_DEREF,    /* a: value; what it points to. b: 0, or 1 + the value of the index */
    VALUE_CALL,     /* a: index into calls; its result */
    VALUE_JOIN,     /* a, b: values; one or the other */
    VALUE_OR,       /* a, b: values; bitwise or */
    VALUE_SUM,      /* a, b: values; added */
    VALUE_PRODUCT,  /* a, b: values; multiplied */
    VALUE_MASKED,   /* a: value, number: the bits of it that are kept: `flags & ~O_NONBLOCK` */
};

struct value {
    enum value_kind kind;
    uint32_t a, b;
    int64_t number;
    name_id name;
};

/* ---- conditions ---- */

enum condition_op {
    CONDITION_TRUTH, /* a is not 0 */
    CONDITION_EQUAL,
    CONDITION_NOT_EQUAL,
    CONDITION_LESS,
    CONDITION_LESS_EQUAL,
    CONDITION_GREATER,
    CONDITION_GREATER_EQUAL,
    CONDITION_BITS, /* a & b is not 0 */
    CONDITION_NOT,  /* a: condition */
    CONDITION_AND,  /* a, b: conditions */
    CONDITION_OR,
};

enum condition_hint { HINT_NONE, HINT_LIKELY, HINT_UNLIKELY };

enum operand_type { OPERAND_INTEGER, OPERAND_POINTER, OPERAND_FLOAT, OPERAND_CHARACTER };

struct condition {
    enum condition_op op;
    enum condition_hint hint; /* __builtin_expect */
    enum operand_type type;   /* of the compared operands */
    uint32_t a, b;            /* values; NOT, AND, OR: conditions that come before this one */
};

/* ---- the skeleton ---- */

enum node_kind {
    NODE_SEQUENCE,
    NODE_BRANCH, /* a: condition; two children, each a SEQUENCE: if it holds, if not */
    NODE_SWITCH, /* a: value; children: arms, each a NODE_ARM */
    NODE_ARM,    /* a: value of its first case, or NONE (default); flags: ARM_DEFAULT, ARM_FALLS_THROUGH; b: cases */
    NODE_LOOP,   /* a: condition or NONE; b: trip count (value) or NONE; flags: enum loop_kind; one child: SEQUENCE */
    NODE_CALL,   /* a: index into calls */
    NODE_OPERATIONS, /* a: index into operations */
    NODE_ACCESS,     /* a: index into slots; flags: ACCESS_… : a shared object is read or written */
    NODE_RETURN,     /* a: value or NONE */
    NODE_BREAK,
    NODE_CONTINUE,
    NODE_GOTO, /* flags: GOTO_BACKWARD: the next turn of the LOOP_GOTO around it; else forward, somewhere behind */
};

#define GOTO_BACKWARD 1u

enum loop_kind {
    LOOP_COUNTED,   /* a counter runs up to the trip count, known or not */
    LOOP_CONDITION, /* while something holds */
    LOOP_LIST,      /* p = p->next */
    LOOP_STRING,    /* runs over the characters of a string */
    LOOP_CALL,      /* until a call in the condition says that there is no more */
    LOOP_ENDLESS,   /* for (;;), while (1) */
    LOOP_ONCE,      /* do { } while (0): no loop at all */
    LOOP_GOTO,      /* a goto backwards; BREAK and CONTINUE pass through it to the loop or switch around it */
};

#define ARM_DEFAULT 1u
#define ARM_FALLS_THROUGH 2u
#define ACCESS_WRITE 1u
#define ACCESS_INDIRECT 2u /* through a pointer */
#define ACCESS_ATOMIC 4u

/* Nodes stand in preorder; the children of i start at i + 1, and the next sibling of i is at `end`. Node 0 is the body.
 */
struct node {
    uint8_t kind;
    uint8_t flags;
    uint16_t column;
    uint32_t line;
    uint32_t end;
    uint32_t a, b;
};

/* Work between calls, in operations of the source: an upper bound of what a compiler leaves. */
struct operations {
    uint32_t simple; /* arithmetic, compare, address, assignment of locals */
    uint32_t memory; /* loads and stores through pointers, of members, elements and globals */
    uint32_t floating;
    uint32_t division;
};

struct call {
    uint32_t callee;         /* value: FUNCTION for a direct call */
    uint32_t first_argument; /* into arguments */
    uint32_t argument_count;
    uint32_t line;
    uint32_t column;
    bool result_used;
};

/* `target` gets `source`. target: a VALUE_SLOT, or a VALUE_DEREF for a store through a pointer. */
struct assignment {
    uint32_t target, source;
    uint32_t node; /* the node before which it happens: nodes.count if it is behind all of them */
};

struct parameter {
    name_id name;
    bool pointer;
    bool callable;  /* a pointer to a function */
    bool read_only; /* a pointer to something constant */
};

#define FUNCTION_STATIC 1u
#define FUNCTION_INLINE 2u
#define FUNCTION_VARIADIC 4u
#define FUNCTION_NORETURN 8u
#define FUNCTION_MAIN 16u
#define FUNCTION_IN_HEADER 32u /* defined in a file that is not the unit's own */
#define FUNCTION_COLD 64u
#define FUNCTION_NONBLOCKING 128u  /* Clang's nonblocking attribute: a requirement */
#define FUNCTION_CONSTRUCTOR 256u  /* runs before main */
#define FUNCTION_INITIALISERS 512u /* no function: holds the flows of the unit's static initialisers */
#define FUNCTION_HIDDEN 1024u      /* not visible outside of its shared object */

struct function {
    name_id id;     /* "file#USR" */
    name_id symbol; /* what calls name */
    name_id name;
    name_id file;
    uint32_t line, column, end_line;
    uint32_t flags;
    uint64_t body_hash; /* of everything below and of nothing that depends on the place of the checkout */
    uint32_t local_count;
    ARRAY(struct parameter) parameters;
    ARRAY(struct slot) slots;
    ARRAY(struct value) values;
    ARRAY(struct condition) conditions;
    ARRAY(struct node) nodes;
    ARRAY(struct operations) operations;
    ARRAY(struct call) calls;
    ARRAY(uint32_t) arguments; /* values */
    ARRAY(struct assignment) flows;
};

/* What the declaration of a function says that is called or defined here and has external linkage. A symbol may stand
 * there more than once. */
struct declaration {
    name_id symbol;
    uint32_t flags;     /* FUNCTION_NORETURN, FUNCTION_COLD, FUNCTION_NONBLOCKING, FUNCTION_HIDDEN */
    name_id header;     /* the file that declares it first, if that is not the unit's own; else 0 */
    name_id parameters; /* of what is not defined here: "fd, buf, count"; else 0 */
};

struct summary {
    struct names names;
    name_id unit;                     /* the unit's file, relative to the root */
    name_id flags_key;                /* the configuration */
    bool prefix;                      /* the code of a shared prefix header */
    uint32_t shares;                  /* not in the bytes: the summary with the code of its first header, or NONE */
    uint32_t errors;                  /* reported by the parser */
    ARRAY(struct function) functions; /* in the order of definition; the initialisers, if any, last */
    ARRAY(struct declaration) declarations;
    ARRAY(name_id)
    globals; /* the variables with external linkage that are defined here, by the symbols that slots use:
              * who refers to one needs this unit and its initialisers */
};

void summary_init(struct summary *summary);
void summary_free(struct summary *summary);
void function_free(struct function *function);

/* A hash of what a function does: of its skeleton and values with names, not numbers of names. */
uint64_t function_body_hash(const struct names *names, const struct function *function);

/* What is malformed in a function (an index out of bounds, nodes that do not nest), or NULL if nothing is. */
const char *function_check(const struct function *function);

/* Bytes and back. summary_read initialises the summary and checks every index and length: wrong or cut bytes give
 * false, never a crash, and leave the summary with nothing to free. summary_write appends; its functions must be well
 * formed. */
void summary_write(const struct summary *summary, struct text *out);
bool summary_read(struct summary *summary, const unsigned char *bytes, size_t size);

/* For `concadvise dump summary`. */
void summary_print_function(const struct names *names, const struct function *function, FILE *stream);

#endif
