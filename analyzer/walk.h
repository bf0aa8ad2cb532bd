/* The C sources and headers below a directory, in an order that does not depend on the file system.
 *
 * Left out: hidden directories (.git and the like), and directories that a build system filled with its output. Links
 * to directories are not followed: inside the tree their targets are met anyway, and outside they are not the tree.
 * Ownership: the strings belong to the arena given; tree_files_free releases the lists.
 */
#ifndef ANALYZER_WALK_H
#define ANALYZER_WALK_H

#include "base/array.h"
#include "base/error.h"

struct tree_files {
    ARRAY(const char *) sources; /* *.c: top + "/" + relative path, sorted */
    ARRAY(const char *) headers; /* *.h */
    const char *database;        /* a compile_commands.json that was met on the way, or NULL */
    unsigned outside_links;      /* links to directories outside the tree */
};

/* `top`: a real path. Directories that cannot be read are warnings. */
void tree_files_collect(struct tree_files *files, struct arena *arena, const char *top, struct problems *problems);
void tree_files_free(struct tree_files *files);

#endif
