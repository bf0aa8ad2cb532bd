/* A library's exported functions as entries of the knowledge base. */
#include "analyzer/derive_internal.h"

#include <math.h>
#include <string.h>

static const double negligible_wait = 1;    /* ns */
static const double seldom = 0.5;           /* below this chance a wait is a rare, long one */
static const double rarest = 0.001;         /* what is rarer is told as if it were so likely, and shorter */
static const double other_kind = 0.1;       /* share of the waiting from which on another kind is told */
static const double grows = 0.05;           /* share of the cost that a size of SHORT_LENGTH must make up */
static const double doubt_of_unknown = 0.5; /* where what is unresolved could change the class */
static const double mostly_right = 1e4;     /* ns of CPU time: longer ones are mostly estimated too long */
static const double broken = 0.8;           /* as in result_functions.c: code that did not parse cleanly */

/* Where the analysis was surest, its class was that of a written entry of the same function for about this share of
 * functions (docs/knowledge.md): the cost model errs in more ways than its own spreads know of. */
static const double agreement = 0.8;

struct deriving {
    const struct stages *stages;
    const struct costs *costs;
    struct uses uses;
    const struct safety *safety;
    struct derived *derived;
    struct arena *arena;
};

/* ---- costs ---- */

/* A long estimate mostly comes from a loop whose end was not seen. Of the functions that are both derived and written
 * the written time grows with about the square root of the derived one from here on (docs/knowledge.md). */
static double believed(double cpu)
{
    return cpu > mostly_right ? sqrt(cpu * mostly_right) : cpu;
}

/* Where a spread is cut the mean stays: that of wide estimates is as near to written ones as that of others is, their
 * mean / exp(spread² / 2) would be far below. */
static struct duration fixed_time(double mean, double spread)
{
    struct amount amount = {mean / exp(spread * spread / 2), spread};
    return (struct duration){.kind = DURATION_FIXED, .factor = 1, .argument = -1, .fixed = amount};
}

/* The quantities that waits of a kind are mostly made of: so that the entry holds under other profiles too. */
struct candidate_quantity {
    enum wait_kind kind;
    enum quantity quantity;
};

static const struct candidate_quantity quantities_of_waits[] = {{WAIT_NETWORK, QUANTITY_NETWORK_WAIT},
                                                                {WAIT_NETWORK, QUANTITY_NETWORK_SEND_WAIT},
                                                                {WAIT_NETWORK, QUANTITY_NETWORK_ROUND_TRIP},
                                                                {WAIT_DNS, QUANTITY_DNS_LOOKUP},
                                                                {WAIT_DATABASE, QUANTITY_DATABASE_QUERY},
                                                                {WAIT_DISK, QUANTITY_DISK_READ_WAIT},
                                                                {WAIT_DISK, QUANTITY_DISK_WRITE_WAIT},
                                                                {WAIT_DISK, QUANTITY_DISK_SYNC},
                                                                {WAIT_PIPE, QUANTITY_PIPE_WAIT},
                                                                {WAIT_TERMINAL, QUANTITY_TERMINAL_WAIT},
                                                                {WAIT_DEVICE, QUANTITY_DEVICE_WAIT},
                                                                {WAIT_SLEEP, QUANTITY_SLEEP_DEFAULT},
                                                                {WAIT_LOCK, QUANTITY_LOCK_WAIT},
                                                                {WAIT_LOCK, QUANTITY_CONDITION_WAIT},
                                                                {WAIT_LOCK, QUANTITY_JOIN_WAIT},
                                                                {WAIT_PROCESS, QUANTITY_CHILD_WAIT},
                                                                {WAIT_IDLE, QUANTITY_MULTIPLEX_WAIT}};

/* Of the quantities of a kind the one that is nearest to a time, by the ratio. */
static enum quantity quantity_near(const struct deriving *deriving, enum wait_kind kind, double ns)
{
    enum quantity best = QUANTITY_SLEEP_DEFAULT;
    double distance = INFINITY;
    for (size_t i = 0; i < sizeof quantities_of_waits / sizeof quantities_of_waits[0]; i++) {
        enum quantity quantity = quantities_of_waits[i].quantity;
        double far = fabs(log(deriving->stages->profile->quantities[quantity].median / ns));
        if (quantities_of_waits[i].kind != kind || far >= distance)
            continue;
        best = quantity;
        distance = far;
    }
    return best;
}

/* A time with this mean and spread, in units of the quantity that is nearest to it. */
static struct duration in_quantity(const struct deriving *deriving, enum wait_kind kind, double mean, double spread)
{
    double median = mean / exp(spread * spread / 2);
    enum quantity quantity = quantity_near(deriving, kind, median);
    double unit = deriving->stages->profile->quantities[quantity].median;
    return (struct duration){.kind = DURATION_QUANTITY,
                             .quantity = quantity,
                             .factor = median / unit,
                             .argument = -1,
                             .own_spread = true,
                             .fixed = {.spread = spread}};
}

