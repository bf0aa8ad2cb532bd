/* Which advice belongs to which function, without searching.
 * Ownership: the index owns its arrays; advice_index_free releases them. */
#ifndef REPORT_INDEX_H
#define REPORT_INDEX_H

#include "model/result.h"

#define ADVICE_NONE UINT32_MAX

struct advice_index {
    uint32_t *first; /* by function: its first advice, or ADVICE_NONE */
    uint32_t *next;  /* by advice: the next one of the same function, or ADVICE_NONE */
};

void advice_index_make(struct advice_index *index, const struct result *result);
void advice_index_free(struct advice_index *index);

#endif
