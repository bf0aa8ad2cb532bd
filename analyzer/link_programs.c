/* Linking, second half: what a linker would do with each main.
 *
 * A program starts with the unit of its main. Whatever its functions refer to brings the unit that defines it, and so
 * on. Where several units define a symbol, the one nearest to who refers to it is taken (by directories), then the
 * nearest to main, then the first by name. A unit with a main of its own is never brought into another program: what it
 * defines is then not known there.
 */
#include "analyzer/link_programs.h"

/* One place that defines a symbol. */
struct definer {
    uint32_t function; /* NO_FUNCTION: the symbol is a variable's */
    uint32_t unit;
};

/* What every program is built from. */
struct sources {
    struct linked *linked;
    uint32_t *definer_start;   /* by symbol: its part of definers; one more than names */
    struct definer *definers;  /* by symbol, in the order of units */
    uint32_t *reference_start; /* by function: its part of references; one more than functions */
    ARRAY(name_id) references; /* symbols that are defined somewhere */
    uint32_t *by_id;           /* functions in order of id */
    bool *has_main;            /* by unit */
    bool *covered;             /* by function: it is in some program */
};

struct reached {
    uint32_t function;
    uint32_t unit; /* through which it came: its references mean what they mean there */
};

/* A program that grows. */
struct building {
    struct program program;
    uint32_t main_unit; /* or SUMMARY_NONE */
    bool *has_unit, *has_function;
    ARRAY(struct reached) reached; /* in order of discovery */
    uint32_t resolved;             /* how many of them had their references followed */
};

typedef ARRAY(struct building) building_list;

static bool *all_false(uint32_t count)
{
    bool *flags = must_malloc(count);
    memset(flags, 0, count);
    return flags;
}

static const struct function *body_of(const struct sources *sources, uint32_t function)
{
    return &sources->linked->functions.items[function].body;
}

/* Does the unit bring this function of its own accord? Else it comes only where something refers to it. */
static bool comes_with_unit(const struct sources *sources, uint32_t unit_number, uint32_t function)
{
    const struct linked_unit *unit = &sources->linked->units.items[unit_number];
    const struct function *body = body_of(sources, function);
    if (body->flags & (FUNCTION_INITIALISERS | FUNCTION_CONSTRUCTOR))
        return true;
    if (unit->prefix)
        return false;
    return body->file == unit->name || !(body->flags & (FUNCTION_STATIC | FUNCTION_INLINE));
}

/* ---- who defines what ---- */

/* Calls visit for each definition: functions by symbol, then variables, unit by unit. */
static void each_definition(const struct linked *linked, void (*visit)(struct sources *, name_id, struct definer),
                            struct sources *sources)
{
    for (uint32_t u = 0; u < linked->units.count; u++) {
        const struct linked_unit *unit = &linked->units.items[u];
        for (array_each(const uint32_t, function, &unit->functions)) {
            const struct function *body = body_of(sources, *function);
            if (body->symbol && !(body->flags & FUNCTION_INITIALISERS))
                visit(sources, body->symbol, (struct definer){*function, u});
        }
        for (array_each(const name_id, global, &unit->globals))
            if (*global)
                visit(sources, *global, (struct definer){NO_FUNCTION, u});
    }
}

static void count_definer(struct sources *sources, name_id symbol, struct definer definer)
{
    (void)definer;
    sources->definer_start[symbol]++;
}

static void place_definer(struct sources *sources, name_id symbol, struct definer definer)
{
    sources->definers[sources->definer_start[symbol]++] = definer;
}

static void collect_definers(struct sources *sources)
{
    uint32_t names = sources->linked->names.count, total = 0;
    sources->definer_start = must_malloc((names + 1) * sizeof(uint32_t));
    memset(sources->definer_start, 0, (names + 1) * sizeof(uint32_t));
    each_definition(sources->linked, count_definer, sources);
    for (uint32_t name = 0; name <= names; name++) {
        uint32_t count = sources->definer_start[name];
        sources->definer_start[name] = total;
        total += count;
    }
    sources->definers = must_malloc(total * sizeof *sources->definers);
    each_definition(sources->linked, place_definer, sources);
    /* Placing has moved each start to its end, which is the next one's start. */
    memmove(sources->definer_start + 1, sources->definer_start, names * sizeof(uint32_t));
    sources->definer_start[0] = 0;
}

