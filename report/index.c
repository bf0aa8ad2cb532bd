/* Which advice belongs to which function: lists that keep the order of the result. */
#include "report/index.h"

#include <stdlib.h>

void advice_index_make(struct advice_index *index, const struct result *result)
{
    index->first = must_malloc((result->function_count + 1) * sizeof *index->first);
    index->next = must_malloc((result->advice_count + 1) * sizeof *index->next);
    for (uint32_t function = 0; function < result->function_count; function++)
        index->first[function] = ADVICE_NONE;
    for (uint32_t advice = result->advice_count; advice-- > 0;) {
        uint32_t function = result->units[result->advice[advice].unit].function;
        index->next[advice] = index->first[function];
        index->first[function] = advice;
    }
}

void advice_index_free(struct advice_index *index)
{
    free(index->first);
    free(index->next);
    *index = (struct advice_index){0};
}
