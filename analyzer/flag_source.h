/* Where the flags of a path come from: the search that clangd does, and its configuration file.
 *
 * From the path's directory upwards, each directory is asked for compile_commands.json, build/compile_commands.json and
 * compile_flags.txt, in this order. A .clangd file nearest to the path may name another place for the database and add
 * or remove flags (CompileFlags: CompilationDatabase, Add, Remove; fragments under "If" are not read).
 */
#ifndef ANALYZER_FLAG_SOURCE_H
#define ANALYZER_FLAG_SOURCE_H

#include "analyzer/flags.h"

enum flag_source_kind { FLAGS_NOWHERE, FLAGS_FROM_DATABASE, FLAGS_FROM_FILE };

struct flag_source {
    enum flag_source_kind kind;
    const char *file;      /* the compile_commands.json or compile_flags.txt */
    const char *directory; /* the directory that the search found it for: the tree's root */
};

struct clangd_config {
    const char *database; /* a directory, "" for "None", NULL for "Ancestors" */
    struct words add;
    struct words remove;
};

/* Looks for the flags of what lies in `directory` (real path). */
struct flag_source flag_source_find(struct arena *arena, const char *directory, const struct clangd_config *config);

/* The nearest .clangd from `directory` upwards; empty if there is none. What is wrong with it is a warning. */
void clangd_config_read(struct clangd_config *config, struct arena *arena, const char *directory,
                        struct problems *problems);
void clangd_config_free(struct clangd_config *config);

/* compile_flags.txt: a flag a line. False, with a problem, if it cannot be read. */
bool flags_file_read(struct arena *arena, const char *path, struct words *words, struct problems *problems);

#endif