/* ---- who refers to what ---- */

static void add_reference(struct sources *sources, uint32_t *last_seen, uint32_t function, name_id symbol)
{
    if (last_seen[symbol] == function || sources->definer_start[symbol] == sources->definer_start[symbol + 1])
        return;
    last_seen[symbol] = function;
    array_push(&sources->references, symbol);
}

static void collect_references(struct sources *sources)
{
    uint32_t names = sources->linked->names.count, count = sources->linked->functions.count;
    uint32_t *last_seen = must_malloc(names * sizeof *last_seen);
    memset(last_seen, 0xff, names * sizeof *last_seen);
    sources->reference_start = must_malloc(((size_t)count + 1) * sizeof(uint32_t));
    for (uint32_t i = 0; i < count; i++) {
        const struct function *body = body_of(sources, i);
        sources->reference_start[i] = sources->references.count;
        for (array_each(const struct value, value, &body->values))
            if (value->kind == VALUE_FUNCTION)
                add_reference(sources, last_seen, i, value->name);
        for (array_each(const struct slot, slot, &body->slots))
            if (slot->kind == SLOT_GLOBAL)
                add_reference(sources, last_seen, i, slot->symbol);
    }
    sources->reference_start[count] = sources->references.count;
    free(last_seen);
}

/* ---- the order of ids ---- */

struct id_key {
    const char *id;
    uint32_t function;
};

static int compare_ids(const void *left, const void *right)
{
    const struct id_key *a = left, *b = right;
    int order = a->id == b->id ? 0 : strcmp(a->id, b->id);
    return order ? order : (a->function > b->function) - (a->function < b->function);
}

static void order_by_id(struct sources *sources)
{
    uint32_t count = sources->linked->functions.count;
    struct id_key *keys = must_malloc(count * sizeof *keys);
    for (uint32_t i = 0; i < count; i++)
        keys[i] = (struct id_key){names_string(&sources->linked->names, body_of(sources, i)->id), i};
    if (count)
        qsort(keys, count, sizeof *keys, compare_ids);
    sources->by_id = must_malloc(count * sizeof *sources->by_id);
    for (uint32_t i = 0; i < count; i++)
        sources->by_id[i] = keys[i].function;
    free(keys);
}

/* ---- growing a program ---- */

static void building_begin(const struct sources *sources, struct building *building)
{
    const struct linked *linked = sources->linked;
    size_t size = linked->names.count * sizeof *building->program.definition;
    *building = (struct building){.program = {.main = NO_FUNCTION}, .main_unit = SUMMARY_NONE};
    building->has_unit = all_false(linked->units.count);
    building->has_function = all_false(linked->functions.count);
    building->program.definition = must_malloc(size);
    memset(building->program.definition, 0xff, size);
}

static void add_function(struct sources *sources, struct building *building, uint32_t function, uint32_t unit)
{
    if (building->has_function[function])
        return;
    building->has_function[function] = true;
    sources->covered[function] = true;
    array_push(&building->reached, (struct reached){function, unit});
}

static void define(struct building *building, name_id symbol, uint32_t function)
{
    if (symbol && building->program.definition[symbol] == NO_FUNCTION)
        building->program.definition[symbol] = function;
}

static void add_unit(struct sources *sources, struct building *building, uint32_t number)
{
    if (building->has_unit[number])
        return;
    building->has_unit[number] = true;
    for (array_each(const uint32_t, function, &sources->linked->units.items[number].functions)) {
        if (!comes_with_unit(sources, number, *function))
            continue;
        if (!(body_of(sources, *function)->flags & FUNCTION_INITIALISERS))
            define(building, body_of(sources, *function)->symbol, *function);
        add_function(sources, building, *function, number);
    }
}

