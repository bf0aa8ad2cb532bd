/* Turns "this file with this command" into translation units: languages, flags, links, files that cannot be read.
 *
 * Ownership: what units refer to belongs to the arena given; unit_builder_free releases the rest.
 */
#ifndef ANALYZER_UNIT_BUILDER_H
#define ANALYZER_UNIT_BUILDER_H

#include "analyzer/flag_source.h"
#include "analyzer/limited.h"
#include "analyzer/unit_list.h"

/* One set of flags that units share. */
struct flag_set {
    const char *const *flags;
    unsigned count;
    const char *key;
};

struct unit_builder {
    struct arena *arena;
    const struct analyzer_options *options;
    struct problems *problems;
    const char *root;
    struct path_cache cache;
    struct names flag_set_names;      /* the flags, a line each */
    ARRAY(struct flag_set) flag_sets; /* by name_id */
    ARRAY(struct translation_unit) units;
    struct limited gone;
    struct limited refused;
    unsigned unreadable;     /* files that are there but cannot be read */
    unsigned other_language; /* files that are not C */
};

/* A file and its command. */
struct unit_entry {
    const char *file;      /* absolute */
    const char *directory; /* absolute */
    const char *const *words;
    unsigned word_count;
    const struct clangd_config *config; /* or NULL */
    bool is_named;                      /* the user named the file: then headers are units too */
    bool keep_unknown;                  /* see struct command */
    struct place place;                 /* where the command stands */
};

void unit_builder_init(struct unit_builder *builder, struct arena *arena, const char *root,
                       const struct analyzer_options *options, struct problems *problems);
void unit_builder_add(struct unit_builder *builder, const struct unit_entry *entry);

/* Reports what was only counted so far, and moves the units, sorted and each once, into the list. */
void unit_builder_finish(struct unit_builder *builder, struct unit_list *list);
void unit_builder_free(struct unit_builder *builder);

#endif
