/* Compiler commands → the flags that matter for reading the source.
 *
 * Of a command that was written for any compiler, what influences how C is parsed is kept, and everything else is
 * dropped: that is how flags only gcc knows survive. Paths in what is kept become absolute, so that the flags mean the
 * same in any directory.
 *
 * Ownership: strings go to the arena given; a words array is released with array_free.
 */
#ifndef ANALYZER_FLAGS_H
#define ANALYZER_FLAGS_H

#include "base/array.h"
#include "base/error.h"
#include "base/names.h"

#include <stdbool.h>

struct words {
    ARRAY(const char *) list;
};

void words_add(struct words *words, const char *word);

/* Splits a command line as a POSIX shell would (quotes and backslashes; no expansion). */
void shell_split(struct arena *arena, const char *command, struct words *words);

/* Real paths that were looked up before: the same directories come back in every command. */
struct path_cache {
    struct arena *arena;
    struct names asked;
    ARRAY(const char *) answers; /* by name_id; NULL: no such file */
};

void path_cache_init(struct path_cache *cache, struct arena *arena);
void path_cache_free(struct path_cache *cache);

/* The real path of `path` as seen from `directory`, or NULL if there is none. */
const char *path_cache_real(struct path_cache *cache, const char *directory, const char *path);

enum language { LANGUAGE_BY_NAME, LANGUAGE_C, LANGUAGE_OTHER };

struct command {
    const char *directory; /* absolute */
    const char *const *words;
    unsigned word_count;
    bool keep_unknown; /* the user wrote these flags for us: drop nothing but input files */
};

/* Appends what matters of a command to `flags`. Returns the language that the command demands by -x or by the
 * compiler's name. Response files that cannot be read are reported as warnings at `place`. */
enum language flags_keep(struct path_cache *cache, const struct command *command, struct words *flags,
                         struct place place, struct problems *problems);

/* Drops the flags that match one of the patterns (fnmatch; "-I" alone matches all -I…). */
void flags_remove(struct words *flags, const char *const *patterns, unsigned pattern_count);

/* A hash of the flags in which `root` counts as nothing: equal for two copies of a tree. */
const char *flags_key(struct arena *arena, const char *root, const char *const *flags, unsigned flag_count);

#endif