/* How many leading directories two paths share. */
static uint32_t shared_directories(const char *a, const char *b)
{
    uint32_t shared = 0;
    for (; *a && *a == *b; a++, b++)
        shared += *a == '/';
    return shared;
}

/* How well a unit suits as the definer of what `referrer` refers to: more is better. */
struct suitability {
    bool same_unit, in_program;
    uint32_t near_referrer, near_main;
};

static struct suitability suitability_of(const struct sources *sources, const struct building *building, uint32_t unit,
                                         uint32_t referrer)
{
    const struct linked *linked = sources->linked;
    const char *name = names_string(&linked->names, linked->units.items[unit].name);
    struct suitability suitability = {.same_unit = unit == referrer, .in_program = building->has_unit[unit]};
    suitability.near_referrer =
        shared_directories(name, names_string(&linked->names, linked->units.items[referrer].name));
    if (building->main_unit != SUMMARY_NONE)
        suitability.near_main =
            shared_directories(name, names_string(&linked->names, linked->units.items[building->main_unit].name));
    return suitability;
}

static bool is_better(struct suitability a, struct suitability b)
{
    if (a.same_unit != b.same_unit)
        return a.same_unit;
    if (a.in_program != b.in_program)
        return a.in_program;
    if (a.near_referrer != b.near_referrer)
        return a.near_referrer > b.near_referrer;
    return a.near_main > b.near_main;
}

/* Does a definer bring its whole unit? */
static bool brings_unit(const struct sources *sources, const struct definer *definer)
{
    return definer->function == NO_FUNCTION || comes_with_unit(sources, definer->unit, definer->function);
}

/* The best definer of a symbol, or NULL. The first by unit wins ties. */
static const struct definer *choose(const struct sources *sources, const struct building *building, name_id symbol,
                                    uint32_t referrer)
{
    const struct definer *best = NULL;
    struct suitability best_suitability = {0};
    for (uint32_t i = sources->definer_start[symbol]; i < sources->definer_start[symbol + 1]; i++) {
        const struct definer *definer = &sources->definers[i];
        if (sources->has_main[definer->unit] && !building->has_unit[definer->unit] && brings_unit(sources, definer))
            continue;
        struct suitability suitability = suitability_of(sources, building, definer->unit, referrer);
        if (!best || is_better(suitability, best_suitability)) {
            best = definer;
            best_suitability = suitability;
        }
    }
    return best;
}

static void resolve(struct sources *sources, struct building *building, name_id symbol, uint32_t referrer)
{
    if (building->program.definition[symbol] != NO_FUNCTION)
        return;
    const struct definer *definer = choose(sources, building, symbol, referrer);
    if (!definer)
        return;
    if (definer->function != NO_FUNCTION)
        define(building, symbol, definer->function);
    if (brings_unit(sources, definer) || sources->linked->units.items[definer->unit].prefix)
        add_unit(sources, building, definer->unit);
    if (definer->function != NO_FUNCTION)
        add_function(sources, building, definer->function,
                     building->has_unit[definer->unit] ? definer->unit : referrer);
}

/* Follows all references that were not followed yet. */
static void resolve_all(struct sources *sources, struct building *building)
{
    while (building->resolved < building->reached.count) {
        struct reached reached = building->reached.items[building->resolved++];
        for (uint32_t i = sources->reference_start[reached.function];
             i < sources->reference_start[reached.function + 1]; i++)
            resolve(sources, building, sources->references.items[i], reached.unit);
    }
}

/* Adds what a program's units hold and no program has: functions of headers that nothing refers to, and bodies that
 * another configuration hides. */
static void add_rest_of_units(struct sources *sources, struct building *building)
{
    for (uint32_t u = 0; u < sources->linked->units.count; u++) {
        if (!building->has_unit[u])
            continue;
        for (array_each(const uint32_t, function, &sources->linked->units.items[u].functions))
            if (!sources->covered[*function])
                add_function(sources, building, *function, u);
        resolve_all(sources, building);
    }
}

