/* The JSON writer: commas, layout, escapes, numbers, errors. */
#include "base/json_writer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

static struct json_writer json;
static char *written;
static size_t written_length;
static FILE *stream;

static void begin(bool pretty)
{
    stream = open_memstream(&written, &written_length);
    json_begin(&json, stream, pretty);
}

static void assert_written(const char *expected)
{
    assert_true(json_finish(&json));
    fclose(stream);
    assert_string_equal(written, expected);
    free(written);
}

static void write_sample(void)
{
    json_object_begin(&json);
    json_key(&json, "list");
    json_array_begin(&json);
    json_integer(&json, 1);
    json_array_begin(&json);
    json_array_end(&json);
    json_object_begin(&json);
    json_key(&json, "a");
    json_boolean(&json, true);
    json_key(&json, "b");
    json_null(&json);
    json_object_end(&json);
    json_array_end(&json);
    json_key(&json, "name");
    json_string(&json, "x");
    json_object_end(&json);
}

static void test_dense(void **state)
{
    (void)state;
    begin(false);
    write_sample();
    assert_written("{\"list\":[1,[],{\"a\":true,\"b\":null}],\"name\":\"x\"}\n");
}

static void test_pretty(void **state)
{
    (void)state;
    begin(true);
    write_sample();
    assert_written("{\n"
                   "  \"list\": [\n"
                   "    1,\n"
                   "    [],\n"
                   "    {\n"
                   "      \"a\": true,\n"
                   "      \"b\": null\n"
                   "    }\n"
                   "  ],\n"
                   "  \"name\": \"x\"\n"
                   "}\n");
}

static void test_compact_from_a_depth(void **state)
{
    (void)state;
    begin(true);
    json.compact_from = 2;
    write_sample();
    assert_written("{\n"
                   "  \"list\": [1, [], {\"a\": true, \"b\": null}],\n"
                   "  \"name\": \"x\"\n"
                   "}\n");
}

static void test_strings_are_escaped(void **state)
{
    (void)state;
    begin(false);
    json_array_begin(&json);
    json_string(&json, "\"\\/\b\f\n\r\t\x01\x1F\x7F");
    json_string(&json, "\xC3\xA9\xE9z");
    json_string(&json, NULL);
    json_string(&json, "");
    json_array_end(&json);
    assert_written("[\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f\x7F\","
                   "\"\xC3\xA9\xEF\xBF\xBDz\",null,\"\"]\n");
}

static void test_numbers(void **state)
{
    (void)state;
    begin(false);
    json_array_begin(&json);
    json_integer(&json, INT64_MIN);
    json_number(&json, 0.1);
    json_number(&json, -0.0);
    json_number(&json, 1234567);
    json_number(&json, 2.0 / 3);
    json_number(&json, NAN);
    json_number(&json, -INFINITY);
    json_array_end(&json);
    assert_written("[-9223372036854775808,0.1,0,1.23457e+06,0.666667,null,null]\n");
}

static void test_write_errors_are_reported(void **state)
{
    (void)state;
    stream = fopen("/dev/full", "w");
    if (!stream)
        skip();
    json_begin(&json, stream, false);
    write_sample();
    assert_false(json_finish(&json));
    fclose(stream);
}

static void test_members_are_keys_with_values(void **state)
{
    (void)state;
    begin(false);
    json_object_begin(&json);
    json_member_string(&json, "a", "b");
    json_member_string(&json, "none", NULL);
    json_member_integer(&json, "i", -1);
    json_member_number(&json, "n", 0.5);
    json_member_boolean(&json, "t", true);
    json_object_end(&json);
    assert_written("{\"a\":\"b\",\"none\":null,\"i\":-1,\"n\":0.5,\"t\":true}\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dense),
        cmocka_unit_test(test_pretty),
        cmocka_unit_test(test_compact_from_a_depth),
        cmocka_unit_test(test_strings_are_escaped),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_write_errors_are_reported),
        cmocka_unit_test(test_members_are_keys_with_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
