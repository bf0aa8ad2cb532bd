/* What the files of the rules engine share: a rule as it lies in memory.
 *
 * Ownership: conditions, templates and strings belong to the arena of struct rules.
 */
#ifndef RULES_INTERNAL_H
#define RULES_INTERNAL_H

#include "base/text.h"
#include "base/yaml_tree.h"
#include "rules/rules.h"

/* ---- conditions (condition.c evaluates, parse_condition.c reads) ---- */

enum condition_kind {
    CONDITION_ALL,     /* `children` */
    CONDITION_ANY,     /* `children` */
    CONDITION_NOT,     /* `children`, one */
    CONDITION_PRESENT, /* `fact`, `boolean`: whether it must be present */
    CONDITION_BOOLEAN, /* `fact`, `boolean` */
    CONDITION_NUMBER,  /* `fact`, `range` */
    CONDITION_WORDS    /* `fact`, `words`: one of them */
};

/* Numbers from at_least up to, but not including, below. Open ends are infinite. */
struct number_range {
    double at_least;
    double below;
};

struct condition {
    enum condition_kind kind;
    enum fact_id fact; /* not for all, any, not */
    union {
        struct {
            const struct condition **items;
            size_t count;
        } children;
        struct {
            const char **items;
            size_t count;
        } words;
        struct number_range range;
        bool boolean;
    } as;
};

enum truth { TRUTH_NO, TRUTH_YES, TRUTH_UNDECIDED };

/* Three-valued: a condition on an absent fact is undecided; "no" decides an `all`, "yes" decides an `any`. `missing`
 * receives the first absent fact that an undecided condition would need. */
enum truth condition_holds(const struct condition *condition, const struct facts *facts, enum fact_id *missing);

/* Two conditions on facts that no value of the fact can fulfil at once. False for all, any and not. */
bool conditions_contradict(const struct condition *a, const struct condition *b);

/* NULL, with problems, if the node is no condition. */
const struct condition *condition_parse(const struct yaml_tree *tree, const struct yaml_node *node, struct arena *arena,
                                        struct problems *problems);

/* Every fact that the condition asks is marked in `used` (FACT_COUNT entries). */
void condition_mark_facts(const struct condition *condition, bool *used);

/* ---- templates (template.c) ---- */

struct template;

/* NULL, with a problem at the node's place, if the text is no template. */
const struct template *template_parse(const struct yaml_tree *tree, const struct yaml_node *node, const char *what,
                                      struct arena *arena, struct problems *problems);
const char *template_fill(const struct template *template, const struct facts *facts, struct arena *arena);
const char *template_source(const struct template *template);

/* ---- rules ---- */

struct rule {
    const char *id;
    const char *summary;
    const char *why;
    const struct condition *when;
    enum rule_effect effect;
    enum model models[MODEL_COUNT]; /* RULE_RECOMMENDS: one; RULE_FORBIDS: all that it forbids */
    size_t model_count;
    enum severity severity; /* RULE_REPORTS */
    int weight;             /* RULE_RECOMMENDS */
    const struct template *because;
    const struct template *todo; /* or NULL */
    struct place place;
};

struct rules {
    struct arena arena;
    ARRAY(struct rule) list; /* sorted by id */
    ARRAY(const char *) ids; /* of the list, and a NULL */
};

/* Reads one item of a rule file's list. False, with problems, if it is wrong. */
bool rule_parse(const struct yaml_tree *tree, const struct yaml_node *node, struct arena *arena, struct rule *rule,
                struct problems *problems);

const struct rule *rules_find(const struct rules *rules, const char *id);

/* "; did you mean …?"-style help for a wrong name: the nearest candidate, or all of them. */
const char *nearest_advice(struct arena *arena, const char *wrong, const char *const *candidates);

#endif
