/* How control leaves a part of a function, and what that says about branches; inside the frequency pass.
 *
 * Threads: no state is kept.
 */
#ifndef ANALYZER_OUTCOME_H
#define ANALYZER_OUTCOME_H

#include "knowledge/knowledge.h"

#include <stdbool.h>
#include <stdint.h>

/* Is a constant that is returned an error? */
enum returned {
    RETURNED_NO_ERROR,
    RETURNED_OTHER, /* another constant than at the end of the function: often an error, often a plain "no" */
    RETURNED_ERROR, /* below 0, or no memory */
};

/* Per entry of the part; what is missing to 1 never comes back. */
struct outcome {
    double next;             /* runs into what follows */
    double leave;            /* break */
    double again;            /* continue */
    double back;             /* return */
    double away;             /* goto forwards */
    double retry;            /* goto backwards */
    double forever;          /* not at all: it goes on until the program ends */
    double cold, log, sleep; /* how often calls of that kind happen inside */
    enum returned returned;  /* what it ends in the return of */
};

/* Adds `by` times a part, but for what follows it. */
void outcome_add(struct outcome *sum, const struct outcome *part, double by);

/* How often a part is left in another way than into what follows. */
double outcome_exits(const struct outcome *outcome);

/* Each part that may be left is a guess, and a long function that makes many of them would hardly ever reach its end,
 * which is what it is for. So many exits in one sequence are taken to be rarer. */
void outcome_soften_exits(const struct expectations *expect, struct outcome *parts, uint32_t count);

/* How likely an arm is by what it does: 0.5 says nothing. `only_leaves`: it returns and does nothing else. */
double outcome_arm_likely(const struct expectations *expect, const struct outcome *arm, const struct outcome *other,
                          bool only_leaves);

/* Dempster's rule for two independent opinions (Wu and Larus, MICRO 1994). */
double outcome_combine(double a, double b);

#endif
