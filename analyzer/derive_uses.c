/* What functions do with their parameters: call them, keep them, free them, lock them, write what they point to. Found
 * in rounds, as what a callee does with an argument its caller does too. */
#include "analyzer/derive_internal.h"

#include <string.h>

#define ROUNDS 16  /* of callers of callers */
#define DEEPEST 12 /* values inside values */
#define NO_PARAMETER (-1)
#define CONFLICT (-2)

/* ---- which parameter a value is ---- */

static int slot_parameter(const struct function *body, const struct function_uses *uses, uint32_t slot)
{
    if (body->slots.items[slot].kind == SLOT_PARAMETER)
        return (int)body->slots.items[slot].number;
    return uses->slots[slot];
}

int value_parameter(const struct function *body, const struct function_uses *uses, uint32_t value)
{
    const struct value *v = &body->values.items[value];
    if (v->kind == VALUE_JOIN) {
        int a = value_parameter(body, uses, v->a), b = value_parameter(body, uses, v->b);
        return a >= 0 ? a : b;
    }
    int found = v->kind == VALUE_SLOT && !v->b ? slot_parameter(body, uses, v->a) : NO_PARAMETER;
    return found >= 0 && (uint32_t)found < body->parameters.count ? found : NO_PARAMETER;
}

static int root_at(const struct function *body, const struct function_uses *uses, uint32_t value, int depth)
{
    const struct value *v = &body->values.items[value];
    if (depth > DEEPEST)
        return NO_PARAMETER;
    switch (v->kind) {
    case VALUE_SLOT:
    case VALUE_ADDRESS:
        if (body->slots.items[v->a].kind == SLOT_FIELD)
            return v->b ? root_at(body, uses, v->b - 1, depth + 1) : NO_PARAMETER;
        return v->kind == VALUE_SLOT ? value_parameter(body, uses, value) : NO_PARAMETER;
    case VALUE_DEREF:
    case VALUE_SUM:
        return root_at(body, uses, v->a, depth + 1);
    default:
        return value_parameter(body, uses, value);
    }
}

int root_parameter(const struct function *body, const struct function_uses *uses, uint32_t value)
{
    return root_at(body, uses, value, 0);
}

/* Locals that are copies of one parameter and nothing else: two rounds find copies of copies. */
static const int *find_copies(const struct function *body, struct arena *arena)
{
    int *slots = ARENA_ARRAY(arena, int, body->slots.count);
    for (uint32_t i = 0; i < body->slots.count; i++)
        slots[i] = NO_PARAMETER;
    struct function_uses copies = {.slots = slots};
    for (int round = 0; round < 2; round++) {
        for (array_each(const struct assignment, assignment, &body->flows)) {
            const struct value *target = &body->values.items[assignment->target];
            if (target->kind != VALUE_SLOT || target->b || body->slots.items[target->a].kind != SLOT_LOCAL)
                continue;
            int source = value_parameter(body, &copies, assignment->source);
            int *holds = &slots[target->a];
            if (*holds == NO_PARAMETER && source >= 0)
                *holds = source;
            else if (*holds != source && *holds >= 0)
                *holds = CONFLICT;
        }
    }
    return slots;
}

/* Is the call inside a loop of its function? */
static bool is_in_loop(const struct function *body, uint32_t call)
{
    const struct node *nodes = body->nodes.items;
    uint32_t at = 0, loop_end = 0;
    for (; at < body->nodes.count && !(nodes[at].kind == NODE_CALL && nodes[at].a == call); at++)
        if (is_real_loop(&nodes[at]) && nodes[at].end > loop_end)
            loop_end = nodes[at].end;
    return at < loop_end;
}

/* ---- one function ---- */

struct looking {
    struct uses *uses;
    uint32_t function;
    const struct function *body;
    struct function_uses *own;
    bool changed;
};

static void use(struct looking *looking, int parameter, uint32_t bits)
{
    struct parameter_use *known = &looking->own->parameters[parameter];
    if ((known->bits & bits) == bits)
        return;
    known->bits |= bits;
    looking->changed = true;
}

