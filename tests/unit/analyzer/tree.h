/* A throw-away directory tree for tests of the front end. */
#ifndef TESTS_UNIT_ANALYZER_TREE_H
#define TESTS_UNIT_ANALYZER_TREE_H

#include "base/error.h"
#include "base/path.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct tree {
    struct arena arena;
    const char *top; /* its real path */
};

static inline void tree_make(struct tree *tree)
{
    arena_init(&tree->arena);
    const char *parent = getenv("TMPDIR");
    char *top = arena_printf(&tree->arena, "%s/test-tree-XXXXXX", parent && *parent ? parent : "/tmp");
    assert_non_null(mkdtemp(top));
    tree->top = path_real(&tree->arena, top);
}

static inline int tree_remove_entry(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
    (void)status;
    (void)kind;
    (void)walk;
    return remove(path);
}

static inline void tree_remove(struct tree *tree)
{
    assert_int_equal(nftw(tree->top, tree_remove_entry, 16, FTW_DEPTH | FTW_PHYS), 0);
    arena_free(&tree->arena);
}

static inline const char *tree_path(struct tree *tree, const char *name)
{
    return path_join(&tree->arena, tree->top, name);
}

/* Makes a file, and its directories; returns its path. */
static inline const char *tree_write_bytes(struct tree *tree, const char *name, const void *bytes, size_t size)
{
    const char *path = tree_path(tree, name);
    char *partial = arena_strdup(&tree->arena, path);
    for (char *slash = partial + strlen(tree->top) + 1; (slash = strchr(slash, '/')); slash++) {
        *slash = '\0';
        mkdir(partial, 0777);
        *slash = '/';
    }
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    if (file) {
        assert_int_equal(fwrite(bytes, 1, size, file), size);
        assert_int_equal(fclose(file), 0);
    }
    return path;
}

static inline const char *tree_write(struct tree *tree, const char *name, const char *text)
{
    return tree_write_bytes(tree, name, text, strlen(text));
}

/* All problems as "severity file:line:column: message" lines, files relative to the tree. */
static inline const char *tree_problems(struct tree *tree, const struct problems *problems)
{
    static const char *const severities[] = {"note", "warning", "error"};
    const char *text = "";
    for (uint32_t i = 0; i < problems->list.count; i++) {
        const struct problem *problem = &problems->list.items[i];
        const char *file = problem->file ? path_relative(tree->top, problem->file) : "";
        text = arena_printf(&tree->arena, "%s%s %s:%u:%u: %s\n", text, severities[problem->severity], file,
                            problem->line, problem->column, problem->message);
    }
    return text;
}

static inline void assert_contains(const char *text, const char *wanted)
{
    if (!strstr(text, wanted))
        fail_msg("\"%s\" is not in:\n%s", wanted, text);
}

static inline void assert_lacks(const char *text, const char *unwanted)
{
    if (strstr(text, unwanted))
        fail_msg("\"%s\" is in:\n%s", unwanted, text);
}

#endif
