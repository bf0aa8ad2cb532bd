/* Which places the calls of one turn of a loop read and write, and of whose objects: mod/ref by record member.
 *
 * Places are told apart by type: a member is one place for all objects of its record, a variable with static storage is
 * one, and so is what a pointer member points to. Objects are told apart by where the loop has them from. Asked for one
 * loop at a time, from the call downwards, and only where the answer is needed: nothing is kept between questions.
 *
 * What is seldom reached (below 0.01 of the calls), and what ends the program, is not followed: `complete` is false.
 * Ownership: struct effects owns its tables; effects_free releases them.
 */
#ifndef ANALYZER_EFFECTS_H
#define ANALYZER_EFFECTS_H

#include "analyzer/stages.h"

/* Where the objects are from that a pointer leads to: a bit each. */
typedef uint64_t origins;
#define ORIGIN_FRESH UINT64_C(1)    /* made in this turn, on the same side */
#define ORIGIN_MADE UINT64_C(128)   /* made in this turn, on either side */
#define ORIGIN_LOCAL UINT64_C(2)    /* a variable of the function that holds the loop */
#define ORIGIN_ITEM UINT64_C(4)     /* this turn's item, or what it leads to */
#define ORIGIN_REACHED UINT64_C(8)  /* reached through an object that all turns have */
#define ORIGIN_GLOBAL UINT64_C(16)  /* static storage, or reached from there */
#define ORIGIN_PICKED UINT64_C(32)  /* picked by the item from what all turns have: an element, a result of a search */
#define ORIGIN_UNKNOWN UINT64_C(64) /* not seen */
#define ORIGIN_ROOT(slot) (UINT64_C(1) << (8 + (slot) % 56)) /* what that variable around the loop points to */
#define ORIGIN_ROOTS (~UINT64_C(0) << 8)
#define ORIGIN_SHARED (ORIGIN_ROOTS | ORIGIN_REACHED | ORIGIN_GLOBAL) /* the same object in several turns */

#define ORIGIN_OF_TURN (ORIGIN_FRESH | ORIGIN_MADE)

enum side { SIDE_CALL, SIDE_REST }; /* the call itself; the rest of the turn */

struct write {
    origins of;        /* 0: never written */
    double often;      /* per call of the unit, or per turn */
    uint32_t function; /* that writes it */
    unsigned line;
    uint32_t through; /* SIDE_REST: the call of the loop's function that leads there, or SUMMARY_NONE: its own code */
};

struct place_effects {
    origins read; /* by the call */
    struct write written[2];
};

/* What was asked, see effects_find. */
struct loop_call {
    uint32_t function; /* holds the loop */
    const struct node *loop;
    uint32_t call;
    uint32_t callee;
};

struct effects {
    const struct stages *stages;
    struct loop_call asked;
    struct place_effects
        *of;          /* by place: the symbol of a member or variable; what a pointer in it points to: + content */
    uint32_t content; /* number of symbols; 0 + content: what other pointers point to */
    ARRAY(uint32_t) touched; /* places with effects, in the order in which they were met */
    bool complete;           /* false: there may be more effects of the call or of the rest than `of` has */
    bool outside; /* the call does what other calls may notice outside of memory, or nobody knows what it does */

    /* inside */
    struct arena arena;
    ARRAY(struct frame *) frames;
    uint32_t *frame_of[2];   /* by side and function of linked: 1 + index into frames */
    origins *stored[2];      /* by side that stores it and by place: what objects that the turn made hold there */
    ARRAY(uint32_t) holders; /* places where something is stored */
    origins copied[2];       /* by side: what was copied into such objects as a whole */
    bool changed;
};

void effects_init(struct effects *effects, const struct stages *stages);
void effects_free(struct effects *effects);

/* Does control, once it is at the node in the loop, leave the loop by a return or a break? */
bool leaves_loop(const struct function *body, const struct node *loop, uint32_t node);

/* Fills `of` and `touched` for one call in a loop. */
void effects_find(struct effects *effects, const struct loop_call *asked);

#endif
