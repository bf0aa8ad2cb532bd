/* From units of work to advice and findings: the facts of each unit, the rules over the facts, the order of the report.
 *
 * Ownership: what is added to the result belongs to its arena.
 */
#ifndef CLI_ADVISE_H
#define CLI_ADVISE_H

#include "model/result.h"
#include "rules/rules.h"

struct advise_options {
    unsigned concurrency; /* K; 0: what each unit suggests */
    unsigned cores;       /* processors to plan for, at least 1 */
};

/* Fills advice, findings and each function's model. Advice comes in the order of the report: what saves the most first,
 * what is best left serial last. Findings come by severity, then by place; no two are alike. */
void advise(struct result *result, const struct rules *rules, const struct advise_options *options);

#endif
