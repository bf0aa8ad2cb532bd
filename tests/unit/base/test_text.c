/* Text, durations and UTF-8. */
#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

static void assert_duration(double ns, const char *expected)
{
    struct text text = {0};
    text_add_duration(&text, ns);
    assert_string_equal(text_string(&text), expected);
    text_free(&text);
}

static void assert_utf8(const char *bytes, const char *expected)
{
    struct text text = {0};
    text_add_utf8(&text, bytes, strlen(bytes));
    assert_string_equal(text_string(&text), expected);
    text_free(&text);
}

static void test_text_grows(void **state)
{
    (void)state;
    struct text text = {0};
    assert_string_equal(text_string(&text), "");
    text_clear(&text);
    text_add(&text, "one");
    text_add_char(&text, ' ');
    text_add_length(&text, "two and more", 3);
    text_printf(&text, " %d%s", 3, "!");
    text_printf(&text, "%s", "");
    assert_string_equal(text.string, "one two 3!");
    assert_int_equal(text.length, 10);
    text_clear(&text);
    assert_string_equal(text.string, "");
    for (int i = 0; i < 1000; i++)
        text_printf(&text, "%04d", i);
    assert_int_equal(text.length, 4000);
    assert_string_equal(text.string + 3996, "0999");
    text_free(&text);
    assert_null(text.string);
}

static void test_durations_are_short(void **state)
{
    (void)state;
    assert_duration(0, "0 ns");
    assert_duration(0.34, "0.3 ns");
    assert_duration(1, "1 ns");
    assert_duration(840, "840 ns");
    assert_duration(999.4, "999 ns");
    assert_duration(999.6, "1 µs");
    assert_duration(1234, "1.2 µs");
    assert_duration(9960, "10 µs");
    assert_duration(35e6, "35 ms");
    assert_duration(4e9, "4 s");
    assert_duration(7200e9, "7200 s");
    assert_duration(INFINITY, "inf s");
}

static void test_prefixes_and_suffixes(void **state)
{
    (void)state;
    assert_true(string_starts_with("base/text.c", "base/"));
    assert_true(string_starts_with("x", ""));
    assert_false(string_starts_with("ba", "base"));
    assert_true(string_ends_with("base/text.c", ".c"));
    assert_true(string_ends_with("", ""));
    assert_false(string_ends_with("c", ".c"));
}

static void test_wrong_bytes_become_replacement_characters(void **state)
{
    (void)state;
    assert_utf8("plain", "plain");
    assert_utf8("\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80", "\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80");
    assert_utf8("caf\xE9", "caf\xEF\xBF\xBD");
    assert_utf8("\xE9t\xE9", "\xEF\xBF\xBDt\xEF\xBF\xBD");
    assert_utf8("\xC3", "\xEF\xBF\xBD");                                                 /* cut off */
    assert_utf8("\xC0\xAF", "\xEF\xBF\xBD\xEF\xBF\xBD");                                 /* overlong */
    assert_utf8("\xE0\x80\xAF", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");                 /* overlong */
    assert_utf8("\xED\xA0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");                 /* a surrogate */
    assert_utf8("\xF4\x90\x80\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"); /* past U+10FFFF */
    assert_utf8("\xED\x9F\xBF\xF4\x8F\xBF\xBF", "\xED\x9F\xBF\xF4\x8F\xBF\xBF");
}

static void test_valid_prefix(void **state)
{
    (void)state;
    assert_int_equal(utf8_valid_length("", 0), 0);
    assert_int_equal(utf8_valid_length("a\xC3\xA9z\xFF", 5), 4);
    assert_int_equal(utf8_valid_length("a\xC3\xA9", 2), 1);
}

static void test_columns_are_code_points(void **state)
{
    (void)state;
    assert_int_equal(utf8_columns("", 0), 0);
    assert_int_equal(utf8_columns("caf\xC3\xA9", 5), 4);
    assert_int_equal(utf8_columns("\xE2\x82\xAC \xF0\x9F\x98\x80", 8), 3);
    assert_int_equal(utf8_columns("abc", 2), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_grows),
        cmocka_unit_test(test_durations_are_short),
        cmocka_unit_test(test_prefixes_and_suffixes),
        cmocka_unit_test(test_wrong_bytes_become_replacement_characters),
        cmocka_unit_test(test_valid_prefix),
        cmocka_unit_test(test_columns_are_code_points),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
