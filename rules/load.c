/* Rule files → the rules, sorted by id so that the order of files never matters. */
#include "base/path.h"
#include "rules/internal.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int compare_ids(const void *a, const void *b)
{
    return strcmp(((const struct rule *)a)->id, ((const struct rule *)b)->id);
}

static void sort_rules(struct rules *rules)
{
    rules->ids.count = 0;
    if (rules->list.count)
        qsort(rules->list.items, rules->list.count, sizeof *rules->list.items, compare_ids);
    for (array_each(struct rule, rule, &rules->list))
        array_push(&rules->ids, rule->id);
    array_push(&rules->ids, NULL);
}

/* The rules are not sorted while a file is being added, so every one is looked at. */
const struct rule *rules_find(const struct rules *rules, const char *id)
{
    for (array_each(const struct rule, rule, &rules->list))
        if (strcmp(rule->id, id) == 0)
            return rule;
    return NULL;
}

static void add_rule(struct rules *rules, const struct yaml_tree *tree, const struct yaml_node *node,
                     struct problems *problems)
{
    struct rule rule;
    if (!rule_parse(tree, node, &rules->arena, &rule, problems))
        return;
    const struct rule *first = rules_find(rules, rule.id);
    if (!first) {
        array_push(&rules->list, rule);
        return;
    }
    const char *advice = arena_printf(&rules->arena, "the first is at %s:%u; give this one another id",
                                      first->place.file, first->place.line);
    yaml_problem(tree, yaml_get(node, "id"), problems, advice, "two rules have the id \"%s\"", rule.id);
}

static bool add_tree(struct rules *rules, const struct yaml_tree *tree, struct problems *problems)
{
    static const char *const keys[] = {"rules", NULL};
    static const char *const advice = "a rule file is `rules:` and a list of rules";
    if (!tree->root) {
        problems_add(problems, SEVERITY_ERROR, (struct place){tree->file, 0, 0}, advice, "the file is empty");
        return false;
    }
    bool good = yaml_check_keys(tree, tree->root, "a rule file", keys, problems);
    const struct yaml_node *list = yaml_get(tree->root, "rules");
    if (tree->root->kind != YAML_MAP)
        return false;
    if (!list || list->kind != YAML_LIST) {
        yaml_problem(tree, list ? list : tree->root, problems, advice, "no list of rules");
        return false;
    }
    for (size_t i = 0; i < list->count; i++)
        add_rule(rules, tree, list->items[i], problems);
    return good;
}

bool rules_add_file(struct rules *rules, const char *path, struct problems *problems)
{
    struct yaml_tree tree;
    unsigned errors = problems->errors;
    if (!yaml_read_file(&tree, path, problems))
        return false;
    add_tree(rules, &tree, problems);
    yaml_free(&tree);
    sort_rules(rules);
    return problems->errors == errors;
}

struct rules *rules_new(void)
{
    struct rules *rules = must_malloc(sizeof *rules);
    *rules = (struct rules){0};
    arena_init(&rules->arena);
    sort_rules(rules);
    return rules;
}

static int is_rule_file(const struct dirent *entry)
{
    return entry->d_name[0] != '.' && string_ends_with(entry->d_name, ".yaml");
}

static int compare_names(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

struct rules *rules_load(const char *directory, struct problems *problems)
{
    struct dirent **files = NULL;
    int count = scandir(directory, &files, is_rule_file, compare_names);
    if (count <= 0) {
        const char *reason = count < 0 ? strerror(errno) : "no *.yaml in it";
        problems_add(problems, SEVERITY_ERROR, (struct place){directory, 0, 0}, NULL, "cannot read rules: %s", reason);
        free(files);
        return NULL;
    }
    struct rules *rules = rules_new();
    for (int i = 0; i < count; i++) {
        rules_add_file(rules, path_join(&rules->arena, directory, files[i]->d_name), problems);
        free(files[i]);
    }
    free(files);
    return rules;
}

void rules_free(struct rules *rules)
{
    if (!rules)
        return;
    array_free(&rules->list);
    array_free(&rules->ids);
    arena_free(&rules->arena);
    free(rules);
}

const char *const *rules_ids(const struct rules *rules)
{
    return rules->ids.items;
}
