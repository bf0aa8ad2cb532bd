/* Names that mean another function: rules of a prefix and a suffix, from aliases.yaml. */
#include "knowledge/internal.h"

#include <string.h>

#define LONGEST_NAME 256
#define MOST_RULES 3 /* how many rules may apply one after the other: __builtin___memcpy_chk */

bool parse_aliases(struct parse *parse)
{
    static const char *const keys[] = {"prefix", "suffix", "add", "means", NULL};
    const struct yaml_node *root = parse->tree->root;
    bool fine = true;
    if (!root || root->kind != YAML_LIST) {
        struct place place = {parse->tree->file, 0, 0};
        problems_add(parse->problems, SEVERITY_ERROR, place, "write `- {prefix: P, suffix: S}`",
                     "aliases are a list of rules");
        return false;
    }
    for (size_t i = 0; i < root->count; i++) {
        const char *texts[4] = {"", "", "", ""};
        bool read = yaml_check_keys(parse->tree, root->items[i], "an alias", keys, parse->problems);
        for (unsigned key = 0; read && keys[key]; key++) {
            const struct yaml_node *node = yaml_get(root->items[i], keys[key]);
            read = !node || yaml_string(parse->tree, node, keys[key], &texts[key], parse->problems);
        }
        if (read && !*texts[0] && !*texts[1]) {
            yaml_problem(parse->tree, root->items[i], parse->problems, NULL, "a rule needs a prefix or a suffix");
            read = false;
        }
        fine = read && fine;
        struct arena *arena = &parse->knowledge->arena;
        if (read)
            array_push(&parse->knowledge->aliases,
                       (struct alias){arena_strdup(arena, texts[0]), arena_strdup(arena, texts[1]),
                                      arena_strdup(arena, texts[2]), arena_strdup(arena, texts[3])});
    }
    return fine;
}

/* Writes what the rule makes of the name; false if the rule is not about it. */
static bool apply(const struct alias *alias, const char *name, char *result)
{
    size_t length = strlen(name);
    size_t prefix = strlen(alias->prefix);
    size_t suffix = strlen(alias->suffix);
    const char *add = *alias->means ? alias->means : alias->add;
    size_t added = strlen(add);
    if (length <= prefix + suffix || length - prefix - suffix + added >= LONGEST_NAME)
        return false;
    if (memcmp(name, alias->prefix, prefix) != 0 || memcmp(name + length - suffix, alias->suffix, suffix) != 0)
        return false;
    memcpy(result, add, added);
    if (*alias->means)
        prefix = length - suffix; /* nothing of the name is left */
    memcpy(result + added, name + prefix, length - prefix - suffix);
    result[added + length - prefix - suffix] = '\0';
    return true;
}

static const struct symbol *resolve(const struct knowledge *knowledge, const char *name, unsigned depth)
{
    for (uint32_t i = 0; i < knowledge->aliases.count; i++) {
        char shorter[LONGEST_NAME];
        if (!apply(&knowledge->aliases.items[i], name, shorter))
            continue;
        const struct symbol *symbol = symbol_find(knowledge, shorter);
        if (symbol && symbol->api)
            return symbol;
        if (depth < MOST_RULES) {
            symbol = resolve(knowledge, shorter, depth + 1);
            if (symbol)
                return symbol;
        }
    }
    return NULL;
}

const struct symbol *alias_resolve(const struct knowledge *knowledge, const char *name)
{
    return resolve(knowledge, name, 1);
}
