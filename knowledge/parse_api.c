/* Reads a file of API entries: what holds for the whole file, the shapes it defines, and its functions. */
#include "base/path.h"
#include "base/text.h"
#include "knowledge/internal.h"

#include <string.h>

/* What every entry of the file says unless it says otherwise. */
struct defaults {
    const char *file;
    const char *library;
    const char *header;
    const char *source;
    bool derived;
    struct statement safety; /* counts only where neither the entry nor a manual page says anything */
};

/* An entry while it is read: what it says of thread safety is weighed against other statements at the end. */
struct draft {
    struct api api;
    struct statement safety;
};

static const char *const file_keys[] = {
    "library", "header", "source", "derived", "thread-safety", "thread-safety-source", "shapes", "functions", NULL};

static const char *const entry_keys[] = {
    "header",     "library",  "source", "cpu",   "wait", "cost",          "costs",
    "effects",    "async",    "caveat", "since", "note", "thread-safety", "thread-safety-source",
    "confidence", "reviewed", NULL};

static const char *optional_string(struct parse *parse, const struct yaml_node *map, const char *key,
                                   const char *otherwise, bool *fine)
{
    const char *value;
    const struct yaml_node *node = yaml_get(map, key);
    if (!node)
        return otherwise;
    if (!yaml_string(parse->tree, node, key, &value, parse->problems)) {
        *fine = false;
        return otherwise;
    }
    return arena_strdup(&parse->knowledge->arena, value);
}

/* What a file or an entry says of thread safety, and where that was read up. */
static bool read_safety(struct parse *parse, const struct yaml_node *map, struct statement *statement)
{
    const struct yaml_node *node = yaml_get(map, "thread-safety");
    struct phrase phrase;
    bool fine = true;
    statement->tags = "";
    statement->source = optional_string(parse, map, "thread-safety-source", NULL, &fine);
    if (node && fine)
        fine = phrase_begin(&phrase, parse, NULL, node, "thread-safety") && parse_thread_safety(&phrase, statement);
    return fine;
}

/* Of the statements about thread safety, the entry's own counts first, then the manual page's, then the file's. */
static void set_safety(struct api *api, const struct statement *own, const struct statement *page,
                       const struct statement *file)
{
    const struct statement *said = own;
    if (said->safety == THREAD_SAFETY_UNKNOWN && page)
        said = page;
    if (said->safety == THREAD_SAFETY_UNKNOWN)
        said = file;
    api_set_safety(api, said);
    if (!api->thread_safety_source)
        api->thread_safety_source = api->source;
}

/* Replaces {name} in a source by the function's name. */
static const char *fill_source(struct parse *parse, const char *source, const char *name)
{
    const char *hole = source ? strstr(source, "{name}") : NULL;
    if (!hole)
        return source;
    size_t before = (size_t)(hole - source);
    size_t length = strlen(name);
    const char *rest = hole + strlen("{name}");
    size_t rest_size = strlen(rest) + 1;
    char *filled = arena_alloc(&parse->knowledge->arena, before + length + rest_size);
    memcpy(filled, source, before);
    memcpy(filled + before, name, length); /* NOLINT(bugprone-not-null-terminated-result): the rest has the zero */
    memcpy(filled + before + length, rest, rest_size);
    return filled;
}

static bool read_costs(struct parse *parse, const struct scope *scope, const struct yaml_node *entry, struct api *api)
{
    const struct yaml_node *list = yaml_get(entry, "costs");
    const struct yaml_node *use = yaml_get(entry, "cost");
    const struct yaml_node *cpu = yaml_get(entry, "cpu");
    const struct yaml_node *wait = yaml_get(entry, "wait");
    if ((list != NULL) + (use != NULL) + (cpu || wait) > 1) {
        yaml_problem(parse->tree, list ? list : use, parse->problems, "keep one of them",
                     "`cost`, `costs` and `cpu` with `wait` exclude each other");
        return false;
    }
    if (list)
        return parse_cost_list(parse, scope, list, &api->costs, &api->cost_count);
    if (use)
        return parse_shape_use(parse, scope, use, &api->costs, &api->cost_count);
    if (!cpu && !wait)
        return true;
    struct api_cost_variant *variant = ARENA_NEW(&parse->knowledge->arena, struct api_cost_variant);
    api->costs = variant;
    api->cost_count = 1;
    return parse_cost_variant(parse, scope, entry, variant);
}

