/* Inside the cost pass.
 *
 * cost_graph.c   entries (a function with what its parameters are bound to), their call sites and targets
 * cost_bind.c    what calls give parameters
 * cost_ready.c   which calls are made because a descriptor is ready
 * cost_call.c    what the value flow says of arguments; what a library call costs
 * cost_calls.c   how often a run of the program calls each function
 * cost_evaluate.c  one entry's cost from those of its callees
 * cost_fold.c    the sums of its guesses → one sum
 * cost_sources.c where most of it comes from
 * cost.c         costs bottom-up over the components of the graph of entries
 * cost_print.c   for people
 *
 * Ownership: everything lives in costs->arena, arrays apart; costs_free releases it.
 */
#ifndef ANALYZER_COST_INTERNAL_H
#define ANALYZER_COST_INTERNAL_H

#include "analyzer/components.h"
#include "analyzer/cost.h"
#include "analyzer/traits.h"

/* Entries of a function beside the default one: of functions that may wait more, because arguments decide there whether
 * they do; and still more, if they differ in descriptors or callees and not only in numbers. */
#define MOST_CONTEXTS 2
#define MOST_WAITING_CONTEXTS 8
#define MOST_DESCRIPTOR_CONTEXTS 16

/* Something that a call site may call. */
struct cost_target {
    double weight;         /* calls of it per execution of the site; those of a site sum to 1 */
    uint32_t entry;        /* of a function with a body, or SUMMARY_NONE */
    const struct api *api; /* of a function without; NULL: nobody knows it */
    uint32_t known;        /* index into costs->known, or SUMMARY_NONE */
    name_id symbol;        /* 0: an indirect call whose target is not known */
};

/* A call that an entry makes. A callback that a library function calls is a site of its own. */
struct cost_site {
    uint32_t call;
    uint32_t group;       /* of frequencies; see frequency.h */
    double frequency;     /* executions per call of the function */
    double cpu_frequency; /* … as far as they compute: what is expensive runs less often (cost_fold.c) */
    uint32_t first_target, target_count;
};

/* The private half of a cost_entry. */
struct cost_node {
    struct binding binding; /* count 0: the default entry */
    uint64_t hash;          /* of the binding */
    uint32_t next;          /* the next entry of the same function, or SUMMARY_NONE */
    uint32_t first_site, site_count;
    const struct frequency_group *groups;
    double *group_cpu; /* own work of each group, ns */
    uint32_t group_count;
    double *call_frequency; /* of each call of the function */
};

struct costs {
    const struct linked *linked;
    const struct program *program;
    const struct flow *flow;
    const struct knowledge *knowledge;
    const struct profile *profile;
    const struct expectations *expect;
    struct arena arena;
    struct arena scratch; /* emptied for every entry */
    struct trait_table traits;
    uint32_t *first_entry;        /* by function: its default entry, or SUMMARY_NONE */
    uint8_t *contexts;            /* by function: how many entries beside the default one */
    uint8_t *descriptor_contexts; /* … and how many further ones, that leave out the numbers of a call */
    uint16_t **call_flags;        /* by function: CALL_… of each call; made when first needed */
    bool **ready_calls;           /* by function: see cost_ready.c; made when first needed */
    struct value_set **joined;    /* by function: what each parameter holds over all calls; made when first needed */
    ARRAY(struct cost_entry) entries;
    ARRAY(struct cost_node) nodes; /* by entry */
    ARRAY(struct cost_site) sites;
    ARRAY(struct cost_target) targets;
    ARRAY(struct cost) known; /* costs of library calls */
    double *calls;            /* by function: how often a run of the program calls it */
    uint32_t *main_entry;     /* by function: the entry that a run calls most often */
};

static inline const struct function *function_of(const struct costs *costs, uint32_t function)
{
    return &costs->linked->functions.items[function].body;
}

/* Makes the default entries of all functions of the program, and from them every entry that is reached. */
void cost_graph_make(struct costs *costs);

