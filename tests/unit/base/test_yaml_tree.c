/* YAML trees: places, refusals, typed values. */
#include "base/yaml_tree.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct yaml_tree tree;
static struct problems problems;

static bool read_text(const char *text)
{
    return yaml_read_string(&tree, "t.yaml", text, strlen(text), &problems);
}

static int set_up(void **state)
{
    (void)state;
    problems = (struct problems){0};
    tree = (struct yaml_tree){0};
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    yaml_tree_free(&tree);
    problems_free(&problems);
    return 0;
}

/* The text is refused with one problem at this place whose message has these words. */
static void assert_refused(const char *text, unsigned line, unsigned column, const char *words)
{
    assert_false(read_text(text));
    assert_null(tree.root);
    assert_int_equal(problems.errors, 1);
    const struct problem *problem = &problems.list.items[0];
    assert_string_equal(problem->file, "t.yaml");
    assert_int_equal(problem->line, line);
    assert_int_equal(problem->column, column);
    if (!strstr(problem->message, words))
        fail_msg("\"%s\" is not in \"%s\"", words, problem->message);
    assert_non_null(problem->advice);
    problems_free(&problems);
}

static void assert_problem(const char *message, const char *advice)
{
    assert_int_equal(problems.list.count, 1);
    assert_string_equal(problems.list.items[0].message, message);
    if (advice)
        assert_string_equal(problems.list.items[0].advice, advice);
    problems_free(&problems);
}

static void test_nodes_know_their_places(void **state)
{
    (void)state;
    assert_true(read_text("# comment\nread:\n  cpu: 5\n  waits: [disk, 'net work']\n  none:\n"));
    const struct yaml_node *read = yaml_get(tree.root, "read");
    assert_int_equal(read->kind, YAML_MAP);
    assert_int_equal(read->line, 3);
    assert_int_equal(read->column, 3);
    assert_int_equal(read->count, 3);
    assert_string_equal(read->keys[1]->scalar, "waits");
    const struct yaml_node *waits = yaml_get(read, "waits");
    assert_int_equal(waits->kind, YAML_LIST);
    assert_int_equal(waits->count, 2);
    assert_string_equal(waits->items[1]->scalar, "net work");
    assert_true(waits->items[1]->quoted);
    assert_false(waits->items[0]->quoted);
    assert_int_equal(waits->items[1]->line, 4);
    assert_int_equal(waits->items[1]->column, 17);
    assert_int_equal(yaml_get(read, "none")->kind, YAML_NULL);
    assert_string_equal(yaml_get(read, "none")->scalar, "");
    assert_null(yaml_get(read, "absent"));
    assert_null(yaml_get(waits, "disk"));
    assert_null(yaml_get(NULL, "x"));
}

static void test_empty_documents_have_no_root(void **state)
{
    (void)state;
    const char *const texts[] = {"", "# only a comment\n", "---\n", "null\n"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        assert_true(read_text(texts[i]));
        assert_null(tree.root);
        yaml_tree_free(&tree);
    }
    assert_int_equal(problems.list.count, 0);
}

static void test_an_empty_map_and_list(void **state)
{
    (void)state;
    assert_true(read_text("[{}, []]"));
    assert_int_equal(tree.root->items[0]->kind, YAML_MAP);
    assert_int_equal(tree.root->items[0]->count, 0);
    assert_int_equal(tree.root->items[1]->kind, YAML_LIST);
}

static void test_what_is_refused(void **state)
{
    (void)state;
    assert_refused("a: 1\nb: 2\na: 3\n", 3, 1, "already on line 1");
    assert_refused("x:\n  - &anchor 1\n", 2, 5, "anchors");
    assert_refused("x: *anchor\n", 1, 4, "aliases");
    assert_refused("x: !!str 1\n", 1, 4, "tags");
    assert_refused("x:\n  <<: {a: 1}\n", 2, 3, "merge keys");
    assert_refused("[a]: 1\n", 1, 1, "a key must be a name");
    assert_refused("a: 1\n---\nb: 2\n", 2, 1, "second document");
    assert_refused("x: \"a\\0b\"\n", 1, 4, "zero byte");
}

static void test_syntax_errors_have_places(void **state)
{
    (void)state;
    assert_refused("a: [1, 2\nb: 3\n", 2, 2, "no YAML");
    assert_refused("a: 1\n b: 2\n", 2, 3, "no YAML");
    assert_refused("a: 'x\n", 2, 1, "quoted scalar");
    assert_refused("\tkey: 1\n", 1, 1, "no YAML");
    assert_refused("a: 1\nb: \xFF\n", 2, 4, "unreadable text");
}

static void test_depth_is_limited(void **state)
{
    (void)state;
    char text[200];
    memset(text, '[', 64);
    memset(text + 64, ']', 64);
    text[128] = '\0';
    assert_true(read_text(text));
    yaml_tree_free(&tree);
    memset(text, '[', 65);
    memset(text + 65, ']', 65);
    text[130] = '\0';
    assert_refused(text, 1, 65, "64 levels");
}

