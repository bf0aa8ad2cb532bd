/* Traits: what is known of each function before its cost is, and what its calls therefore mean for frequencies.
 *
 * Ownership: storage comes from the arena that was given.
 */
#ifndef ANALYZER_TRAITS_H
#define ANALYZER_TRAITS_H

#include "analyzer/flow.h"
#include "analyzer/frequency.h"

struct traits {
    bool noreturn;          /* no path comes back */
    bool forever;           /* … because it goes on until the program ends, as a server's main loop does */
    bool cold;              /* marked as rarely called */
    bool may_wait;          /* some call below it waits, whatever its arguments are */
    bool sleeps;            /* for a given time, and does little else */
    bool reports;           /* does little but write a message */
    bool allocates;         /* returns what it allocated */
    bool forks;             /* returns what fork gave it: 0 in the child */
    bool small;             /* a compiler puts it into its callers */
    bool idles;             /* its multiplexing call waits for work, not for an answer */
    bool dispatches;        /* calls handlers in a loop around a multiplexing call */
    bool takes_work;        /* its accepting call is that of an endless loop */
    uint64_t error_numbers; /* a bit for each parameter that all calls give the number of an error */
    uint64_t parameters;    /* a bit for each parameter whose value at a call may change what the call costs */
};

/* What the traits of a program are found with and kept in. */
struct trait_table {
    const struct linked *linked;
    const struct program *program;
    const struct flow *flow;
    struct traits *of; /* by function */
};

/* Fills the table's traits. */
void traits_find(struct trait_table *table, struct arena *arena);

/* What a call is to the caller's frequencies: CALL_… flags. */
uint16_t traits_of_call(const struct trait_table *table, uint32_t caller, uint32_t call);

/* The symbol that a direct call names; false for an indirect one. */
bool call_symbol(const struct function *caller, uint32_t call, name_id *symbol);

/* Does the library's entry have an effect of this kind? */
bool api_has_effect(const struct api *api, enum effect_kind kind);

/* Sets `idles`, `dispatches` and `takes_work` (dispatch.c). */
void traits_find_dispatchers(struct trait_table *table, struct arena *arena);

static inline bool is_real_loop(const struct node *node)
{
    return node->kind == NODE_LOOP && node->flags != LOOP_ONCE && node->flags != LOOP_GOTO;
}

/* The node of the innermost loop around a call of the function, or SUMMARY_NONE. */
uint32_t loop_around_call(const struct function *function, uint32_t call);

/* Sets `may_wait` (blocking.c). */
void traits_find_waiting(struct trait_table *table);

/* Sets `allocates` and `forks` (returned.c). */
void traits_find_returned(struct trait_table *table, struct arena *arena);

/* Sets `error_numbers` (error_numbers.c). */
void traits_find_error_numbers(struct trait_table *table);

/* Does a call return what is asked for? Unknown: it is one through a pointer of which no target was found. */
enum gives { GIVES_NOT, GIVES, GIVES_UNKNOWN };

/* … what it allocates? */
enum gives traits_call_allocates(const struct trait_table *table, uint32_t caller, uint32_t call);

/* Is a call's result that of fork: 0 in the child? */
bool traits_call_forks(const struct trait_table *table, uint32_t caller, uint32_t call);

/* CALL_NEVER_RETURNS and CALL_RUNS_FOREVER of calls of the function itself, or 0 if it can come back (noreturn.c).
 * `calls` has CALL_… flags of each call in it. */
uint16_t how_it_returns(const struct function *function, const uint16_t *calls);

#endif
