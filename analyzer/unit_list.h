/* The translation units to read, with their flags: from a compile database, compile_flags.txt, a command line, or by
 * guessing.
 *
 * Ownership: the list's arena owns all strings; unit_list_free releases them.
 */
#ifndef ANALYZER_UNIT_LIST_H
#define ANALYZER_UNIT_LIST_H

#include "analyzer/analyzer.h"

#include <stdbool.h>

struct translation_unit {
    const char *path;         /* absolute, folded */
    const char *name;         /* relative to the root (absolute where it lies outside) */
    const char *directory;    /* absolute: where its flags' relative paths start */
    const char *const *flags; /* for libclang: no compiler, no source file, no -o, -c, -M…; root-independent order */
    unsigned flag_count;
    const char *flags_key; /* hash of the flags, with paths made relative to the root: the configuration's identity */
};

struct unit_list {
    struct arena arena;
    const char *root;               /* absolute: the common root that names are relative to */
    struct translation_unit *units; /* sorted by name, then flags_key; no two alike */
    unsigned count;
    bool guessed;        /* flags were guessed for at least one unit */
    unsigned unreadable; /* C files that are no unit because they cannot be read; each was reported as an error */
};

/* Fills the list. Adds problems for what is missing or wrong; false if there is nothing to analyse. */
bool unit_list_make(struct unit_list *list, const struct analyzer_options *options, struct problems *problems);
void unit_list_free(struct unit_list *list);

#endif
