/* What the tests of the rules share: rules from a string, problems as text, facts from JSON, one case and its check. */
#ifndef TESTS_RULES_HELPERS_H
#define TESTS_RULES_HELPERS_H

#include "base/path.h"
#include "base/text.h"
#include "rules/rules.h"

#include <json-c/json.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
/* cmocka needs the four headers above it */
#include <cmocka.h>

#define RULES_DIRECTORY SOURCE_DIR "/rules/data"
#define CASES_DIRECTORY SOURCE_DIR "/tests/fixtures/rules"

/* As problems_print prints them; free() it. */
static inline char *problems_text(const struct problems *problems)
{
    char *text = NULL;
    size_t size;
    FILE *stream = open_memstream(&text, &size);
    assert_non_null(stream);
    problems_print(problems, stream);
    fclose(stream);
    return text;
}

static inline void assert_no_problems(const struct problems *problems)
{
    char *text = problems_text(problems);
    assert_string_equal(text, "");
    free(text);
}

/* Adds rules from YAML text through a file called rules.yaml in a directory of its own, which is the working directory
 * meanwhile, so that messages begin with "rules.yaml:". */
static inline bool add_rules(struct rules *rules, const char *yaml, struct problems *problems)
{
    char directory[] = "/tmp/rules-test-XXXXXX";
    char *before = get_current_dir_name();
    assert_non_null(before);
    assert_non_null(mkdtemp(directory));
    assert_int_equal(chdir(directory), 0);
    FILE *stream = fopen("rules.yaml", "w");
    if (!stream) {
        fail_msg("cannot write rules.yaml");
        return false;
    }
    fputs(yaml, stream);
    fclose(stream);
    bool good = rules_add_file(rules, "rules.yaml", problems);
    unlink("rules.yaml");
    assert_int_equal(chdir(before), 0);
    rmdir(directory);
    free(before);
    return good;
}

static inline struct rules *good_rules(const char *yaml)
{
    struct problems problems = {0};
    struct rules *rules = rules_new();
    assert_true(add_rules(rules, yaml, &problems));
    assert_no_problems(&problems);
    problems_free(&problems);
    return rules;
}

static inline struct rules *shipped_rules(void)
{
    struct problems problems = {0};
    struct rules *rules = rules_load(RULES_DIRECTORY, &problems);
    assert_no_problems(&problems);
    assert_non_null(rules);
    problems_free(&problems);
    return rules;
}

static inline void good_facts(struct facts *facts, struct arena *arena, const char *json)
{
    struct problems problems = {0};
    *facts = (struct facts){0};
    bool good = facts_read_json(facts, arena, "facts", json, strlen(json), &problems);
    assert_no_problems(&problems);
    assert_true(good);
    problems_free(&problems);
}

static inline bool has_fired(const struct outcome *outcome, const char *id)
{
    for (array_each(const struct fired, fired, &outcome->fired))
        if (strcmp(fired->rule, id) == 0)
            return true;
    return false;
}

static inline bool is_undecided(const struct outcome *outcome, const char *id)
{
    for (array_each(const struct undecided, undecided, &outcome->undecided))
        if (strcmp(undecided->rule, id) == 0)
            return true;
    return false;
}

static inline bool is_rule(const struct rules *rules, const char *id)
{
    for (const char *const *ids = rules_ids(rules); *ids; ids++)
        if (strcmp(*ids, id) == 0)
            return true;
    return false;
}

/* The whole outcome as text, to compare two of them. */
static inline char *outcome_text(const struct outcome *outcome)
{
    struct text text = {0};
    text_printf(&text, "%s by %s\n", model_name(outcome->model), outcome->chosen ? outcome->chosen->rule : "nothing");
    for (array_each(const struct fired, fired, &outcome->fired))
        text_printf(&text, "%s %d %s %d %d: %s / %s\n", fired->rule, (int)fired->effect, model_name(fired->model),
                    (int)fired->severity, fired->overruled, fired->because, fired->todo ? fired->todo : "");
    for (array_each(const struct undecided, undecided, &outcome->undecided))
        text_printf(&text, "undecided %s %s\n", undecided->rule, fact_name(undecided->missing));
    return text.string;
}

/* ---- cases: {"name": …, "facts": {…}, "expect": {"model": …, "fired": […], …}} ---- */

struct expectation {
    const struct rules *rules;
    const struct outcome *outcome;
    const char *name; /* of the case, for messages */
};

static inline void check_says(const struct expectation *expectation, const char *words)
{
    const struct outcome *outcome = expectation->outcome;
    const struct fired *chosen = outcome->chosen;
    bool found = chosen && (strstr(chosen->because, words) || (chosen->todo && strstr(chosen->todo, words)));
    for (array_each(const struct fired, fired, &outcome->fired))
        found |= fired->effect == RULE_FORBIDS && strstr(fired->because, words);
    if (!found)
        fail_msg("%s: nothing says \"%s\", but: %s", expectation->name, words, chosen ? chosen->because : "nothing");
}

static inline void check_item(const struct expectation *expectation, const char *key, const char *item)
{
    const struct outcome *outcome = expectation->outcome;
    if (strcmp(key, "says") == 0) {
        check_says(expectation, item);
        return;
    }
    if (!is_rule(expectation->rules, item))
        fail_msg("%s: there is no rule %s", expectation->name, item);
    if (strcmp(key, "fired") == 0 && !has_fired(outcome, item))
        fail_msg("%s: %s did not fire", expectation->name, item);
    if (strcmp(key, "not_fired") == 0 && has_fired(outcome, item))
        fail_msg("%s: %s fired", expectation->name, item);
    if (strcmp(key, "undecided") == 0 && !is_undecided(outcome, item))
        fail_msg("%s: %s is not undecided", expectation->name, item);
}

static inline void check_expectation(const struct expectation *expectation, const char *key, json_object *value)
{
    static const char *const lists[] = {"fired", "not_fired", "undecided", "says"};
    if (strcmp(key, "model") == 0) {
        if (strcmp(json_object_get_string(value), model_name(expectation->outcome->model)) != 0)
            fail_msg("%s: %s, not %s", expectation->name, model_name(expectation->outcome->model),
                     json_object_get_string(value));
        return;
    }
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        if (strcmp(key, lists[i]) != 0)
            continue;
        for (size_t k = 0; k < json_object_array_length(value); k++)
            check_item(expectation, key, json_object_get_string(json_object_array_get_idx(value, k)));
        return;
    }
    fail_msg("%s: a case expects no \"%s\"", expectation->name, key);
}

/* Applies the rules to the case's facts, into `outcome` (outcome_free it), and fails the test where they differ from
 * what the case expects. */
static inline void check_case(const struct rules *rules, const char *name, const char *json, struct arena *arena,
                              struct outcome *outcome)
{
    struct facts facts;
    json_object *root = json_tokener_parse(json);
    if (!root)
        fail_msg("%s: not JSON", name);
    json_object *expect = json_object_object_get(root, "expect");
    if (!json_object_object_get(expect, "model"))
        fail_msg("%s: the case expects no model", name);
    good_facts(&facts, arena, json_object_to_json_string(json_object_object_get(root, "facts")));
    rules_apply(rules, &facts, arena, outcome);
    struct expectation expectation = {rules, outcome, name};
    json_object_object_foreach(expect, key, value)
    {
        check_expectation(&expectation, key, value);
    }
    json_object_put(root);
}

#endif
