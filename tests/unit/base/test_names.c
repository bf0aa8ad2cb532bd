/* Interned names: equal strings, equal numbers. */
#include "base/names.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

static void test_equal_strings_get_equal_numbers(void **state)
{
    (void)state;
    struct names names;
    names_init(&names);
    name_id first = names_add(&names, "read");
    name_id second = names_add(&names, "write");
    assert_int_not_equal(first, second);
    assert_int_equal(names_add(&names, "read"), first);
    assert_int_equal(names_add_length(&names, "write to me", 5), second);
    assert_string_equal(names_string(&names, second), "write");
    names_free(&names);
}

static void test_zero_is_the_empty_string(void **state)
{
    (void)state;
    struct names names;
    names_init(&names);
    assert_int_equal(names_add(&names, ""), 0);
    assert_string_equal(names_string(&names, 0), "");
    assert_int_equal(names_find(&names, "absent"), 0);
    names_free(&names);
}

static void test_strings_stay_where_they_are_as_the_table_grows(void **state)
{
    (void)state;
    struct names names;
    char string[32];
    names_init(&names);
    const char *first = names_string(&names, names_add(&names, "first"));
    for (int i = 0; i < 100000; i++) {
        snprintf(string, sizeof string, "function_%d", i);
        names_add(&names, string);
    }
    assert_int_equal(names.count, 100002);
    assert_ptr_equal(names_string(&names, names_find(&names, "first")), first);
    for (int i = 0; i < 100000; i += 997) {
        snprintf(string, sizeof string, "function_%d", i);
        assert_string_equal(names_string(&names, names_find(&names, string)), string);
    }
    names_free(&names);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_equal_strings_get_equal_numbers),
        cmocka_unit_test(test_zero_is_the_empty_string),
        cmocka_unit_test(test_strings_stay_where_they_are_as_the_table_grows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
