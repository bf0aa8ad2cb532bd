/* Loads the directory of knowledge, merges what the files say of a function, and finds entries by name. */
#include "base/path.h"
#include "knowledge/internal.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct symbol *symbol_add(struct knowledge *knowledge, const char *name)
{
    name_id id = names_add(&knowledge->names, name);
    while (knowledge->symbols.count <= id)
        array_push(&knowledge->symbols, (struct symbol){0});
    return &knowledge->symbols.items[id];
}

const struct symbol *symbol_find(const struct knowledge *knowledge, const char *name)
{
    name_id id = names_find(&knowledge->names, name);
    return id && id < knowledge->symbols.count ? &knowledge->symbols.items[id] : NULL;
}

/* A tree that defines shapes is needed as long as these may be used. */
static bool defines_shapes(const struct yaml_tree *tree)
{
    return tree->root && tree->root->kind == YAML_MAP && yaml_get(tree->root, "shapes");
}

bool load_file(struct knowledge *knowledge, const char *path, file_parser *parser, struct problems *problems)
{
    struct yaml_tree *tree = ARENA_NEW(&knowledge->arena, struct yaml_tree);
    if (!yaml_read_file(tree, path, problems))
        return false;
    struct parse parse = {knowledge, tree, problems};
    bool fine = parser(&parse);
    if (defines_shapes(tree))
        array_push(&knowledge->kept_trees, tree);
    else
        yaml_free(tree);
    return fine;
}

static bool load_part(struct knowledge *knowledge, const char *directory, const char *file, file_parser *parser,
                      struct problems *problems)
{
    return load_file(knowledge, path_join(&knowledge->arena, directory, file), parser, problems);
}

