/* Rules: YAML logic over typed facts → a recommendation, the models ruled out, findings; and every rule that fired.
 *
 * Ownership: struct rules owns the loaded rules; an outcome owns nothing but its array (strings belong to the rules,
 * the facts or the arena that was given).
 * Threads: read-only after loading.
 */
#ifndef RULES_RULES_H
#define RULES_RULES_H

#include "base/arena.h"
#include "base/array.h"
#include "base/error.h"
#include "base/json_writer.h"
#include "model/concepts.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum fact_id {
#define FACT(id, name, type, values, text) FACT_##id,
#include "model/facts.def"
    FACT_COUNT
};

enum fact_type { FACT_BOOLEAN, FACT_NUMBER, FACT_WORD, FACT_TEXT };

const char *fact_name(enum fact_id fact);
enum fact_type fact_type(enum fact_id fact);
const char *fact_text(enum fact_id fact);
/* FACT_WORD: the words it may be, NULL-terminated; else NULL. */
const char *const *fact_words(enum fact_id fact);
int fact_find(const char *name); /* or -1 */

/* The facts of one unit. Absent is a value of its own: nothing assessed it. */
struct fact_value {
    bool present;
    bool boolean;
    double number;
    const char *word; /* FACT_WORD and FACT_TEXT */
};

struct facts {
    struct fact_value values[FACT_COUNT];
};

void facts_set_boolean(struct facts *facts, enum fact_id fact, bool value);
void facts_set_number(struct facts *facts, enum fact_id fact, double value);
void facts_set_word(struct facts *facts, enum fact_id fact, const char *value); /* not copied; NULL: absent */

/* Reads {"fact": value, …}; an unknown fact, a wrong type or word is a problem with its place. Strings go to the arena.
 */
bool facts_read_json(struct facts *facts, struct arena *arena, const char *name, const char *text, size_t length,
                     struct problems *problems);

struct rules;

/* An empty set, for rules_add_file; rules_free releases it. */
struct rules *rules_new(void);

/* Loads every *.yaml of a directory, in the order of their names. A wrong rule is a problem with file:line:column, what
 * is wrong and the nearest valid name; it is left out and the rest is loaded. NULL only if nothing can be read. */
struct rules *rules_load(const char *directory, struct problems *problems);
bool rules_add_file(struct rules *rules, const char *path, struct problems *problems);
void rules_free(struct rules *rules);

enum rule_effect { RULE_RECOMMENDS, RULE_FORBIDS, RULE_REPORTS };

struct fired {
    const char *rule; /* the rule's id */
    enum rule_effect effect;
    enum model model;       /* RULE_RECOMMENDS, RULE_FORBIDS */
    enum severity severity; /* RULE_REPORTS: SEVERITY_NOTE is "info" */
    const char *because;    /* the template, filled from the facts */
    const char *todo;       /* what to do, filled; or NULL */
    bool overruled;         /* a recommendation of another model than the one that counts: a rule forbids its model,
                               or a recommendation before it won */
};

/* A rule that would need a fact that nothing assessed, and the first such fact. */
struct undecided {
    const char *rule;
    enum fact_id missing;
};

struct outcome {
    enum model model;           /* MODEL_SERIAL where nothing recommends */
    const struct fired *chosen; /* the recommendation that counts, or NULL */
    /* Recommendations by weight, the least change first where weights are equal; then what is forbidden; then reports,
     * the most severe first. What is left equal is in the order of the ids: the order of files does not matter. */
    ARRAY(struct fired) fired;
    ARRAY(struct undecided) undecided; /* in the order of the ids */
};

void rules_apply(const struct rules *rules, const struct facts *facts, struct arena *arena, struct outcome *outcome);
void outcome_free(struct outcome *outcome);

/* `concadvise rule`: one rule or all, with the facts, for people (Markdown) or as JSON. false: no such rule. */
bool rules_document(const struct rules *rules, const char *id, FILE *stream);
void rules_document_all(const struct rules *rules, FILE *stream);
void rules_write_json(const struct rules *rules, struct json_writer *json);
/* All ids, NULL-terminated, owned by `rules`. */
const char *const *rules_ids(const struct rules *rules);

#endif
