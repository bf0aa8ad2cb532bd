/* What the cost pass expects: every number is there, mistakes have their place, and values stay in their range. */
#include "helpers.h"

#include "base/text.h"

/* The shipped file with one line replaced, or (with NULL) left out. */
static struct text shipped_but(const char *name, const char *line)
{
    FILE *file = fopen(SHIPPED "/expectations.yaml", "r");
    struct text text = {0};
    char read[512];
    bool found = false;
    assert_non_null(file);
    while (file && fgets(read, sizeof read, file)) {
        bool is_it = strncmp(read, name, strlen(name)) == 0 && read[strlen(name)] == ':';
        found = found || is_it;
        if (!is_it)
            text_add(&text, read);
        else if (line)
            text_printf(&text, "%s\n", line);
    }
    if (file)
        fclose(file);
    assert_true(found);
    return text;
}

static void the_shipped_ones_are_complete(void **state)
{
    (void)state;
    struct knowledge *knowledge = good_small("functions: {}\n");
    const struct expectations *expect = knowledge_expectations(knowledge);
    assert_true(near(expect->likely, 0.95));
#define EXPECTATION(field, name, unit, text) assert_true(expect->field > 0);
#include "knowledge/expectations.def"
    knowledge_free(knowledge);
}

/* Knowledge with this text for expectations.yaml. */
static struct knowledge *load(const char *text, struct problems *problems)
{
    char folder[64];
    make_small(folder, &(struct small){.expectations = text});
    struct knowledge *knowledge = knowledge_load(folder, problems);
    remove_small(folder);
    return knowledge;
}

static void mistakes_have_their_place(void **state)
{
    static const struct {
        const char *name, *line, *message;
    } cases[] = {
        {"compiled", NULL, "the expectation `compiled` is missing"},
        {"compiled", "compiled: {value: 0, source: s}", "`compiled` is out of range"},
        {"log-arm", "log-arm: {value: 1.5, source: s}", "`log-arm` is out of range"},
        {"log-arm", "log-arm: {value: often, source: s}", "value"},
        {"log-arm", "log-arm: {value: 0.1}", "`log-arm` needs a `value` and a `source`"},
        {"log-arm", "log-arm: {value: 0.1, origin: s}", "origin"},
        {"log-arm", "log-arm: 0.1", "log-arm"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct problems problems = {0};
        struct text text = shipped_but(cases[i].name, cases[i].line);
        assert_null(load(text_string(&text), &problems));
        const struct problem *problem = problems.list.items;
        assert_true(problems.list.count > 0);
        if (!problem || !problem->line || !strstr(problem->message, cases[i].message)) {
            problems_print(&problems, stderr);
            fail_msg("expected %s", cases[i].message);
        }
        problems_free(&problems);
        text_free(&text);
    }
}

static void an_unknown_name_gets_the_nearest(void **state)
{
    (void)state;
    struct problems problems = {0};
    struct text text = shipped_but("log-arm", "lag-arm: {value: 0.1, source: s}");
    assert_null(load(text_string(&text), &problems));
    assert_int_equal(problems.list.count, 1);
    assert_non_null(strstr(problems.list.items[0].message, "lag-arm"));
    assert_non_null(strstr(problems.list.items[0].advice, "log-arm"));
    problems_free(&problems);
    text_free(&text);
}

static void a_value_stays_in_its_range(void **state)
{
    (void)state;
    struct knowledge *knowledge = good_small("functions: {}\n");
    const struct expectations *expect = knowledge_expectations(knowledge);
    assert_true(knowledge_expect(knowledge, "log-arm", 0.25));
    assert_true(near(expect->log_arm, 0.25));
    assert_false(knowledge_expect(knowledge, "log-arm", 1.25));
    assert_false(knowledge_expect(knowledge, "log-arm", NAN));
    assert_false(knowledge_expect(knowledge, "cold-call", 0));
    assert_false(knowledge_expect(knowledge, "no-such-thing", 0.5));
    assert_true(near(expect->log_arm, 0.25));
    knowledge_free(knowledge);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_shipped_ones_are_complete),
        cmocka_unit_test(mistakes_have_their_place),
        cmocka_unit_test(an_unknown_name_gets_the_nearest),
        cmocka_unit_test(a_value_stays_in_its_range),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
