/* The #include lines of a file, as text: nothing is preprocessed. */
#ifndef ANALYZER_INCLUDE_LINES_H
#define ANALYZER_INCLUDE_LINES_H

#include "base/arena.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct include_line {
    const char *spelling; /* what stands between the quotes or angle brackets */
    bool quoted;
    bool leads;        /* nothing but comments, blank lines and other such lines stands before it */
    size_t begin, end; /* the bytes from the '#' to the closing quote or bracket */
};

struct include_lines {
    const struct include_line *lines;
    uint32_t count;
    bool was_read;
};

/* Reads the #include lines in the first `limit` bytes of a file; none if it cannot be read. Lines and strings go to the
 * arena. */
void include_lines_read(struct include_lines *lines, struct arena *arena, const char *path, size_t limit);

/* The same for a text. */
void include_lines_scan(struct include_lines *lines, struct arena *arena, const char *text);

/* The #include line that a file or text begins with, but for comments and blank lines; false if it begins with
 * something else. */
bool first_include_read(struct include_line *line, struct arena *arena, const char *path);
bool first_include_scan(struct include_line *line, struct arena *arena, const char *text);

/* What a file's text is once its first #include line is blank; all else stays where it is. For a file that begins with
 * such a line. NULL if it cannot be read or does not begin so. malloc'ed. */
char *text_behind_first_include(const char *path, size_t *length);

#endif