static void test_files(void **state)
{
    (void)state;
    char path[] = "/tmp/concadvise-test-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "a: 1\n", 5), 5);
    close(fd);
    assert_true(yaml_read_file(&tree, path, &problems));
    assert_string_equal(tree.file, path);
    assert_string_equal(yaml_get(tree.root, "a")->scalar, "1");
    yaml_tree_free(&tree);
    unlink(path);
    assert_false(yaml_read_file(&tree, path, &problems));
    assert_problem("cannot be read: No such file or directory", "check the path and its permissions");
}

static void test_numbers(void **state)
{
    (void)state;
    double number = 0;
    assert_true(read_text("[5, -1.5e3, '5', 0x10, inf, 1e999, 1.2.3, '', x, [1]]"));
    assert_true(yaml_number(&tree, tree.root->items[0], "cpu", &number, &problems));
    assert_true(number == 5);
    assert_true(yaml_number(&tree, tree.root->items[1], "cpu", &number, &problems));
    assert_true(number == -1500);
    for (size_t i = 2; i < tree.root->count; i++)
        assert_false(yaml_number(&tree, tree.root->items[i], "cpu", &number, &problems));
    assert_true(number == -1500);
    assert_int_equal(problems.errors, tree.root->count - 2);
    assert_string_equal(problems.list.items[0].message, "cpu must be a number, and here is the string \"5\"");
    assert_int_equal(problems.list.items[0].column, 13);
}

static void test_integers(void **state)
{
    (void)state;
    const struct {
        const char *text;
        bool good;
        int64_t value;
    } rows[] = {
        {"0", true, 0},    {"-7", true, -7},    {"0x800", true, 2048},
        {"010", false, 0}, {"1.5", false, 0},   {"0x", false, 0},
        {"- 1", false, 0}, {"'1'", false, 0},   {"9223372036854775807", true, INT64_MAX},
        {"1e3", false, 0}, {"1_000", false, 0}, {"9223372036854775808", false, 0},
        {"0xg", false, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t value = -1;
        assert_true(read_text(rows[i].text));
        assert_int_equal(yaml_integer(&tree, tree.root, "n", &value, &problems), rows[i].good);
        assert_int_equal(value, rows[i].good ? rows[i].value : -1);
        assert_int_equal(problems.errors, !rows[i].good);
        problems_free(&problems);
        yaml_tree_free(&tree);
    }
}

static void test_strings_and_booleans(void **state)
{
    (void)state;
    const char *string = NULL;
    bool flag = false;
    assert_true(read_text("{s: word, n: 5, t: true, f: false, y: yes, q: 'true', e: }"));
    assert_true(yaml_string(&tree, yaml_get(tree.root, "s"), "name", &string, &problems));
    assert_string_equal(string, "word");
    assert_true(yaml_string(&tree, yaml_get(tree.root, "n"), "name", &string, &problems));
    assert_string_equal(string, "5");
    assert_true(yaml_boolean(&tree, yaml_get(tree.root, "t"), "flag", &flag, &problems));
    assert_true(flag);
    assert_true(yaml_boolean(&tree, yaml_get(tree.root, "f"), "flag", &flag, &problems));
    assert_false(flag);
    assert_false(yaml_boolean(&tree, yaml_get(tree.root, "y"), "flag", &flag, &problems));
    assert_problem("flag must be true or false, and here is \"yes\"", NULL);
    assert_false(yaml_boolean(&tree, yaml_get(tree.root, "q"), "flag", &flag, &problems));
    assert_problem("flag must be true or false, and here is the string \"true\"", NULL);
    assert_false(yaml_string(&tree, yaml_get(tree.root, "e"), "name", &string, &problems));
    assert_problem("name must be a string, and here is nothing", NULL);
    assert_false(yaml_string(&tree, NULL, "name", &string, &problems));
    assert_int_equal(problems.list.items[0].line, 0);
    assert_problem("name must be a string, and here is nothing", NULL);
}

static void test_unknown_keys_are_named(void **state)
{
    (void)state;
    static const char *const allowed[] = {"header", "library", NULL};
    assert_true(read_text("header: a\nlibary: b\n"));
    assert_false(yaml_check_keys(&tree, tree.root, "an API", allowed, &problems));
    assert_int_equal(problems.list.items[0].line, 2);
    assert_problem("an API has no key \"libary\"", "did you mean \"library\"?");
    yaml_tree_free(&tree);
    assert_true(read_text("header: a\nzebra: b\n"));
    assert_false(yaml_check_keys(&tree, tree.root, "an API", allowed, &problems));
    assert_problem("an API has no key \"zebra\"", "it may have: header, library");
    yaml_tree_free(&tree);
    assert_true(read_text("[header]"));
    assert_false(yaml_check_keys(&tree, tree.root, "an API", allowed, &problems));
    assert_problem("an API must be a map (key: value), and here is a list", NULL);
    yaml_tree_free(&tree);
    assert_true(read_text("library: a"));
    assert_true(yaml_check_keys(&tree, tree.root, "an API", allowed, &problems));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_nodes_know_their_places),
        TEST(test_empty_documents_have_no_root),
        TEST(test_an_empty_map_and_list),
        TEST(test_what_is_refused),
        TEST(test_syntax_errors_have_places),
        TEST(test_depth_is_limited),
        TEST(test_files),
        TEST(test_numbers),
        TEST(test_integers),
        TEST(test_strings_and_booleans),
        TEST(test_unknown_keys_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
