/* #include lines are found in text, and the first can be made blank. */
#include "analyzer/include_lines.h"
#include "tests/unit/analyzer/tree.h"

static void test_finds_includes(void **state)
{
    (void)state;
    struct arena arena;
    struct include_lines lines;
    arena_init(&arena);
    include_lines_scan(&lines, &arena,
                       "/* #include \"no.h\" */ // #include <no.h>\n"
                       "# /* x */ include <a/b.h> /* y\n */\n"
                       "\t#include\"c.h\"\n"
                       "const char *s = \"/*\\\"\"; char c = '\"';\n"
                       "#include MACRO\n"
                       "int x; #include <no.h>\n"
                       "#include <d.h");
    assert_int_equal(lines.count, 2);
    assert_string_equal(lines.lines[0].spelling, "a/b.h");
    assert_false(lines.lines[0].quoted);
    assert_true(lines.lines[0].leads);
    assert_string_equal(lines.lines[1].spelling, "c.h");
    assert_true(lines.lines[1].quoted);
    assert_true(lines.lines[1].leads);
    include_lines_scan(&lines, &arena, "int x = 4 / 2;\n#include <e.h>\n");
    assert_int_equal(lines.count, 1);
    assert_false(lines.lines[0].leads);
    arena_free(&arena);
}

static bool begins_with_include(const char *text)
{
    struct arena arena;
    struct include_line line;
    arena_init(&arena);
    bool found = first_include_scan(&line, &arena, text);
    arena_free(&arena);
    return found;
}

static void test_first_include(void **state)
{
    (void)state;
    assert_true(begins_with_include("\xEF\xBB\xBF/* licence */\n\n#include <a.h>"));
    assert_false(begins_with_include(""));
    assert_false(begins_with_include("#define A\n#include <a.h>\n"));
    assert_false(begins_with_include("#if X\n#include <a.h>\n#endif\n"));
    assert_false(begins_with_include("// a comment that goes on \\\n#include <a.h>\n"));
    assert_false(begins_with_include("/* never closed\n#include <a.h>\n"));
    assert_false(begins_with_include("#include_next <a.h>\n"));
}

static void test_makes_the_first_blank(void **state)
{
    (void)state;
    struct tree tree;
    tree_make(&tree);
    const char *path = tree_write(&tree, "a.c", "/* x */\n# /*\n*/ include \"a.h\" // y\nint a;\n#include \"a.h\"\n");
    size_t length;
    char *text = text_behind_first_include(path, &length);
    assert_non_null(text);
    assert_int_equal(length, strlen(text));
    assert_string_equal(text, "/* x */\n    \n                 // y\nint a;\n#include \"a.h\"\n");
    free(text);
    path = tree_write(&tree, "b.c", "int a;\n#include \"a.h\"\n");
    assert_null(text_behind_first_include(path, &length));
    assert_null(text_behind_first_include(tree_path(&tree, "gone.c"), &length));
    tree_remove(&tree);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_finds_includes),
        cmocka_unit_test(test_first_include),
        cmocka_unit_test(test_makes_the_first_blank),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
