/* Parsing translation units with libclang, errors and all.
 *
 * Only this part and the extractor (extract.h) see libclang. Nothing is printed: what the parser reports comes back as
 * problems. A parser belongs to one process and one thread.
 */
#ifndef ANALYZER_PARSE_H
#define ANALYZER_PARSE_H

#include "analyzer/prefix.h"

#include <clang-c/Index.h>

struct parser {
    CXIndex index;
    char *prefix_map; /* flag that makes __FILE__ relative to the root */
    const char *root;
};

struct parsed_unit {
    CXTranslationUnit unit; /* dispose with parse_dispose */
    unsigned errors;        /* how many the parser reported */
    bool shared;            /* what the first header declares is not in the tree but in the precompiled file */
};

void parser_init(struct parser *parser, const char *root);
void parser_free(struct parser *parser);

/* Parses a unit. With `precompiled` (or NULL), the file of parse_save_prefix stands for what the unit includes first;
 * if anything is wrong then, the unit is parsed again without it. Errors in the source are a warning with the place of
 * the first; false, with an error, if there is no syntax tree at all. */
bool parse_unit(struct parser *parser, const struct translation_unit *unit, const char *precompiled,
                struct parsed_unit *parsed, struct problems *problems);
/* Parses the header that a group of units shares and writes the group's precompiled file. False if that cannot be used:
 * there are errors in the header, it is too small to be worth it, or (with a note) the file cannot be written. */
bool parse_prefix(struct parser *parser, const struct prefix_group *group, struct parsed_unit *parsed,
                  struct problems *problems);
void parse_dispose(struct parsed_unit *parsed);

#endif