/* The entry for calling `callee` from a call site: with what the arguments bind, or the default one. */
uint32_t cost_entry_for_call(struct costs *costs, uint32_t callee, uint32_t caller, uint32_t call,
                             const struct binding *binding);

/* ---- cost_bind.c ---- */

/* What a call gives its callee's parameters; count 0 if that says no more than what all calls together give. Values lie
 * in the scratch arena. */
struct binding binding_of_call(struct costs *costs, uint32_t callee, uint32_t caller, uint32_t call,
                               const struct binding *binding);
/* Leaves only what it says of descriptors and callees; false if that is no more than what all calls give together. */
bool binding_forget_numbers(struct costs *costs, uint32_t callee, struct binding *binding);
struct binding binding_keep(struct costs *costs, const struct binding *binding); /* a copy in costs->arena */
uint64_t binding_hash(const struct binding *binding);
bool binding_same(const struct binding *a, const struct binding *b);

/* Binds the parameters of the default entries of event handlers. */
void bind_handlers(struct costs *costs);

/* ---- cost_ready.c ---- */

/* Of each call of a function: it is made because a descriptor is ready. */
const bool *ready_calls(struct costs *costs, uint32_t function);

/* ---- cost_calls.c ---- */

/* Fills costs->calls and costs->main_entry. The order of the components is bottom-up. */
void cost_count_calls(struct costs *costs, const struct components *components);

/* ---- cost_call.c ---- */

#define MOST_ARGUMENTS 16

/* What is known of the arguments of a library call, as far as its entry looks at them; returns how many there are, at
 * most MOST_ARGUMENTS. */
uint32_t call_arguments(struct costs *costs, const struct api *api, uint32_t caller, uint32_t call,
                        const struct binding *binding, struct api_argument arguments[MOST_ARGUMENTS]);

/* The cost of a library call, as an index into costs->known. */
uint32_t library_call_cost(struct costs *costs, const struct api *api, uint32_t caller,
                           const struct api_argument *arguments, uint32_t argument_count);

/* The cost of a call that nobody knows. */
uint32_t unknown_call_cost(struct costs *costs);

double cost_time(const struct cost *cost); /* CPU and waiting */

/* ---- cost_evaluate.c ---- */

/* Sums while an entry is evaluated: a mean and a variance of CPU and of waiting for each group. */
struct group_sum {
    double cpu, cpu_variance;
    double wait, wait_variance;
    double covariance;
    double rarer; /* how often the group runs, of what was guessed, as far as it computes */
};

/* What one execution of a site takes: the mean over its targets. */
struct site_cost {
    struct cost mean; /* without spreads */
    double wait;      /* of all kinds */
    double cpu_variance, wait_variance, covariance;
};

/* Room for evaluating any entry. */
struct cost_room {
    struct group_sum *sums;
    uint32_t *others; /* see cost_fold_groups */
    struct site_cost *sites;
};

/* What a target of a call costs, as far as it is evaluated. */
static inline const struct cost *target_cost(const struct costs *costs, const struct cost_target *target)
{
    return target->entry != SUMMARY_NONE ? &costs->entries.items[target->entry].total
                                         : &costs->known.items[target->known];
}

void cost_room_make(const struct costs *costs, struct arena *arena, struct cost_room *room);

/* Sets the total of an entry from those of its callees as they are now. */
void cost_evaluate(struct costs *costs, uint32_t index, struct cost_room *room);

/* ---- cost_fold.c ---- */

/* Adds all groups up into sums[0], and sets `rarer` of each. `others` has room for a number for each group. */
void cost_fold_groups(const struct expectations *expect, const struct cost_node *node, struct group_sum *sums,
                      uint32_t *others);

/* ---- cost_sources.c ---- */

/* Where most of an entry's time comes from, and what is unknown in it. */
void cost_find_sources(struct costs *costs, uint32_t index);

#endif