static int is_yaml(const struct dirent *entry)
{
    size_t length = strlen(entry->d_name);
    return length > 5 && entry->d_name[0] != '.' && strcmp(entry->d_name + length - 5, ".yaml") == 0;
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

/* Every *.yaml of a folder, in the order of their names' bytes. */
static bool load_folder(struct knowledge *knowledge, const char *directory, const char *folder, file_parser *parser,
                        struct problems *problems)
{
    struct dirent **entries;
    char *path = path_join(&knowledge->arena, directory, folder);
    int count = scandir(path, &entries, is_yaml, by_bytes);
    if (count < 0) {
        struct place place = {path, 0, 0};
        problems_add(problems, SEVERITY_ERROR, place, "point to the folder that has apis/ and costs/",
                     "the folder cannot be read: %s", strerror(errno));
        return false;
    }
    for (int i = 0; i < count; i++) {
        load_part(knowledge, path, entries[i]->d_name, parser, problems);
        free(entries[i]);
    }
    free(entries);
    return true;
}

void api_set_safety(struct api *api, const struct statement *statement)
{
    api->thread_safety = statement->safety;
    api->thread_safety_tags = statement->tags;
    api->safe_since = statement->since;
    api->thread_safety_source = statement->source;
}

/* An entry for a function of which only the manual page's statement is known, or which means another one. */
static struct api *entry_from_attribute(struct knowledge *knowledge, const char *name)
{
    struct api *api = ARENA_NEW(&knowledge->arena, struct api);
    const struct symbol *meant = alias_resolve(knowledge, name);
    if (meant)
        *api = *meant->api;
    else
        *api = (struct api){.header = "", .library = "libc", .file = "attributes.yaml", .source = "unreviewed"};
    api->name = name;
    array_push(&knowledge->entries, api);
    return api;
}

/* Adds the functions that have no entry but a manual page. Aliases are resolved by the entries that are there before:
 * so the new ones are entered in a second turn. */
static void add_attributes(struct knowledge *knowledge)
{
    ARRAY(name_id) added = {0};
    ARRAY(struct api *) entries = {0};
    for (name_id id = 0; id < knowledge->symbols.count; id++) {
        const struct symbol *symbol = &knowledge->symbols.items[id];
        if (!symbol->attribute || symbol->api)
            continue;
        struct api *api = entry_from_attribute(knowledge, names_string(&knowledge->names, id));
        api_set_safety(api, symbol->attribute);
        array_push(&added, id);
        array_push(&entries, api);
    }
    for (uint32_t i = 0; i < added.count; i++)
        knowledge->symbols.items[added.items[i]].api = entries.items[i];
    array_free(&added);
    array_free(&entries);
}

static int by_name(const void *a, const void *b)
{
    return strcmp((*(const struct api *const *)a)->name, (*(const struct api *const *)b)->name);
}

void sort_entries(struct knowledge *knowledge)
{
    if (knowledge->entries.count)
        qsort(knowledge->entries.items, knowledge->entries.count, sizeof *knowledge->entries.items, by_name);
}

struct knowledge *knowledge_load(const char *directory, struct problems *problems)
{
    struct knowledge *knowledge = must_malloc(sizeof *knowledge);
    *knowledge = (struct knowledge){.loading = LOADING_SHIPPED};
    arena_init(&knowledge->arena);
    names_init(&knowledge->names);
    load_part(knowledge, directory, "constants.yaml", parse_constants, problems);
    load_part(knowledge, directory, "aliases.yaml", parse_aliases, problems);
    load_part(knowledge, directory, "shapes.yaml", parse_api_file, problems);
    load_part(knowledge, directory, "attributes.yaml", parse_attributes, problems);
    if (access(path_join(&knowledge->arena, directory, "reviews.yaml"), F_OK) == 0)
        load_part(knowledge, directory, "reviews.yaml", parse_reviews, problems);
    if (!load_part(knowledge, directory, "expectations.yaml", parse_expectations, problems) ||
        !load_folder(knowledge, directory, "apis", parse_api_file, problems) ||
        !load_folder(knowledge, directory, "costs", parse_profile, problems)) {
        knowledge_free(knowledge);
        return NULL;
    }
    add_attributes(knowledge);
    sort_entries(knowledge);
    knowledge->loading = LOADING_USERS;
    knowledge->derived = derived_files_open(path_join(&knowledge->arena, directory, "derived"), problems);
    return knowledge;
}

void knowledge_load_all(struct knowledge *knowledge)
{
    derived_files_load_all(knowledge);
}

struct problems *knowledge_late_problems(const struct knowledge *knowledge)
{
    return derived_files_problems(knowledge->derived);
}

bool knowledge_add_file(struct knowledge *knowledge, const char *path, struct problems *problems)
{
    bool fine = load_file(knowledge, path, parse_api_file, problems);
    sort_entries(knowledge);
    return fine;
}

void knowledge_free(struct knowledge *knowledge)
{
    if (!knowledge)
        return;
    for (array_each(struct yaml_tree *, tree, &knowledge->kept_trees))
        yaml_free(*tree);
    array_free(&knowledge->kept_trees);
    array_free(&knowledge->symbols);
    array_free(&knowledge->entries);
    array_free(&knowledge->aliases);
    array_free(&knowledge->profiles);
    derived_files_free(knowledge->derived);
    names_free(&knowledge->names);
    arena_free(&knowledge->arena);
    free(knowledge);
}

/* What the entry says more than that the function exists. */
static bool says_something(const struct symbol *symbol)
{
    return symbol && symbol->api && symbol->api->origin != API_UNREVIEWED;
}

const struct api *knowledge_find(const struct knowledge *knowledge, const char *name)
{
    const struct symbol *symbol = symbol_find(knowledge, name);
    if (!says_something(symbol) && derived_files_load_for((struct knowledge *)knowledge, name))
        symbol = symbol_find(knowledge, name);
    if (!symbol || !symbol->api)
        symbol = alias_resolve(knowledge, name);
    return symbol ? symbol->api : NULL;
}

size_t knowledge_count(const struct knowledge *knowledge)
{
    return knowledge->entries.count;
}

const struct api *knowledge_at(const struct knowledge *knowledge, size_t index)
{
    return knowledge->entries.items[index];
}

fd_bits knowledge_variable(const struct knowledge *knowledge, const char *name)
{
    const struct symbol *symbol = symbol_find(knowledge, name);
    return symbol ? symbol->variable : 0;
}

bool knowledge_tells_readiness(const struct knowledge *knowledge, const char *member)
{
    const struct symbol *symbol = symbol_find(knowledge, member);
    return symbol && symbol->tells_readiness;
}

fd_bits knowledge_descriptor(const struct knowledge *knowledge, int64_t number)
{
    return number >= 0 && number < STARTED_WITH ? knowledge->started_with[number] : 0;
}

bool knowledge_constant(const struct knowledge *knowledge, const char *name, int64_t *value)
{
    const struct symbol *symbol = symbol_find(knowledge, name);
    if (!symbol || !symbol->is_constant)
        return false;
    *value = symbol->constant;
    return true;
}
