/* Every case of tests/fixtures/rules against the rules that are shipped, and properties that hold for all of them. */
#include "helpers.h"

#include <glob.h>

struct cases {
    struct arena arena;
    struct rules *rules;
    glob_t files;
};

static int load(void **state)
{
    struct cases *cases = must_malloc(sizeof *cases);
    arena_init(&cases->arena);
    cases->rules = shipped_rules();
    assert_int_equal(glob(CASES_DIRECTORY "/*.json", 0, NULL, &cases->files), 0);
    *state = cases;
    return 0;
}

static int unload(void **state)
{
    struct cases *cases = *state;
    rules_free(cases->rules);
    globfree(&cases->files);
    arena_free(&cases->arena);
    free(cases);
    return 0;
}

static char *read_case(const struct cases *cases, size_t number)
{
    size_t length;
    char *json = file_read(cases->files.gl_pathv[number], 1 << 20, &length);
    assert_non_null(json);
    return json;
}

static void facts_of_case(struct cases *cases, size_t number, struct facts *facts)
{
    char *json = read_case(cases, number);
    json_object *root = json_tokener_parse(json);
    good_facts(facts, &cases->arena, json_object_to_json_string(json_object_object_get(root, "facts")));
    json_object_put(root);
    free(json);
}

static void every_case_gives_what_it_expects(void **state)
{
    struct cases *cases = *state;
    assert_true(cases->files.gl_pathc > 50);
    for (size_t i = 0; i < cases->files.gl_pathc; i++) {
        struct outcome outcome;
        char *json = read_case(cases, i);
        check_case(cases->rules, path_base(cases->files.gl_pathv[i]), json, &cases->arena, &outcome);
        outcome_free(&outcome);
        free(json);
    }
}

static void every_rule_is_named_as_fired_by_a_case(void **state)
{
    struct cases *cases = *state;
    struct text expected = {0};
    for (size_t i = 0; i < cases->files.gl_pathc; i++) {
        char *json = read_case(cases, i);
        json_object *root = json_tokener_parse(json);
        json_object *fired = json_object_object_get(json_object_object_get(root, "expect"), "fired");
        if (fired)
            text_add(&expected, json_object_to_json_string(fired));
        json_object_put(root);
        free(json);
    }
    for (const char *const *ids = rules_ids(cases->rules); *ids; ids++) {
        const char *quoted = arena_printf(&cases->arena, "\"%s\"", *ids);
        if (!strstr(text_string(&expected), quoted))
            fail_msg("no case expects %s to fire", *ids);
    }
    text_free(&expected);
}

static void no_text_of_a_case_has_a_hole(void **state)
{
    struct cases *cases = *state;
    for (size_t i = 0; i < cases->files.gl_pathc; i++) {
        struct facts facts;
        struct outcome outcome;
        facts_of_case(cases, i, &facts);
        rules_apply(cases->rules, &facts, &cases->arena, &outcome);
        for (array_each(const struct fired, fired, &outcome.fired))
            if (strstr(fired->because, "not assessed)") || (fired->todo && strstr(fired->todo, "not assessed)")))
                fail_msg("%s, %s: %s; %s", cases->files.gl_pathv[i], fired->rule, fired->because, fired->todo);
        outcome_free(&outcome);
    }
}

/* Adds the files of the data directory, first to last or last to first. */
static struct rules *rules_in_order(bool backwards)
{
    glob_t files;
    struct problems problems = {0};
    struct rules *rules = rules_new();
    assert_int_equal(glob(RULES_DIRECTORY "/*.yaml", 0, NULL, &files), 0);
    assert_true(files.gl_pathc > 1);
    for (size_t i = 0; i < files.gl_pathc; i++)
        assert_true(rules_add_file(rules, files.gl_pathv[backwards ? files.gl_pathc - 1 - i : i], &problems));
    globfree(&files);
    problems_free(&problems);
    return rules;
}

