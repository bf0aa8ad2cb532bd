/* Linking, first half: the functions of all summaries, each body once, under common names.
 *
 * Summaries are sorted first and functions at the end, so that the order in which summaries arrive does not show. Names
 * are renumbered only where a body is kept: most copies of a header's functions are dropped before.
 */
#include "analyzer/link_programs.h"

#define UNMAPPED UINT32_MAX

struct linker {
    struct linked *linked;
    ARRAY(uint32_t) first_body; /* by name of an id: the first function of that id, or NO_FUNCTION */
    ARRAY(uint32_t) next_body;  /* by function: the next of the same id, or NO_FUNCTION */
};

/* The names of one summary on their way into the common table. */
struct renaming {
    const struct names *from;
    struct names *to;
    name_id *map; /* by name of `from` */
};

static name_id rename_name(const struct renaming *renaming, name_id name)
{
    if (renaming->map[name] == UNMAPPED)
        renaming->map[name] =
            names_add_length(renaming->to, names_string(renaming->from, name), renaming->from->lengths[name]);
    return renaming->map[name];
}

static void rename_function(const struct renaming *renaming, struct function *function)
{
    function->id = rename_name(renaming, function->id);
    function->symbol = rename_name(renaming, function->symbol);
    function->name = rename_name(renaming, function->name);
    function->file = rename_name(renaming, function->file);
    for (array_each(struct parameter, parameter, &function->parameters))
        parameter->name = rename_name(renaming, parameter->name);
    for (array_each(struct slot, slot, &function->slots))
        slot->symbol = rename_name(renaming, slot->symbol);
    for (array_each(struct value, value, &function->values))
        value->name = rename_name(renaming, value->name);
}

/* ---- the order of summaries ---- */

