/* C text → its summary, for tests of the extractor and of what comes behind it. */
#ifndef TESTS_UNIT_ANALYZER_SOURCE_H
#define TESTS_UNIT_ANALYZER_SOURCE_H

#include "analyzer/extract.h"
#include "analyzer/parse.h"
#include "model/summary.h"
#include "tests/unit/analyzer/tree.h"

/* Fills the summary with what the text of "unit.c" says; its errors must be `errors`. The caller frees the summary. */
static inline void source_summary(struct tree *tree, const char *text, unsigned errors, struct summary *summary)
{
    const char *flags[] = {"-std=gnu17"};
    struct translation_unit unit = {.path = tree_write(tree, "unit.c", text),
                                    .name = "unit.c",
                                    .directory = tree->top,
                                    .flags = flags,
                                    .flag_count = 1,
                                    .flags_key = "key"};
    struct parser parser;
    struct parsed_unit parsed;
    struct problems problems = {0};
    struct text bytes = {0};
    parser_init(&parser, tree->top);
    assert_true(parse_unit(&parser, &unit, NULL, &parsed, &problems));
    assert_int_equal(parsed.errors, errors);
    extract_summary(parsed.unit, &unit, tree->top, parsed.errors, &bytes);
    assert_true(summary_read(summary, (const unsigned char *)bytes.string, bytes.length));
    text_free(&bytes);
    problems_free(&problems);
    parse_dispose(&parsed);
    parser_free(&parser);
}

static inline const struct function *source_function(const struct summary *summary, const char *name)
{
    for (array_each(const struct function, function, &summary->functions))
        if (strcmp(names_string(&summary->names, function->name), name) == 0)
            return function;
    fail_msg("there is no function %s", name);
    return NULL;
}

/* A function as `concadvise dump summary` prints it; belongs to the tree's arena. */
static inline const char *source_dump(struct tree *tree, const struct summary *summary, const char *name)
{
    char *printed = NULL;
    size_t size;
    FILE *stream = open_memstream(&printed, &size);
    assert_non_null(stream);
    summary_print_function(&summary->names, source_function(summary, name), stream);
    fclose(stream);
    const char *text = arena_strdup(&tree->arena, printed);
    free(printed);
    return text;
}

#endif
