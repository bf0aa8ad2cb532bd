/* Inside the search for effects.
 *
 * effects.c  from function to function: what calls bind, what is read and written
 * origins.c  within a function: where the objects are from that its values lead to
 * turn.c     the function that holds the loop: what changes from turn to turn
 */
#ifndef ANALYZER_EFFECTS_INTERNAL_H
#define ANALYZER_EFFECTS_INTERNAL_H

#include "analyzer/effects.h"

#define PARAMETERS_FOLLOWED 16

/* What a call may lead to. */
struct callees {
    const uint32_t *functions;
    uint32_t count;
    double share;          /* of the calls that each gets */
    const struct api *api; /* of a library function, or NULL */
    bool unknown;          /* it may be something else */
    bool skipped;          /* outside of what is asked, seldom made, or never comes back */
};

/* A function as the turn calls it: all its calls on that side together. */
struct frame {
    uint32_t function;
    enum side side;
    bool outer;    /* the function that holds the loop */
    bool unlocked; /* some call of it is made without a lock */
    double often;
    uint32_t through;
    origins parameters[PARAMETERS_FOLLOWED];
    origins result;
    origins *slots;          /* by slot: what variables hold */
    origins *values;         /* by value: what a pointer leads to, what a number was taken from */
    origins *places;         /* by value: whose object the place lies in */
    struct callees *callees; /* by call */
    uint8_t *varies;         /* outer: by slot: gets another value in every turn */
};

/* The place of a value that is one, or of what the pointer points to; the content of nothing in particular is
 * effects->content. */
uint32_t place_of(const struct effects *effects, const struct function *body, uint32_t value);
uint32_t content_of(const struct effects *effects, const struct function *body, uint32_t pointer);

/* What one side made and the other one gets. */
static inline origins origins_across(origins given)
{
    return given & ORIGIN_FRESH ? (given & ~ORIGIN_FRESH) | ORIGIN_MADE : given;
}

/* What a call's result leads to. */
origins call_result(const struct effects *effects, const struct frame *frame, uint32_t call);

/* Fills slots, values, places and the result of a frame from its parameters and from what its calls return, and notes
 * what it stores in objects that the turn made. */
void frame_solve(struct effects *effects, struct frame *frame);

/* Which variables get another value in every turn. */
void turn_find_varying(const struct effects *effects, struct frame *frame);
/* What a variable of the function that holds the loop leads to in a turn. */
origins turn_slot(const struct effects *effects, const struct frame *frame, uint32_t slot);
/* Is the node in the loop, and not on a way out of it? */
bool turn_goes_on(const struct effects *effects, uint32_t node);

#endif
