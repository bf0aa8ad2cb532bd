/* Reads the plain tables: named constants and variables, the manual pages' thread safety, and which entries were
 * checked against which documentation. */
#include "knowledge/internal.h"

#include <string.h>

static bool parse_constant_values(struct parse *parse, const struct yaml_node *map)
{
    bool fine = true;
    for (size_t i = 0; i < map->count; i++) {
        int64_t value;
        const char *name = map->keys[i]->scalar;
        if (!yaml_integer(parse->tree, map->items[i], name, &value, parse->problems)) {
            fine = false;
            continue;
        }
        struct symbol *symbol = symbol_add(parse->knowledge, name);
        symbol->is_constant = true;
        symbol->constant = value;
    }
    return fine;
}

static bool parse_variables(struct parse *parse, const struct yaml_node *map)
{
    bool fine = true;
    for (size_t i = 0; i < map->count; i++) {
        struct phrase phrase;
        fd_bits bits;
        if (!phrase_begin(&phrase, parse, NULL, map->items[i], "a variable") || !parse_descriptors(&phrase, &bits) ||
            !phrase_finish(&phrase)) {
            fine = false;
            continue;
        }
        struct symbol *symbol = symbol_add(parse->knowledge, map->keys[i]->scalar);
        symbol->variable = bits;
        if (symbol->is_constant && symbol->constant >= 0 && symbol->constant < STARTED_WITH)
            parse->knowledge->started_with[symbol->constant] = bits;
    }
    return fine;
}

/* Members of records, "record.member". */
static bool parse_readiness(struct parse *parse, const struct yaml_node *list)
{
    bool fine = true;
    if (list->kind != YAML_LIST) {
        yaml_problem(parse->tree, list, parse->problems, NULL, "readiness: a list of members is expected");
        return false;
    }
    for (size_t i = 0; i < list->count; i++) {
        const char *member;
        if (!yaml_string(parse->tree, list->items[i], "a member", &member, parse->problems)) {
            fine = false;
        } else if (!strchr(member, '.')) {
            yaml_problem(parse->tree, list->items[i], parse->problems, NULL, "`%s` is no member: write RECORD.MEMBER",
                         member);
            fine = false;
        } else {
            symbol_add(parse->knowledge, member)->tells_readiness = true;
        }
    }
    return fine;
}

static bool expect_map(struct parse *parse, const struct yaml_node *node, const char *what)
{
    if (node->kind == YAML_MAP)
        return true;
    yaml_problem(parse->tree, node, parse->problems, NULL, "%s: a map is expected", what);
    return false;
}

bool parse_constants(struct parse *parse)
{
    static const char *const keys[] = {"constants", "variables", "readiness", NULL};
    const struct yaml_node *root = parse->tree->root;
    if (!root)
        return true;
    if (!yaml_check_keys(parse->tree, root, "constants.yaml", keys, parse->problems))
        return false;
    const struct yaml_node *constants = yaml_get(root, "constants");
    const struct yaml_node *variables = yaml_get(root, "variables");
    const struct yaml_node *readiness = yaml_get(root, "readiness");
    bool fine = true;
    if (constants)
        fine = expect_map(parse, constants, "constants") && parse_constant_values(parse, constants);
    if (variables)
        fine = expect_map(parse, variables, "variables") && parse_variables(parse, variables) && fine;
    if (readiness)
        fine = parse_readiness(parse, readiness) && fine;
    return fine;
}

/* One page's functions that share a statement: "strtok(3): [strtok]". */
static bool parse_page(struct parse *parse, const struct statement *shared, const struct yaml_node *page,
                       const struct yaml_node *functions)
{
    if (functions->kind != YAML_LIST) {
        yaml_problem(parse->tree, functions, parse->problems, NULL, "a page has a list of functions");
        return false;
    }
    struct statement *attribute = ARENA_NEW(&parse->knowledge->arena, struct statement);
    *attribute = *shared;
    attribute->source = arena_printf(&parse->knowledge->arena, "%s, man-pages 6.03", page->scalar);
    for (size_t i = 0; i < functions->count; i++) {
        const char *name;
        if (!yaml_string(parse->tree, functions->items[i], "a function", &name, parse->problems))
            return false;
        symbol_add(parse->knowledge, name)->attribute = attribute;
    }
    return true;
}

bool parse_thread_safety(struct phrase *phrase, struct statement *statement)
{
    static const char *const words[] = {"MT-Safe", "MT-Unsafe", "unknown", NULL};
    static const enum thread_safety meanings[] = {THREAD_SAFE, THREAD_UNSAFE, THREAD_SAFETY_UNKNOWN};
    struct arena *arena = &phrase->parse->knowledge->arena;
    int word = phrase_choice(phrase, "a statement about thread safety", words);
    if (word < 0)
        return false;
    statement->safety = meanings[word];
    phrase_at_end(phrase); /* skips spaces */
    const char *since = strstr(phrase->at, "(since ");
    size_t length = since ? (size_t)(since - phrase->at) : strlen(phrase->at);
    while (length && phrase->at[length - 1] == ' ')
        length--;
    statement->tags = length ? arena_strndup(arena, phrase->at, length) : "";
    if (since)
        statement->since = arena_strndup(arena, since + strlen("(since "), strcspn(since + strlen("(since "), ")"));
    if (length && statement->safety == THREAD_SAFE)
        statement->safety = THREAD_SAFE_IF;
    return true;
}

/* "MT-Unsafe race:strtok" and the pages that say so. */
static bool parse_statement(struct parse *parse, const struct yaml_node *statement, const struct yaml_node *pages)
{
    struct statement attribute = {.tags = ""};
    struct phrase phrase;
    bool fine = true;
    if (!phrase_begin(&phrase, parse, NULL, statement, "a statement about thread safety") ||
        !parse_thread_safety(&phrase, &attribute))
        return false;
    for (size_t i = 0; i < pages->count; i++)
        fine = parse_page(parse, &attribute, pages->keys[i], pages->items[i]) && fine;
    return fine;
}

bool parse_attributes(struct parse *parse)
{
    const struct yaml_node *root = parse->tree->root;
    bool fine = true;
    if (!root)
        return true;
    if (!expect_map(parse, root, "attributes"))
        return false;
    for (size_t i = 0; i < root->count; i++)
        fine = expect_map(parse, root->items[i], root->keys[i]->scalar) &&
               parse_statement(parse, root->keys[i], root->items[i]) && fine;
    return fine;
}

/* "zlib.h 1.2.13: [deflate, inflate]" */
bool parse_reviews(struct parse *parse)
{
    const struct yaml_node *root = parse->tree->root;
    if (!root)
        return true;
    if (!expect_map(parse, root, "reviews"))
        return false;
    for (size_t i = 0; i < root->count; i++) {
        const struct yaml_node *names = root->items[i];
        const char *page = arena_strdup(&parse->knowledge->arena, root->keys[i]->scalar);
        if (names->kind != YAML_LIST) {
            yaml_problem(parse->tree, names, parse->problems, NULL, "a page has a list of functions");
            return false;
        }
        for (size_t n = 0; n < names->count; n++) {
            const char *name;
            if (!yaml_string(parse->tree, names->items[n], "a function", &name, parse->problems))
                return false;
            symbol_add(parse->knowledge, name)->review = page;
        }
    }
    return true;
}
