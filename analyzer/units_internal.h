/* Inside the search for units of work.
 *
 * units.c       thread entries, handlers, named functions; the result's units in order
 * loop_units.c  calls in loops whose items look independent
 * dependence.c  what one turn of such a loop writes and another one needs
 */
#ifndef ANALYZER_UNITS_INTERNAL_H
#define ANALYZER_UNITS_INTERNAL_H

#include "analyzer/stages.h"

struct effects;
struct loop_call;

struct finder {
    const struct stages *stages;
    struct result *result;
    const uint32_t *index_of;
    ARRAY(struct unit) units;
    ARRAY(uint32_t) functions; /* of linked, by unit */
    struct arena scratch;
    struct effects *effects; /* made when they are first asked for */
};

/* Adds a unit once, with what its call chain and its writes say; NULL if it is there already, or no unit at all. It is
 * good until the next one is added. */
struct unit *unit_add(struct finder *finder, uint32_t function, uint32_t owner, struct unit unit);

/* Whether the turns of the loop depend on one another through memory behind pointers (dependence.c). */
void unit_find_dependence(struct finder *finder, const struct loop_call *call, struct unit *unit);

/* How many turns the loop around the unit's call takes, if that is a known number. */
void unit_set_trip_count(struct finder *finder, uint32_t function, const struct node *loop, struct unit *unit);

void units_add_loop_calls(struct finder *finder, uint32_t function);

#endif
