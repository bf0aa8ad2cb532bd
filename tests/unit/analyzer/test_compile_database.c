/* compile_commands.json: both forms, and every way to be wrong. */
#include "analyzer/compile_database.h"
#include "tests/unit/analyzer/tree.h"

struct fixture {
    struct tree tree;
    struct compile_database database;
    struct problems problems;
};

static int setup(void **state)
{
    struct fixture *fixture = must_malloc(sizeof *fixture);
    *fixture = (struct fixture){0};
    tree_make(&fixture->tree);
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    compile_database_close(&fixture->database);
    problems_free(&fixture->problems);
    tree_remove(&fixture->tree);
    free(fixture);
    return 0;
}

static bool open_text(struct fixture *fixture, const char *text)
{
    const char *path = tree_write(&fixture->tree, "compile_commands.json", text);
    return compile_database_open(&fixture->database, &fixture->tree.arena, path, &fixture->problems);
}

static const char *problems_of(struct fixture *fixture)
{
    return tree_problems(&fixture->tree, &fixture->problems);
}

static void assert_words(struct fixture *fixture, uint32_t entry, const char *expected)
{
    struct words words = {0};
    struct arena *arena = &fixture->tree.arena;
    compile_database_words(&fixture->database.entries.items[entry], arena, &words);
    const char *text = "";
    for (uint32_t i = 0; i < words.list.count; i++)
        text = arena_printf(arena, "%s[%s]", text, words.list.items[i]);
    assert_string_equal(text, expected);
    array_free(&words.list);
}

static void test_both_forms(void **state)
{
    struct fixture *fixture = *state;
    assert_true(open_text(
        fixture, "[{\"directory\": \"/d\", \"file\": \"../a b.c\", \"command\": \"cc '-DA=x y' \\\"a b.c\\\"\"},\n"
                 " {\"directory\": \"sub\", \"file\": \"b.c\", \"arguments\": [\"cc\", \"-DB='\"], \"output\": 1},\n"
                 "]")); /* a comma too many is no mistake */
    assert_int_equal(fixture->problems.list.count, 0);
    assert_int_equal(fixture->database.entries.count, 2);
    assert_string_equal(fixture->database.entries.items[0].file, "/a b.c");
    assert_string_equal(fixture->database.entries.items[0].directory, "/d");
    assert_words(fixture, 0, "[cc][-DA=x y][a b.c]");
    assert_string_equal(fixture->database.entries.items[1].file, tree_path(&fixture->tree, "sub/b.c"));
    assert_words(fixture, 1, "[cc][-DB=']");
}

static void test_syntax_errors_have_a_place(void **state)
{
    struct fixture *fixture = *state;
    assert_false(open_text(fixture, "[\n  {\"file\": oops}\n]\n"));
    assert_contains(problems_of(fixture), "error compile_commands.json:2:12: no valid JSON: ");
}

static void test_cut_short(void **state)
{
    struct fixture *fixture = *state;
    assert_false(open_text(fixture, "[{\"file\": \"a.c\",\n"));
    assert_contains(problems_of(fixture), "error compile_commands.json:2:1: no valid JSON: the file ends");
}

static void test_empty(void **state)
{
    struct fixture *fixture = *state;
    assert_false(open_text(fixture, ""));
    assert_contains(problems_of(fixture), "error compile_commands.json:1:1: no valid JSON: the file ends");
}

static void test_more_behind(void **state)
{
    struct fixture *fixture = *state;
    assert_false(open_text(fixture, "[]\n[]\n"));
    assert_contains(problems_of(fixture), "error compile_commands.json:2:1: no valid JSON: there is more");
}

static void test_no_list(void **state)
{
    struct fixture *fixture = *state;
    assert_false(open_text(fixture, "{}"));
    assert_contains(problems_of(fixture), "error compile_commands.json:0:0: a compile database is a list");
}

static void test_wrong_entries(void **state)
{
    struct fixture *fixture = *state;
    assert_true(open_text(fixture,
                          "[1, {\"directory\": \"/\", \"command\": \"cc\"}, {\"file\": \"a.c\", \"command\": \"cc\"},\n"
                          "{\"directory\": \"/\", \"file\": \"a.c\", \"command\": [\"cc\"]},\n"
                          "{\"directory\": \"/\", \"file\": \"a.c\", \"arguments\": [\"cc\", 1]},\n"
                          "{}, {}, {\"directory\": \"/\", \"file\": \"good.c\", \"command\": \"cc\"}]"));
    const char *problems = problems_of(fixture);
    assert_contains(problems, "warning compile_commands.json:0:0: entry 1 is skipped: it is no object");
    assert_contains(problems, "entry 2 is skipped: \"file\"");
    assert_contains(problems, "entry 3 is skipped: \"directory\"");
    assert_contains(problems, "entry 4 is skipped: neither");
    assert_contains(problems, "entry 5 is skipped: neither");
    assert_lacks(problems, "entry 6");
    assert_contains(problems, "more entries skipped for such reasons: 2");
    assert_int_equal(fixture->database.entries.count, 1);
    assert_string_equal(fixture->database.entries.items[0].file, "/good.c");
}

static void test_bytes_that_are_no_utf8(void **state)
{
    struct fixture *fixture = *state;
    assert_true(open_text(fixture, "[{\"directory\": \"/\", \"file\": \"caf\xe9.c\", \"command\": \"cc -DA=\xff\"}]"));
    assert_string_equal(fixture->database.entries.items[0].file, "/caf\xe9.c");
    assert_words(fixture, 0, "[cc][-DA=\xff]");
}

static void test_deep_nesting(void **state)
{
    struct fixture *fixture = *state;
    char text[2048];
    memset(text, '[', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    assert_false(open_text(fixture, text));
    assert_contains(problems_of(fixture), "no valid JSON: nesting too deep");
}

static void test_missing(void **state)
{
    struct fixture *fixture = *state;
    assert_false(compile_database_open(&fixture->database, &fixture->tree.arena, tree_path(&fixture->tree, "gone.json"),
                                       &fixture->problems));
    assert_contains(problems_of(fixture), "error gone.json:0:0: cannot read the compile database: No such file");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_both_forms, setup, teardown),
        cmocka_unit_test_setup_teardown(test_syntax_errors_have_a_place, setup, teardown),
        cmocka_unit_test_setup_teardown(test_cut_short, setup, teardown),
        cmocka_unit_test_setup_teardown(test_empty, setup, teardown),
        cmocka_unit_test_setup_teardown(test_more_behind, setup, teardown),
        cmocka_unit_test_setup_teardown(test_no_list, setup, teardown),
        cmocka_unit_test_setup_teardown(test_wrong_entries, setup, teardown),
        cmocka_unit_test_setup_teardown(test_bytes_that_are_no_utf8, setup, teardown),
        cmocka_unit_test_setup_teardown(test_deep_nesting, setup, teardown),
        cmocka_unit_test_setup_teardown(test_missing, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
