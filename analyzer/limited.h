/* Problems that come in crowds: the first few are reported one by one, the rest as a number. */
#ifndef ANALYZER_LIMITED_H
#define ANALYZER_LIMITED_H

#include "base/error.h"

#include <stdbool.h>

enum { LIMITED_SHOWN = 5 };

struct limited {
    unsigned count;
};

/* Counts one more; true if it should be reported by itself. */
static inline bool limited_next(struct limited *limited)
{
    return limited->count++ < LIMITED_SHOWN;
}

/* How many were not reported. */
static inline unsigned limited_rest(const struct limited *limited)
{
    return limited->count > LIMITED_SHOWN ? limited->count - LIMITED_SHOWN : 0;
}

#endif
