/* The command line is read as the table says, and each mistake has one message with the nearest valid name. */
#include "cli/options.h"

#include "model/concepts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct given {
    struct options options;
    struct problems problems;
    bool good;
};

/* Parses "command word word…"; up to 15 words. */
static void parse(struct given *given, const char *line)
{
    static char words[512];
    char *arguments[17] = {NULL}, *rest = NULL;
    int count = 0;
    *given = (struct given){0};
    snprintf(words, sizeof words, "%s", line);
    for (char *word = strtok_r(words, " ", &rest); word && count < 16; word = strtok_r(NULL, " ", &rest))
        arguments[count++] = word;
    given->good = options_parse(&given->options, command_find(arguments[0]), count, arguments, &given->problems);
}

static void forget(struct given *given)
{
    options_free(&given->options);
    problems_free(&given->problems);
}

/* The line is refused with exactly this message and advice. */
static void refuse(const char *line, const char *message, const char *advice)
{
    struct given given;
    parse(&given, line);
    assert_false(given.good);
    assert_int_equal(given.problems.list.count, 1);
    assert_string_equal(given.problems.list.items[0].message, message);
    const char *given_advice = given.problems.list.items[0].advice;
    assert_string_equal(given_advice ? given_advice : "", advice ? advice : "");
    forget(&given);
}

static void test_defaults(void **state)
{
    (void)state;
    struct given given;
    parse(&given, "check");
    assert_true(given.good);
    assert_int_equal(given.options.fail_level, FAIL_WARNING);
    assert_int_equal(given.options.color, COLOR_AUTO);
    assert_int_equal(given.options.outputs.count, 0);
    assert_false(given.options.dashes);
    forget(&given);
}

static void test_values(void **state)
{
    (void)state;
    struct given given;
    parse(&given, "check src -j3 --database=build --timeout 1.5 --concurrency 1000 --unit a --unit b.c:b --color never "
                  "--fail-level=error lib");
    assert_true(given.good);
    assert_int_equal(given.options.workers, 3);
    assert_string_equal(given.options.database, "build");
    assert_true(given.options.timeout > 1.49 && given.options.timeout < 1.51);
    assert_int_equal(given.options.concurrency, 1000);
    assert_int_equal(given.options.units.count, 2);
    assert_string_equal(given.options.units.items[1], "b.c:b");
    assert_int_equal(given.options.color, COLOR_NEVER);
    assert_int_equal(given.options.fail_level, FAIL_ERROR);
    assert_int_equal(given.options.arguments.count, 2);
    assert_string_equal(given.options.arguments.items[1], "lib");
    forget(&given);
}

static void test_choices_add_up(void **state)
{
    (void)state;
    struct given given;
    parse(&given, "classify --class=io,mixed --class cpu --sort=cost");
    assert_true(given.good);
    assert_int_equal(given.options.classes, 1u << CLASS_IO | 1u << CLASS_MIXED | 1u << CLASS_CPU);
    assert_int_equal(given.options.sort, SORT_COST);
    forget(&given);
}

static void test_after_dashes(void **state)
{
    (void)state;
    struct given given;
    parse(&given, "check a.c -- gcc -Iinclude --exit-zero -- x");
    assert_true(given.good);
    assert_true(given.options.dashes);
    assert_int_equal(given.options.after_dashes_count, 5);
    assert_string_equal(given.options.after_dashes[1], "-Iinclude");
    assert_int_equal(given.options.arguments.count, 1);
    assert_false(given.options.exit_zero);
    forget(&given);
}

static void test_outputs(void **state)
{
    (void)state;
    struct given given;
    parse(&given, "check --output-format=full,json:out.json --output-format concise:a:b");
    assert_true(given.good);
    assert_int_equal(given.options.outputs.count, 3);
    assert_string_equal(given.options.outputs.items[0].format->name, "full");
    assert_null(given.options.outputs.items[0].file);
    assert_string_equal(given.options.outputs.items[1].file, "out.json");
    assert_string_equal(given.options.outputs.items[2].file, "a:b");
    forget(&given);
}

static void test_mistakes(void **state)
{
    (void)state;
    refuse("check --exitzero", "check has no option '--exitzero'", "did you mean '--exit-zero'?");
    refuse("check --zzzzzzzzz", "check has no option '--zzzzzzzzz'", "'concadvise check --help' lists the options");
    refuse("classify --exit-zero", "classify has no option '--exit-zero'", "it is for: check");
    refuse("check -Z", "check has no option '-Z'", "'concadvise check --help' lists the options");
    refuse("check --quiet=yes", "--quiet takes no value", NULL);
    refuse("check --database", "--database wants a value: PATH", NULL);
    refuse("check --database=", "--database wants PATH, which is empty", NULL);
    refuse("check -j0", "--workers wants a whole number from 1, not '0'", NULL);
    refuse("check -j99999999999999999999", "--workers wants a whole number from 1, not '99999999999999999999'", NULL);
    refuse("check --timeout=nan", "--timeout wants a number above 0, not 'nan'", NULL);
    refuse("check --fail-level=warnin", "--fail-level wants none, info, warning or error, not 'warnin'",
           "did you mean 'warning'?");
    refuse("classify --class=mixd", "--class wants unknown, trivial, cpu, mixed, io or wait, not 'mixd'",
           "did you mean 'mixed'?");
    refuse("check --output-format=jsn", "there is no output format 'jsn'", "did you mean 'json'?");
    refuse("check --output-format=zzzzzz", "there is no output format 'zzzzzz'",
           "the formats are full, concise and json");
    refuse("check --output-format=json:", "--output-format=json: has no file's name", NULL);
    refuse("check --output-format=json,full", "2 output formats cannot share standard output",
           "give the others a file, as in --output-format=full,json:out.json");
}

static void test_every_mistake_is_reported(void **state)
{
    (void)state;
    struct given given;
    parse(&given, "check --timeout=x --workers=y --nothing");
    assert_false(given.good);
    assert_int_equal(given.problems.list.count, 3);
    forget(&given);
}

/* What the rows say must hold together. */
static void test_table(void **state)
{
    (void)state;
    for (unsigned i = 0; i < option_row_count; i++) {
        const struct option_row *row = &option_rows[i];
        assert_int_equal(row->kind == OPTION_FLAG, row->metavar == NULL);
        bool chosen = row->kind == OPTION_CHOICE || row->kind == OPTION_CHOICES;
        assert_true(!chosen || row->choices); /* elsewhere, words are what completions offer */
        for (unsigned j = 0; chosen && option_words(row)[j]; j++)
            assert_non_null(strstr(row->text, option_words(row)[j])); /* the help names every choice */
        for (unsigned j = 0; j < i; j++) {                            /* a command knows one option by a name */
            if (!(row->commands & option_rows[j].commands))
                continue;
            assert_string_not_equal(row->name, option_rows[j].name);
            assert_true(!row->letter || row->letter != option_rows[j].letter);
        }
    }
    assert_int_equal(command_find("nothing"), COMMAND_COUNT);
    for (unsigned i = 0; i < COMMAND_COUNT; i++)
        assert_int_equal(command_find(commands[i].name), i);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_choices_add_up),
        cmocka_unit_test(test_after_dashes),
        cmocka_unit_test(test_outputs),
        cmocka_unit_test(test_mistakes),
        cmocka_unit_test(test_every_mistake_is_reported),
        cmocka_unit_test(test_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
