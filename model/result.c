/* The life of a result. */
#include "model/result.h"

#include <string.h>

void result_init(struct result *result)
{
    memset(result, 0, sizeof *result);
    arena_init(&result->arena);
}

void result_free(struct result *result)
{
    problems_free(&result->problems);
    arena_free(&result->arena);
    memset(result, 0, sizeof *result);
}
