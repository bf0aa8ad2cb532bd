/* Problems: kept, counted, printed a line each. */
#include "base/error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

static void test_problems_are_printed_with_place_and_advice(void **state)
{
    (void)state;
    struct problems problems = {0};
    char file[] = "a.yaml";
    problems_add(&problems, SEVERITY_ERROR, (struct place){file, 3, 7}, "write \"cpu\"", "no class \"%s\"", "cpo");
    file[0] = 'b'; /* the list has its own copy */
    problems_add(&problems, SEVERITY_WARNING, (struct place){file, 3, 0}, NULL, "odd");
    problems_add(&problems, SEVERITY_NOTE, (struct place){file, 0, 5}, NULL, "caf\xE9");
    problems_add(&problems, SEVERITY_ERROR, (struct place){0}, NULL, "%s", "");
    assert_int_equal(problems.list.count, 4);
    assert_int_equal(problems.errors, 2);

    char *printed = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&printed, &length);
    problems_print(&problems, stream);
    fclose(stream);
    assert_string_equal(printed, "a.yaml:3:7: error: no class \"cpo\"; write \"cpu\"\n"
                                 "b.yaml:3: warning: odd\n"
                                 "b.yaml: note: caf\xEF\xBF\xBD\n"
                                 "error: \n");
    free(printed);
    problems_free(&problems);
    assert_int_equal(problems.list.count, 0);
    assert_int_equal(problems.errors, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_problems_are_printed_with_place_and_advice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
