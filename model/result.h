/* The result of an analysis: what the reports print, in the order in which they print it.
 *
 * Ownership: everything belongs to the result's arena; result_free releases it all.
 * Determinism: functions are sorted by file, line and id; places are relative to the root. The same tree gives the same
 * result wherever it lies and however many workers read it.
 */
#ifndef MODEL_RESULT_H
#define MODEL_RESULT_H

#include "base/arena.h"
#include "base/error.h"
#include "model/concepts.h"
#include "model/observed.h"

#include <stdbool.h>
#include <stdint.h>

/* One fact or edge that decided something, and how much of it (0 to 1) it explains. */
struct evidence {
    const char *text;
    struct place place; /* file relative to the root; file NULL: no place */
    double weight;
};

/* What a unit of work looks like to the rules. Where a "known" flag is false nothing assessed the value. */
struct unit {
    enum unit_kind kind;
    enum context context;
    uint32_t function; /* index into result.functions: the function that would run K times */
    struct place site; /* the call, the registration or the definition */
    uint32_t owner;    /* the function that holds the site; the function itself for named ones */
    bool trip_known;
    double trip_count;           /* turns of the loop around the call */
    double calls_per_run;        /* loop calls: expected calls in one call of the function with the loop */
    const char *shared_argument; /* loop calls: a parameter that gets the same writable object each turn, or NULL */
    bool shared_known;           /* shared variables that the calls write were found */
    enum shared_state shared_state;
    const char *shared_names;  /* up to three of them: "a, b" */
    struct place shared_place; /* where the first is written */
    bool items_known;          /* loop calls: whether the turns depend on one another through memory was found out */
    bool items_independent;    /* … and they do not */
    const char *dependence;    /* they do: who writes what: "the loop also calls f, which writes …"; else NULL */
    struct place dependence_place; /* where that is written */
    const char *doubt;             /* not found out: what is left to check, "that …"; else NULL */
    bool blocking_evident;         /* see facts.def */
    bool blocking_likely;          /* most calls of the unit reach the blocking call */
    const char *blocking_call;     /* NULL: does not wait */
    struct place blocking_place;   /* where that call is */
    uint32_t chain_length;         /* functions from the unit to its waiting calls */
    uint32_t chain_sites;          /* call sites to change on the way */
    bool async_known;
    bool async_possible;
    const char *async_missing; /* the first waiting call with no async form, or NULL */
    const char *async_form;    /* what replaces the blocking call, or NULL */
    const char *unsafe_call;   /* documented as not thread-safe, reached from here; NULL: none seen */
    struct place unsafe_place;
    const struct evidence *chain; /* from the unit to the blocking call, a step each */
    uint32_t chain_count;
};

struct fired_rule {
    const char *rule;
    const char *because;
};

struct blocked_model {
    enum model model;
    const char *because;
    struct place place; /* file NULL: no place */
};

struct advice {
    uint32_t unit; /* index into result.units */
    double k;
    bool k_assumed;
    double k_change; /* the K at which the answer changes; 0: at none that was looked at */
    enum model model_at_change;
    enum model model;
    const char *because;
    const char *todo; /* or NULL */
    const struct fired_rule *rules;
    uint32_t rule_count;
    const struct blocked_model *blocked;
    uint32_t blocked_count;
    const char *const *not_assessed; /* facts that would have mattered */
    uint32_t not_assessed_count;
    double worth; /* how much acting on it may bring: for the order of the report */
};

struct finding {
    const char *rule;
    enum severity severity;
    struct place place;
    unsigned end_column;  /* of the name at the place */
    const char *function; /* id */
    const char *name;     /* of the function */
    const char *message;
    const char *todo;
    const struct evidence *chain;
    uint32_t chain_count;
};

struct profile_class {
    const char *profile;
    enum class_kind class_kind;
};

struct function_result {
    const char *id; /* "src/a.c#c:@F@name", with "~hash" where configurations differ */
    const char *name;
    const char *file; /* relative to the root */
    unsigned line;
    unsigned column;
    unsigned end_line;
    const char *program; /* the link unit whose answer this is: the file of its main, or "" for a library */
    enum class_kind class_kind;
    double confidence;                                  /* 0 to 1 */
    double wait_share_low, wait_share, wait_share_high; /* 0 to 1; low and high: 10th and 90th percentile */
    double cpu_ns, wait_ns;                             /* expected, inclusive, one call */
    double cpu_low_ns, wait_low_ns;                     /* 10th percentile of the estimate */
    double cpu_high_ns;                                 /* 90th percentile */
    double self_cpu_ns;                                 /* without the functions that it calls */
    double waits[WAIT_COUNT];                           /* share of the waiting by kind; sums to 1, or all 0 */
    unsigned contexts;                                  /* a bit for each enum context */
    enum model model;                                   /* of its own unit, or serial */
    int32_t belongs_to;                                 /* index of the unit that it is part of, or -1 */
    bool gil_assessed;
    enum gil_state gil;
    uint32_t unresolved_calls; /* indirect calls and unknown callees inside */
    bool measured_costs;       /* false: costs are orders of magnitude, nobody measured them here */
    const struct evidence *evidence;
    uint32_t evidence_count;
    const struct profile_class *flips; /* profiles under which the class is another */
    uint32_t flip_count;
    const char *unknown_because;              /* class unknown: what is unresolved; else NULL */
    const struct observed_function *measured; /* what it did while a program ran, or NULL */
};

struct unknown_callee {
    const char *name;
    uint32_t count;         /* call sites */
    const char *header;     /* the file that declares it: relative to the root, or absolute; "" if none does */
    const char *parameters; /* "fd, buf, count"; "" if none is known */
    struct place site;      /* the first call */
};

struct coverage {
    uint32_t units;        /* translation units asked for */
    uint32_t failed_units; /* not analysed at all */
    uint32_t broken_units; /* analysed in spite of errors */
    uint32_t functions;
    uint32_t call_sites;
    uint32_t indirect_sites;
    uint32_t indirect_resolved;
    const struct unknown_callee *unknown_callees; /* most-called first */
    uint32_t unknown_callee_count;
    uint32_t programs; /* link units with a main */
};

struct result {
    struct arena arena;
    const char *root; /* absolute; not part of any identity */
    const char *profile;
    const char *profile_description;
    bool flags_guessed; /* no compile database: flags were guessed */
    struct coverage coverage;
    struct function_result *functions;
    uint32_t function_count;
    struct unit *units;
    uint32_t unit_count;
    struct advice *advice;
    uint32_t advice_count;
    struct finding *findings;
    uint32_t finding_count;
    struct observed observed; /* the tree's observed.json, or empty */
    struct problems problems; /* what went wrong while reading, with places */
};

void result_init(struct result *result);
void result_free(struct result *result);

/* Reads the tree's observed.json, if there is one, and sets `measured` where it has the function. A file that cannot be
 * read adds a problem and changes nothing else. */
void result_add_observed(struct result *result);

#endif
