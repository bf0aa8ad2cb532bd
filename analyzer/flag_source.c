/* Searching for compile databases; .clangd; compile_flags.txt. */
#include "analyzer/flag_source.h"

#include "base/path.h"
#include "base/yaml_tree.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FLAGS_FILE_LIMIT = 1 << 20 };

static const char *existing(struct arena *arena, const char *directory, const char *name)
{
    const char *path = path_join(arena, directory, name);
    return access(path, F_OK) == 0 ? path : NULL;
}

static struct flag_source look_in(struct arena *arena, const char *directory)
{
    struct flag_source source = {.kind = FLAGS_FROM_DATABASE, .directory = directory};
    source.file = existing(arena, directory, "compile_commands.json");
    if (!source.file)
        source.file = existing(arena, directory, "build/compile_commands.json");
    if (!source.file) {
        source.kind = FLAGS_FROM_FILE;
        source.file = existing(arena, directory, "compile_flags.txt");
    }
    if (!source.file)
        source.kind = FLAGS_NOWHERE;
    return source;
}

struct flag_source flag_source_find(struct arena *arena, const char *directory, const struct clangd_config *config)
{
    struct flag_source source = {.kind = FLAGS_NOWHERE};
    if (config->database)
        return *config->database ? look_in(arena, config->database) : source;
    for (const char *at = directory;; at = path_directory(arena, at)) {
        source = look_in(arena, at);
        if (source.kind != FLAGS_NOWHERE || strcmp(at, "/") == 0)
            return source;
    }
}

/* A scalar or a list of scalars. */
static void read_words(struct arena *arena, const struct yaml_node *node, struct words *words)
{
    if (!node)
        return;
    if (node->kind == YAML_SCALAR)
        words_add(words, arena_strdup(arena, node->scalar));
    for (size_t i = 0; node->kind == YAML_LIST && i < node->count; i++)
        read_words(arena, node->items[i], words);
}

static void read_compile_flags(struct clangd_config *config, struct arena *arena, const struct yaml_tree *tree)
{
    const struct yaml_node *root = tree->root;
    if (!root || root->kind != YAML_MAP || yaml_get(root, "If"))
        return;
    const struct yaml_node *flags = yaml_get(root, "CompileFlags");
    if (!flags || flags->kind != YAML_MAP)
        return;
    read_words(arena, yaml_get(flags, "Add"), &config->add);
    read_words(arena, yaml_get(flags, "Remove"), &config->remove);
    const struct yaml_node *database = yaml_get(flags, "CompilationDatabase");
    if (!database || database->kind != YAML_SCALAR || strcmp(database->scalar, "Ancestors") == 0)
        return;
    bool none = strcmp(database->scalar, "None") == 0;
    config->database = none ? "" : path_join(arena, path_directory(arena, tree->file), database->scalar);
}

void clangd_config_read(struct clangd_config *config, struct arena *arena, const char *directory,
                        struct problems *problems)
{
    *config = (struct clangd_config){0};
    const char *file = existing(arena, directory, ".clangd");
    while (!file && strcmp(directory, "/") != 0) {
        directory = path_directory(arena, directory);
        file = existing(arena, directory, ".clangd");
    }
    if (!file)
        return;
    struct yaml_tree tree;
    struct problems mistakes = {0};
    if (yaml_read_file(&tree, file, &mistakes)) {
        tree.file = file;
        read_compile_flags(config, arena, &tree);
        yaml_free(&tree);
    }
    for (array_each(struct problem, mistake, &mistakes.list)) /* it is clangd's file: no error of ours */
        problems_add(problems, SEVERITY_WARNING, (struct place){mistake->file, mistake->line, mistake->column},
                     "the file is ignored", "%s", mistake->message);
    problems_free(&mistakes);
}

void clangd_config_free(struct clangd_config *config)
{
    array_free(&config->add.list);
    array_free(&config->remove.list);
}

bool flags_file_read(struct arena *arena, const char *path, struct words *words, struct problems *problems)
{
    size_t length;
    char *content = file_read(path, FLAGS_FILE_LIMIT, &length);
    if (!content) {
        problems_add(problems, SEVERITY_ERROR, (struct place){.file = path}, NULL, "cannot read the flags: %s",
                     strerror(errno));
        return false;
    }
    char *rest = content;
    for (char *line; (line = strsep(&rest, "\n"));) {
        line += strspn(line, " \t");
        size_t end = strlen(line);
        while (end && strchr(" \t\r", line[end - 1]))
            line[--end] = '\0';
        if (end)
            words_add(words, arena_strdup(arena, line));
    }
    free(content);
    return true;
}