static enum wait_kind main_kind(const struct cost *cost)
{
    int most = 0;
    for (int kind = 1; kind < WAIT_COUNT; kind++)
        if (cost->wait[kind] > cost->wait[most])
            most = kind;
    return (enum wait_kind)most;
}

/* Cached files: now and then a block is not there. Else a wait that nearly every call reaches, or a rare long one. */
static void set_wait(const struct deriving *deriving, const struct cost *cost, struct api_cost_variant *variant)
{
    const struct amount *quantities = deriving->stages->profile->quantities;
    double wait = cost_wait(cost), chance = cost_waits_how_often(cost);
    double block = quantities[QUANTITY_DISK_READ_WAIT].median;
    if (wait < negligible_wait)
        return;
    variant->waits = true;
    variant->wait_kind = main_kind(cost);
    double spread = fmin(cost->wait_spread, 2.5);
    if (variant->wait_kind == WAIT_DISK && wait < 0.1 * block) {
        double spread_of_block = quantities[QUANTITY_DISK_READ_WAIT].spread;
        double once = quantities[QUANTITY_DISK_READ_MISS].median * block * exp(spread_of_block * spread_of_block / 2);
        variant->tail_share = (struct duration){
            .kind = DURATION_QUANTITY, .quantity = QUANTITY_DISK_READ_MISS, .factor = 1, .argument = -1};
        variant->wait_tail = (struct duration){
            .kind = DURATION_QUANTITY, .quantity = QUANTITY_DISK_READ_WAIT, .factor = wait / once, .argument = -1};
    } else if (chance >= seldom) {
        variant->wait = in_quantity(deriving, variant->wait_kind, wait, spread);
    } else {
        chance = fmax(chance, rarest);
        variant->tail_share =
            (struct duration){.kind = DURATION_FIXED, .factor = 1, .argument = -1, .fixed = {.median = chance}};
        variant->wait_tail = in_quantity(deriving, variant->wait_kind, wait / chance, fmin(spread, 1));
    }
}

static const char *other_waits(const struct deriving *deriving, const struct cost *cost, const char *note)
{
    struct text text = {0};
    double wait = cost_wait(cost);
    enum wait_kind most = main_kind(cost);
    for (int kind = 0; kind < WAIT_COUNT; kind++)
        if (kind != (int)most && wait >= negligible_wait && cost->wait[kind] > other_kind * wait)
            text_printf(&text, "%s%s", text.length ? ", " : "waits also for: ", wait_name((enum wait_kind)kind));
    if (note)
        text_printf(&text, "%s%s", text.length ? "; " : "", note);
    const char *kept = text.length ? arena_strdup(deriving->arena, text_string(&text)) : NULL;
    text_free(&text);
    return kept;
}

/* What a call that the made-up caller makes leads to, or NULL. */
static const struct cost_entry *entry_of_call(const struct deriving *deriving, uint32_t caller, uint32_t call)
{
    const struct cost_node *node = &deriving->costs->nodes.items[deriving->costs->first_entry[caller]];
    for (uint32_t i = 0; i < node->site_count; i++) {
        const struct cost_site *site = &deriving->costs->sites.items[node->first_site + i];
        if (site->call == call && site->target_count)
            return costs_entry(deriving->costs, deriving->costs->targets.items[site->first_target].entry);
    }
    return NULL;
}

/* The CPU time by the size, where two sizes cost differently: through both of them. */
static bool set_cpu_by_size(const struct deriving *deriving, uint32_t caller, int parameter,
                            const struct cost_entry *plain, struct api_cost_variant *variant)
{
    const struct cost_entry *few = entry_of_call(deriving, caller, CALL_SHORT);
    const struct cost_entry *many = entry_of_call(deriving, caller, CALL_LONG);
    if (parameter < 0 || !few || !many || few == plain || many == plain)
        return false;
    double each = (many->total.cpu - few->total.cpu) / (LONG_LENGTH - SHORT_LENGTH);
    if (each * SHORT_LENGTH < grows * few->total.cpu)
        return false;
    double call = believed(fmax(few->total.cpu - each * SHORT_LENGTH, 0));
    double spread = fmin(few->total.cpu_spread, 1.5);
    if (call >= 0.5)
        variant->cpu_call = fixed_time(call, spread);
    variant->cpu_byte = fixed_time(each, spread);
    variant->bytes.argument = parameter;
    return true;
}

static void set_cost(const struct deriving *deriving, uint32_t caller, uint32_t function, struct api *api)
{
    struct api_cost_variant *variant = ARENA_NEW(deriving->arena, struct api_cost_variant);
    const struct cost_entry *plain = entry_of_call(deriving, caller, CALL_PLAIN);
    const struct linked_function *linked = &deriving->stages->linked.functions.items[function];
    struct classification classification;
    *variant = (struct api_cost_variant){.fd_argument = -1, .bytes = {-1, -1, false}};
    int length = length_parameter(&deriving->stages->linked.names, &linked->body);
    if (!set_cpu_by_size(deriving, caller, length, plain, variant))
        variant->cpu_call = fixed_time(fmax(believed(plain->total.cpu), 0.5), fmin(plain->total.cpu_spread, 2));
    set_wait(deriving, &plain->total, variant);
    classify(deriving->costs->expect, &plain->total, linked->broken ? broken : 1, &classification);
    api->confidence = classification.confidence * agreement;
    if (classification.class_kind == CLASS_UNKNOWN)
        api->confidence *= doubt_of_unknown;
    api->costs = variant;
    api->cost_count = 1;
    api->note = other_waits(deriving, &plain->total, api->note);
}

