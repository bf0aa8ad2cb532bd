/* Effects from function to function: a turn of the loop is walked from its calls downwards, in rounds, until nothing
 * new flows; then what is read and written is gathered. */
#include "analyzer/effects_internal.h"

static const double happens = 0.01; /* calls per call of the unit or turn: rarer ones are those of errors and logs */

#define MOST_FRAMES 600
#define ROUNDS 12
#define TARGETS_FOLLOWED 8 /* of a call through a pointer */

void effects_init(struct effects *effects, const struct stages *stages)
{
    uint32_t functions = stages->linked.functions.count + 1;
    *effects = (struct effects){.stages = stages, .content = stages->linked.names.count};
    size_t places = (size_t)effects->content * 2 + 1;
    effects->of = calloc(places, sizeof *effects->of); /* mostly never touched: pages that are never there */
    for (int side = 0; side < 2; side++) {
        effects->stored[side] = calloc(places, sizeof *effects->stored[side]);
        effects->frame_of[side] = calloc(functions, sizeof *effects->frame_of[side]);
        if (!effects->of || !effects->stored[side] || !effects->frame_of[side])
            die_out_of_memory(places * sizeof *effects->of);
    }
    arena_init(&effects->arena);
}

void effects_free(struct effects *effects)
{
    free(effects->of);
    for (int side = 0; side < 2; side++) {
        free(effects->stored[side]);
        free(effects->frame_of[side]);
    }
    array_free(&effects->touched);
    array_free(&effects->holders);
    array_free(&effects->frames);
    arena_free(&effects->arena);
}

/* ---- frames ---- */

static double frequency_of(const struct effects *effects, const struct frame *frame, uint32_t call)
{
    const struct costs *costs = stage_costs(effects->stages, frame->function);
    double often = costs_call_frequency(costs, frame->function, call);
    if (frame->outer) { /* per turn, of which the call tells how many there are */
        double turns = costs_call_frequency(costs, frame->function, effects->asked.call);
        often = turns > 0 ? often / turns : 1;
    }
    return often < 1 ? often : 1;
}

/* What a call leads to, as far as it is to be followed. */
static struct callees callees_of(struct effects *effects, const struct frame *frame, uint32_t call)
{
    const struct linked *linked = &effects->stages->linked;
    uint32_t program = effects->stages->program_of[frame->function];
    const struct trait_table *traits = &effects->stages->costs[program]->traits;
    struct call_targets targets;
    flow_call_targets(effects->stages->flows[program], frame->function, call, NULL, &effects->arena, &targets);
    struct callees callees = {.functions = targets.functions, .count = targets.function_count, .share = 1};
    uint32_t all = targets.function_count + targets.external_count;
    if (all)
        callees.share = 1.0 / all;
    if (targets.external_count)
        callees.api = linked->apis[targets.externals[0]];
    callees.unknown = !targets.complete || !all || (targets.external_count && !callees.api) ||
                      targets.external_count > 1 || all > TARGETS_FOLLOWED;
    bool returns = callees.api && !api_has_effect(callees.api, EFFECT_NORETURN);
    for (uint32_t i = 0; i < callees.count; i++)
        returns = returns || !traits->of[callees.functions[i]].noreturn;
    if (all && !callees.unknown && !returns)
        return (struct callees){.skipped = true}; /* nothing that comes after it sees what it did */
    if (frame->often * frequency_of(effects, frame, call) * callees.share < happens) {
        effects->complete = false;
        return (struct callees){.skipped = true};
    }
    if (callees.count > TARGETS_FOLLOWED)
        callees.count = 0;
    return callees;
}

static void callees_find(struct effects *effects, struct frame *frame)
{
    const struct function *body = stage_function(effects->stages, frame->function);
    frame->callees = ARENA_ARRAY(&effects->arena, struct callees, body->calls.count);
    for (uint32_t i = 0; frame->outer && i < body->calls.count; i++)
        frame->callees[i].skipped = true;
    for (uint32_t i = 0; i < body->nodes.count; i++)
        if (body->nodes.items[i].kind == NODE_CALL && (!frame->outer || turn_goes_on(effects, i)))
            frame->callees[body->nodes.items[i].a] = callees_of(effects, frame, body->nodes.items[i].a);
}

