/* Random numbers with a known distribution, for tests of statistics. */
#ifndef TESTS_UNIT_RUNTIME_SIMULATE_H
#define TESTS_UNIT_RUNTIME_SIMULATE_H

#include "runtime/statistics.h"

#include <math.h>

/* Standard normal (Box & Muller). */
static inline double simulate_normal(struct random_source *source)
{
    double radius = sqrt(-2 * log(1 - random_unit(source)));
    return radius * cos(2 * M_PI * random_unit(source));
}

#endif
