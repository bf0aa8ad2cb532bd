/* Worker processes that turn translation units into summaries.
 *
 * Each worker reads many units, one after the other, and sends each summary back over a pipe. A worker that crashes or
 * takes longer than the time-out costs the unit that it was at: the unit is reported and a new worker takes its place.
 * The order in which units are finished has no influence on what is returned.
 */
#ifndef ANALYZER_WORKERS_H
#define ANALYZER_WORKERS_H

#include "analyzer/unit_list.h"

#include <stddef.h>
#include <stdint.h>

/* The bytes of one summary (see model/summary.h); size 0: the unit failed, and a problem says why. */
struct summary_bytes {
    unsigned char *bytes; /* malloc'ed, owned by the caller */
    size_t size;
    bool from_prefix; /* a shared prefix header's own code, not a unit of the list */
    int32_t prefix;   /* a unit whose first header's code is not here but in `prefixes`: its index there; else -1 */
};

/* Summarises all units. `summaries` has room for list->count entries, in the list's order. What prefix headers that are
 * shared between units define comes back in `prefixes` (malloc'ed, may stay NULL), in an order that only depends on the
 * list. */
void summarize_units(const struct unit_list *list, const struct analyzer_options *options,
                     struct summary_bytes *summaries, struct summary_bytes **prefixes, unsigned *prefix_count,
                     struct problems *problems);

#endif
