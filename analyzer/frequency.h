/* Frequencies: how often each part of a function is executed per call of the function, expected from its structure.
 *
 * Loops by trip count, branches by their conditions and by what their arms do; the numbers and their sources stand in
 * knowledge/expectations.yaml. What is a guess has a spread (standard deviation of ln): parts that share a guess form a
 * group, so that the error of a loop's trip count counts once for all that the loop holds.
 *
 * Ownership: results live in the arena that was given. Threads: no state is kept.
 */
#ifndef ANALYZER_FREQUENCY_H
#define ANALYZER_FREQUENCY_H

#include "base/arena.h"
#include "knowledge/knowledge.h"
#include "model/summary.h"

#include <stdbool.h>

/* What is known of a call before its costs are. */
#define CALL_NEVER_RETURNS 1u
#define CALL_COLD 2u           /* of a function that is marked as rarely called */
#define CALL_LOGS 4u           /* formats a message for somebody and drops the result */
#define CALL_ALLOCATES 8u      /* NULL means: out of memory */
#define CALL_SLEEPS 32u        /* for a given time, and does little else */
#define CALL_COMPARES 64u      /* 0 means: equal */
#define CALL_ERROR_NUMBER 128u /* points to the number of the last error */
#define CALL_TRANSFERS 256u    /* reads or writes, or may: its result says how much */
#define CALL_FORKS 512u        /* 0 means: this is the child */
#define CALL_RUNS_FOREVER 16u  /* with CALL_NEVER_RETURNS: it goes on until the program ends */

#define KNOWN_CONSTANTS 4

/* Writes all constants that a value may be and returns their number, or 0 if it may be anything else. */
typedef uint32_t constants_function(void *data, uint32_t value, int64_t constants[KNOWN_CONSTANTS]);

/* Are all descriptors that the function works on known, and none of them non-blocking? */
typedef bool only_blocks_function(void *data);

struct frequency_input {
    const struct function *function;
    const struct expectations *expect;
    const uint16_t *calls;             /* CALL_… of each call; NULL: nothing known */
    constants_function *constants;     /* NULL: only literals are known */
    only_blocks_function *only_blocks; /* NULL: not known */
    void *data;                        /* of both */
    bool allocates;                    /* the function returns what it allocated */
    uint64_t error_numbers;            /* a bit for each parameter that all calls give the number of an error */
};

/* Parts of a function whose frequency contains the same guess. Group 0 is the function, without a guess. */
struct frequency_group {
    uint32_t parent;  /* has a smaller number */
    double spread;    /* of this guess alone */
    bool is_arm;      /* of an `if` or a switch; else the turns of a loop */
    double share;     /* what was guessed: the probability of the arm, or the turns per entry of the loop */
    double frequency; /* executions of the arm, or turns, per call of the function */
    uint32_t other;   /* the second arm of an `if`: the group of the first; else 0 */
};

struct frequencies {
    double *nodes;    /* expected executions of each node (of a loop: entries, not turns) per call of the function */
    uint32_t *groups; /* the innermost group of each node */
    struct frequency_group *group;
    uint32_t group_count;
    double comes_back; /* probability that a call returns at all */
};

void frequency_solve(const struct frequency_input *input, struct arena *arena, struct frequencies *result);

/* ---- conditions ---- */

/* What the slots of a function hold as far as it matters for a condition: for each slot SLOT_HOLDS_… */
#define SLOT_HOLDS_RESULT 1u     /* of a call */
#define SLOT_HOLDS_ALLOCATION 2u /* of a call that allocates */
#define SLOT_HOLDS_COMPARISON 4u /* of a call that compares: 0 means equal */
#define SLOT_HOLDS_ERROR_NUMBER 8u
#define SLOT_HOLDS_TRANSFER 16u /* how much was read or written */
#define SLOT_HOLDS_REST 32u     /* what is left to read or write: that is taken off it */
#define SLOT_HOLDS_CHILD 64u    /* of a call that forks: 0 in the child */

struct likelihood {
    const struct frequency_input *input;
    const uint8_t *slots; /* SLOT_HOLDS_… */
};

/* Is a value the number of an error? `slots` may be NULL: none holds one. */
bool likelihood_is_error_number(const struct frequency_input *input, const uint8_t *slots, uint32_t value);

/* What a value holds: SLOT_HOLDS_… */
uint8_t likelihood_holds(const struct likelihood *likelihood, uint32_t value);

/* Does `result` say how much a call read or wrote that was asked for `length`? */
bool likelihood_is_transfer(const struct likelihood *likelihood, uint32_t result, uint32_t length);

const uint8_t *likelihood_slots(const struct frequency_input *input, struct arena *arena);

/* The probability that a condition holds, 0 to 1; `*certain` is set if constants decide it. */
double likelihood_of(const struct likelihood *likelihood, uint32_t index, bool *certain);

/* Which arm does the child take, of a condition that asks what fork returned? 1: the first, -1: the other, 0: it does
 * not ask for that. */
int likelihood_child_arm(const struct likelihood *likelihood, uint32_t index);

/* Does an arm, the nodes from `first` up to `end`, set what its condition asks for, where that outlives the call? Such
 * an arm settles the matter: what it initialises is not initialised again, and what it empties has to fill up first. */
bool likelihood_settles(const struct function *function, uint32_t condition, uint32_t first, uint32_t end);

/* ---- loops ---- */

struct turns {
    double expected; /* if nothing leaves early; of an endless loop without an exit: until the program ends */
    double spread;
    uint32_t
        test_ends; /* the loop runs the nodes from here on only if its test holds; or SUMMARY_NONE: in every turn */
    double enters; /* … with this probability */
};

struct turns turns_of(const struct likelihood *likelihood, uint32_t index);

/* All constants that a value may be, or 0. */
uint32_t likelihood_constants(const struct likelihood *likelihood, uint32_t value, int64_t constants[KNOWN_CONSTANTS]);

#endif
