/* Growable arrays: ARRAY(type) declares one; zero-initialised it is empty.
 *
 * Ownership: the array owns its items' storage (malloc); array_free releases it. Pointers to items are good until the
 * next push.
 */
#ifndef BASE_ARRAY_H
#define BASE_ARRAY_H

#include "base/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define ARRAY(type)                                                                                                    \
    struct {                                                                                                           \
        type *items;                                                                                                   \
        uint32_t count;                                                                                                \
        uint32_t capacity;                                                                                             \
    }

/* Makes room for `extra` more items. */
#define array_reserve(array, extra)                                                                                    \
    do {                                                                                                               \
        if ((array)->count + (uint32_t)(extra) > (array)->capacity) {                                                  \
            uint32_t array_wanted_ = ((array)->count + (uint32_t)(extra)) * 2 + 6;                                     \
            (array)->items = must_realloc((array)->items, (size_t)array_wanted_ * sizeof *(array)->items);             \
            (array)->capacity = array_wanted_;                                                                         \
        }                                                                                                              \
    } while (0)

/* Appends one item: array_push(&a, (struct point){1, 2}). While it is made, the array does not count it yet. */
#define array_push(array, ...)                                                                                         \
    do {                                                                                                               \
        array_reserve((array), 1);                                                                                     \
        (array)->items[(array)->count] = (__VA_ARGS__);                                                                \
        (array)->count++;                                                                                              \
    } while (0)

#define array_last(array) (&(array)->items[(array)->count - 1])

#define array_free(array)                                                                                              \
    do {                                                                                                               \
        free((array)->items);                                                                                          \
        (array)->items = NULL;                                                                                         \
        (array)->count = 0;                                                                                            \
        (array)->capacity = 0;                                                                                         \
    } while (0)

/* for (array_each(struct point, p, &points)) … */
#define array_each(type, item, array)                                                                                  \
    type *item = (array)->items;                                                                                       \
    (array)->items &&item < (array)->items + (array)->count;                                                           \
    item++

#endif
