/* Whether a file can be read as C source, before a parser is set on it. */
#ifndef ANALYZER_SOURCE_FILE_H
#define ANALYZER_SOURCE_FILE_H

#include <stdbool.h>
#include <stddef.h>

enum { SOURCE_LIMIT_MIB = 64 };

/* Why a file is not analysed (static storage, or of strerror), or NULL if it can be. */
const char *source_file_refuse(const char *path);

/* By the file's name: "a.c". */
bool source_file_is_c(const char *path);
bool source_file_is_header(const char *path);

#endif
