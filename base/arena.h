/* Arena: memory that is freed all at once.
 *
 * Ownership: everything handed out belongs to the arena and lives until arena_free(). Nothing is freed singly.
 * Errors: running out of memory ends the process with a message (see die_out_of_memory); no call returns NULL.
 * Threads: an arena is used by one thread at a time.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

struct arena_block;

struct arena {
    struct arena_block *blocks;
    size_t used;     /* bytes used in the newest block */
    size_t capacity; /* bytes the newest block holds */
    size_t total;    /* bytes asked for since arena_init */
};

void arena_init(struct arena *arena);
void arena_free(struct arena *arena);

/* Zeroed memory, aligned for any type. size 0 gives a valid pointer. */
void *arena_alloc(struct arena *arena, size_t size);

/* Copies of bytes and of strings; arena_strndup adds the terminating zero. */
void *arena_copy(struct arena *arena, const void *bytes, size_t size);
char *arena_strdup(struct arena *arena, const char *string);
char *arena_strndup(struct arena *arena, const char *string, size_t length);
char *arena_printf(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));

#define ARENA_NEW(arena, type) ((type *)arena_alloc((arena), sizeof(type)))
#define ARENA_ARRAY(arena, type, count) ((type *)arena_alloc((arena), sizeof(type) * (size_t)(count)))

/* malloc and realloc that never return NULL; release with free(). */
void *must_malloc(size_t size);
void *must_realloc(void *memory, size_t size);
char *must_strdup(const char *string);
_Noreturn void die_out_of_memory(size_t size);

#endif