static void use_field(struct looking *looking, int parameter, name_id field, bool looped)
{
    struct function_uses *own = looking->own;
    for (uint32_t i = 0; i < own->field_count; i++) {
        if (own->fields[i].parameter == (uint32_t)parameter && own->fields[i].field == field) {
            looking->changed |= looped && !own->fields[i].looped;
            own->fields[i].looped |= looped;
            return;
        }
    }
    if (own->field_count == MOST_FIELDS)
        return;
    own->fields[own->field_count++] = (struct field_use){(uint32_t)parameter, field, looped};
    looking->changed = true;
}

static uint32_t argument_of(const struct looking *looking, const struct call *call, uint32_t index)
{
    return looking->body->arguments.items[call->first_argument + index];
}

/* What a called parameter gets: the first other parameter among the arguments. */
static void note_data(struct looking *looking, int called, const struct call *call)
{
    struct parameter_use *known = &looking->own->parameters[called];
    for (uint32_t i = 0; i < call->argument_count && known->data < 0; i++) {
        uint32_t value = argument_of(looking, call, i);
        int data = value == SUMMARY_NONE ? NO_PARAMETER : value_parameter(looking->body, looking->own, value);
        if (data < 0 || data == called || !looking->body->parameters.items[data].pointer)
            continue;
        known->data = data;
        known->position = (int)i;
    }
}

/* A call through a pointer: of a parameter, or of a member of what one points to. */
static void look_at_pointer(struct looking *looking, uint32_t index, const struct call *call)
{
    const struct function *body = looking->body;
    uint32_t callee = call->callee;
    const struct value *value = &body->values.items[callee];
    while (value->kind == VALUE_DEREF) { /* (*callback)(…) */
        callee = value->a;
        value = &body->values.items[callee];
    }
    bool looped = is_in_loop(body, index);
    int parameter = value_parameter(body, looking->own, callee);
    if (parameter >= 0) {
        use(looking, parameter, looped ? USE_CALLED | USE_LOOPED : USE_CALLED);
        note_data(looking, parameter, call);
        return;
    }
    if (value->kind != VALUE_SLOT || !value->b || body->slots.items[value->a].kind != SLOT_FIELD)
        return;
    parameter = value_parameter(body, looking->own, value->b - 1);
    if (parameter >= 0)
        use_field(looking, parameter, body->slots.items[value->a].symbol, looped);
}

/* What a function of the library does with an argument, its caller does with the parameter that it is. */
static void inherit(struct looking *looking, uint32_t index, const struct call *call, uint32_t target)
{
    const struct function *callee = stage_function(looking->uses->stages, target);
    const struct function_uses *theirs = &looking->uses->of[target];
    bool looped = is_in_loop(looking->body, index);
    for (uint32_t i = 0; i < call->argument_count && i < callee->parameters.count; i++) {
        uint32_t value = argument_of(looking, call, i);
        int parameter = value == SUMMARY_NONE ? NO_PARAMETER : value_parameter(looking->body, looking->own, value);
        uint32_t bits = theirs->parameters[i].bits;
        if (parameter < 0) {
            int root = value == SUMMARY_NONE ? NO_PARAMETER : root_parameter(looking->body, looking->own, value);
            if (root >= 0 && bits & USE_WRITTEN)
                use(looking, root, USE_WRITTEN);
            continue;
        }
        use(looking, parameter, looped && bits & USE_CALLED ? bits | USE_LOOPED : bits);
        for (uint32_t f = 0; f < theirs->field_count; f++)
            if (theirs->fields[f].parameter == i)
                use_field(looking, parameter, theirs->fields[f].field, theirs->fields[f].looped || looped);
    }
}

static uint32_t bits_of_effect(const struct effect *effect)
{
    switch (effect->kind) {
    case EFFECT_FREES:
        return USE_FREED;
    case EFFECT_CLOSES:
        return USE_CLOSED;
    case EFFECT_ACQUIRES:
        return USE_ACQUIRED;
    case EFFECT_RELEASES:
        return USE_RELEASED;
    case EFFECT_WRITES:
    case EFFECT_COPIES:
        return USE_WRITTEN;
    case EFFECT_CALLBACK:
        if (effect->when != CALLBACK_DURING)
            return USE_WHEN(effect->when);
        return effect->times.argument == -1 ? USE_CALLED : USE_CALLED | USE_LOOPED;
    case EFFECT_SPAWNS_THREAD:
        return USE_WHEN(CALLBACK_THREAD);
    default:
        return 0;
    }
}

