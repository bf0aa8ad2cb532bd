/* YAML → conditions. A map holds when each of its entries holds; an entry is all, any, not, or a fact. */
#include "base/suggest.h"
#include "rules/internal.h"

#include <math.h>
#include <string.h>

struct reader {
    const struct yaml_tree *tree;
    struct arena *arena;
    struct problems *problems;
};

static const struct condition *read_condition(const struct reader *reader, const struct yaml_node *node);

static struct condition *new_condition(const struct reader *reader, enum condition_kind kind, enum fact_id fact)
{
    struct condition *condition = ARENA_NEW(reader->arena, struct condition);
    condition->kind = kind;
    condition->fact = fact;
    return condition;
}

/* The names that a key of a condition may have, NULL-terminated. */
static const char *const *condition_keys(struct arena *arena)
{
    static const char *const logic[] = {"all", "any", "not"};
    const char **keys = ARENA_ARRAY(arena, const char *, FACT_COUNT + 4);
    for (int fact = 0; fact < FACT_COUNT; fact++)
        keys[fact] = fact_name((enum fact_id)fact);
    memcpy(keys + FACT_COUNT, logic, sizeof logic);
    return keys;
}

static void unknown_fact(const struct reader *reader, const struct yaml_node *key)
{
    const char *nearest = suggest(key->scalar, condition_keys(reader->arena));
    const char *advice = nearest ? arena_printf(reader->arena, "did you mean \"%s\"?", nearest)
                                 : "`concadvise rule --all` lists the facts";
    yaml_problem(reader->tree, key, reader->problems, advice, "unknown fact \"%s\"", key->scalar);
}

static void wrong_value(const struct reader *reader, const struct yaml_node *node, enum fact_id fact)
{
    static const char *const expected[] = {
        [FACT_BOOLEAN] = "true or false",
        [FACT_NUMBER] = "a number, or at_least and below",
        [FACT_WORD] = "one word or a list of words",
        [FACT_TEXT] = "one text or a list of texts",
    };
    yaml_problem(reader->tree, node, reader->problems, "or ask only whether it is there: {present: true}",
                 "\"%s\" is compared with %s", fact_name(fact), expected[fact_type(fact)]);
}

/* One word that the fact is compared with, or NULL with a problem. */
static const char *read_word(const struct reader *reader, const struct yaml_node *node, enum fact_id fact)
{
    if (node->kind != YAML_SCALAR) {
        wrong_value(reader, node, fact);
        return NULL;
    }
    const char *const *words = fact_words(fact);
    if (!words)
        return arena_strdup(reader->arena, node->scalar);
    for (size_t i = 0; words[i]; i++)
        if (strcmp(words[i], node->scalar) == 0)
            return words[i];
    yaml_problem(reader->tree, node, reader->problems, nearest_advice(reader->arena, node->scalar, words),
                 "\"%s\" is never \"%s\"", fact_name(fact), node->scalar);
    return NULL;
}

static const struct condition *read_words(const struct reader *reader, const struct yaml_node *node, enum fact_id fact)
{
    bool is_list = node->kind == YAML_LIST;
    size_t count = is_list ? node->count : 1;
    if (count == 0) {
        wrong_value(reader, node, fact);
        return NULL;
    }
    struct condition *condition = new_condition(reader, CONDITION_WORDS, fact);
    condition->as.words.items = ARENA_ARRAY(reader->arena, const char *, count);
    bool good = true;
    for (size_t i = 0; i < count; i++) {
        const char *word = read_word(reader, is_list ? node->items[i] : node, fact);
        good &= word != NULL;
        condition->as.words.items[condition->as.words.count++] = word;
    }
    return good ? condition : NULL;
}

static bool read_bound(const struct reader *reader, const struct yaml_node *map, const char *key, double *bound)
{
    const struct yaml_node *node = yaml_get(map, key);
    return !node || yaml_number(reader->tree, node, key, bound, reader->problems);
}

static const struct condition *read_range(const struct reader *reader, const struct yaml_node *node, enum fact_id fact)
{
    static const char *const keys[] = {"at_least", "below", "present", NULL};
    if (!yaml_check_keys(reader->tree, node, fact_name(fact), keys, reader->problems))
        return NULL;
    if (node->count == 0 || yaml_get(node, "present")) { /* `present` stands alone */
        wrong_value(reader, node, fact);
        return NULL;
    }
    struct number_range range = {-INFINITY, INFINITY};
    bool good = read_bound(reader, node, "at_least", &range.at_least);
    if (!read_bound(reader, node, "below", &range.below) || !good)
        return NULL;
    if (range.at_least >= range.below) {
        yaml_problem(reader->tree, node, reader->problems, NULL,
                     "no number is at least %g and below %g: the rule could never fire", range.at_least, range.below);
        return NULL;
    }
    struct condition *condition = new_condition(reader, CONDITION_NUMBER, fact);
    condition->as.range = range;
    return condition;
}