static bool read_texts(struct parse *parse, const struct yaml_node *entry, const struct defaults *defaults,
                       struct api *api)
{
    bool fine = true;
    api->header = optional_string(parse, entry, "header", defaults->header, &fine);
    api->library = optional_string(parse, entry, "library", defaults->library, &fine);
    api->source = optional_string(parse, entry, "source", defaults->source, &fine);
    api->async_form = optional_string(parse, entry, "async", NULL, &fine);
    api->async_caveat = optional_string(parse, entry, "caveat", NULL, &fine);
    api->since = optional_string(parse, entry, "since", NULL, &fine);
    api->note = optional_string(parse, entry, "note", NULL, &fine);
    api->reviewed = optional_string(parse, entry, "reviewed", NULL, &fine);
    if (fine && !api->source)
        yaml_problem(parse->tree, entry, parse->problems, "say where it was read up, or write `source: unreviewed`",
                     "the source is missing");
    api->origin = defaults->derived ? API_DERIVED : API_WRITTEN;
    if (api->source && strcmp(api->source, "unreviewed") == 0)
        api->origin = API_UNREVIEWED;
    return fine && api->source;
}

/* Only what was derived is less than certain: of the rest somebody says where it stands. */
static bool read_confidence(struct parse *parse, const struct yaml_node *entry, struct api *api)
{
    const struct yaml_node *node = yaml_get(entry, "confidence");
    api->confidence = api->origin == API_WRITTEN ? 1 : 0;
    if (!node)
        return true;
    if (!yaml_number(parse->tree, node, "confidence", &api->confidence, parse->problems))
        return false;
    if (api->confidence >= 0 && api->confidence <= 1)
        return true;
    yaml_problem(parse->tree, node, parse->problems, NULL, "confidence is a number from 0 to 1");
    return false;
}

/* Reads "(fd:socket, buf, len)". */
static bool read_arguments(struct phrase *phrase, struct api *api)
{
    ARRAY(const char *) names = {0};
    ARRAY(enum fd_family) families = {0};
    struct arena *arena = &phrase->parse->knowledge->arena;
    bool fine = true;
    while (fine && !phrase_accept(phrase, ")")) {
        if (!phrase_next(phrase)) {
            fine = phrase_wrong(phrase, NULL, "a `)` is missing");
            break;
        }
        char *colon = strchr(phrase->word, ':');
        enum fd_family family = FD_FAMILY_ANY;
        if (colon) {
            struct phrase part = *phrase;
            part.at = phrase->word_at + (colon - phrase->word) + 1;
            int found = phrase_choice(&part, "a family of descriptors", fd_family_names);
            fine = found >= 0;
            family = fine ? (enum fd_family)found : FD_FAMILY_ANY;
            *colon = '\0';
        }
        array_push(&names, arena_strdup(arena, phrase->word));
        array_push(&families, family);
        phrase_accept(phrase, ",");
    }
    api->argument_count = names.count;
    api->arguments = arena_copy(arena, names.items, names.count * sizeof *names.items);
    api->families = arena_copy(arena, families.items, families.count * sizeof *families.items);
    array_free(&names);
    array_free(&families);
    return fine && phrase_finish(phrase);
}

/* Adds one entry; one of a user's file replaces what was there. */
static bool add_entry(struct parse *parse, const struct defaults *defaults, const struct yaml_node *key,
                      const struct draft *draft, const char *name)
{
    struct knowledge *knowledge = parse->knowledge;
    struct symbol *symbol = symbol_add(knowledge, name);
    if (symbol->api && knowledge->loading == LOADING_DERIVED && symbol->api->origin != API_UNREVIEWED)
        return true;
    if (symbol->api && knowledge->loading == LOADING_SHIPPED) {
        yaml_problem(parse->tree, key, parse->problems, "keep one of the two", "`%s` is there already: %s:%u", name,
                     symbol->api->file, symbol->api->line);
        return false;
    }
    struct api *api = symbol->api ? symbol->api : ARENA_NEW(&knowledge->arena, struct api);
    if (!symbol->api)
        array_push(&knowledge->entries, api);
    *api = draft->api;
    api->name = names_string(&knowledge->names, names_find(&knowledge->names, name));
    api->source = fill_source(parse, api->source, name);
    api->reviewed = fill_source(parse, api->reviewed ? api->reviewed : symbol->review, name);
    set_safety(api, &draft->safety, symbol->attribute, &defaults->safety);
    symbol->api = api;
    return true;
}

