/* One parsed translation unit → its summary: the walk over libclang's cursors.
 *
 * Only this part and the parser (parse.h) see libclang.
 */
#ifndef ANALYZER_EXTRACT_H
#define ANALYZER_EXTRACT_H

#include "analyzer/unit_list.h"
#include "base/text.h"

#include <clang-c/Index.h>

/* Appends the summary's bytes to `out`. `root` is the tree's root: places below it are written relative to it.
 * `errors` is how many errors the parser reported in this unit: it lowers the summary's quality. */
void extract_summary(CXTranslationUnit parsed, const struct translation_unit *unit, const char *root, unsigned errors,
                     struct text *out);

#endif
