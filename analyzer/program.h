/* The linked program: functions of all units, and for each link unit ("program": a main with what it needs) which
 * definition a symbol means.
 *
 * Every function is in at least one program. A unit's own functions come with the unit; static and inline functions of
 * headers come where something refers to them, and what nothing refers to comes with the first program that has a unit
 * that holds it.
 *
 * Ownership: struct linked owns the summaries' functions after link_summaries and everything else here.
 * Determinism: summaries may come in any order; they are sorted by unit and configuration first, and nothing depends on
 * the numbers of names.
 */
#ifndef ANALYZER_PROGRAM_H
#define ANALYZER_PROGRAM_H

#include "knowledge/knowledge.h"
#include "model/summary.h"

#define NO_FUNCTION UINT32_MAX

struct linked_function {
    struct function body;  /* names are numbers of linked.names */
    uint32_t unit;         /* index into linked.units of the first unit that defines it */
    bool variant;          /* the same id has another body elsewhere: id gets "~hash" */
    bool broken;           /* every unit that holds it had errors */
    const struct api *api; /* the knowledge base has an entry of this name and the function has external linkage */
};

struct linked_unit {
    name_id name;
    name_id flags_key;
    uint32_t errors;
    bool prefix;
    ARRAY(name_id) globals;    /* the variables with external linkage that it defines */
    ARRAY(uint32_t) functions; /* every definition that it holds, after de-duplication, headers included */
};

/* One link unit. */
struct program {
    name_id name;  /* the file that holds its main; "" for code that no main reaches */
    uint32_t main; /* function, or NO_FUNCTION */
    ARRAY(uint32_t) units;
    ARRAY(uint32_t) functions; /* in order of id */
    uint32_t
        *definition; /* by name_id of a symbol: the function it means here, or NO_FUNCTION (linked.names.count long) */
};

struct linked {
    struct names names;
    ARRAY(struct linked_function) functions; /* sorted by file, line, id, hash */
    ARRAY(struct linked_unit) units;         /* sorted by name, flags_key */
    ARRAY(struct program) programs;          /* by name; the one without a main, if there is any such code, last */
    uint32_t *declared;      /* by name_id of a symbol: FUNCTION_… flags that any declaration gives it */
    name_id *headers;        /* by name_id of a symbol: the file that declares it, or 0 */
    name_id *parameters;     /* by name_id of a symbol: "fd, buf, count" where it is only declared; else 0 */
    const struct api **apis; /* by name_id: the knowledge base's entry for a symbol, or NULL */
};

/* Takes the functions out of the summaries, which stay the caller's to free. `knowledge` may be NULL: no entries. */
void link_summaries(struct linked *linked, struct summary *summaries, unsigned count,
                    const struct knowledge *knowledge);
void linked_free(struct linked *linked);

/* What a symbol means in a program: a function with a body, or NO_FUNCTION. */
static inline uint32_t program_definition(const struct program *program, name_id symbol)
{
    return program->definition[symbol];
}

#endif
