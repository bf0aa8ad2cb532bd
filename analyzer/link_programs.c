/* Linking, second half: what a linker would do with each main.
 *
 * A program starts with the unit of its main. Whatever its functions refer to brings the unit that defines it, and so
 * on. What only one unit defines is brought first. Where several define a symbol that is still missing then, one is
 * chosen: one that a linker could add (it defines nothing that is there already), the nearest to who refers to it (by
 * directories), the nearest to main, the one that needs the least that is missing, the first by name.
 * A unit with a main of its own is never brought into another program: what it defines is then not known there.
 */
#include "analyzer/link_programs.h"

#include "analyzer/link_symbols.h"

/* What every program is built from. */
struct sources {
    struct linked *linked;
    struct symbol_index index;
    uint32_t *by_id; /* functions in order of id */
    bool *has_main;  /* by unit */
    bool *covered;   /* by function: it is in some program */
};

struct reached {
    uint32_t function;
    uint32_t unit; /* through which it came: its references mean what they mean there */
};

/* A symbol that several units define, to be resolved when nothing else is left to do. */
struct doubt {
    name_id symbol;
    uint32_t referrer; /* unit */
};

/* A program that grows. */
struct building {
    struct program program;
    uint32_t main_unit; /* or SUMMARY_NONE */
    bool *has_unit, *has_function;
    ARRAY(struct reached) reached; /* in order of discovery */
    uint32_t followed;             /* how many of them had their references followed */
    ARRAY(struct doubt) doubts;    /* in order of discovery */
    uint32_t decided;              /* how many of them are decided */
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

/* Does a definer bring its whole unit? */
static bool brings_unit(const struct sources *sources, const struct definer *definer)
{
    return definer->function == NO_FUNCTION || comes_with_unit(sources, definer->unit, definer->function);
}

/* May a definer be taken at all? */
static bool is_eligible(const struct sources *sources, const struct building *building, const struct definer *definer)
{
    return building->has_unit[definer->unit] || !sources->has_main[definer->unit] || !brings_unit(sources, definer);
}

/* What adding a unit would do to the program. */
struct consequences {
    bool conflict;    /* it defines something that is defined already */
    uint32_t missing; /* symbols that it refers to and that nothing in the program defines yet */
};

static struct consequences consequences_of(const struct sources *sources, const struct building *building,
                                           uint32_t number)
{
    struct consequences consequences = {0};
    const uint32_t *definition = building->program.definition;
    for (array_each(const uint32_t, function, &sources->linked->units.items[number].functions)) {
        name_id defined = body_of(sources, *function)->symbol;
        if (!comes_with_unit(sources, number, *function))
            continue;
        consequences.conflict |= definition[defined] != NO_FUNCTION && definition[defined] != *function;
        for (function_references(symbol, &sources->index, *function))
            consequences.missing += definition[*symbol] == NO_FUNCTION;
    }
    return consequences;
}

/* How well a unit suits as the definer of what `referrer` refers to. */
struct suitability {
    bool same_unit, in_program;
    uint32_t near_referrer, near_main;
    struct consequences consequences;
};

static struct suitability suitability_of(const struct sources *sources, const struct building *building,
                                         const struct definer *definer, uint32_t referrer)
{
    const struct linked *linked = sources->linked;
    const char *name = names_string(&linked->names, linked->units.items[definer->unit].name);
    struct suitability suitability = {.same_unit = definer->unit == referrer,
                                      .in_program = building->has_unit[definer->unit]};
    suitability.near_referrer =
        shared_directories(name, names_string(&linked->names, linked->units.items[referrer].name));
    if (building->main_unit != SUMMARY_NONE)
        suitability.near_main =
            shared_directories(name, names_string(&linked->names, linked->units.items[building->main_unit].name));
    if (!suitability.in_program && brings_unit(sources, definer))
        suitability.consequences = consequences_of(sources, building, definer->unit);
    return suitability;
}

static bool is_better(struct suitability a, struct suitability b)
{
    if (a.same_unit != b.same_unit)
        return a.same_unit;
    if (a.in_program != b.in_program)
        return a.in_program;
    if (a.consequences.conflict != b.consequences.conflict)
        return b.consequences.conflict;
    if (a.near_referrer != b.near_referrer)
        return a.near_referrer > b.near_referrer;
    if (a.near_main != b.near_main)
        return a.near_main > b.near_main;
    return a.consequences.missing < b.consequences.missing;
}

/* The best definer of a symbol, or NULL. The first by unit wins ties. */
static const struct definer *choose(const struct sources *sources, const struct building *building, name_id symbol,
                                    uint32_t referrer)
{
    const struct definer *best = NULL;
    struct suitability best_suitability = {0};
    for (symbol_definers(definer, &sources->index, symbol)) {
        if (!is_eligible(sources, building, definer))
            continue;
        struct suitability suitability = suitability_of(sources, building, definer, referrer);
        if (!best || is_better(suitability, best_suitability)) {
            best = definer;
            best_suitability = suitability;
        }
    }
    return best;
}

/* Is there nothing to choose: the referrer itself defines the symbol, or a unit that is there, or only one function? */
static bool is_obvious(const struct sources *sources, const struct building *building, name_id symbol,
                       uint32_t referrer)
{
    const struct definer *only = NULL;
    bool several = false;
    for (symbol_definers(definer, &sources->index, symbol)) {
        if (definer->unit == referrer || building->has_unit[definer->unit])
            return true;
        if (!is_eligible(sources, building, definer))
            continue;
        several |= only && (only->function != definer->function || definer->function == NO_FUNCTION);
        only = definer;
    }
    return !several;
}

/* Gives a symbol its meaning, with the unit that the meaning brings. */
static void decide(struct sources *sources, struct building *building, name_id symbol, uint32_t referrer)
{
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

static void follow_references(struct sources *sources, struct building *building, struct reached reached)
{
    for (function_references(symbol, &sources->index, reached.function)) {
        if (building->program.definition[*symbol] != NO_FUNCTION)
            continue;
        if (is_obvious(sources, building, *symbol, reached.unit))
            decide(sources, building, *symbol, reached.unit);
        else
            array_push(&building->doubts, (struct doubt){*symbol, reached.unit});
    }
}

/* Follows all references that were not followed yet. */
static void complete(struct sources *sources, struct building *building)
{
    for (;;) {
        while (building->followed < building->reached.count)
            follow_references(sources, building, building->reached.items[building->followed++]);
        if (building->decided == building->doubts.count)
            return;
        struct doubt doubt = building->doubts.items[building->decided++];
        if (building->program.definition[doubt.symbol] == NO_FUNCTION)
            decide(sources, building, doubt.symbol, doubt.referrer);
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
        complete(sources, building);
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
    complete(sources, building);
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
    complete(sources, &rest);
    add_rest_of_units(sources, &rest);
    array_push(buildings, rest);
}

/* Turns what was reached into lists. */
static void list_contents(const struct sources *sources, struct building *building)
{
    for (uint32_t u = 0; u < sources->linked->units.count; u++)
        if (building->has_unit[u])
            array_push(&building->program.units, u);
    for (uint32_t i = 0; i < sources->linked->functions.count; i++)
        if (building->has_function[sources->by_id[i]])
            array_push(&building->program.functions, sources->by_id[i]);
}

static void building_end(const struct sources *sources, struct building *building)
{
    list_contents(sources, building);
    if (building->program.units.count)
        array_push(&sources->linked->programs, building->program);
    else
        free(building->program.definition);
    free(building->has_unit);
    free(building->has_function);
    array_free(&building->reached);
    array_free(&building->doubts);
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
    symbol_index_make(&sources.index, linked);
    order_by_id(&sources);
    find_mains(&sources);

    build_mains(&sources, &buildings);
    build_rest(&sources, &buildings);
    for (array_each(struct building, building, &buildings))
        building_end(&sources, building);

    array_free(&buildings);
    symbol_index_free(&sources.index);
    free(sources.by_id);
    free(sources.has_main);
    free(sources.covered);
}