static const struct condition *read_number(const struct reader *reader, const struct yaml_node *node, enum fact_id fact)
{
    double number;
    if (node->kind == YAML_MAP)
        return read_range(reader, node, fact);
    if (node->kind != YAML_SCALAR) {
        wrong_value(reader, node, fact);
        return NULL;
    }
    if (!yaml_number(reader->tree, node, fact_name(fact), &number, reader->problems))
        return NULL;
    struct condition *condition = new_condition(reader, CONDITION_NUMBER, fact);
    condition->as.range = (struct number_range){number, nextafter(number, INFINITY)};
    return condition;
}

static const struct condition *read_flag(const struct reader *reader, const struct yaml_node *node, enum fact_id fact,
                                         enum condition_kind kind)
{
    struct condition *condition = new_condition(reader, kind, fact);
    const char *what = kind == CONDITION_PRESENT ? "present" : fact_name(fact);
    if (!yaml_boolean(reader->tree, node, what, &condition->as.boolean, reader->problems))
        return NULL;
    return condition;
}

static const struct condition *read_fact(const struct reader *reader, const struct yaml_node *key,
                                         const struct yaml_node *node)
{
    int found = fact_find(key->scalar);
    if (found < 0) {
        unknown_fact(reader, key);
        return NULL;
    }
    enum fact_id fact = (enum fact_id)found;
    const struct yaml_node *present = node->kind == YAML_MAP && node->count == 1 ? yaml_get(node, "present") : NULL;
    if (present)
        return read_flag(reader, present, fact, CONDITION_PRESENT);
    if (fact_type(fact) == FACT_NUMBER)
        return read_number(reader, node, fact);
    if (fact_type(fact) == FACT_BOOLEAN)
        return read_flag(reader, node, fact, CONDITION_BOOLEAN);
    return read_words(reader, node, fact);
}

/* A rule whose conditions exclude each other would never fire: somebody meant something else. */
static bool check_contradictions(const struct reader *reader, const struct yaml_node *node, const struct condition *all)
{
    for (size_t i = 0; i < all->as.children.count; i++) {
        for (size_t k = 0; k < i; k++) {
            if (!conditions_contradict(all->as.children.items[k], all->as.children.items[i]))
                continue;
            yaml_problem(reader->tree, node->items[i], reader->problems, "did you mean `any`?",
                         "this contradicts another condition on \"%s\": the rule could never fire",
                         fact_name(all->as.children.items[i]->fact));
            return false;
        }
    }
    return true;
}

static const struct condition *read_list(const struct reader *reader, const struct yaml_node *key,
                                         const struct yaml_node *node, enum condition_kind kind)
{
    if (node->kind != YAML_LIST || node->count == 0) {
        yaml_problem(reader->tree, node, reader->problems, "write each condition as a list item: - class: io",
                     "`%s` needs a list of conditions", key->scalar);
        return NULL;
    }
    struct condition *condition = new_condition(reader, kind, 0);
    condition->as.children.items = ARENA_ARRAY(reader->arena, const struct condition *, node->count);
    bool good = true;
    for (size_t i = 0; i < node->count; i++) {
        const struct condition *child = read_condition(reader, node->items[i]);
        good &= child != NULL;
        condition->as.children.items[condition->as.children.count++] = child;
    }
    if (!good || (kind == CONDITION_ALL && !check_contradictions(reader, node, condition)))
        return NULL;
    return condition;
}

static const struct condition *read_not(const struct reader *reader, const struct yaml_node *node)
{
    const struct condition *inner = read_condition(reader, node);
    if (!inner)
        return NULL;
    struct condition *condition = new_condition(reader, CONDITION_NOT, 0);
    condition->as.children.items = ARENA_NEW(reader->arena, const struct condition *);
    condition->as.children.items[0] = inner;
    condition->as.children.count = 1;
    return condition;
}

static const struct condition *read_entry(const struct reader *reader, const struct yaml_node *key,
                                          const struct yaml_node *node)
{
    if (strcmp(key->scalar, "all") == 0)
        return read_list(reader, key, node, CONDITION_ALL);
    if (strcmp(key->scalar, "any") == 0)
        return read_list(reader, key, node, CONDITION_ANY);
    if (strcmp(key->scalar, "not") == 0)
        return read_not(reader, node);
    return read_fact(reader, key, node);
}

static const struct condition *read_condition(const struct reader *reader, const struct yaml_node *node)
{
    if (node->kind != YAML_MAP || node->count == 0) {
        yaml_problem(reader->tree, node, reader->problems, "for example {class: io}",
                     "a condition is a map of facts, or of all, any, not");
        return NULL;
    }
    struct condition *all = new_condition(reader, CONDITION_ALL, 0);
    all->as.children.items = ARENA_ARRAY(reader->arena, const struct condition *, node->count);
    bool good = true;
    for (size_t i = 0; i < node->count; i++) {
        const struct condition *child = read_entry(reader, node->keys[i], node->items[i]);
        good &= child != NULL;
        all->as.children.items[all->as.children.count++] = child;
    }
    if (!good)
        return NULL;
    return all->as.children.count == 1 ? all->as.children.items[0] : all;
}

const struct condition *condition_parse(const struct yaml_tree *tree, const struct yaml_node *node, struct arena *arena,
                                        struct problems *problems)
{
    struct reader reader = {tree, arena, problems};
    return read_condition(&reader, node);
}
