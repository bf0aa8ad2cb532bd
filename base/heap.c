/* mallopt(3) and madvise(2). */
#include "base/heap.h"

#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
    STEP = 64 << 20,
    LARGEST_IN_HEAP = 32 << 20, /* the most that mallopt takes; what is larger is mapped by itself */
    NEVER = 1 << 30,
    WANTED = 16 << 20 /* where the heap has less room than this, it takes its next step now */
};

void heap_make_coarse(void)
{
    mallopt(M_ARENA_MAX, 1);
    mallopt(M_TOP_PAD, STEP);
    mallopt(M_TRIM_THRESHOLD, NEVER);
    mallopt(M_MMAP_THRESHOLD, LARGEST_IN_HEAP);
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char *before = sbrk(0);
    void *volatile wanted = malloc(WANTED); /* volatile: or the compiler leaves both calls out */
    free(wanted);
    char *end = sbrk(0), *first = before + (page - (uintptr_t)before % page) % page;
    if (end > first)
        madvise(first, (size_t)(end - first), MADV_HUGEPAGE);
}
