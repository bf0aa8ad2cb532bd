/* Functions are found by name, by file and name, and by id. */
#include "cli/find_function.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct function_result functions[] = {
    {.id = "a/io.c#c:io.c@F@reader", .name = "reader", .file = "a/io.c"},
    {.id = "b/io.c#c:io.c@F@reader", .name = "reader", .file = "b/io.c"},
    {.id = "b/radio.c#c:@F@writer", .name = "writer", .file = "b/radio.c", .program = "x.c"},
    {.id = "b/radio.c#c:@F@writer", .name = "writer", .file = "b/radio.c", .program = "y.c"},
};

static void check(const char *name, uint32_t count, uint32_t first, bool same_id)
{
    struct result result;
    result_init(&result);
    result.functions = functions;
    result.function_count = 4;
    struct function_matches matches;
    find_functions(&result, name, &matches);
    assert_int_equal(matches.list.count, count);
    if (count) {
        assert_int_equal(matches.list.items[0], first);
        assert_int_equal(matches.same_id, same_id);
    }
    array_free(&matches.list);
    result_free(&result);
}

static void test_find(void **state)
{
    (void)state;
    check("reader", 2, 0, false);
    check("a/io.c:reader", 1, 0, true);
    check("b/io.c:reader", 1, 1, true);
    check("io.c:reader", 2, 0, false);
    check("io.c:writer", 0, 0, true); /* radio.c ends in io.c, but not from a slash on */
    check("radio.c:writer", 2, 2, true);
    check("b/io.c#c:io.c@F@reader", 1, 1, true);
    check("read", 0, 0, true);
    check("", 0, 0, true);
}

static void test_nearest(void **state)
{
    (void)state;
    struct result result;
    result_init(&result);
    result.functions = functions;
    result.function_count = 4;
    assert_string_equal(nearest_function(&result.arena, &result, "writr"), "did you mean 'writer' (b/radio.c)?");
    assert_string_equal(nearest_function(&result.arena, &result, "x.c:writr"), "did you mean 'b/radio.c:writer'?");
    assert_string_equal(nearest_function(&result.arena, &result, "something_else"),
                        "'concadvise classify' lists all functions");
    result_free(&result);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_find), cmocka_unit_test(test_nearest)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
