/* Help, man page and completions name everything that the tables have, and the man page in docs/ is the one that the
 * tables make. After a wanted change: concadvise generate man > docs/concadvise.1 */
#include "cli/help.h"

#include "base/path.h"
#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct page {
    char *text;
    size_t length;
    FILE *stream;
};

static void page_begin(struct page *page)
{
    page->stream = open_memstream(&page->text, &page->length);
    assert_non_null(page->stream);
}

static void test_manual_is_current(void **state)
{
    (void)state;
    struct page page;
    page_begin(&page);
    manual_write(page.stream);
    fclose(page.stream);
    size_t length;
    char *committed = file_read(SOURCE_DIR "/docs/concadvise.1", 1 << 20, &length);
    assert_non_null(committed);
    assert_string_equal(page.text, committed);
    free(committed);
    free(page.text);
}

/* A name as roff writes it. */
static void add_roff(struct text *text, const char *name)
{
    for (const char *c = name; *c; c++)
        text_printf(text, *c == '-' ? "\\%c" : "%c", *c);
}

static void test_manual_names_all_options(void **state)
{
    (void)state;
    struct page page;
    page_begin(&page);
    manual_write(page.stream);
    fclose(page.stream);
    for (unsigned i = 0; i < option_row_count; i++) {
        struct text name = {0};
        text_add(&name, "\\-\\-");
        add_roff(&name, option_rows[i].name);
        assert_non_null(strstr(page.text, text_string(&name)));
        text_free(&name);
    }
    free(page.text);
}

static void test_command_help(void **state)
{
    (void)state;
    for (unsigned command = 0; command < COMMAND_COUNT; command++) {
        struct page page;
        page_begin(&page);
        help_write_command(page.stream, (enum command_id)command);
        fclose(page.stream);
        assert_non_null(strstr(page.text, commands[command].name));
        for (unsigned i = 0; i < option_row_count; i++) {
            struct text name = {0};
            text_printf(&name, "--%s ", option_rows[i].name);
            bool listed = strstr(strstr(page.text, "Options:"), text_string(&name)) != NULL;
            if (option_is_for(&option_rows[i], (enum command_id)command))
                assert_true(listed);
            text_free(&name);
        }
        unsigned shown = 0;
        for (unsigned i = 0; i < example_count; i++)
            shown += examples[i].command == command && strstr(page.text, examples[i].line);
        assert_true(shown > 0);
        free(page.text);
    }
}

static void test_completions(void **state)
{
    (void)state;
    for (unsigned shell = 0; completion_shells[shell]; shell++) {
        struct page page;
        page_begin(&page);
        completions_write(page.stream, shell);
        fclose(page.stream);
        for (unsigned i = 0; i < option_row_count; i++)
            assert_non_null(strstr(page.text, option_rows[i].name));
        for (unsigned i = 0; i < COMMAND_COUNT; i++)
            assert_non_null(strstr(page.text, commands[i].name));
        free(page.text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_manual_is_current),
        cmocka_unit_test(test_manual_names_all_options),
        cmocka_unit_test(test_command_help),
        cmocka_unit_test(test_completions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