static void look_at_library(struct looking *looking, const struct call *call, const struct api *api)
{
    for (unsigned i = 0; i < api->effect_count; i++) {
        const struct effect *effect = &api->effects[i];
        if (effect->argument < 0 || (uint32_t)effect->argument >= call->argument_count || effect->field)
            continue;
        uint32_t value = argument_of(looking, call, (uint32_t)effect->argument), bits = bits_of_effect(effect);
        if (value == SUMMARY_NONE || !bits)
            continue;
        int parameter = value_parameter(looking->body, looking->own, value);
        if (parameter < 0 && bits == USE_WRITTEN)
            parameter = root_parameter(looking->body, looking->own, value);
        if (parameter >= 0)
            use(looking, parameter, bits);
    }
}

static void look_at_stores(struct looking *looking)
{
    const struct function *body = looking->body;
    for (array_each(const struct assignment, assignment, &body->flows)) {
        const struct value *target = &body->values.items[assignment->target];
        bool plain = target->kind == VALUE_SLOT && body->slots.items[target->a].kind != SLOT_FIELD && !target->b;
        bool global = plain && body->slots.items[target->a].kind == SLOT_GLOBAL;
        int source = value_parameter(body, looking->own, assignment->source);
        if (source >= 0 && body->parameters.items[source].callable && (!plain || global))
            use(looking, source, USE_STORED);
        int root = plain ? NO_PARAMETER : root_parameter(body, looking->own, assignment->target);
        if (root >= 0)
            use(looking, root, USE_WRITTEN);
    }
}

static void look_at_function(struct looking *looking)
{
    const struct function *body = looking->body;
    look_at_stores(looking);
    for (uint32_t i = 0; i < body->calls.count; i++) {
        const struct call *call = &body->calls.items[i];
        name_id symbol;
        if (!call_symbol(body, i, &symbol)) {
            look_at_pointer(looking, i, call);
            continue;
        }
        uint32_t target = program_definition(looking->uses->program, symbol);
        const struct api *api = looking->uses->stages->linked.apis[symbol];
        if (target != NO_FUNCTION)
            inherit(looking, i, call, target);
        else if (api)
            look_at_library(looking, call, api);
    }
}

/* Members that the library itself fills in with functions or with what setters get: how it works inside is no concern
 * of its users. */
static void find_filled(struct uses *uses, struct arena *arena)
{
    uses->filled = ARENA_ARRAY(arena, bool, uses->stages->linked.names.count);
    for (array_each(const uint32_t, function, &uses->program->functions)) {
        const struct function *body = stage_function(uses->stages, *function);
        for (array_each(const struct assignment, assignment, &body->flows)) {
            const struct value *target = &body->values.items[assignment->target];
            const struct value *source = &body->values.items[assignment->source];
            if (target->kind == VALUE_SLOT && body->slots.items[target->a].kind == SLOT_FIELD &&
                source->kind != VALUE_INTEGER)
                uses->filled[body->slots.items[target->a].symbol] = true;
        }
    }
}

void uses_find(struct uses *uses, const struct stages *stages, const struct program *program, struct arena *arena)
{
    *uses = (struct uses){.stages = stages,
                          .program = program,
                          .of = ARENA_ARRAY(arena, struct function_uses, stages->linked.functions.count)};
    find_filled(uses, arena);
    for (uint32_t i = 0; i < stages->linked.functions.count; i++) {
        const struct function *body = stage_function(stages, i);
        uses->of[i].slots = find_copies(body, arena);
        uses->of[i].parameters = ARENA_ARRAY(arena, struct parameter_use, body->parameters.count);
        for (uint32_t p = 0; p < body->parameters.count; p++)
            uses->of[i].parameters[p].data = -1;
    }
    bool changed = true;
    for (int round = 0; round < ROUNDS && changed; round++) {
        changed = false;
        for (array_each(const uint32_t, function, &program->functions)) {
            struct looking looking = {uses, *function, stage_function(stages, *function), &uses->of[*function], false};
            look_at_function(&looking);
            changed |= looking.changed;
        }
    }
}

