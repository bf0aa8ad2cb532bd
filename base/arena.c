/* Arena: memory that is freed all at once.
 *
 * Blocks double in size, and a request that would waste much of a fresh block gets one of its own. Without NDEBUG every
 * request is a malloc of its own, so that AddressSanitizer and valgrind see where each one ends.
 */
#include "base/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct arena_block {
    struct arena_block *next;
    _Alignas(max_align_t) unsigned char bytes[];
};

_Noreturn void die_out_of_memory(size_t size)
{
    fprintf(stderr, "concadvise: error: out of memory (%zu bytes asked for); analyse fewer files at once\n", size);
    abort();
}

void *must_malloc(size_t size)
{
    void *memory = malloc(size ? size : 1);
    if (!memory)
        die_out_of_memory(size);
    return memory;
}

void *must_realloc(void *memory, size_t size)
{
    void *moved = realloc(memory, size ? size : 1);
    if (!moved)
        die_out_of_memory(size);
    return moved;
}

char *must_strdup(const char *string)
{
    size_t size = strlen(string) + 1;
    return memcpy(must_malloc(size), string, size);
}

void arena_init(struct arena *arena)
{
    *arena = (struct arena){0};
}

void arena_free(struct arena *arena)
{
    struct arena_block *block = arena->blocks;
    while (block) {
        struct arena_block *next = block->next;
        free(block);
        block = next;
    }
    arena_init(arena);
}

static struct arena_block *block_new(size_t size)
{
    if (size > SIZE_MAX - sizeof(struct arena_block))
        die_out_of_memory(size);
    struct arena_block *block = calloc(1, sizeof *block + size);
    if (!block)
        die_out_of_memory(size);
    return block;
}

/* A block for one request alone; the newest block stays the newest. */
static void *alloc_alone(struct arena *arena, size_t size)
{
    struct arena_block *block = block_new(size);
    if (arena->blocks) {
        block->next = arena->blocks->next;
        arena->blocks->next = block;
    } else {
        arena->blocks = block;
    }
    return block->bytes;
}

#ifdef NDEBUG
#define FIRST_BLOCK ((size_t)4 << 10)
#define LARGEST_BLOCK ((size_t)1 << 20)

static void add_block(struct arena *arena)
{
    size_t capacity = arena->capacity ? arena->capacity * 2 : FIRST_BLOCK;
    if (capacity > LARGEST_BLOCK)
        capacity = LARGEST_BLOCK;
    struct arena_block *block = block_new(capacity);
    block->next = arena->blocks;
    arena->blocks = block;
    arena->capacity = capacity;
    arena->used = 0;
}

static void *alloc_shared(struct arena *arena, size_t size)
{
    size_t rounded = (size + _Alignof(max_align_t) - 1) & ~(_Alignof(max_align_t) - 1);
    if (rounded > arena->capacity - arena->used)
        add_block(arena);
    void *memory = arena->blocks->bytes + arena->used;
    arena->used += rounded;
    return memory;
}
#endif

void *arena_alloc(struct arena *arena, size_t size)
{
    arena->total += size;
#ifdef NDEBUG
    if (size <= FIRST_BLOCK / 4)
        return alloc_shared(arena, size);
#endif
    return alloc_alone(arena, size);
}

void *arena_copy(struct arena *arena, const void *bytes, size_t size)
{
    void *copy = arena_alloc(arena, size);
    if (size)
        memcpy(copy, bytes, size);
    return copy;
}

char *arena_strdup(struct arena *arena, const char *string)
{
    return arena_copy(arena, string, strlen(string) + 1);
}

char *arena_strndup(struct arena *arena, const char *string, size_t length)
{
    char *copy = arena_alloc(arena, length + 1);
    if (length)
        memcpy(copy, string, length);
    return copy;
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    size_t size = length > 0 ? (size_t)length + 1 : 1;
    char *string = arena_alloc(arena, size);
    if (length > 0)
        vsnprintf(string, size, format, again);
    va_end(again);
    return string;
}
