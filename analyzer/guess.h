/* Flags for a tree that has no compile database: include directories found by matching the tree's #include lines with
 * its headers.
 */
#ifndef ANALYZER_GUESS_H
#define ANALYZER_GUESS_H

#include "analyzer/unit_builder.h"

/* Adds the file `path`, or every C file of the directory `path` (real), to the builder, with guessed flags; notes that
 * they are guessed. False if there was none. */
bool guess_units(struct unit_builder *builder, const char *path, bool is_directory, const struct clangd_config *config);

#endif