/* The frame of a function on a side, made where there is none yet; NULL if there are too many. */
static struct frame *frame_get(struct effects *effects, uint32_t function, enum side side)
{
    uint32_t *at = &effects->frame_of[side][function];
    if (*at)
        return effects->frames.items[*at - 1];
    if (effects->frames.count == MOST_FRAMES || effects->stages->program_of[function] == SUMMARY_NONE) {
        effects->complete = false;
        return NULL;
    }
    const struct function *body = stage_function(effects->stages, function);
    struct frame *frame = ARENA_NEW(&effects->arena, struct frame);
    frame->function = function;
    frame->side = side;
    frame->through = SUMMARY_NONE;
    frame->slots = ARENA_ARRAY(&effects->arena, origins, body->slots.count);
    frame->values = ARENA_ARRAY(&effects->arena, origins, body->values.count);
    frame->places = ARENA_ARRAY(&effects->arena, origins, body->values.count);
    array_push(&effects->frames, frame);
    *at = effects->frames.count;
    effects->changed = true;
    return frame;
}

static enum side side_of(const struct effects *effects, const struct frame *frame, uint32_t call)
{
    return frame->outer && call != effects->asked.call ? SIDE_REST : frame->outer ? SIDE_CALL : frame->side;
}

/* ---- calls ---- */

static origins argument_of(const struct function *body, const struct frame *frame, const struct call *call, int number)
{
    if (number < 0 || (uint32_t)number >= call->argument_count)
        return ORIGIN_UNKNOWN;
    return frame->values[body->arguments.items[call->first_argument + (uint32_t)number]];
}

static origins api_result(const struct function *body, const struct frame *frame, const struct call *call,
                          const struct api *api)
{
    for (unsigned i = 0; i < api->effect_count; i++) {
        if (api->effects[i].kind == EFFECT_ALLOCATES)
            return ORIGIN_FRESH;
        if (api->effects[i].kind == EFFECT_RETURNS_ARGUMENT)
            return argument_of(body, frame, call, api->effects[i].argument);
    }
    return ORIGIN_UNKNOWN;
}

origins call_result(const struct effects *effects, const struct frame *frame, uint32_t call)
{
    const struct function *body = stage_function(effects->stages, frame->function);
    const struct callees *callees = &frame->callees[call];
    const struct call *entry = &body->calls.items[call];
    enum side side = side_of(effects, frame, call);
    origins result = callees->unknown || (!callees->api && !callees->count) ? ORIGIN_UNKNOWN : 0, given = 0;
    if (callees->api)
        result |= api_result(body, frame, entry, callees->api);
    for (uint32_t i = 0; i < callees->count; i++) {
        uint32_t at = effects->frame_of[side][callees->functions[i]];
        uint32_t program = effects->stages->program_of[frame->function];
        if (effects->stages->costs[program]->traits.of[callees->functions[i]].allocates)
            result |= ORIGIN_FRESH;
        else
            result |= at ? effects->frames.items[at - 1]->result : ORIGIN_UNKNOWN;
    }
    for (uint32_t i = 0; i < entry->argument_count; i++)
        given |= frame->values[body->arguments.items[entry->first_argument + i]];
    if (side != frame->side)
        result = origins_across(result);
    if ((given & ORIGIN_ITEM) && (result & ORIGIN_SHARED) && !frame->outer)
        result = (result & ~ORIGIN_SHARED) | ORIGIN_PICKED; /* found by the item */
    return result;
}

static void bind(struct effects *effects, const struct frame *frame, uint32_t call, struct frame *callee, double often,
                 bool unlocked)
{
    const struct function *body = stage_function(effects->stages, frame->function);
    const struct call *entry = &body->calls.items[call];
    if (callee->often < often) {
        callee->often = often;
        effects->changed = true;
    }
    if (callee->through == SUMMARY_NONE)
        callee->through = frame->outer ? call : frame->through;
    if (unlocked && !callee->unlocked)
        callee->unlocked = effects->changed = true;
    for (uint32_t i = 0; i < entry->argument_count && i < PARAMETERS_FOLLOWED; i++) {
        origins given = frame->values[body->arguments.items[entry->first_argument + i]];
        given = callee->side == frame->side ? given : origins_across(given);
        if (given & ~callee->parameters[i])
            effects->changed = true;
        callee->parameters[i] |= given;
    }
}

/* +1 if the call takes a lock, -1 if it gives one back. */
static int lock_change(const struct api *api)
{
    if (!api)
        return 0;
    if (api_has_effect(api, EFFECT_ACQUIRES))
        return 1;
    return api_has_effect(api, EFFECT_RELEASES) ? -1 : 0;
}

