/* YAML → rules: one item of a rule file's list at a time; every mistake in it is reported, not only the first. */
#include "base/suggest.h"
#include "rules/internal.h"

#include <string.h>

#define WEIGHT_MAX 100

struct reader {
    const struct yaml_tree *tree;
    const struct yaml_node *node; /* the rule */
    const char *id;
    struct arena *arena;
    struct problems *problems;
};

static const char *const severity_words[] = {"warning", "info", NULL};

const char *nearest_advice(struct arena *arena, const char *wrong, const char *const *candidates)
{
    const char *nearest = suggest(wrong, candidates);
    if (nearest)
        return arena_printf(arena, "did you mean \"%s\"?", nearest);
    struct text list = {0};
    for (size_t i = 0; candidates[i]; i++)
        text_printf(&list, "%s%s", i ? ", " : "one of: ", candidates[i]);
    const char *advice = arena_strdup(arena, text_string(&list));
    text_free(&list);
    return advice;
}

static const struct yaml_node *required(const struct reader *reader, const char *key, const char *advice)
{
    const struct yaml_node *node = yaml_get(reader->node, key);
    if (!node)
        yaml_problem(reader->tree, reader->node, reader->problems, advice, "rule \"%s\" has no `%s`", reader->id, key);
    return node;
}

static bool read_string(const struct reader *reader, const char *key, const struct yaml_node *node, const char **copy)
{
    const char *value;
    if (!node || !yaml_string(reader->tree, node, key, &value, reader->problems))
        return false;
    *copy = arena_strdup(reader->arena, value);
    if (**copy)
        return true;
    yaml_problem(reader->tree, node, reader->problems, NULL, "`%s` is empty", key);
    return false;
}

static bool read_id(struct reader *reader)
{
    const struct yaml_node *node = yaml_get(reader->node, "id");
    if (!node) {
        yaml_problem(reader->tree, reader->node, reader->problems, "for example id: native-cpu-threading",
                     "a rule has no `id`");
        return false;
    }
    if (!read_string(reader, "id", node, &reader->id))
        return false;
    const char *id = reader->id;
    bool is_name = *id >= 'a' && *id <= 'z' && strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(id);
    if (!is_name)
        yaml_problem(reader->tree, node, reader->problems, "for example native-cpu-threading",
                     "the id \"%s\" is no name of small letters, digits and hyphens", id);
    return is_name;
}

/* The position of a node's text in a list of words, or -1 with a problem. */
static int read_word(const struct reader *reader, const struct yaml_node *node, const char *key,
                     const char *const *words)
{
    const char *word;
    if (!yaml_string(reader->tree, node, key, &word, reader->problems))
        return -1;
    for (int i = 0; words[i]; i++)
        if (strcmp(words[i], word) == 0)
            return i;
    yaml_problem(reader->tree, node, reader->problems, nearest_advice(reader->arena, word, words),
                 "`%s` cannot be \"%s\"", key, word);
    return -1;
}

static bool read_weight(const struct reader *reader, struct rule *rule)
{
    int64_t weight;
    const struct yaml_node *node = required(reader, "weight", "of the recommendations that fire the heaviest counts");
    if (!node || !yaml_integer(reader->tree, node, "weight", &weight, reader->problems))
        return false;
    if (weight < 1 || weight > WEIGHT_MAX) {
        yaml_problem(reader->tree, node, reader->problems, NULL, "`weight` is from 1 to %d, not %lld", WEIGHT_MAX,
                     (long long)weight);
        return false;
    }
    rule->weight = (int)weight;
    return true;
}

static bool read_recommend(const struct reader *reader, const struct yaml_node *node, struct rule *rule)
{
    rule->effect = RULE_RECOMMENDS;
    int model = read_word(reader, node, "recommend", concept_names(CONCEPT_MODEL));
    bool weighs = read_weight(reader, rule);
    if (model < 0)
        return false;
    rule->models[0] = (enum model)model;
    rule->model_count = 1;
    return weighs;
}

