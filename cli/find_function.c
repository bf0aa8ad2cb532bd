/* Functions of a result by what people call them. */
#include "cli/find_function.h"

#include "base/suggest.h"

#include <stdlib.h>
#include <string.h>

/* Whether `file` is meant by `given`: the same path, or its end from a slash on. */
static bool is_file(const char *file, const char *given, size_t length)
{
    size_t whole = strlen(file);
    if (length > whole || memcmp(file + whole - length, given, length) != 0)
        return false;
    return length == whole || file[whole - length - 1] == '/';
}

static bool is_meant(const struct function_result *function, const char *name)
{
    if (strcmp(function->id, name) == 0 || strcmp(function->name, name) == 0)
        return true;
    const char *colon = strrchr(name, ':');
    return colon && strcmp(function->name, colon + 1) == 0 && is_file(function->file, name, (size_t)(colon - name));
}

void find_functions(const struct result *result, const char *name, struct function_matches *matches)
{
    *matches = (struct function_matches){.same_id = true};
    for (uint32_t i = 0; i < result->function_count; i++)
        if (is_meant(&result->functions[i], name))
            array_push(&matches->list, i);
    for (uint32_t i = 1; i < matches->list.count; i++)
        if (strcmp(result->functions[matches->list.items[0]].id, result->functions[matches->list.items[i]].id) != 0)
            matches->same_id = false;
}

const char *nearest_function(struct arena *arena, const struct result *result, const char *name)
{
    const char *colon = strrchr(name, ':');
    const char **names = must_malloc((result->function_count + 1) * sizeof *names);
    for (uint32_t i = 0; i < result->function_count; i++)
        names[i] = result->functions[i].name;
    names[result->function_count] = NULL;
    const char *near = suggest(colon ? colon + 1 : name, names);
    free(names);
    if (!near)
        return "'concadvise classify' lists all functions";
    struct function_matches matches;
    find_functions(result, near, &matches);
    const struct function_result *function = matches.list.items ? &result->functions[matches.list.items[0]] : NULL;
    array_free(&matches.list);
    if (!function)
        return NULL;
    if (colon)
        return arena_printf(arena, "did you mean '%s:%s'?", function->file, function->name);
    return arena_printf(arena, "did you mean '%s' (%s)?", function->name, function->file);
}
