/* Colours and width of streams that are no terminals. */
#include "base/terminal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdlib.h>

static int begin(void **state)
{
    unsetenv("NO_COLOR");
    unsetenv("FORCE_COLOR");
    unsetenv("COLUMNS");
    *state = tmpfile();
    return *state ? 0 : -1;
}

static int end(void **state)
{
    return fclose(*state);
}

static void test_colors_are_for_terminals_or_forced(void **state)
{
    assert_false(terminal_wants_color(*state));
    setenv("FORCE_COLOR", "", 1);
    assert_false(terminal_wants_color(*state));
    setenv("FORCE_COLOR", "1", 1);
    assert_true(terminal_wants_color(*state));
    setenv("NO_COLOR", "1", 1);
    assert_false(terminal_wants_color(*state));
}

static void test_streams_in_memory_have_no_colors(void **state)
{
    (void)state;
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    assert_non_null(stream);
    assert_false(terminal_wants_color(stream));
    assert_int_equal(terminal_width(stream), 100);
    fclose(stream);
    free(text);
}

static void test_width_is_what_columns_says(void **state)
{
    static const struct {
        const char *columns;
        unsigned width;
    } cases[] = {{"80", 80}, {"40", 40}, {"500", 500}, {"39", 100}, {"501", 100}, {"wide", 100}, {"", 100}};
    assert_int_equal(terminal_width(*state), 100);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        setenv("COLUMNS", cases[i].columns, 1);
        assert_int_equal(terminal_width(*state), cases[i].width);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_colors_are_for_terminals_or_forced),
        TEST(test_streams_in_memory_have_no_colors),
        TEST(test_width_is_what_columns_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
