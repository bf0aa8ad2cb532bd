/* Numbers for people, wrapping, columns. */
#include "report/printer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define NBSP "\u00A0"

static void check_text(struct text *text, const char *expected)
{
    assert_string_equal(text_string(text), expected);
    text_free(text);
}

static void test_costs(void **state)
{
    (void)state;
    static const struct {
        double ns;
        bool measured;
        const char *expected;
    } rows[] = {{4.6e6, false, "≈" NBSP "5" NBSP "ms"},  {12345, false, "≈" NBSP "10" NBSP "µs"},
                {0.26, false, "≈" NBSP "0.3" NBSP "ns"}, {9.6e5, false, "≈" NBSP "1" NBSP "ms"},
                {0, false, "≈" NBSP "0" NBSP "ns"},      {4.6e6, true, "4.6" NBSP "ms"}};
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct text text = {0};
        text_add_cost(&text, rows[i].ns, rows[i].measured);
        check_text(&text, rows[i].expected);
    }
}

static void test_percent(void **state)
{
    (void)state;
    static const struct {
        double share;
        const char *expected;
    } rows[] = {{0, "0"}, {0.0001, "1"}, {0.5, "50"}, {0.999, "99"}, {1, "100"}};
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct text text = {0}, expected = {0};
        text_add_percent(&text, rows[i].share);
        text_printf(&expected, "%s" NBSP "%%", rows[i].expected);
        check_text(&text, text_string(&expected));
        text_free(&expected);
    }
}

static void test_counts(void **state)
{
    (void)state;
    struct text text = {0};
    text_add_count(&text, 7);
    text_add(&text, " ");
    text_add_count(&text, 1234567);
    text_add(&text, " ");
    text_add_counted(&text, 1, "function");
    text_add(&text, " ");
    text_add_counted(&text, 2000, "function");
    check_text(&text, "7 1,234,567 1 function 2,000 functions");
}

static void test_places(void **state)
{
    (void)state;
    struct text text = {0};
    text_add_place(&text, (struct place){"a.c", 1, 2});
    text_add(&text, " ");
    text_add_place(&text, (struct place){"a.c", 1, 0});
    text_add(&text, " ");
    text_add_place(&text, (struct place){"a.c", 0, 5});
    check_text(&text, "a.c:1:2 a.c:1 a.c");
}

static char *wrapped(unsigned width, const char *string)
{
    char *text = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&text, &length);
    assert_non_null(stream);
    struct printer printer = {.stream = stream, .width = width};
    print_wrapped(&printer, 2, "Do", 4, string);
    fclose(stream);
    return text;
}

static void test_wrapping(void **state)
{
    (void)state;
    char *text = wrapped(32, "one two three four five six seven eight");
    assert_string_equal(text, "  Do  one two three four five\n      six seven eight\n");
    free(text);
    text = wrapped(32, "aaaa bbbb cccc dddd eee 30" NBSP "ms");
    assert_string_equal(text, "  Do  aaaa bbbb cccc dddd eee\n      30 ms\n");
    free(text);
    text = wrapped(0, "one two three four five six seven eight nine ten eleven twelve");
    assert_string_equal(text, "  Do  one two three four five six seven eight nine ten eleven twelve\n");
    free(text);
    text = wrapped(20, "a-single-word-that-is-longer-than-the-room-there-is b");
    assert_string_equal(text, "  Do  a-single-word-that-is-longer-than-the-room-there-is\n      b\n");
    free(text);
}

static void test_columns(void **state)
{
    (void)state;
    char *text = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&text, &length);
    assert_non_null(stream);
    struct printer printer = {.stream = stream};
    print_column(&printer, TINT_RED, "µs", 4);
    print_column_right(&printer, TINT_PLAIN, "≈1", 4);
    fclose(stream);
    assert_string_equal(text, "µs    ≈1");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_costs),  cmocka_unit_test(test_percent),  cmocka_unit_test(test_counts),
        cmocka_unit_test(test_places), cmocka_unit_test(test_wrapping), cmocka_unit_test(test_columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
