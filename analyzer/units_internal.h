/* Inside the search for units of work.
 *
 * units.c       thread entries, handlers, named functions; the result's units in order
 * loop_units.c  calls in loops whose items look independent
 */
#ifndef ANALYZER_UNITS_INTERNAL_H
#define ANALYZER_UNITS_INTERNAL_H

#include "analyzer/stages.h"

struct finder {
    const struct stages *stages;
    struct result *result;
    const uint32_t *index_of;
    ARRAY(struct unit) units;
    ARRAY(uint32_t) functions; /* of linked, by unit */
    struct arena scratch;
};

/* Adds a unit once, with what its call chain and its writes say. */
void unit_add(struct finder *finder, uint32_t function, uint32_t owner, struct unit unit);

/* How many turns the loop around the unit's call takes, if that is a known number. */
void unit_set_trip_count(struct finder *finder, uint32_t function, const struct node *loop, struct unit *unit);

void units_add_loop_calls(struct finder *finder, uint32_t function);

#endif
