/* "Did you mean …?" */
#include "base/suggest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const char *const names[] = {"serial", "threading", "multiprocessing", "async", "hybrid", "io", "", NULL};

static void test_distance(void **state)
{
    (void)state;
    assert_int_equal(edit_distance("", ""), 0);
    assert_int_equal(edit_distance("", "abc"), 3);
    assert_int_equal(edit_distance("abc", ""), 3);
    assert_int_equal(edit_distance("kitten", "sitting"), 3);
    assert_int_equal(edit_distance("async", "asnyc"), 1); /* neighbours swapped */
    assert_int_equal(edit_distance("ca", "abc"), 3);      /* optimal string alignment, not the unrestricted distance */
    assert_int_equal(edit_distance("ASYNC", "async"), 0);
}

static void test_the_nearest_name_is_suggested(void **state)
{
    (void)state;
    assert_string_equal(suggest("asnyc", names), "async");
    assert_string_equal(suggest("Threads", (const char *const[]){"thread", "threading", NULL}), "thread");
    assert_string_equal(suggest("multi-processing", names), "multiprocessing");
    assert_string_equal(suggest("SERIAL", names), "serial");
}

static void test_nothing_near_is_no_suggestion(void **state)
{
    (void)state;
    assert_null(suggest("goroutine", names));
    assert_null(suggest("ab", names)); /* two of two letters differ from "io" */
    assert_null(suggest("thr", names));
    assert_null(suggest("x", (const char *const[]){NULL}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_distance),
        cmocka_unit_test(test_the_nearest_name_is_suggested),
        cmocka_unit_test(test_nothing_near_is_no_suggestion),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
