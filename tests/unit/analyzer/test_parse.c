/* Parsing goes on in spite of wrong flags, wrong code and useless precompiled files. */
#include "analyzer/parse.h"
#include "base/text.h"
#include "tests/unit/analyzer/tree.h"

struct fixture {
    struct tree tree;
    struct parser parser;
    struct problems problems;
};

static int setup(void **state)
{
    struct fixture *fixture = must_malloc(sizeof *fixture);
    *fixture = (struct fixture){0};
    tree_make(&fixture->tree);
    parser_init(&fixture->parser, fixture->tree.top);
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    parser_free(&fixture->parser);
    problems_free(&fixture->problems);
    tree_remove(&fixture->tree);
    free(fixture);
    return 0;
}

static const char *problems_of(struct fixture *fixture)
{
    return tree_problems(&fixture->tree, &fixture->problems);
}

/* A header that is worth sharing between a few units. */
static void write_header(struct fixture *fixture, const char *name)
{
    struct text text = {0};
    text_add(&text, "static inline int helper(int x)\n{\n    return x + 1;\n}\n");
    for (unsigned i = 0; i < 400; i++)
        text_printf(&text, "int declared%u(int x);\n", i);
    tree_write(&fixture->tree, name, text.string);
    text_free(&text);
}

static void test_precompiled_file_cannot_be_written(void **state)
{
    struct fixture *fixture = *state;
    write_header(fixture, "p/all.h");
    struct prefix_group group = {
        .unit = {.path = tree_path(&fixture->tree, "p/.x.h"), .name = "all.h", .directory = "/", .flags_key = ""},
        .text = "#include \"all.h\"\n",
        .precompiled = tree_path(&fixture->tree, "gone/0.pch"),
        .members = 4,
    };
    struct parsed_unit parsed;
    assert_false(parse_prefix(&fixture->parser, &group, &parsed, &fixture->problems));
    assert_contains(problems_of(fixture), "note gone/0.pch:0:0: headers are not shared between files");
    problems_free(&fixture->problems);
    group.precompiled = tree_path(&fixture->tree, "p/0.pch");
    assert_true(parse_prefix(&fixture->parser, &group, &parsed, &fixture->problems));
    parse_dispose(&parsed);
}

static void test_a_useless_precompiled_file_is_no_harm(void **state)
{
    struct fixture *fixture = *state;
    struct translation_unit unit = {.name = "a.c", .directory = fixture->tree.top};
    write_header(fixture, "all.h");
    unit.path = tree_write(&fixture->tree, "a.c", "#include \"all.h\"\nint f(int x) { return helper(x); }\n");
    struct parsed_unit parsed;
    const char *junk = tree_write(&fixture->tree, "junk.pch", "this is no syntax tree");
    assert_true(parse_unit(&fixture->parser, &unit, junk, &parsed, &fixture->problems));
    assert_false(parsed.shared);
    assert_int_equal(parsed.errors, 0);
    assert_string_equal(problems_of(fixture), "");
    parse_dispose(&parsed);
}

static void test_unknown_machine(void **state)
{
    struct fixture *fixture = *state;
    static const char *const flags[] = {"-march=no-such-machine", "-DX"};
    struct translation_unit unit = {.name = "a.c", .directory = fixture->tree.top, .flags = flags, .flag_count = 2};
    unit.path = tree_write(&fixture->tree, "a.c", "#ifdef X\nint f(void) { return 1; }\n#endif\n");
    struct parsed_unit parsed;
    assert_true(parse_unit(&fixture->parser, &unit, NULL, &parsed, &fixture->problems));
    assert_int_equal(parsed.errors, 0);
    assert_string_equal(problems_of(fixture), "");
    parse_dispose(&parsed);
}

static void test_what_gcc_accepts_is_no_error(void **state)
{
    struct fixture *fixture = *state;
    struct translation_unit unit = {.name = "a.c", .directory = fixture->tree.top};
    unit.path = tree_write(&fixture->tree, "a.c",
                           "static implicit;\n"
                           "int f(int a) { return undeclared(a); }\n"
                           "void g(char *text) { return 1; }\n"
                           "int h(void) { return; }\n"
                           "int *p(void) { int i = 3; return i; }\n"
                           "void (*pointer)(int) = g;\n");
    struct parsed_unit parsed;
    assert_true(parse_unit(&fixture->parser, &unit, NULL, &parsed, &fixture->problems));
    assert_int_equal(parsed.errors, 0);
    assert_string_equal(problems_of(fixture), "");
    parse_dispose(&parsed);
}

static void test_gone_since_it_was_listed(void **state)
{
    struct fixture *fixture = *state;
    struct translation_unit unit = {.name = "gone.c", .directory = "/"};
    unit.path = tree_path(&fixture->tree, "gone.c");
    struct parsed_unit parsed;
    assert_false(parse_unit(&fixture->parser, &unit, NULL, &parsed, &fixture->problems));
    assert_contains(problems_of(fixture), "error gone.c:0:0: not analysed: ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_precompiled_file_cannot_be_written, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_useless_precompiled_file_is_no_harm, setup, teardown),
        cmocka_unit_test_setup_teardown(test_unknown_machine, setup, teardown),
        cmocka_unit_test_setup_teardown(test_what_gcc_accepts_is_no_error, setup, teardown),
        cmocka_unit_test_setup_teardown(test_gone_since_it_was_listed, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
