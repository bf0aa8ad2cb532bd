/* The table of facts, and facts from JSON: values, and every mistake with its place. */
#include "helpers.h"

static bool read_text(const char *json, struct facts *facts, struct arena *arena, struct problems *problems)
{
    *facts = (struct facts){0};
    return facts_read_json(facts, arena, "facts.json", json, strlen(json), problems);
}

static void the_table_is_sound(void **state)
{
    (void)state;
    for (int i = 0; i < FACT_COUNT; i++) {
        enum fact_id fact = (enum fact_id)i;
        assert_int_equal(fact_find(fact_name(fact)), i);
        assert_true(strlen(fact_text(fact)) > 0);
        assert_int_equal(fact_type(fact) == FACT_WORD, fact_words(fact) != NULL);
    }
    assert_int_equal(fact_find("colour"), -1);
    assert_string_equal(fact_words(FACT_SHARED_STATE)[3], "big-lock");
    assert_string_equal(fact_words(FACT_CLASS)[CLASS_IO], "io");
}

static void setters_make_a_fact_present(void **state)
{
    (void)state;
    struct facts facts = {0};
    assert_false(facts.values[FACT_K].present);
    facts_set_number(&facts, FACT_K, 32);
    facts_set_boolean(&facts, FACT_ENOUGH_WORK, false);
    facts_set_word(&facts, FACT_CLASS, "io");
    facts_set_word(&facts, FACT_UNSAFE_CALL, NULL);
    assert_true(facts.values[FACT_K].present && facts.values[FACT_K].number == 32);
    assert_true(facts.values[FACT_ENOUGH_WORK].present && !facts.values[FACT_ENOUGH_WORK].boolean);
    assert_string_equal(facts.values[FACT_CLASS].word, "io");
    assert_false(facts.values[FACT_UNSAFE_CALL].present);
}

static void values_are_read(void **state)
{
    (void)state;
    struct facts facts;
    struct arena arena;
    arena_init(&arena);
    good_facts(&facts, &arena,
               " {\"class\" : \"io\", \"k\": 3e2,\n\"blocking_call\": \"a \\\"b}, c\\\"\", \"enough_work\":true , "
               "\"c\\u006fres\": 4}\n");
    assert_string_equal(facts.values[FACT_CLASS].word, "io");
    assert_true(facts.values[FACT_K].number == 300);
    assert_true(facts.values[FACT_CORES].number == 4);
    assert_true(facts.values[FACT_ENOUGH_WORK].boolean);
    assert_string_equal(facts.values[FACT_BLOCKING_CALL].word, "a \"b}, c\"");
    assert_false(facts.values[FACT_GIL].present);
    arena_free(&arena);
}

struct mistake {
    const char *json;
    const char *message;
};

static void mistakes_have_a_place(void **state)
{
    static const struct mistake mistakes[] = {
        {"{\n  \"clas\": \"io\"}", "facts.json:2:3: error: unknown fact \"clas\"; did you mean \"class\"?\n"},
        {"{\"weather\": {\"a\": [1, \"}\"]},\n \"clas\": 1}",
         "facts.json:1:2: error: unknown fact \"weather\"; `concadvise rule --all` lists the facts\n"
         "facts.json:2:2: error: unknown fact \"clas\"; did you mean \"class\"?\n"},
        {"{\"class\":\n\n   \"mixd\"}",
         "facts.json:3:4: error: fact \"class\" is never \"mixd\"; did you mean \"mixed\"?\n"},
        {"{\"class\": 5}", "facts.json:1:11: error: fact \"class\" must be one of its words\n"},
        {"{\"k\": \"many\"}", "facts.json:1:7: error: fact \"k\" must be a finite number\n"},
        {"{\"k\": 1e999}", "facts.json:1:7: error: fact \"k\" must be a finite number\n"},
        {"{\"enough_work\": 1}", "facts.json:1:17: error: fact \"enough_work\" must be true or false\n"},
        {"{\"unsafe_call\": [\"strtok\"]}", "facts.json:1:17: error: fact \"unsafe_call\" must be a text\n"},
        {"{\"gil\": null}",
         "facts.json:1:9: error: fact \"gil\" must be one of its words; leave out what nothing assessed\n"},
        {"{\"k\": 1, \"k\": 2}", "facts.json:1:10: error: fact \"k\" is given twice\n"},
        {"[1]", "facts.json:1:1: error: facts are an object; for example {\"class\": \"io\"}\n"},
        {"\n null\n", "facts.json:2:2: error: facts are an object; for example {\"class\": \"io\"}\n"},
        {"", "facts.json:1:1: error: not JSON: it ends too early\n"},
        {"{\"k\":\n 1", "facts.json:2:3: error: not JSON: it ends too early\n"},
        {"{\n\"k\": 1,,}", "facts.json:2:8: error: not JSON: quoted object property name expected\n"},
        {"{\"k\": 1} x", "facts.json:1:10: error: not JSON: unexpected character\n"},
    };
    (void)state;
    struct arena arena;
    arena_init(&arena);
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        struct facts facts;
        struct problems problems = {0};
        assert_false(read_text(mistakes[i].json, &facts, &arena, &problems));
        char *text = problems_text(&problems);
        assert_string_equal(text, mistakes[i].message);
        free(text);
        problems_free(&problems);
    }
    arena_free(&arena);
}

static void what_is_right_beside_a_mistake_is_read(void **state)
{
    (void)state;
    struct arena arena;
    struct facts facts;
    struct problems problems = {0};
    arena_init(&arena);
    assert_false(read_text("{\"clas\": \"io\", \"k\": 7}", &facts, &arena, &problems));
    assert_int_equal(problems.errors, 1);
    assert_true(facts.values[FACT_K].present && facts.values[FACT_K].number == 7);
    problems_free(&problems);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_is_sound),
        cmocka_unit_test(setters_make_a_fact_present),
        cmocka_unit_test(values_are_read),
        cmocka_unit_test(mistakes_have_a_place),
        cmocka_unit_test(what_is_right_beside_a_mistake_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