/* ---- the rest of an entry ---- */

static void add_effect(const struct deriving *deriving, struct api *api, enum effect_kind kind)
{
    struct effect *effects = ARENA_ARRAY(deriving->arena, struct effect, api->effect_count + 1);
    if (api->effect_count)
        memcpy(effects, api->effects, api->effect_count * sizeof *effects);
    effects[api->effect_count++] = (struct effect){
        .kind = kind, .argument = -1, .data_argument = -1, .from_argument = -1, .times = {-1, -1, false}};
    api->effects = effects;
}

static void set_effects(const struct deriving *deriving, uint32_t function, struct api *api)
{
    const struct traits *traits = &deriving->costs->traits.of[function];
    uses_effects(&deriving->uses, function, deriving->arena, api);
    if (traits->noreturn && !traits->forever)
        add_effect(deriving, api, EFFECT_NORETURN);
    if (traits->allocates)
        add_effect(deriving, api, EFFECT_ALLOCATES);
    if (traits->dispatches)
        add_effect(deriving, api, EFFECT_MULTIPLEXES);
}

/* Names of parameters, made up where there is none, and told apart where one is a word of conditions. */
static void set_arguments(const struct deriving *deriving, const struct function *body, struct api *api)
{
    const char **arguments = ARENA_ARRAY(deriving->arena, const char *, body->parameters.count);
    for (uint32_t i = 0; i < body->parameters.count; i++) {
        const char *name = names_string(&deriving->stages->linked.names, body->parameters.items[i].name);
        arguments[i] = *name ? arena_strdup(deriving->arena, name)
                             : arena_printf(deriving->arena, "argument%u", (unsigned)(i + 1));
    }
    api->arguments = arguments;
    api->argument_count = body->parameters.count;
}

static void derive_entry(struct deriving *deriving, uint32_t caller)
{
    const struct linked *linked = &deriving->stages->linked;
    name_id symbol = stage_function(deriving->stages, caller)->name;
    uint32_t function = program_definition(deriving->costs->program, symbol);
    if (function == NO_FUNCTION || !entry_of_call(deriving, caller, CALL_PLAIN))
        return;
    struct api *api = &deriving->derived->entries[deriving->derived->count++];
    *api = (struct api){.name = arena_strdup(deriving->arena, names_string(&linked->names, symbol)),
                        .header = arena_strdup(deriving->arena, names_string(&linked->names, linked->headers[symbol])),
                        .origin = API_DERIVED};
    set_arguments(deriving, stage_function(deriving->stages, function), api);
    safety_state(&deriving->uses, function, &deriving->safety[function], deriving->arena, api);
    set_effects(deriving, function, api);
    set_cost(deriving, caller, function, api);
}

static void derive_entries(const struct stages *stages, struct derived *derived)
{
    struct arena scratch;
    const struct program *program = &stages->linked.programs.items[0];
    struct deriving deriving = {
        .stages = stages, .costs = stages->costs[0], .derived = derived, .arena = &derived->arena};
    arena_init(&scratch);
    uses_find(&deriving.uses, stages, program, &scratch);
    deriving.safety = safety_find(&deriving.uses, deriving.costs, &scratch);
    derived->entries = ARENA_ARRAY(&derived->arena, struct api, program->functions.count);
    for (array_each(const uint32_t, function, &program->functions))
        if (strcmp(names_string(&stages->linked.names, stage_function(stages, *function)->file), CALLERS_FILE) == 0)
            derive_entry(&deriving, *function);
    arena_free(&scratch);
}

bool analyze_library(const struct analyzer_options *options, const struct derive_options *which,
                     const struct knowledge *knowledge, struct derived *derived)
{
    struct analyzer_options as_library = *options;
    struct stages stages;
    *derived = (struct derived){0};
    arena_init(&derived->arena);
    as_library.library = which;
    as_library.details = false;
    bool done = stages_run(&stages, &as_library, knowledge, STAGE_COST, &derived->problems);
    if (done) {
        derived->flags_guessed = stages.list.guessed;
        derived->units = stages.list.count + stages.list.unreadable;
        derived->failed_units = stages.failed_units + stages.list.unreadable;
        if (stages.linked.programs.count)
            derive_entries(&stages, derived);
    }
    stages_free(&stages);
    return done;
}

void derived_free(struct derived *derived)
{
    arena_free(&derived->arena);
    problems_free(&derived->problems);
}
