/* The nearest valid name, for "did you mean …?".
 * Distance: Damerau-Levenshtein (optimal string alignment, https://en.wikipedia.org/wiki/Damerau–Levenshtein_distance),
 * case ignored. A name is near if the distance is at most a third of its length, and at most 3.
 */
#ifndef BASE_SUGGEST_H
#define BASE_SUGGEST_H

#include <stddef.h>

/* The nearest of the candidates (NULL-terminated), or NULL if none is near. */
const char *suggest(const char *wrong, const char *const *candidates);

unsigned edit_distance(const char *a, const char *b);

#endif
