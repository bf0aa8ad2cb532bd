/* Inside deriving; see derive.h. */
#ifndef ANALYZER_DERIVE_INTERNAL_H
#define ANALYZER_DERIVE_INTERNAL_H

#include "analyzer/derive.h"
#include "analyzer/stages.h"

/* ---- derive_callers.c ---- */

/* The file that the made-up callers are in: no file of a tree is called so. */
#define CALLERS_FILE "(callers)"

/* Two sizes that an exported function is called with where a parameter looks like one: what it costs in between is
 * taken for linear. */
#define SHORT_LENGTH 1000
#define LONG_LENGTH 101000

/* The calls that a made-up caller makes, in this order; the last two only where a parameter looks like a size. */
enum caller_call { CALL_PLAIN, CALL_SHORT, CALL_LONG };

/* Empties the summaries of units with a main, and appends one with the callers: there must be room for it. */
void summaries_as_library(struct summary *summaries, unsigned *count, const struct derive_options *which);

/* The parameter that looks like a size, or -1. */
int length_parameter(const struct names *names, const struct function *function);

/* ---- derive_uses.c ---- */

/* What happens to a parameter in a call of the function: bits. */
#define USE_CALLED 1u /* it is a function, and called */
#define USE_LOOPED 2u /* … in a loop */
#define USE_STORED 4u /* it is a function, and kept for later */
#define USE_FREED 8u
#define USE_CLOSED 16u
#define USE_ACQUIRED 32u
#define USE_RELEASED 64u
#define USE_WRITTEN 128u                          /* what it points to is */
#define USE_WHEN(when) (256u << (unsigned)(when)) /* a library calls it then: enum callback_when */

struct parameter_use {
    uint32_t bits;
    int data;     /* of called functions: the parameter that they get, or -1 … */
    int position; /* … and as their how manieth */
};

/* A member of what a parameter points to is a function and called: `stream->alloc(…)`. */
struct field_use {
    uint32_t parameter;
    name_id field; /* USR */
    bool looped;
};

#define MOST_FIELDS 6

struct function_uses {
    struct parameter_use *parameters;
    struct field_use fields[MOST_FIELDS];
    uint32_t field_count;
    const int *slots; /* by slot: the parameter that it holds a copy of, or -1 */
};

struct uses {
    const struct stages *stages;
    const struct program *program;
    struct function_uses *of; /* by function of linked */
    bool *filled;             /* by name: a member that the library itself fills in */
};

void uses_find(struct uses *uses, const struct stages *stages, const struct program *program, struct arena *arena);

/* The parameter that a value is, or -1; and the one that leads to the place of a value. */
int value_parameter(const struct function *body, const struct function_uses *uses, uint32_t value);
int root_parameter(const struct function *body, const struct function_uses *uses, uint32_t value);

/* The effects that the uses of a function amount to. */
void uses_effects(const struct uses *uses, uint32_t function, struct arena *arena, struct api *api);

/* ---- derive_safety.c ---- */

/* What a call of a function does to variables that all threads share. */
struct safety {
    double chance; /* how likely it writes one without a lock, 0 to 1 */
    name_id what;  /* the likeliest: a variable, or a library function that is not thread-safe */
    bool unresolved;
};

/* By function of linked. */
const struct safety *safety_find(const struct uses *uses, const struct costs *costs, struct arena *arena);
void safety_state(const struct uses *uses, uint32_t function, const struct safety *safety, struct arena *arena,
                  struct api *api);

#endif
