/* The fastest of several models against each other one, with Holm's correction: what a verdict is made from (verdict.h
 * has the formulas and their sources).
 */
#ifndef RUNTIME_COMPARE_H
#define RUNTIME_COMPARE_H

#include "runtime/verdict.h"

enum comparison_state {
    COMPARISON_BEATEN,
    COMPARISON_TIED,
    COMPARISON_NO_FASTER, /* not by the margin; whether it is as fast is open */
    COMPARISON_OPEN
};

/* The fastest over one other model; logarithms of ratios of throughput. */
struct comparison {
    size_t model; /* the other */
    struct estimate lead;
    struct interval interval; /* at the level that Holm's correction left it */
    double p;                 /* of the claim that is needed: no faster; of a simpler kind, beaten or tied */
    enum comparison_state state;
};

#define COMPARE_NOBODY ((size_t)-1)

struct comparisons {
    size_t fastest; /* COMPARE_NOBODY where no competitor was measured */
    size_t count;
    struct comparison *others; /* by p; free() */
};

/* The estimate of one model's throughput over another's, as a logarithm, over the rounds that have both. */
struct estimate compare_pair(const struct verdict_input *input, const double *throughput, size_t model, size_t other);

/* Compares the competitors; `throughput` is input->throughput or input->corrected; `alpha` is the error that all claims
 * together may have. */
struct comparisons compare_all(const struct verdict_input *input, const double *throughput, double alpha);

/* How much of a change a model is: the place of its kind in the vocabulary, serial first. */
size_t compare_plainness(const struct concprobe_model *model);

/* The values of `count` rounds with the restart of each, to be released with sample_free(). */
struct sample sample_make(const struct verdict_input *input, double (*value)(const void *context, size_t round),
                          const void *context);
void sample_free(struct sample *sample);

#endif