/* ---- effects ---- */

struct effect_list {
    struct effect items[64];
    unsigned count;
};

static struct effect *add_effect(struct effect_list *list, enum effect_kind kind, int argument)
{
    if (list->count == sizeof list->items / sizeof list->items[0])
        return NULL;
    struct effect *effect = &list->items[list->count++];
    *effect = (struct effect){
        .kind = kind, .argument = argument, .data_argument = -1, .from_argument = -1, .times = {-1, -1, false}};
    return effect;
}

static void add_call(struct effect_list *list, int argument, enum callback_when when, const struct parameter_use *use)
{
    struct effect *effect = add_effect(list, EFFECT_CALLBACK, argument);
    if (!effect)
        return;
    effect->when = when;
    if (when != CALLBACK_DURING)
        return;
    if (use->bits & USE_LOOPED)
        effect->times.argument = SIZE_UNKNOWN;
    effect->data_argument = use->data;
    effect->data_position = use->position;
}

static void add_callbacks(struct effect_list *list, int argument, const struct parameter_use *use)
{
    if (use->bits & USE_CALLED)
        add_call(list, argument, CALLBACK_DURING, use);
    for (int when = CALLBACK_EVENT_LOOP; when <= CALLBACK_LATER; when++)
        if (use->bits & USE_WHEN(when) && when != CALLBACK_LATER)
            add_call(list, argument, (enum callback_when)when, use);
    if (use->bits & (USE_STORED | USE_WHEN(CALLBACK_LATER)))
        add_call(list, argument, CALLBACK_LATER, use);
}

/* "c:@S@z_stream_s@FI@zalloc" → "zalloc" */
static const char *member_name(const char *usr)
{
    const char *at = strrchr(usr, '@');
    return at ? at + 1 : usr;
}

static void add_parameter(struct effect_list *list, int argument, const struct parameter *parameter,
                          const struct parameter_use *use)
{
    uint32_t bits = use->bits;
    if (parameter->callable) {
        add_callbacks(list, argument, use);
        return;
    }
    if (bits & USE_CLOSED)
        add_effect(list, EFFECT_CLOSES, argument);
    if (bits & USE_ACQUIRED && !(bits & USE_RELEASED))
        add_effect(list, EFFECT_ACQUIRES, argument);
    if (bits & USE_RELEASED && !(bits & USE_ACQUIRED))
        add_effect(list, EFFECT_RELEASES, argument);
    if (bits & USE_FREED && parameter->pointer)
        add_effect(list, EFFECT_FREES, argument);
    else if (bits & USE_WRITTEN && parameter->pointer && !parameter->read_only)
        add_effect(list, EFFECT_WRITES, argument);
}

void uses_effects(const struct uses *uses, uint32_t function, struct arena *arena, struct api *api)
{
    const struct function *body = stage_function(uses->stages, function);
    const struct function_uses *own = &uses->of[function];
    struct effect_list list = {.count = 0};
    for (uint32_t i = 0; i < own->field_count; i++) {
        if (uses->filled[own->fields[i].field])
            continue;
        struct parameter_use called = {.bits = own->fields[i].looped ? USE_CALLED | USE_LOOPED : USE_CALLED,
                                       .data = -1};
        add_call(&list, (int)own->fields[i].parameter, CALLBACK_DURING, &called);
        const char *usr = names_string(&uses->stages->linked.names, own->fields[i].field);
        list.items[list.count - 1].field = arena_strdup(arena, member_name(usr));
    }
    for (uint32_t i = 0; i < body->parameters.count; i++)
        add_parameter(&list, (int)i, &body->parameters.items[i], &own->parameters[i]);
    api->effects = arena_copy(arena, list.items, list.count * sizeof *list.items);
    api->effect_count = list.count;
}
