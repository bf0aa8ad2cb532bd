/* Definitions and references of all units, by symbol and by function. */
#include "analyzer/link_symbols.h"

/* Calls visit for each definition: functions by symbol, then variables, unit by unit. */
static void each_definition(const struct linked *linked, void (*visit)(struct symbol_index *, name_id, struct definer),
                            struct symbol_index *index)
{
    for (uint32_t u = 0; u < linked->units.count; u++) {
        const struct linked_unit *unit = &linked->units.items[u];
        for (array_each(const uint32_t, function, &unit->functions)) {
            const struct function *body = &linked->functions.items[*function].body;
            if (body->symbol && !(body->flags & FUNCTION_INITIALISERS))
                visit(index, body->symbol, (struct definer){*function, u});
        }
        for (array_each(const name_id, global, &unit->globals))
            if (*global)
                visit(index, *global, (struct definer){NO_FUNCTION, u});
    }
}

static void count_definer(struct symbol_index *index, name_id symbol, struct definer definer)
{
    (void)definer;
    index->definer_start[symbol]++;
}

static void place_definer(struct symbol_index *index, name_id symbol, struct definer definer)
{
    index->definers[index->definer_start[symbol]++] = definer;
}

static void collect_definers(struct symbol_index *index, const struct linked *linked)
{
    uint32_t names = linked->names.count, total = 0;
    index->definer_start = must_malloc((names + 1) * sizeof(uint32_t));
    memset(index->definer_start, 0, (names + 1) * sizeof(uint32_t));
    each_definition(linked, count_definer, index);
    for (uint32_t name = 0; name <= names; name++) {
        uint32_t count = index->definer_start[name];
        index->definer_start[name] = total;
        total += count;
    }
    index->definers = must_malloc(total * sizeof *index->definers);
    each_definition(linked, place_definer, index);
    /* Placing has moved each start to its end, which is the next one's start. */
    memmove(index->definer_start + 1, index->definer_start, names * sizeof(uint32_t));
    index->definer_start[0] = 0;
}

static void add_reference(struct symbol_index *index, uint32_t *last_seen, uint32_t function, name_id symbol)
{
    if (last_seen[symbol] == function || index->definer_start[symbol] == index->definer_start[symbol + 1])
        return;
    last_seen[symbol] = function;
    array_push(&index->references, symbol);
}

static void collect_references(struct symbol_index *index, const struct linked *linked)
{
    uint32_t names = linked->names.count, count = linked->functions.count;
    uint32_t *last_seen = must_malloc(names * sizeof *last_seen);
    memset(last_seen, 0xff, names * sizeof *last_seen);
    index->reference_start = must_malloc(((size_t)count + 1) * sizeof(uint32_t));
    for (uint32_t i = 0; i < count; i++) {
        const struct function *body = &linked->functions.items[i].body;
        index->reference_start[i] = index->references.count;
        for (array_each(const struct value, value, &body->values))
            if (value->kind == VALUE_FUNCTION)
                add_reference(index, last_seen, i, value->name);
        for (array_each(const struct slot, slot, &body->slots))
            if (slot->kind == SLOT_GLOBAL)
                add_reference(index, last_seen, i, slot->symbol);
    }
    index->reference_start[count] = index->references.count;
    free(last_seen);
}

void symbol_index_make(struct symbol_index *index, const struct linked *linked)
{
    *index = (struct symbol_index){0};
    collect_definers(index, linked);
    collect_references(index, linked);
    array_reserve(&index->references, 1); /* the loop over references wants an address, even of none */
}

void symbol_index_free(struct symbol_index *index)
{
    free(index->definer_start);
    free(index->definers);
    free(index->reference_start);
    array_free(&index->references);
}