static int locks_after(const struct frame *frame, const struct node *node, int locks)
{
    if (node->kind != NODE_CALL)
        return locks;
    locks += lock_change(frame->callees[node->a].api);
    return locks < 0 ? 0 : locks;
}

static void bind_calls(struct effects *effects, struct frame *frame)
{
    const struct function *body = stage_function(effects->stages, frame->function);
    int locks = 0;
    for (array_each(const struct node, node, &body->nodes)) {
        locks = locks_after(frame, node, locks);
        if (node->kind != NODE_CALL || frame->callees[node->a].skipped)
            continue;
        const struct callees *callees = &frame->callees[node->a];
        double often = frame->often * frequency_of(effects, frame, node->a) * callees->share;
        for (uint32_t i = 0; i < callees->count; i++) {
            struct frame *callee = frame_get(effects, callees->functions[i], side_of(effects, frame, node->a));
            if (callee)
                bind(effects, frame, node->a, callee, often, frame->unlocked && locks == 0);
        }
    }
}

/* ---- what is read and written ---- */

static struct place_effects *effects_at(struct effects *effects, uint32_t place)
{
    struct place_effects *at = &effects->of[place];
    if (!at->read && !at->written[SIDE_CALL].of && !at->written[SIDE_REST].of)
        array_push(&effects->touched, place);
    return at;
}

static void add_read(struct effects *effects, uint32_t place, origins of)
{
    if (of & ~ORIGIN_OF_TURN)
        effects_at(effects, place)->read |= of & ~ORIGIN_OF_TURN;
}

static void add_write(struct effects *effects, const struct frame *frame, uint32_t place, origins of, unsigned line,
                      uint32_t call)
{
    of &= ~ORIGIN_OF_TURN;
    if (!of)
        return;
    struct write *write = &effects_at(effects, place)->written[frame->side];
    if (!write->of || frame->often > write->often) {
        write->often = frame->often;
        write->function = frame->function;
        write->line = line;
        write->through = frame->outer ? call : frame->through;
    }
    write->of |= of;
}

static void gather_reads(struct effects *effects, const struct frame *frame)
{
    const struct function *body = stage_function(effects->stages, frame->function);
    for (uint32_t i = 0; i < body->values.count; i++) {
        const struct value *v = &body->values.items[i];
        bool variable = v->kind == VALUE_SLOT && body->slots.items[v->a].kind > SLOT_LOCAL &&
                        body->slots.items[v->a].kind != SLOT_RETURN;
        if (variable || v->kind == VALUE_DEREF)
            add_read(effects, place_of(effects, body, i), frame->places[i]);
    }
}

static void gather_assignment(struct effects *effects, const struct frame *frame, const struct assignment *assignment,
                              unsigned line)
{
    const struct function *body = stage_function(effects->stages, frame->function);
    const struct value *target = &body->values.items[assignment->target];
    if (target->kind == VALUE_SLOT && body->slots.items[target->a].kind != SLOT_FIELD)
        return; /* variables: see gather_access */
    if (frame->outer && !turn_goes_on(effects, assignment->node))
        return;
    add_write(effects, frame, place_of(effects, body, assignment->target), frame->places[assignment->target], line,
              SUMMARY_NONE);
}

/* Variables with static storage: the initialisers of a function's own are no writes, and have no access. */
static void gather_access(struct effects *effects, const struct frame *frame, const struct node *node, unsigned line)
{
    const struct slot *slot = &stage_function(effects->stages, frame->function)->slots.items[node->a];
    uint32_t number = (uint32_t)(node - stage_function(effects->stages, frame->function)->nodes.items);
    bool writes = (node->flags & ACCESS_WRITE) && !(node->flags & (ACCESS_ATOMIC | ACCESS_INDIRECT));
    if (writes && slot->kind == SLOT_GLOBAL && slot->type != SLOT_RECORD /* a member of it, told by the assignment */
        && (!frame->outer || turn_goes_on(effects, number)))
        add_write(effects, frame, slot->symbol, ORIGIN_GLOBAL, line, SUMMARY_NONE);
}

/* Does the library function do nothing but compute, on what it is given? */
static bool is_quiet(const struct api *api)
{
    bool quiet = api->origin != API_UNREVIEWED;
    for (unsigned i = 0; i < api->effect_count; i++) {
        enum effect_kind kind = api->effects[i].kind;
        quiet = quiet && (kind == EFFECT_RETURNS_ARGUMENT || kind == EFFECT_COPIES || kind == EFFECT_ALLOCATES ||
                          kind == EFFECT_FREES || kind == EFFECT_WRITES || kind == EFFECT_NORETURN);
    }
    for (unsigned i = 0; i < api->cost_count; i++)
        quiet = quiet && !api->costs[i].waits;
    return quiet && api->thread_safety == THREAD_SAFE;
}

