/* The examples of docs/rules.md: rules load, wrong rules give the messages that are shown, cases give what they expect.
 */
#include "helpers.h"

struct block {
    const char *kind; /* what stands behind the opening fence */
    const char *text;
};

typedef ARRAY(struct block) block_list;

/* The fenced blocks of a Markdown file, in order. */
static void read_blocks(const char *path, struct arena *arena, block_list *blocks)
{
    size_t length;
    char *text = file_read(path, 1 << 20, &length);
    assert_non_null(text);
    for (char *at = strstr(text, "\n```"); at; at = strstr(at, "\n```")) {
        char *kind = at + strlen("\n```");
        char *start = strchr(kind, '\n') + 1;
        char *end = strstr(start, "```\n");
        assert_non_null(end);
        struct block block = {arena_strndup(arena, kind, (size_t)(start - 1 - kind)),
                              arena_strndup(arena, start, (size_t)(end - start))};
        array_push(blocks, block);
        at = end + strlen("```");
    }
    free(text);
}

static void the_examples_do_what_the_text_says(void **state)
{
    (void)state;
    struct arena arena;
    block_list blocks = {0};
    struct rules *rules = rules_new();
    char *messages = NULL;
    unsigned cases = 0, mistakes = 0;
    arena_init(&arena);
    read_blocks(SOURCE_DIR "/docs/rules.md", &arena, &blocks);
    for (array_each(struct block, block, &blocks)) {
        struct problems problems = {0};
        if (strcmp(block->kind, "yaml") == 0) {
            assert_true(add_rules(rules, block->text, &problems));
        } else if (strcmp(block->kind, "yaml wrong") == 0) {
            assert_false(add_rules(rules, block->text, &problems));
            free(messages);
            messages = problems_text(&problems);
        } else if (strcmp(block->kind, "text") == 0) {
            assert_string_equal(messages, block->text);
            mistakes++;
        }
        problems_free(&problems);
    }
    for (array_each(struct block, block, &blocks)) {
        struct outcome outcome;
        if (strcmp(block->kind, "json") != 0)
            continue;
        check_case(rules, "docs/rules.md", block->text, &arena, &outcome);
        outcome_free(&outcome);
        cases++;
    }
    assert_true(cases > 0 && mistakes > 0);
    free(messages);
    rules_free(rules);
    array_free(&blocks);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_examples_do_what_the_text_says)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
