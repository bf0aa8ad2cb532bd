/* A library instead of programs: which functions are exported, and made-up callers of them. */
#include "analyzer/derive_internal.h"

#include "base/path.h"

#include <ctype.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

/* ---- which functions are exported ---- */

/* What the headers are called that are not for a library's users. */
static const char *const private_names[] = {"*internal*", "*private*", "*priv.h", "*-int.h", "*_int.h", "*_p.h",
                                            "*_i.h",      "*local*",   "config*", "*test*",  NULL};

struct candidate {
    const char *name;
    const char *header; /* "" if none declares it */
    const struct function *function;
    const struct names *names;
};

typedef ARRAY(struct candidate) candidate_list;

static bool matches(const char *path, const char *const *patterns, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        if (fnmatch(patterns[i], path, 0) == 0 || fnmatch(patterns[i], path_base(path), 0) == 0)
            return true;
    return false;
}

static bool looks_public(const char *header)
{
    const char *base = path_base(header);
    for (const char *const *pattern = private_names; *pattern; pattern++)
        if (fnmatch(*pattern, base, 0) == 0)
            return false;
    return string_ends_with(base, ".h");
}

static int compare_strings(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool is_wanted(const struct derive_options *which, const struct candidate *candidate)
{
    bool prefix = which->prefix_count == 0;
    for (unsigned i = 0; i < which->prefix_count; i++)
        prefix = prefix || string_starts_with(candidate->name, which->prefixes[i]);
    if (!prefix)
        return false;
    if (which->has_symbols && (!which->symbol_count || !bsearch(&candidate->name, which->symbols, which->symbol_count,
                                                                sizeof *which->symbols, compare_strings)))
        return false;
    if (which->header_count)
        return matches(candidate->header, which->headers, which->header_count);
    return which->has_symbols || looks_public(candidate->header);
}

static void add_candidates(const struct summary *summary, const struct derive_options *which, candidate_list *list)
{
    const struct declaration **declared = calloc(summary->names.count, sizeof *declared);
    if (!declared)
        die_out_of_memory(summary->names.count * sizeof *declared);
    for (array_each(const struct declaration, one, &summary->declarations))
        if (!declared[one->symbol] || one->header)
            declared[one->symbol] = one;
    for (array_each(const struct function, function, &summary->functions)) {
        const struct declaration *declaration = declared[function->symbol];
        if (function->flags & (FUNCTION_STATIC | FUNCTION_INLINE | FUNCTION_INITIALISERS))
            continue;
        struct candidate candidate = {names_string(&summary->names, function->symbol),
                                      declaration ? names_string(&summary->names, declaration->header) : "", function,
                                      &summary->names};
        bool hidden = declaration && declaration->flags & FUNCTION_HIDDEN;
        if (!hidden && is_wanted(which, &candidate))
            array_push(list, candidate);
    }
    free(declared);
}

static bool below_include(const char *header)
{
    return string_starts_with(header, "include/") || strstr(header, "/include/");
}

static int compare_candidates(const void *left, const void *right)
{
    const struct candidate *a = left, *b = right;
    int order = strcmp(a->name, b->name);
    return order ? order : strcmp(a->header, b->header);
}

/* Each name once, by name; where nobody says which headers count and some lie below include/, only those do. */
static void settle(candidate_list *list, const struct derive_options *which)
{
    bool included = false;
    for (array_each(const struct candidate, candidate, list))
        included = included || below_include(candidate->header);
    included = included && !which->header_count && !which->has_symbols;
    uint32_t kept = 0;
    if (list->count)
        qsort(list->items, list->count, sizeof *list->items, compare_candidates);
    for (uint32_t i = 0; i < list->count; i++) {
        const struct candidate *candidate = &list->items[i];
        if ((included && !below_include(candidate->header)) ||
            (kept && strcmp(list->items[kept - 1].name, candidate->name) == 0))
            continue;
        list->items[kept++] = *candidate;
    }
    list->count = kept;
}

/* ---- sizes ---- */

/* How much a parameter's name sounds like a size: 0 is not at all. */
static int sounds_like_size(const char *name)
{
    static const char *const parts[] = {"size", "len", "bytes", "count", "num", NULL};
    char lower[64];
    size_t length = strlen(name);
    if (length >= sizeof lower)
        return 0;
    for (size_t i = 0; i <= length; i++)
        lower[i] = (char)tolower((unsigned char)name[i]);
    if (strcmp(lower, "n") == 0)
        return 3;
    for (int i = 0; parts[i]; i++)
        if (strstr(lower, parts[i]))
            return i < 3 ? 2 : 1;
    return 0;
}

int length_parameter(const struct names *names, const struct function *function)
{
    int best = -1, best_sounds = 0;
    for (uint32_t i = 0; i < function->parameters.count; i++) {
        const struct parameter *parameter = &function->parameters.items[i];
        int sounds = parameter->pointer ? 0 : sounds_like_size(names_string(names, parameter->name));
        if (sounds > best_sounds) {
            best = (int)i;
            best_sounds = sounds;
        }
    }
    return best;
}

/* ---- the callers ---- */

static uint32_t add_value(struct function *function, struct value value)
{
    array_push(&function->values, value);
    return function->values.count - 1;
}

/* A call with a number for one parameter, or -1, and nothing known of the others. */
static void add_call(struct function *function, uint32_t callee, uint32_t arguments, int known, int64_t number)
{
    uint32_t unknown = add_value(function, (struct value){.kind = VALUE_UNKNOWN});
    uint32_t size = add_value(function, (struct value){.kind = VALUE_INTEGER, .number = number});
    struct call call = {.callee = callee, .first_argument = function->arguments.count, .argument_count = arguments};
    for (uint32_t i = 0; i < arguments; i++)
        array_push(&function->arguments, (int)i == known ? size : unknown);
    array_push(&function->calls, call);
    uint32_t end = function->nodes.count + 1;
    array_push(&function->nodes, (struct node){.kind = NODE_CALL, .a = function->calls.count - 1, .end = end});
}

static void add_caller(struct summary *summary, const struct candidate *candidate)
{
    struct text id = {0};
    struct function function = {
        .name = names_add(&summary->names, candidate->name), .file = summary->unit, .flags = FUNCTION_STATIC};
    text_printf(&id, "%s#%s", CALLERS_FILE, candidate->name);
    function.id = function.symbol = names_add(&summary->names, text_string(&id));
    text_free(&id);
    array_push(&function.nodes, (struct node){.kind = NODE_SEQUENCE});
    uint32_t callee = add_value(&function, (struct value){.kind = VALUE_FUNCTION, .name = function.name});
    uint32_t parameters = candidate->function->parameters.count;
    int length = length_parameter(candidate->names, candidate->function);
    add_call(&function, callee, parameters, -1, 0);
    if (length >= 0) {
        add_call(&function, callee, parameters, length, SHORT_LENGTH);
        add_call(&function, callee, parameters, length, LONG_LENGTH);
    }
    function.nodes.items[0].end = function.nodes.count;
    function.body_hash = function_body_hash(&summary->names, &function);
    array_push(&summary->functions, function);
}

static bool has_main(const struct summary *summary)
{
    for (array_each(const struct function, function, &summary->functions))
        if (function->flags & FUNCTION_MAIN)
            return true;
    return false;
}

static void empty(struct summary *summary)
{
    for (array_each(struct function, function, &summary->functions))
        function_free(function);
    array_free(&summary->functions);
    array_free(&summary->declarations);
    array_free(&summary->globals);
}

void summaries_as_library(struct summary *summaries, unsigned *count, const struct derive_options *which)
{
    candidate_list list = {0};
    struct summary *callers = &summaries[*count];
    for (unsigned i = 0; i < *count; i++) {
        if (has_main(&summaries[i]))
            empty(&summaries[i]);
        add_candidates(&summaries[i], which, &list);
    }
    settle(&list, which);
    summary_init(callers);
    callers->unit = names_add(&callers->names, CALLERS_FILE);
    for (array_each(const struct candidate, candidate, &list))
        add_caller(callers, candidate);
    array_free(&list);
    ++*count;
}
