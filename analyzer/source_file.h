/* Whether a file can be read as C source, before a parser is set on it. */
#ifndef ANALYZER_SOURCE_FILE_H
#define ANALYZER_SOURCE_FILE_H

#include <stdbool.h>
#include <stddef.h>

enum { SOURCE_LIMIT_MIB = 64 };

enum source_state {
    SOURCE_GOOD,
    SOURCE_UNREADABLE, /* errno says why */
    SOURCE_IRREGULAR,  /* a directory, a pipe, … */
    SOURCE_TOO_LARGE,
    SOURCE_BINARY,
};

enum source_state source_file_state(const char *path);

/* By the file's name: "a.c". */
bool source_file_is_c(const char *path);
bool source_file_is_header(const char *path);

#endif