static bool add_forbidden(const struct reader *reader, const struct yaml_node *node, struct rule *rule)
{
    int model = read_word(reader, node, "forbid", concept_names(CONCEPT_MODEL));
    if (model < 0)
        return false;
    if (model == MODEL_SERIAL) {
        yaml_problem(reader->tree, node, reader->problems, "forbid the others, or recommend one with more weight",
                     "serial cannot be forbidden: it is what remains");
        return false;
    }
    for (size_t i = 0; i < rule->model_count; i++) {
        if (rule->models[i] != (enum model)model)
            continue;
        yaml_problem(reader->tree, node, reader->problems, NULL, "`forbid` names \"%s\" twice", node->scalar);
        return false;
    }
    rule->models[rule->model_count++] = (enum model)model;
    return true;
}

static bool read_forbid(const struct reader *reader, const struct yaml_node *node, struct rule *rule)
{
    rule->effect = RULE_FORBIDS;
    if (node->kind != YAML_LIST)
        return add_forbidden(reader, node, rule);
    if (node->count == 0) {
        yaml_problem(reader->tree, node, reader->problems, NULL, "`forbid` is empty");
        return false;
    }
    bool good = true;
    for (size_t i = 0; i < node->count; i++)
        good &= add_forbidden(reader, node->items[i], rule);
    return good;
}

static bool read_report(const struct reader *reader, const struct yaml_node *node, struct rule *rule)
{
    rule->effect = RULE_REPORTS;
    int word = read_word(reader, node, "report", severity_words);
    rule->severity = word == 0 ? SEVERITY_WARNING : SEVERITY_NOTE;
    return word >= 0;
}

static bool read_effect(const struct reader *reader, struct rule *rule)
{
    const struct yaml_node *recommend = yaml_get(reader->node, "recommend");
    const struct yaml_node *forbid = yaml_get(reader->node, "forbid");
    const struct yaml_node *report = yaml_get(reader->node, "report");
    const struct yaml_node *weight = yaml_get(reader->node, "weight");
    if (!recommend + !forbid + !report != 2) {
        yaml_problem(reader->tree, reader->node, reader->problems, NULL,
                     "rule \"%s\" needs one of `recommend`, `forbid` and `report`, and only one", reader->id);
        return false;
    }
    if (weight && !recommend) {
        yaml_problem(reader->tree, weight, reader->problems, "leave it out",
                     "`weight` orders recommendations; rule \"%s\" has none", reader->id);
        return false;
    }
    if (recommend)
        return read_recommend(reader, recommend, rule);
    return forbid ? read_forbid(reader, forbid, rule) : read_report(reader, report, rule);
}

static bool read_when(const struct reader *reader, struct rule *rule)
{
    const struct yaml_node *node = required(reader, "when", "say which facts make the rule fire");
    rule->when = node ? condition_parse(reader->tree, node, reader->arena, reader->problems) : NULL;
    return rule->when != NULL;
}

static bool read_texts(const struct reader *reader, struct rule *rule)
{
    const struct yaml_node *summary = required(reader, "summary", "one line for lists");
    const struct yaml_node *why = yaml_get(reader->node, "why");
    const struct yaml_node *because = required(reader, "because", "every rule names the facts that made it fire");
    const struct yaml_node *todo = yaml_get(reader->node, "do");
    bool good = read_string(reader, "summary", summary, &rule->summary);
    if (why)
        good &= read_string(reader, "why", why, &rule->why);
    if (because)
        rule->because = template_parse(reader->tree, because, "because", reader->arena, reader->problems);
    if (todo)
        rule->todo = template_parse(reader->tree, todo, "do", reader->arena, reader->problems);
    return good && rule->because && (rule->todo || !todo);
}

bool rule_parse(const struct yaml_tree *tree, const struct yaml_node *node, struct arena *arena, struct rule *rule,
                struct problems *problems)
{
    static const char *const keys[] = {"id",     "summary", "why",     "when", "recommend", "forbid",
                                       "report", "weight",  "because", "do",   NULL};
    struct reader reader = {.tree = tree, .node = node, .arena = arena, .problems = problems};
    *rule = (struct rule){.place = {arena_strdup(arena, tree->file), node->line, node->column}};
    bool good = yaml_check_keys(tree, node, "a rule", keys, problems);
    if (node->kind != YAML_MAP || !read_id(&reader))
        return false;
    rule->id = reader.id;
    good &= read_when(&reader, rule);
    good &= read_effect(&reader, rule);
    good &= read_texts(&reader, rule);
    return good;
}