/* Everything of an entry but its names. */
static bool read_entry(struct parse *parse, const struct defaults *defaults, const struct yaml_node *node,
                       struct draft *draft)
{
    struct api *api = &draft->api;
    const struct scope scope = {api->arguments, NULL, api->argument_count};
    const struct yaml_node *effects = yaml_get(node, "effects");
    return yaml_check_keys(parse->tree, node, "an entry", entry_keys, parse->problems) &&
           read_texts(parse, node, defaults, api) && read_confidence(parse, node, api) &&
           read_safety(parse, node, &draft->safety) && read_costs(parse, &scope, node, api) &&
           (!effects || parse_effect_list(parse, &scope, effects, &api->effects, &api->effect_count));
}

/* A key is one or more names and the arguments that they share: "getpwnam getgrnam(name)". */
static bool parse_entry(struct parse *parse, const struct defaults *defaults, const struct yaml_node *key,
                        const struct yaml_node *node)
{
    struct phrase phrase;
    struct draft draft = {.api = {.file = defaults->file, .line = key->line}};
    if (!phrase_begin(&phrase, parse, NULL, key, "a function"))
        return false;
    struct phrase names = phrase;
    while (!phrase_at_end(&phrase) && !phrase_accept(&phrase, "("))
        phrase_next(&phrase);
    if (strchr(phrase.node->scalar, '(') && !read_arguments(&phrase, &draft.api))
        return false;
    if (!read_entry(parse, defaults, node, &draft))
        return false;
    bool fine = true;
    unsigned count = 0;
    for (; phrase_next(&names) && names.word[0] != '('; count++)
        fine = add_entry(parse, defaults, key, &draft, names.word) && fine;
    if (!count)
        return phrase_wrong(&names, NULL, "the name of the function is missing");
    return fine;
}

static bool parse_functions(struct parse *parse, const struct defaults *defaults, const struct yaml_node *functions)
{
    bool fine = true;
    if (functions->kind != YAML_MAP) {
        yaml_problem(parse->tree, functions, parse->problems, "write `functions:` and below it `NAME(ARGUMENTS): …`",
                     "functions are a map from names to entries");
        return false;
    }
    for (size_t i = 0; i < functions->count; i++)
        fine = parse_entry(parse, defaults, functions->keys[i], functions->items[i]) && fine;
    return fine;
}

/* "derived: true" */
static bool read_derived(struct parse *parse, const struct yaml_node *root, bool *derived)
{
    const struct yaml_node *node = yaml_get(root, "derived");
    const char *word;
    if (!node)
        return true;
    if (!yaml_string(parse->tree, node, "derived", &word, parse->problems))
        return false;
    *derived = strcmp(word, "true") == 0;
    if (*derived || strcmp(word, "false") == 0)
        return true;
    yaml_problem(parse->tree, node, parse->problems, NULL, "derived is `true` or `false`, not `%s`", word);
    return false;
}

bool parse_api_file(struct parse *parse)
{
    const struct yaml_node *root = parse->tree->root;
    bool fine = true;
    if (!root || !yaml_check_keys(parse->tree, root, "a file of API entries", file_keys, parse->problems))
        return root == NULL;
    struct defaults defaults = {.file = arena_strdup(&parse->knowledge->arena, parse->tree->file)};
    defaults.library = optional_string(parse, root, "library", "", &fine);
    defaults.header = optional_string(parse, root, "header", "", &fine);
    defaults.source = optional_string(parse, root, "source", NULL, &fine);
    fine = read_derived(parse, root, &defaults.derived) && read_safety(parse, root, &defaults.safety) && fine;
    const struct yaml_node *shapes = yaml_get(root, "shapes");
    const struct yaml_node *functions = yaml_get(root, "functions");
    if (shapes)
        fine = parse_shapes(parse, shapes) && fine;
    if (functions)
        fine = parse_functions(parse, &defaults, functions) && fine;
    return fine;
}
