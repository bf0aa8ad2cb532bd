/* Inside value flow: places, their sets, and the constraints between them.
 *
 * flow_sets.c     sets of atoms and their propagation along edges, loads and stores
 * flow_build.c    the constraints of functions and of direct calls
 * flow_calls.c    indirect calls, what library functions do to values, registrations
 * flow_value.c    asking: values with and without a binding
 * flow.c          the life of a flow; counts; printing
 *
 * A place is a slot of the program: parameters, locals and the result of each function, each used call result, each
 * global and each member; and helpers in between.
 */
#ifndef ANALYZER_FLOW_INTERNAL_H
#define ANALYZER_FLOW_INTERNAL_H

#include "analyzer/flow.h"

/* An atom: what a place may hold. The upper bits tell the kind, the rest is an index. */
typedef uint32_t atom;
enum atom_kind { ATOM_FUNCTION, ATOM_EXTERNAL, ATOM_ADDRESS, ATOM_CONSTANT, ATOM_STRING };
#define ATOM_SHIFT 29
#define ATOM(kind, index) (((atom)(kind) << ATOM_SHIFT) | (index))
#define ATOM_KIND(a) ((enum atom_kind)((a) >> ATOM_SHIFT))
#define ATOM_INDEX(a) ((a) & ((1u << ATOM_SHIFT) - 1))

struct atom_set {
    atom *atoms; /* sorted */
    uint16_t count, capacity;
    fd_bits fds;
    bool other;        /* ⊤ */
    bool no_constants; /* more constants than the bound: none is kept */
    bool no_strings;
    bool no_addresses; /* the same for addresses and functions, but those that are in stay */
    bool no_functions, no_externals;
    bool addresses_dropped; /* past the bound: what they are of may be written through this */
};

struct edge {
    uint32_t to;
    uint32_t next; /* of the same place: index + 1, or 0 */
};

struct place_links {
    uint32_t edges, loads, stores; /* index + 1 of the first, or 0 */
};

/* A call whose targets or effects depend on what flows. */
struct pending_call {
    uint32_t function, call;
    uint32_t callee_place; /* SUMMARY_NONE: the callee is the symbol */
    name_id symbol;
    const struct api *api;
    uint32_t targets_seen; /* functions of callee_place that are connected already */
};

/* A function that is known to be called from somewhere. */
struct call_edge {
    uint32_t caller, call, callee;
};

/* What happens to descriptors of a place: bits of flow.modes. */
#define MODE_NONBLOCKING 1u
#define MODE_BLOCKING 2u /* both: sometimes */

/* A place whose descriptor is put into a mode if a condition on a parameter holds, and into the other if it does not.
 */
struct mode_change {
    uint32_t function;
    uint32_t place;
    uint32_t node; /* of the function: the call that does it */
    unsigned mode;
    uint32_t condition; /* of the function; SUMMARY_NONE: always */
    bool when;          /* what the condition must be */
    bool always;        /* in this function the place counts as being in that mode, whatever the condition */
};

struct flow_function {
    uint32_t first_place;  /* parameters, locals, result: in this order */
    uint32_t *value_place; /* by value: place + 1, or 0; NULL for functions that are not of the program */
    uint32_t *call_place;  /* by call: place + 1, or 0 */
    uint8_t *parameter_matters;
    uint64_t *dependent; /* by local: a bit for each parameter that its value depends on */
    uint64_t assigned;   /* a bit for each parameter that the function itself assigns to */
    bool called;         /* from anywhere that was seen */
};

struct flow {
    const struct linked *linked;
    const struct program *program;
    const struct knowledge *knowledge;
    struct arena arena;
    struct flow_function *functions; /* by index of linked.functions */
    uint32_t *symbol_place;          /* by name_id: globals and members; place + 1, or 0 */
    ARRAY(struct atom_set) sets;     /* by place */
    ARRAY(struct place_links) links;
    ARRAY(uint8_t) modes; /* by place: MODE_… */
    ARRAY(struct edge) edges;
    ARRAY(struct edge) loads;  /* `to` gets what the addresses of the place hold */
    ARRAY(struct edge) stores; /* what the addresses of the place stand for gets `to` (a source) */
    ARRAY(uint32_t) work;
    ARRAY(uint8_t) queued;
    ARRAY(int64_t) constants;
    uint64_t *known; /* open addressing: edges that exist */
    uint32_t known_size, known_used;
    ARRAY(struct pending_call) pending;
    ARRAY(struct call_edge) calls;
    ARRAY(struct mode_change) mode_changes;
    ARRAY(struct registration) registrations;
};

static inline const struct function *body_of(const struct flow *flow, uint32_t function)
{
    return &flow->linked->functions.items[function].body;
}

/* ---- sets and edges ---- */

uint32_t place_add(struct flow *flow);
void place_has(struct flow *flow, uint32_t place, atom a);
void place_has_fds(struct flow *flow, uint32_t place, fd_bits fds);
void place_has_other(struct flow *flow, uint32_t place);
void place_changes_mode(struct flow *flow, uint32_t place, unsigned mode);
/* The order of statements does not count: a descriptor that is made non-blocking anywhere is so everywhere. */
fd_bits fds_in_mode(fd_bits fds, unsigned mode);
fd_bits place_fds(const struct flow *flow, uint32_t place);
atom constant_atom(struct flow *flow, int64_t number);
/* False if the edge was there already. */
bool edge_add(struct flow *flow, uint32_t from, uint32_t to);
void load_add(struct flow *flow, uint32_t pointer, uint32_t to);
void store_add(struct flow *flow, uint32_t pointer, uint32_t from);
void propagate(struct flow *flow);

/* ---- building ---- */

/* Keeps out what a slot of this type cannot hold. */
void place_has_type(struct flow *flow, uint32_t place, enum slot_type type);
uint32_t slot_place(struct flow *flow, uint32_t function, uint32_t slot);
/* The same where no place may be added: SUMMARY_NONE for a symbol that has none. */
uint32_t known_slot_place(const struct flow *flow, uint32_t function, uint32_t slot);
/* The place that holds a value. */
uint32_t value_place(struct flow *flow, uint32_t function, uint32_t value);
void value_into(struct flow *flow, uint32_t function, uint32_t value, uint32_t place);
uint32_t call_result_place(struct flow *flow, uint32_t function, uint32_t call);
/* What a library function writes through addresses that it is given is not known. */
void library_fills(struct flow *flow, uint32_t function, uint32_t call, const struct api *api);
void build_function(struct flow *flow, uint32_t function);
void connect_call(struct flow *flow, uint32_t function, uint32_t call, uint32_t target);

/* ---- calls ---- */

/* One round over the calls that depend on what flows: true if anything was new. */
bool resolve_pending(struct flow *flow);

/* A call of a library function of which only that it exists is known. */
void library_call_without_effects(struct flow *flow, const struct pending_call *pending);

/* ---- flow_modes.c ---- */

/* Notes that a library call makes its descriptor non-blocking, and under which condition. */
void mode_change_add(struct flow *flow, const struct pending_call *pending, const struct effect *effect);
/* Applies the changes to what callers hand over. */
void mode_changes_spread(struct flow *flow);

/* The value of an argument, or SUMMARY_NONE if the call has no such argument. */
uint32_t argument_value(const struct flow *flow, const struct pending_call *pending, int argument);
/* What is known of a value as an argument of a library call. */
void gather_argument(struct flow *flow, uint32_t function, uint32_t value, struct api_argument *argument);

void find_dependence(struct flow *flow);

#endif
