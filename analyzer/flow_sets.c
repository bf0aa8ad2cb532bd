/* Sets of atoms, and their propagation until nothing changes. */
#include "analyzer/flow_internal.h"

uint32_t place_add(struct flow *flow)
{
    array_push(&flow->sets, (struct atom_set){0});
    array_push(&flow->links, (struct place_links){0});
    array_push(&flow->modes, (uint8_t)0);
    array_push(&flow->queued, (uint8_t)0);
    return flow->sets.count - 1;
}

void place_has_type(struct flow *flow, uint32_t place, enum slot_type type)
{
    struct atom_set *set = &flow->sets.items[place];
    set->no_functions = type == SLOT_NUMBER || type == SLOT_DATA_POINTER;
    set->no_externals = set->no_functions;
    set->no_addresses = type == SLOT_NUMBER;
}

static void enqueue(struct flow *flow, uint32_t place)
{
    if (flow->queued.items[place])
        return;
    flow->queued.items[place] = 1;
    array_push(&flow->work, place);
}

static uint32_t lower_bound(const struct atom_set *set, atom a)
{
    uint32_t low = 0, high = set->count;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (set->atoms[middle] < a)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static uint32_t count_kind(const struct atom_set *set, enum atom_kind kind)
{
    return lower_bound(set, ATOM(kind + 1, 0)) - lower_bound(set, ATOM(kind, 0));
}

static void remove_kind(struct atom_set *set, enum atom_kind kind)
{
    uint32_t first = lower_bound(set, ATOM(kind, 0)), last = lower_bound(set, ATOM(kind + 1, 0));
    memmove(set->atoms + first, set->atoms + last, (set->count - last) * sizeof *set->atoms);
    set->count = (uint16_t)(set->count - (last - first));
}

/* O_NONBLOCK has no effect on regular files (open(2)). */
static fd_bits files_block(fd_bits fds)
{
    fd_bits file = FD_BIT(FD_DISK, true);
    return fds & file ? (fd_bits)((fds & ~file) | FD_BIT(FD_DISK, false)) : fds;
}

void place_has_fds(struct flow *flow, uint32_t place, fd_bits fds)
{
    struct atom_set *set = &flow->sets.items[place];
    fds = files_block(fds);
    if ((set->fds | fds) == set->fds)
        return;
    set->fds |= fds;
    enqueue(flow, place);
}

void place_has_other(struct flow *flow, uint32_t place)
{
    struct atom_set *set = &flow->sets.items[place];
    if (set->other)
        return;
    set->other = true;
    enqueue(flow, place);
}

void place_changes_mode(struct flow *flow, uint32_t place, unsigned mode)
{
    if ((flow->modes.items[place] & mode) == mode)
        return;
    flow->modes.items[place] |= (uint8_t)mode;
    enqueue(flow, place);
}

fd_bits fds_in_mode(fd_bits fds, unsigned mode)
{
    fd_bits nonblocking = files_block(fds_nonblocking(fds));
    if (mode == (MODE_NONBLOCKING | MODE_BLOCKING))
        return fds | nonblocking;
    return mode == MODE_NONBLOCKING ? nonblocking : fds;
}

fd_bits place_fds(const struct flow *flow, uint32_t place)
{
    return fds_in_mode(flow->sets.items[place].fds, flow->modes.items[place]);
}

atom constant_atom(struct flow *flow, int64_t number)
{
    if (number >= -1024 && number < 65536) /* most of them: no search */
        return ATOM(ATOM_CONSTANT, (uint32_t)(number + 1024));
    for (uint32_t i = 0; i < flow->constants.count; i++)
        if (flow->constants.items[i] == number)
            return ATOM(ATOM_CONSTANT, 66560 + i);
    array_push(&flow->constants, number);
    return ATOM(ATOM_CONSTANT, 66560 + flow->constants.count - 1);
}

/* ---- edges ---- */

static uint64_t *known_find(uint64_t *table, uint32_t size, uint64_t key)
{
    uint32_t at = (uint32_t)((key * UINT64_C(0x9e3779b97f4a7c15)) >> 32) & (size - 1);
    while (table[at] && table[at] != key)
        at = (at + 1) & (size - 1);
    return &table[at];
}

static bool known_add(struct flow *flow, uint64_t key)
{
    if ((flow->known_used + 1) * 2 > flow->known_size) {
        uint32_t size = flow->known_size ? flow->known_size * 2 : 1u << 14;
        uint64_t *table = must_malloc(size * sizeof *table);
        memset(table, 0, size * sizeof *table);
        for (uint32_t i = 0; i < flow->known_size; i++)
            if (flow->known[i])
                *known_find(table, size, flow->known[i]) = flow->known[i];
        free(flow->known);
        flow->known = table;
        flow->known_size = size;
    }
    uint64_t *entry = known_find(flow->known, flow->known_size, key);
    if (*entry)
        return false;
    *entry = key;
    flow->known_used++;
    return true;
}

static uint64_t link_key(uint32_t from, uint32_t to, unsigned kind)
{
    return ((uint64_t)(from + 1) << 32 | to) ^ (uint64_t)kind << 62;
}

bool edge_add(struct flow *flow, uint32_t from, uint32_t to)
{
    if (from == to || !known_add(flow, link_key(from, to, 0)))
        return false;
    array_push(&flow->edges, (struct edge){to, flow->links.items[from].edges});
    flow->links.items[from].edges = flow->edges.count;
    enqueue(flow, from);
    return true;
}

void load_add(struct flow *flow, uint32_t pointer, uint32_t to)
{
    if (!known_add(flow, link_key(pointer, to, 1)))
        return;
    array_push(&flow->loads, (struct edge){to, flow->links.items[pointer].loads});
    flow->links.items[pointer].loads = flow->loads.count;
    enqueue(flow, pointer);
}

void store_add(struct flow *flow, uint32_t pointer, uint32_t from)
{
    if (!known_add(flow, link_key(pointer, from, 2)))
        return;
    array_push(&flow->stores, (struct edge){from, flow->links.items[pointer].stores});
    flow->links.items[pointer].stores = flow->stores.count;
    enqueue(flow, pointer);
    /* The pointer itself stands for memory that has no place of its own (a table on the heap). Addresses are kept out:
     * they would be taken for what it points to. */
    uint32_t memory = place_add(flow);
    flow->sets.items[memory].no_addresses = true;
    edge_add(flow, from, memory);
    edge_add(flow, memory, pointer);
}

/* ---- propagation ---- */

/* Past the bounds of a kind of atom a set says ⊤ for it: of constants and strings none is kept, of the others those
 * that are in. */
static void keep_bounds(struct atom_set *set)
{
    if (count_kind(set, ATOM_CONSTANT) > VALUE_SET_CONSTANTS) {
        remove_kind(set, ATOM_CONSTANT);
        set->no_constants = set->other = true;
    }
    if (count_kind(set, ATOM_STRING) > 1) {
        remove_kind(set, ATOM_STRING);
        set->no_strings = set->other = true;
    }
    if (count_kind(set, ATOM_ADDRESS) > VALUE_SET_ADDRESSES)
        set->no_addresses = set->addresses_dropped = set->other = true;
    if (count_kind(set, ATOM_FUNCTION) > VALUE_SET_FUNCTIONS)
        set->no_functions = set->other = true;
}

/* The kinds of atoms that a set does not take, a bit for each. */
static unsigned refused_kinds(const struct atom_set *set, bool with_addresses)
{
    return (unsigned)set->no_functions << ATOM_FUNCTION | (unsigned)set->no_externals << ATOM_EXTERNAL |
           (unsigned)(set->no_addresses || !with_addresses) << ATOM_ADDRESS |
           (unsigned)set->no_constants << ATOM_CONSTANT | (unsigned)set->no_strings << ATOM_STRING;
}

static bool is_refused(unsigned refused, atom a)
{
    return refused >> ATOM_KIND(a) & 1;
}

/* How many atoms of `source` the target lacks. Kinds that it refuses are passed over as a whole: addresses are many. */
static uint32_t count_new(const struct atom_set *target, const struct atom_set *source, unsigned refused)
{
    uint32_t missing = 0;
    for (uint32_t i = 0, at = 0; i < source->count;) {
        atom a = source->atoms[i];
        if (is_refused(refused, a)) {
            i = lower_bound(source, ATOM(ATOM_KIND(a) + 1, 0));
            continue;
        }
        while (at < target->count && target->atoms[at] < a)
            at++;
        missing += at == target->count || target->atoms[at] != a;
        i++;
    }
    return missing;
}

/* Merges from the back, in place: both are sorted. */
static void insert_new(struct atom_set *target, const struct atom_set *source, uint32_t missing, unsigned refused)
{
    if (target->count + missing > target->capacity) {
        target->capacity = (uint16_t)(target->count + missing + missing / 2 + 2);
        target->atoms = must_realloc(target->atoms, target->capacity * sizeof *target->atoms);
    }
    uint32_t old = target->count, at = old + missing;
    target->count = (uint16_t)at;
    for (uint32_t i = source->count; i > 0 && at > old; i--) {
        atom a = source->atoms[i - 1];
        while (old > 0 && target->atoms[old - 1] > a)
            target->atoms[--at] = target->atoms[--old];
        if ((old == 0 || target->atoms[old - 1] != a) && !is_refused(refused, a))
            target->atoms[--at] = a;
    }
}

/* Addresses that a full set does not take any more (a table of options with the variables that they set): what they
 * are of may hold anything from now on. */
static void let_go(struct flow *flow, const struct atom_set *full, const struct atom_set *source)
{
    for (uint32_t i = lower_bound(source, ATOM(ATOM_ADDRESS, 0)), at = 0; i < source->count; i++) {
        atom a = source->atoms[i];
        if (ATOM_KIND(a) != ATOM_ADDRESS)
            break;
        while (at < full->count && full->atoms[at] < a)
            at++;
        if (at == full->count || full->atoms[at] != a)
            place_has_other(flow, ATOM_INDEX(a));
    }
}

/* `with_addresses` false: what a pointer holds besides addresses stands for the memory behind it, of which nothing else
 * is known (a table on the heap, a pointer to a function that is called through *). */
static void merge(struct flow *flow, uint32_t from, uint32_t to, bool with_addresses)
{
    if (from == to)
        return;
    const struct atom_set *source = &flow->sets.items[from];
    struct atom_set *target = &flow->sets.items[to];
    unsigned refused = refused_kinds(target, with_addresses);
    if (target->addresses_dropped && with_addresses)
        let_go(flow, target, source);
    uint32_t missing = count_new(target, source, refused);
    fd_bits fds = place_fds(flow, from);
    bool changed = missing > 0 || (target->fds | fds) != target->fds || (source->other && !target->other);
    if (!changed)
        return;
    if (missing) {
        insert_new(target, source, missing, refused);
        keep_bounds(target);
    }
    target->fds |= fds;
    target->other |= source->other;
    enqueue(flow, to);
}

void place_has(struct flow *flow, uint32_t place, atom a)
{
    struct atom_set *set = &flow->sets.items[place];
    const struct atom_set one = {.atoms = &a, .count = 1};
    unsigned refused = refused_kinds(set, true);
    if (set->addresses_dropped)
        let_go(flow, set, &one);
    if (!count_new(set, &one, refused))
        return;
    insert_new(set, &one, 1, refused);
    keep_bounds(set);
    enqueue(flow, place);
}

static void follow_pointers(struct flow *flow, uint32_t place)
{
    uint32_t loads = flow->links.items[place].loads, stores = flow->links.items[place].stores;
    if (!loads && !stores)
        return;
    const struct atom_set set = flow->sets.items[place];
    for (uint32_t i = lower_bound(&set, ATOM(ATOM_ADDRESS, 0)); i < set.count; i++) {
        if (ATOM_KIND(set.atoms[i]) != ATOM_ADDRESS)
            break;
        uint32_t pointee = ATOM_INDEX(set.atoms[i]);
        for (uint32_t at = loads; at; at = flow->loads.items[at - 1].next)
            edge_add(flow, pointee, flow->loads.items[at - 1].to);
        for (uint32_t at = stores; at; at = flow->stores.items[at - 1].next)
            edge_add(flow, flow->stores.items[at - 1].to, pointee);
    }
    for (uint32_t at = loads; at; at = flow->loads.items[at - 1].next)
        merge(flow, place, flow->loads.items[at - 1].to, false);
}

void propagate(struct flow *flow)
{
    for (uint32_t next = 0; next < flow->work.count; next++) { /* first in, first out: fewer rounds than a stack */
        uint32_t place = flow->work.items[next];
        flow->queued.items[place] = 0;
        follow_pointers(flow, place);
        for (uint32_t at = flow->links.items[place].edges; at; at = flow->edges.items[at - 1].next)
            merge(flow, place, flow->edges.items[at - 1].to, true);
    }
    flow->work.count = 0;
}
