/* Errors: every reader and parser returns what went wrong, where, and what to do; none of them prints.
 *
 * A list of problems owns its strings. Files and messages may be in any encoding; the printer makes them UTF-8.
 */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include "base/array.h"

#include <stdbool.h>
#include <stdio.h>

enum severity { SEVERITY_NOTE, SEVERITY_WARNING, SEVERITY_ERROR };

struct problem {
    enum severity severity;
    char *file;      /* NULL: no place */
    unsigned line;   /* from 1; 0: the whole file */
    unsigned column; /* from 1, in bytes; 0: the whole line */
    char *message;   /* what is wrong */
    char *advice;    /* what to do; may be NULL */
};

struct problems {
    ARRAY(struct problem) list;
    unsigned errors; /* how many of them are SEVERITY_ERROR */
};

struct place {
    const char *file;
    unsigned line;
    unsigned column;
};

/* Adds a problem. `advice` may be NULL. */
void problems_add(struct problems *problems, enum severity severity, struct place place, const char *advice,
                  const char *format, ...) __attribute__((format(printf, 5, 6)));
void problems_free(struct problems *problems);

/* "file:line:column: error: message; advice", a line each. */
void problems_print(const struct problems *problems, FILE *stream);

#endif
