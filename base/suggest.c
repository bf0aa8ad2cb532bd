/* The nearest valid name: optimal string alignment over three rows of the table. */
#include "base/suggest.h"

#include "base/arena.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define FARTHEST 3

static bool same(char a, char b)
{
    return tolower((unsigned char)a) == tolower((unsigned char)b);
}

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

unsigned edit_distance(const char *a, const char *b)
{
    size_t rows = strlen(a), columns = strlen(b);
    unsigned *table = must_malloc(3 * (columns + 1) * sizeof *table);
    unsigned *before = table, *above = table + columns + 1, *row = above + columns + 1;
    for (size_t j = 0; j <= columns; j++)
        row[j] = (unsigned)j;
    for (size_t i = 1; i <= rows; i++) {
        unsigned *oldest = before;
        before = above;
        above = row;
        row = oldest;
        row[0] = (unsigned)i;
        for (size_t j = 1; j <= columns; j++) {
            unsigned substitution = above[j - 1] + !same(a[i - 1], b[j - 1]);
            row[j] = least(substitution, least(above[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1]))
                row[j] = least(row[j], before[j - 2] + 1);
        }
    }
    unsigned distance = row[columns];
    free(table);
    return distance;
}

const char *suggest(const char *wrong, const char *const *candidates)
{
    const char *nearest = NULL;
    unsigned nearest_distance = FARTHEST + 1;
    size_t length = strlen(wrong);
    for (; *candidates; candidates++) {
        size_t candidate_length = strlen(*candidates);
        if (candidate_length > length + FARTHEST || length > candidate_length + FARTHEST)
            continue;
        unsigned distance = edit_distance(wrong, *candidates);
        if (distance < nearest_distance && distance <= candidate_length / 3) {
            nearest = *candidates;
            nearest_distance = distance;
        }
    }
    return nearest;
}
