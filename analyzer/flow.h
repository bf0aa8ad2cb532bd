/* Value flow: which functions, descriptors, small constants and addresses may be in each slot of one program.
 *
 * An inclusion-based analysis: sets grow until nothing changes. Members of records are one slot for all objects of the
 * type; arrays are one slot; the order of statements does not count. Bounded: past the bounds a set gets ⊤ for that
 * kind of atom. What a function's parameters hold is the join over all calls; evaluate with a binding to see one call
 * alone.
 *
 * Ownership: struct flow owns its sets; results of flow_value point into it or into the caller's buffer.
 */
#ifndef ANALYZER_FLOW_H
#define ANALYZER_FLOW_H

#include "analyzer/program.h"
#include "base/arena.h"

#define VALUE_SET_FUNCTIONS 512 /* bounds of a set */
#define VALUE_SET_CONSTANTS 4
#define VALUE_SET_ADDRESSES 24

/* What a value may be. Arrays are sorted. */
struct value_set {
    uint32_t *functions; /* symbols' definitions: indices of linked.functions … */
    uint32_t function_count;
    name_id *externals; /* … and symbols without a body here */
    uint32_t external_count;
    int64_t constants[VALUE_SET_CONSTANTS];
    uint32_t constant_count;
    uint32_t *addresses; /* numbers of slots of the program */
    uint32_t address_count;
    name_id string; /* the only string literal, or 0 */
    fd_bits fds;
    bool other;        /* ⊤: something that was not seen or did not fit */
    bool numbers_only; /* asked by flow_numbers: whatever is no number counts as ⊤ */
};

struct flow;

struct flow *flow_solve(const struct linked *linked, const struct program *program, const struct knowledge *knowledge);
void flow_free(struct flow *flow);

/* What one call gives a function's parameters. A parameter that is not bound has the join over all calls. */
struct binding {
    uint32_t count; /* parameters that are given; fewer than the function has: the rest is not bound */
    const struct value_set *values;
    const bool *dead; /* nodes that such a call never reaches: assignments there do not count; NULL: none known */
};

/* What a value of a function may be; `binding` may be NULL. Storage comes from the arena. */
void flow_value(const struct flow *flow, uint32_t function, uint32_t value, const struct binding *binding,
                struct arena *arena, struct value_set *result);

/* The same where only numbers are asked for; false if the value may be anything but result->constants. */
bool flow_numbers(const struct flow *flow, uint32_t function, uint32_t value, const struct binding *binding,
                  struct arena *arena, struct value_set *result);

/* The targets of a call: functions with bodies and symbols without. `complete` is false if there may be others. */
struct call_targets {
    const uint32_t *functions;
    uint32_t function_count;
    const name_id *externals;
    uint32_t external_count;
    bool complete;
};
void flow_call_targets(const struct flow *flow, uint32_t function, uint32_t call, const struct binding *binding,
                       struct arena *arena, struct call_targets *targets);

/* Does what a call costs depend on this parameter (it reaches a callee, a descriptor, a time-out or a length)? */
bool flow_parameter_matters(const struct flow *flow, uint32_t function, uint32_t parameter);

/* A number for the slot that a value is the address of or that it names (a lock's identity), or SUMMARY_NONE; and the
 * slot's name. */
uint32_t flow_slot_of(const struct flow *flow, uint32_t function, uint32_t value);
const char *flow_slot_name(const struct flow *flow, uint32_t slot, struct arena *arena);

/* Counts for the coverage: indirect call sites of the program's functions, and how many have at least one target. */
struct flow_counts {
    uint32_t call_sites, indirect_sites, indirect_resolved;
};
void flow_count(const struct flow *flow, struct flow_counts *counts);

/* Callbacks that were registered: who calls `function` later, and where it was handed over. */
struct registration {
    uint32_t function;       /* the callback */
    enum callback_when when; /* CALLBACK_EVENT_LOOP, CALLBACK_THREAD, … */
    uint32_t registrar;      /* the function that holds the call */
    uint32_t call;           /* its call */
};
const struct registration *flow_registrations(const struct flow *flow, uint32_t *count);

void flow_print(const struct flow *flow, uint32_t function, FILE *stream);

#endif
