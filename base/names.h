/* Names: interned strings. Equal strings get equal numbers, so that names are compared and hashed as integers.
 *
 * Ownership: the table owns the strings; a `const char *` from it lives as long as the table.
 * Number 0 is always the empty string. Numbers are given in order of first use: they are not stable between runs and
 * must not reach any output.
 */
#ifndef BASE_NAMES_H
#define BASE_NAMES_H

#include "base/arena.h"

#include <stddef.h>
#include <stdint.h>

typedef uint32_t name_id;

struct names {
    struct arena arena;
    const char **strings; /* by number */
    uint32_t *lengths;
    uint32_t count;
    uint32_t capacity;
    uint32_t *slots; /* open addressing: number + 1, or 0 */
    uint32_t slot_count;
};

void names_init(struct names *names);
void names_free(struct names *names);

name_id names_add(struct names *names, const char *string);
name_id names_add_length(struct names *names, const char *string, size_t length);

/* The number of a string that is in the table already, or 0 (also for the empty string). */
name_id names_find(const struct names *names, const char *string);

const char *names_string(const struct names *names, name_id name);

#endif
