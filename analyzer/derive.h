/* Deriving entries: what a library's exported functions cost, wait for and do, found in the library's own source.
 *
 * The sources are linked as a library: units with a main are left out, and every exported function is called from a
 * made-up caller that gives it arguments of which nothing is known.
 *
 *   derive.c          the life of it; costs
 *   derive_callers.c  which functions are exported; the made-up callers
 *   derive_uses.c     what functions do with their parameters
 *   derive_safety.c   whether threads may call them at once, as far as can be seen
 *
 * Ownership: struct derived owns its entries; derived_free releases them. Determinism: entries are sorted by name, and
 * nothing depends on where the tree lies or on the number of workers.
 */
#ifndef ANALYZER_DERIVE_H
#define ANALYZER_DERIVE_H

#include "analyzer/analyzer.h"

/* Which functions are exported: those with external linkage that are not hidden, are declared in a header that looks
 * public, and meet every condition that is given. */
struct derive_options {
    const char *const *headers; /* patterns of a header's path, or of its last part; "looks public" is not asked then */
    unsigned header_count;
    const char *const *prefixes; /* of names */
    unsigned prefix_count;
    const char *const *symbols; /* sorted by bytes; no header is asked for then */
    uint32_t symbol_count;
    bool has_symbols;
};

struct derived {
    struct arena arena;
    struct api *entries;
    uint32_t count;
    uint32_t units;        /* translation units asked for */
    uint32_t failed_units; /* not analysed at all */
    bool flags_guessed;
    struct problems problems;
};

/* False, with a problem, if there is nothing to analyse. Call derived_free in every case. */
bool analyze_library(const struct analyzer_options *options, const struct derive_options *which,
                     const struct knowledge *knowledge, struct derived *derived);
void derived_free(struct derived *derived);

#endif
