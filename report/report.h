/* One result, many formats: each format is one constant descriptor, found by its name.
 *
 * Ownership: a report owns nothing; the result must outlive the call.
 * Errors: write returns false where the stream refused anything (errno says why); the caller flushes and closes.
 * Threads: no state is kept; two reports may be written at once to two streams.
 */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include "model/result.h"

#include <stdbool.h>
#include <stdio.h>

/* What of the result is asked for: a command's question. */
enum report_view { REPORT_CHECK, REPORT_CLASSIFY, REPORT_EXPLAIN, REPORT_VIEW_COUNT };

struct report_options {
    enum report_view view;
    bool color;
    unsigned width;            /* columns that text is wrapped at; 0: never wrapped */
    bool all;                  /* every unit worth acting on, not only the first ones */
    const char *version;       /* of the program, for the JSON */
    const uint32_t *functions; /* classify, explain: which of result.functions, in the order of printing */
    uint32_t function_count;
};

struct report_format {
    const char *name;
    const char *text; /* for the help */
    bool (*write)(const struct result *result, const struct report_options *options, FILE *stream);
};

/* All formats, NULL-terminated; the first is the default. */
extern const struct report_format *const report_formats[];

/* All names, NULL-terminated. */
const char *const *report_format_names(void);

/* A format by name, or NULL. */
const struct report_format *report_find(const char *name);

#endif