/* ---- which programs there are ---- */

static bool holds(const struct linked_unit *unit, uint32_t function)
{
    for (array_each(const uint32_t, held, &unit->functions))
        if (*held == function)
            return true;
    return false;
}

/* The program of a main: of all units that have it as their own (compiled twice, say), else of the first that includes
 * the file that holds it. */
static void build_main(struct sources *sources, struct building *building, uint32_t main)
{
    const struct linked *linked = sources->linked;
    building_begin(sources, building);
    building->program.main = main;
    building->program.name = body_of(sources, main)->file;
    for (uint32_t u = 0; u < linked->units.count; u++)
        if (linked->units.items[u].name == building->program.name && holds(&linked->units.items[u], main)) {
            if (building->main_unit == SUMMARY_NONE)
                building->main_unit = u;
            add_unit(sources, building, u);
        }
    if (building->main_unit == SUMMARY_NONE) {
        building->main_unit = linked->functions.items[main].unit;
        add_unit(sources, building, building->main_unit);
    }
    building->program.definition[body_of(sources, main)->symbol] = main;
    add_function(sources, building, main, building->main_unit);
    resolve_all(sources, building);
}

static void build_mains(struct sources *sources, building_list *buildings)
{
    for (uint32_t i = 0; i < sources->linked->functions.count; i++)
        if (body_of(sources, i)->flags & FUNCTION_MAIN) {
            array_push(buildings, (struct building){0});
            build_main(sources, array_last(buildings), i);
        }
    for (array_each(struct building, building, buildings))
        add_rest_of_units(sources, building);
}

/* The units of which some function is in no program make up the last one. */
static void build_rest(struct sources *sources, building_list *buildings)
{
    const struct linked *linked = sources->linked;
    struct building rest;
    building_begin(sources, &rest);
    bool *seed = all_false(linked->units.count);
    for (uint32_t u = 0; u < linked->units.count; u++)
        for (array_each(const uint32_t, function, &linked->units.items[u].functions))
            seed[u] |= !sources->covered[*function];
    for (uint32_t u = 0; u < linked->units.count; u++)
        if (seed[u])
            add_unit(sources, &rest, u);
    free(seed);
    resolve_all(sources, &rest);
    add_rest_of_units(sources, &rest);
    array_push(buildings, rest);
}

/* Turns what was reached into lists. */
static void building_end(const struct sources *sources, struct building *building, struct linked *linked)
{
    struct program *program = &building->program;
    for (uint32_t u = 0; u < linked->units.count; u++)
        if (building->has_unit[u])
            array_push(&program->units, u);
    for (uint32_t i = 0; i < linked->functions.count; i++)
        if (building->has_function[sources->by_id[i]])
            array_push(&program->functions, sources->by_id[i]);
    if (program->units.count)
        array_push(&linked->programs, *program);
    else
        free(program->definition);
    free(building->has_unit);
    free(building->has_function);
    array_free(&building->reached);
}

static void find_mains(struct sources *sources)
{
    for (uint32_t u = 0; u < sources->linked->units.count; u++)
        for (array_each(const uint32_t, function, &sources->linked->units.items[u].functions))
            sources->has_main[u] |= (body_of(sources, *function)->flags & FUNCTION_MAIN) != 0;
}

void link_programs(struct linked *linked)
{
    struct sources sources = {.linked = linked};
    building_list buildings = {0};
    sources.has_main = all_false(linked->units.count);
    sources.covered = all_false(linked->functions.count);
    collect_definers(&sources);
    collect_references(&sources);
    order_by_id(&sources);
    find_mains(&sources);

    build_mains(&sources, &buildings);
    build_rest(&sources, &buildings);
    for (array_each(struct building, building, &buildings))
        building_end(&sources, building, linked);

    array_free(&buildings);
    array_free(&sources.references);
    free(sources.definer_start);
    free(sources.definers);
    free(sources.reference_start);
    free(sources.by_id);
    free(sources.has_main);
    free(sources.covered);
}
