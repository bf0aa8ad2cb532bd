/* Paths, as strings: no call here changes the file system.
 * Ownership: returned strings are malloc'ed unless an arena is given.
 */
#ifndef BASE_PATH_H
#define BASE_PATH_H

#include "base/arena.h"

#include <stdbool.h>
#include <stddef.h>

/* directory + "/" + path, or path alone if it is absolute; "." and ".." and doubled slashes are folded lexically. */
char *path_join(struct arena *arena, const char *directory, const char *path);

/* An absolute path relative to root if it lies below it ("." for the root itself), else unchanged. Both must be
 * folded. */
const char *path_relative(const char *root, const char *path);

/* The root lies below itself: "is it in this tree?" */
bool path_is_below(const char *root, const char *path);
const char *path_base(const char *path);
char *path_directory(struct arena *arena, const char *path);

/* realpath(3), or NULL. */
char *path_real(struct arena *arena, const char *path);

/* Reads a whole file. NULL with errno set if it cannot be read or is larger than `limit` bytes (errno EFBIG). The
 * result is zero-terminated and malloc'ed. */
char *file_read(const char *path, size_t limit, size_t *length);

#endif