static void gather_library_call(struct effects *effects, const struct frame *frame, uint32_t call)
{
    const struct function *body = stage_function(effects->stages, frame->function);
    const struct callees *callees = &frame->callees[call];
    const struct call *entry = &body->calls.items[call];
    if (callees->unknown || (callees->api && !is_quiet(callees->api)))
        effects->outside = effects->outside || frame->side == SIDE_CALL;
    if (callees->unknown)
        effects->complete = false;
    for (unsigned i = 0; callees->api && i < callees->api->effect_count; i++) {
        const struct effect *effect = &callees->api->effects[i];
        bool writes = effect->kind == EFFECT_WRITES || effect->kind == EFFECT_COPIES || effect->kind == EFFECT_FREES;
        if (!writes || effect->argument < 0 || (uint32_t)effect->argument >= entry->argument_count)
            continue;
        uint32_t value = body->arguments.items[entry->first_argument + (uint32_t)effect->argument];
        add_write(effects, frame, content_of(effects, body, value), frame->values[value], entry->line, call);
    }
}

static void gather(struct effects *effects, const struct frame *frame)
{
    const struct function *body = stage_function(effects->stages, frame->function);
    unsigned line = body->line;
    int locks = frame->unlocked ? 0 : 1;
    uint32_t next = 0; /* assignments stand in the order of their nodes */
    if (frame->side == SIDE_CALL)
        gather_reads(effects, frame);
    for (uint32_t i = 0; i <= body->nodes.count; i++) {
        const struct node *node = i < body->nodes.count ? &body->nodes.items[i] : NULL;
        for (; next < body->flows.count && body->flows.items[next].node <= i; next++)
            if (locks == 0)
                gather_assignment(effects, frame, &body->flows.items[next], line);
        if (!node)
            break;
        line = node->kind == NODE_CALL ? body->calls.items[node->a].line : node->line ? node->line : line;
        locks = locks_after(frame, node, locks);
        if (node->kind == NODE_ACCESS && locks == 0)
            gather_access(effects, frame, node, line);
        if (node->kind == NODE_CALL && !frame->callees[node->a].skipped &&
            side_of(effects, frame, node->a) == frame->side)
            gather_library_call(effects, frame, node->a);
        if (locks)
            effects->complete = false; /* the order in which the calls get the lock may matter */
    }
}

/* ---- the question ---- */

static void forget(struct effects *effects)
{
    for (array_each(const uint32_t, place, &effects->touched))
        effects->of[*place] = (struct place_effects){0};
    for (array_each(struct frame *const, frame, &effects->frames))
        effects->frame_of[(*frame)->side][(*frame)->function] = 0;
    for (array_each(const uint32_t, place, &effects->holders))
        effects->stored[0][*place] = effects->stored[1][*place] = 0;
    effects->touched.count = effects->frames.count = effects->holders.count = 0;
    effects->copied[0] = effects->copied[1] = 0;
    arena_free(&effects->arena);
    arena_init(&effects->arena);
}

static void solve_all(struct effects *effects)
{
    effects->changed = true;
    for (unsigned round = 0; effects->changed && round < ROUNDS; round++) {
        effects->changed = false;
        for (uint32_t i = 0; i < effects->frames.count; i++) {
            struct frame *frame = effects->frames.items[i];
            if (!frame->callees)
                callees_find(effects, frame);
            frame_solve(effects, frame);
            bind_calls(effects, frame);
        }
    }
    if (effects->changed)
        effects->complete = false;
}

void effects_find(struct effects *effects, const struct loop_call *asked)
{
    forget(effects);
    effects->asked = *asked;
    effects->complete = true;
    effects->outside = false;
    struct frame *outer = frame_get(effects, asked->function, SIDE_REST);
    if (!outer)
        return;
    outer->outer = outer->unlocked = true;
    outer->often = 1;
    outer->varies =
        ARENA_ARRAY(&effects->arena, uint8_t, stage_function(effects->stages, asked->function)->slots.count);
    turn_find_varying(effects, outer);
    solve_all(effects);
    for (uint32_t i = 0; i < effects->frames.count; i++)
        gather(effects, effects->frames.items[i]);
}