static int compare_numbers(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

static int compare_contents(const struct summary *a, const struct summary *b)
{
    int order = compare_numbers(a->functions.count, b->functions.count);
    for (uint32_t i = 0; !order && i < a->functions.count; i++) {
        const struct function *in_a = &a->functions.items[i], *in_b = &b->functions.items[i];
        order = strcmp(names_string(&a->names, in_a->id), names_string(&b->names, in_b->id));
        if (!order)
            order = compare_numbers(in_a->body_hash, in_b->body_hash);
        if (!order)
            order = compare_numbers(in_a->line, in_b->line);
    }
    return order;
}

/* By unit and configuration. The rest only matters if the same unit came twice. */
static int compare_summaries(const void *left, const void *right)
{
    const struct summary *a = *(struct summary *const *)left, *b = *(struct summary *const *)right;
    int order = strcmp(names_string(&a->names, a->unit), names_string(&b->names, b->unit));
    if (!order)
        order = strcmp(names_string(&a->names, a->flags_key), names_string(&b->names, b->flags_key));
    if (!order)
        order = compare_numbers(a->prefix, b->prefix);
    if (!order)
        order = compare_numbers(a->errors, b->errors);
    return order ? order : compare_contents(a, b);
}

static struct summary **sorted_summaries(struct summary *summaries, unsigned count)
{
    struct summary **sorted = must_malloc(count * sizeof *sorted);
    for (unsigned i = 0; i < count; i++)
        sorted[i] = &summaries[i];
    if (count)
        qsort(sorted, count, sizeof *sorted, compare_summaries);
    return sorted;
}

/* ---- each body once ---- */

static uint32_t *first_body_of(struct linker *linker, name_id id)
{
    while (linker->first_body.count <= id)
        array_push(&linker->first_body, NO_FUNCTION);
    return &linker->first_body.items[id];
}

/* Another copy of a body that is there already: it is sound if one copy is, and a file's own if one copy is. */
static void merge_copy(struct linked_function *kept, const struct function *copy, bool broken)
{
    kept->body.flags &= copy->flags | ~FUNCTION_IN_HEADER;
    kept->broken = kept->broken && broken;
}

/* Takes one function of a summary; gives its number. */
static uint32_t take_function(struct linker *linker, const struct renaming *renaming, struct function *function,
                              uint32_t unit)
{
    struct linked *linked = linker->linked;
    bool broken = linked->units.items[unit].errors > 0;
    uint32_t *link = first_body_of(linker, rename_name(renaming, function->id));
    while (*link != NO_FUNCTION) {
        struct linked_function *there = &linked->functions.items[*link];
        if (there->body.body_hash == function->body_hash) {
            merge_copy(there, function, broken);
            function_free(function);
            return *link;
        }
        link = &linker->next_body.items[*link];
    }
    uint32_t number = linked->functions.count;
    *link = number;
    array_push(&linker->next_body, NO_FUNCTION);
    rename_function(renaming, function);
    array_push(&linked->functions, (struct linked_function){.body = *function, .unit = unit, .broken = broken});
    return number;
}

/* ---- declarations ---- */

typedef ARRAY(struct declaration) declared_list; /* names are numbers of linked.names */

static void take_functions(struct linker *linker, const struct renaming *renaming, struct summary *summary)
{
    uint32_t number = linker->linked->units.count - 1;
    struct linked_unit *unit = array_last(&linker->linked->units);
    array_reserve(&unit->functions, summary->functions.count);
    for (array_each(struct function, function, &summary->functions))
        array_push(&unit->functions, take_function(linker, renaming, function, number));
    array_free(&summary->functions); /* the functions themselves have moved */
}

static void take_summary(struct linker *linker, struct summary *summary, declared_list *declared)
{
    struct linked *linked = linker->linked;
    size_t map_size = summary->names.count * sizeof(name_id);
    struct renaming renaming = {&summary->names, &linked->names, must_malloc(map_size)};
    memset(renaming.map, 0xff, map_size);
    struct linked_unit unit = {.name = rename_name(&renaming, summary->unit),
                               .flags_key = rename_name(&renaming, summary->flags_key),
                               .errors = summary->errors,
                               .prefix = summary->prefix};
    for (array_each(name_id, global, &summary->globals))
        array_push(&unit.globals, rename_name(&renaming, *global));
    for (array_each(struct declaration, one, &summary->declarations))
        array_push(declared,
                   (struct declaration){rename_name(&renaming, one->symbol), one->flags,
                                        rename_name(&renaming, one->header), rename_name(&renaming, one->parameters)});
    array_push(&linked->units, unit);
    take_functions(linker, &renaming, summary);
    free(renaming.map);
}

static void merge_declarations(struct linked *linked, const declared_list *declared)
{
    size_t count = linked->names.count;
    linked->declared = calloc(count, sizeof *linked->declared);
    linked->headers = calloc(count, sizeof *linked->headers);
    linked->parameters = calloc(count, sizeof *linked->parameters);
    if (!linked->declared || !linked->headers || !linked->parameters)
        die_out_of_memory(count * sizeof *linked->declared);
    for (array_each(const struct declaration, one, declared)) {
        linked->declared[one->symbol] |= one->flags;
        if (!linked->headers[one->symbol])
            linked->headers[one->symbol] = one->header;
        if (!linked->parameters[one->symbol])
            linked->parameters[one->symbol] = one->parameters;
    }
}

/* ---- shared headers ---- */

/* A unit that shares a header holds the header's code as if it had read it itself. */
static void give_shared_code(struct linked_unit *unit, const struct linked_unit *header)
{
    for (array_each(const uint32_t, function, &header->functions))
        array_push(&unit->functions, *function);
    for (array_each(const name_id, global, &header->globals))
        array_push(&unit->globals, *global);
}

static void remove_headers(struct linked *linked)
{
    uint32_t kept = 0;
    for (array_each(struct linked_unit, unit, &linked->units)) {
        if (unit->prefix) {
            array_free(&unit->globals);
            array_free(&unit->functions);
        } else {
            linked->units.items[kept++] = *unit;
        }
    }
    linked->units.count = kept;
}

static void set_first_units(struct linked *linked)
{
    for (array_each(struct linked_function, function, &linked->functions))
        function->unit = SUMMARY_NONE;
    for (uint32_t u = 0; u < linked->units.count; u++)
        for (array_each(const uint32_t, function, &linked->units.items[u].functions))
            if (linked->functions.items[*function].unit == SUMMARY_NONE)
                linked->functions.items[*function].unit = u;
}

/* Afterwards nothing shows that headers were shared. sorted[i] became unit i. */
static void fold_shared_headers(struct linked *linked, struct summary *const *sorted, const struct summary *summaries,
                                unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        for (unsigned header = 0; sorted[i]->shares != SUMMARY_NONE && header < count; header++)
            if (sorted[header] == &summaries[sorted[i]->shares])
                give_shared_code(&linked->units.items[i], &linked->units.items[header]);
    remove_headers(linked);
    set_first_units(linked);
}

/* ---- the order of functions ---- */

struct function_key {
    const char *file, *id;
    uint64_t hash;
    uint32_t line, number;
};

static int compare_functions(const void *left, const void *right)
{
    const struct function_key *a = left, *b = right;
    int order = a->file == b->file ? 0 : strcmp(a->file, b->file);
    if (!order)
        order = compare_numbers(a->line, b->line);
    if (!order)
        order = a->id == b->id ? 0 : strcmp(a->id, b->id);
    return order ? order : compare_numbers(a->hash, b->hash);
}

static struct function_key *function_keys(const struct linked *linked)
{
    struct function_key *keys = must_malloc(linked->functions.count * sizeof *keys);
    for (uint32_t i = 0; i < linked->functions.count; i++) {
        const struct function *body = &linked->functions.items[i].body;
        keys[i] = (struct function_key){names_string(&linked->names, body->file),
                                        names_string(&linked->names, body->id), body->body_hash, body->line, i};
    }
    return keys;
}

static void sort_functions(struct linked *linked)
{
    uint32_t count = linked->functions.count;
    if (!count)
        return;
    struct function_key *keys = function_keys(linked);
    struct linked_function *sorted = must_malloc(count * sizeof *sorted);
    uint32_t *moved_to = must_malloc(count * sizeof *moved_to);
    qsort(keys, count, sizeof *keys, compare_functions);
    for (uint32_t i = 0; i < count; i++) {
        sorted[i] = linked->functions.items[keys[i].number];
        moved_to[keys[i].number] = i;
    }
    free(linked->functions.items);
    linked->functions.items = sorted;
    linked->functions.capacity = count;
    for (array_each(struct linked_unit, unit, &linked->units))
        for (array_each(uint32_t, function, &unit->functions))
            *function = moved_to[*function];
    free(moved_to);
    free(keys);
}

/* Of several bodies of one id the one with the lowest hash is the plain one, wherever it comes from. */
static void mark_variants(struct linked *linked)
{
    uint32_t *plain = must_malloc(linked->names.count * sizeof *plain);
    memset(plain, 0xff, linked->names.count * sizeof *plain);
    const struct linked_function *functions = linked->functions.items;
    for (uint32_t i = 0; i < linked->functions.count; i++) {
        uint32_t *lowest = &plain[functions[i].body.id];
        if (*lowest == NO_FUNCTION || functions[i].body.body_hash < functions[*lowest].body.body_hash)
            *lowest = i;
    }
    for (uint32_t i = 0; i < linked->functions.count; i++)
        linked->functions.items[i].variant = plain[functions[i].body.id] != i;
    free(plain);
}

/* ---- what the knowledge base says ---- */

static void find_api(struct linked *linked, const struct knowledge *knowledge, bool *asked, name_id symbol)
{
    if (asked[symbol])
        return;
    asked[symbol] = true;
    const char *name = names_string(&linked->names, symbol);
    if (*name && !strchr(name, '#')) /* else it has internal linkage */
        linked->apis[symbol] = knowledge_find(knowledge, name);
}

static void find_apis(struct linked *linked, const struct knowledge *knowledge, const declared_list *declared)
{
    size_t count = linked->names.count;
    linked->apis = must_malloc(count * sizeof *linked->apis);
    for (size_t i = 0; i < count; i++)
        linked->apis[i] = NULL;
    if (!knowledge)
        return;
    bool *asked = must_malloc(count);
    memset(asked, 0, count);
    for (array_each(const struct declaration, one, declared))
        find_api(linked, knowledge, asked, one->symbol);
    for (array_each(struct linked_function, function, &linked->functions)) {
        if (!(function->body.flags & FUNCTION_STATIC)) {
            find_api(linked, knowledge, asked, function->body.symbol);
            function->api = linked->apis[function->body.symbol];
        }
        for (array_each(struct value, value, &function->body.values))
            if (value->kind == VALUE_FUNCTION)
                find_api(linked, knowledge, asked, value->name);
    }
    free(asked);
}

/* ---- all of it ---- */

void link_summaries(struct linked *linked, struct summary *summaries, unsigned count, const struct knowledge *knowledge)
{
    *linked = (struct linked){0};
    names_init(&linked->names);
    struct linker linker = {.linked = linked};
    declared_list declared = {0};
    struct summary **sorted = sorted_summaries(summaries, count);
    for (unsigned i = 0; i < count; i++)
        take_summary(&linker, sorted[i], &declared);
    fold_shared_headers(linked, sorted, summaries, count);
    free(sorted);
    array_free(&linker.first_body);
    array_free(&linker.next_body);

    sort_functions(linked);
    mark_variants(linked);
    merge_declarations(linked, &declared);
    find_apis(linked, knowledge, &declared);
    array_free(&declared);
    link_programs(linked);
}

void linked_free(struct linked *linked)
{
    for (array_each(struct linked_function, function, &linked->functions))
        function_free(&function->body);
    for (array_each(struct linked_unit, unit, &linked->units)) {
        array_free(&unit->globals);
        array_free(&unit->functions);
    }
    for (array_each(struct program, program, &linked->programs)) {
        array_free(&program->units);
        array_free(&program->functions);
        free(program->definition);
    }
    array_free(&linked->functions);
    array_free(&linked->units);
    array_free(&linked->programs);
    free(linked->declared);
    free(linked->headers);
    free(linked->parameters);
    free(linked->apis);
    names_free(&linked->names);
    *linked = (struct linked){0};
}
