/* The facts of a unit of work, as the rules see them.
 *
 * Ownership: facts borrow the result's strings.
 */
#ifndef CLI_UNIT_FACTS_H
#define CLI_UNIT_FACTS_H

#include "base/array.h"
#include "model/result.h"
#include "rules/rules.h"

#include <stdbool.h>

/* What a program has already, seen from its units. */
struct program_traits {
    const char *program; /* as in function_result.program */
    bool has_threads;
    bool has_event_loop;
};

typedef ARRAY(struct program_traits) program_list;

/* The programs of a result; release with array_free. */
void program_list_make(program_list *programs, const struct result *result);

/* What is asked besides the unit itself. */
struct question {
    double k;
    bool k_assumed;
    unsigned cores;
};

void unit_facts(const struct result *result, const program_list *programs, const struct unit *unit,
                const struct question *question, struct facts *facts);

/* Whether a fact that is absent was never looked at. (Others are absent because there is nothing: no waiting, no known
 * trip count.) */
bool fact_not_assessed(enum fact_id fact);

#endif