static void the_order_of_files_does_not_matter(void **state)
{
    struct cases *cases = *state;
    struct rules *forwards = rules_in_order(false), *backwards = rules_in_order(true);
    for (size_t i = 0; i < cases->files.gl_pathc; i++) {
        struct facts facts;
        struct outcome a, b;
        facts_of_case(cases, i, &facts);
        rules_apply(forwards, &facts, &cases->arena, &a);
        rules_apply(backwards, &facts, &cases->arena, &b);
        char *text_a = outcome_text(&a), *text_b = outcome_text(&b);
        assert_string_equal(text_a, text_b);
        free(text_a);
        free(text_b);
        outcome_free(&a);
        outcome_free(&b);
    }
    rules_free(forwards);
    rules_free(backwards);
}

static void forbidding_everything_gives_serial(void **state)
{
    struct cases *cases = *state;
    struct problems problems = {0};
    struct rules *rules = shipped_rules();
    assert_true(add_rules(rules,
                          "rules:\n"
                          "  - id: forbid-everything\n"
                          "    summary: nothing may run at once\n"
                          "    when: {any: [{context: {present: true}}, {context: {present: false}}]}\n"
                          "    forbid: [threading, multiprocessing, async, hybrid]\n"
                          "    because: it must not\n",
                          &problems));
    for (size_t i = 0; i < cases->files.gl_pathc; i++) {
        struct facts facts;
        struct outcome outcome;
        facts_of_case(cases, i, &facts);
        rules_apply(rules, &facts, &cases->arena, &outcome);
        assert_int_equal(outcome.model, MODEL_SERIAL);
        for (array_each(const struct fired, fired, &outcome.fired))
            if (fired->effect == RULE_RECOMMENDS)
                assert_true(fired->overruled == (fired->model != MODEL_SERIAL));
        outcome_free(&outcome);
    }
    problems_free(&problems);
    rules_free(rules);
}

/* A rule that does not ask whether a fact is assessed can lose its effect when one goes absent, and never gain one. */
static void an_absent_fact_never_makes_a_rule_fire(void **state)
{
    static const char *const ask_for_absence[] = {
        "cpython-cpu-held-long-multiprocessing",
        "cpython-cpu-held-short-serial",
        "cpython-cpu-gil-unknown-multiprocessing",
        "cpython-gil-unknown-serial",
        "maybe-blocking-in-event-loop",
        "maybe-blocking-with-gil-held",
    };
    struct cases *cases = *state;
    for (size_t i = 0; i < cases->files.gl_pathc; i++) {
        struct facts facts;
        struct outcome full;
        facts_of_case(cases, i, &facts);
        rules_apply(cases->rules, &facts, &cases->arena, &full);
        for (int fact = 0; fact < FACT_COUNT; fact++) {
            struct facts fewer = facts;
            struct outcome outcome;
            fewer.values[fact].present = false;
            rules_apply(cases->rules, &fewer, &cases->arena, &outcome);
            for (array_each(const struct fired, fired, &outcome.fired)) {
                bool allowed = has_fired(&full, fired->rule);
                for (size_t k = 0; k < sizeof ask_for_absence / sizeof *ask_for_absence; k++)
                    allowed |= strcmp(ask_for_absence[k], fired->rule) == 0;
                if (!allowed)
                    fail_msg("%s: %s fires without %s", cases->files.gl_pathv[i], fired->rule,
                             fact_name((enum fact_id)fact));
            }
            outcome_free(&outcome);
        }
        outcome_free(&full);
    }
}

static void nothing_assessed_fires_nothing(void **state)
{
    struct cases *cases = *state;
    struct facts facts = {0};
    struct outcome outcome;
    rules_apply(cases->rules, &facts, &cases->arena, &outcome);
    assert_int_equal(outcome.fired.count, 0);
    assert_null(outcome.chosen);
    assert_int_equal(outcome.model, MODEL_SERIAL);
    assert_true(outcome.undecided.count > 0);
    outcome_free(&outcome);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_case_gives_what_it_expects),   cmocka_unit_test(every_rule_is_named_as_fired_by_a_case),
        cmocka_unit_test(no_text_of_a_case_has_a_hole),       cmocka_unit_test(the_order_of_files_does_not_matter),
        cmocka_unit_test(forbidding_everything_gives_serial), cmocka_unit_test(an_absent_fact_never_makes_a_rule_fire),
        cmocka_unit_test(nothing_assessed_fires_nothing),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
