/* Inside the analyzer: the stages behind one another, for analyze() and for dumping each.
 *
 * Ownership: stages_free releases everything; a program's flow and costs live as long as the stages.
 */
#ifndef ANALYZER_STAGES_H
#define ANALYZER_STAGES_H

#include "analyzer/analyzer.h"
#include "analyzer/cost_internal.h"
#include "analyzer/unit_list.h"

struct stages {
    const struct analyzer_options *options;
    const struct knowledge *knowledge;
    const struct profile *profile;
    struct unit_list list;
    struct linked linked;
    struct flow **flows;     /* by program */
    struct costs **costs;    /* by program */
    uint32_t *program_of;    /* by function of linked: the program whose answer counts, or SUMMARY_NONE */
    uint8_t **other_classes; /* by profile and function of linked: the class under it; NULL for the profile in use */
    uint32_t failed_units;   /* not analysed at all */
    uint32_t broken_units;   /* analysed in spite of errors */
    bool has_list, has_linked;
};

/* Reads, links and solves as far as the stage needs. False, with a problem, if there is nothing to analyse. */
bool stages_run(struct stages *stages, const struct analyzer_options *options, const struct knowledge *knowledge,
                enum stage last, struct problems *problems);
void stages_free(struct stages *stages);

/* Functions, evidence and coverage of the result (result_functions.c). `index_of` gets each function's place in the
 * result, or SUMMARY_NONE; it has linked.functions.count entries. */
void result_add_functions(const struct stages *stages, struct result *result, uint32_t *index_of);
void result_add_coverage(const struct stages *stages, struct result *result);

/* The class of a function of the program under these costs. */
void stage_classify(const struct stages *stages, const struct cost_entry *entry, struct classification *classification);

/* The way from a function to what decides its class (evidence.c). */
uint32_t evidence_of(const struct stages *stages, uint32_t function, bool waiting, struct arena *arena,
                     const struct evidence **evidence);

/* Units of work (units.c). */
void result_add_units(const struct stages *stages, struct result *result, const uint32_t *index_of);

/* Fills in what an opened unit's call chain says: blocking call, asynchronous forms, unsafe calls (chain.c). */
void unit_follow_chain(const struct stages *stages, uint32_t function, struct arena *arena, struct unit *unit);

/* The variables with static storage that the unit's calls write (shared.c). */
void unit_find_shared_state(const struct stages *stages, uint32_t function, struct arena *arena, struct unit *unit);

/* Small helpers on the stages. */
static inline const struct function *stage_function(const struct stages *stages, uint32_t function)
{
    return &stages->linked.functions.items[function].body;
}

static inline struct costs *stage_costs(const struct stages *stages, uint32_t function)
{
    uint32_t program = stages->program_of[function];
    return program == SUMMARY_NONE ? NULL : stages->costs[program];
}

static inline struct place stage_place(const struct stages *stages, uint32_t function, unsigned line, unsigned column)
{
    return (struct place){names_string(&stages->linked.names, stage_function(stages, function)->file), line, column};
}

static inline const char *stage_name(const struct stages *stages, uint32_t function)
{
    return names_string(&stages->linked.names, stage_function(stages, function)->name);
}

#endif
