/* The life of a result. */
#include "model/result.h"

#include "base/path.h"

#include <string.h>

void result_init(struct result *result)
{
    memset(result, 0, sizeof *result);
    arena_init(&result->arena);
    observed_init(&result->observed);
}

void result_free(struct result *result)
{
    problems_free(&result->problems);
    observed_free(&result->observed);
    arena_free(&result->arena);
    memset(result, 0, sizeof *result);
}

void result_add_observed(struct result *result)
{
    const char *path = path_join(&result->arena, result->root, OBSERVED_FILE);
    if (!observed_read(&result->observed, path, &result->problems))
        return;
    for (uint32_t i = 0; i < result->function_count; i++) {
        struct function_result *function = &result->functions[i];
        function->measured = observed_find(&result->observed, function->file, function->name);
    }
}
