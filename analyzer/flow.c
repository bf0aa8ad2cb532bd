/* The life of a value flow, its counts and its printed form. */
#include "analyzer/flow_internal.h"

#include "base/text.h"

#include <stdlib.h>

static void make_places(struct flow *flow)
{
    flow->functions = ARENA_ARRAY(&flow->arena, struct flow_function, flow->linked->functions.count);
    flow->symbol_place = ARENA_ARRAY(&flow->arena, uint32_t, flow->linked->names.count);
    for (array_each(const uint32_t, function, &flow->program->functions)) {
        const struct function *body = body_of(flow, *function);
        struct flow_function *entry = &flow->functions[*function];
        entry->first_place = flow->sets.count;
        entry->value_place = ARENA_ARRAY(&flow->arena, uint32_t, body->values.count);
        entry->call_place = ARENA_ARRAY(&flow->arena, uint32_t, body->calls.count);
        entry->parameter_matters = ARENA_ARRAY(&flow->arena, uint8_t, body->parameters.count);
        entry->dependent = ARENA_ARRAY(&flow->arena, uint64_t, body->local_count);
        for (uint32_t i = 0; i < body->parameters.count + body->local_count + 1; i++)
            place_add(flow);
        for (uint32_t i = 0; i < body->slots.count; i++)
            if (body->slots.items[i].kind != SLOT_GLOBAL && body->slots.items[i].kind != SLOT_FIELD)
                place_has_type(flow, slot_place(flow, *function, i), body->slots.items[i].type);
    }
}

#define ROUNDS 40 /* each round finds new targets of calls; real programs need fewer than 12 */

static void run(struct flow *flow)
{
    for (unsigned round = 0; round < ROUNDS; round++) {
        propagate(flow);
        if (!resolve_pending(flow))
            break;
    }
    propagate(flow);
}

static void open_if_empty(struct flow *flow, uint32_t place)
{
    const struct atom_set *set = &flow->sets.items[place];
    if (!set->count && !set->fds)
        place_has_other(flow, place);
}

/* What nothing was seen to flow into holds something that was not seen: the parameters of a function that nothing here
 * calls or that a library calls back, variables that are defined elsewhere, what va_arg reads. */
static void open_empty(struct flow *flow)
{
    for (array_each(const uint32_t, function, &flow->program->functions)) {
        const struct function *body = body_of(flow, *function);
        for (uint32_t i = 0; i < body->parameters.count + body->local_count; i++)
            open_if_empty(flow, flow->functions[*function].first_place + i);
    }
    for (name_id symbol = 0; symbol < flow->linked->names.count; symbol++)
        if (flow->symbol_place[symbol])
            open_if_empty(flow, flow->symbol_place[symbol] - 1);
}

struct flow *flow_solve(const struct linked *linked, const struct program *program, const struct knowledge *knowledge)
{
    struct flow *flow = must_malloc(sizeof *flow);
    memset(flow, 0, sizeof *flow);
    flow->linked = linked;
    flow->program = program;
    flow->knowledge = knowledge;
    arena_init(&flow->arena);
    make_places(flow);
    for (array_each(const uint32_t, function, &program->functions))
        build_function(flow, *function);
    run(flow);
    open_empty(flow);
    run(flow);
    find_dependence(flow);
    return flow;
}

void flow_free(struct flow *flow)
{
    if (!flow)
        return;
    for (array_each(struct atom_set, set, &flow->sets))
        free(set->atoms);
    array_free(&flow->sets);
    array_free(&flow->links);
    array_free(&flow->modes);
    array_free(&flow->calls);
    array_free(&flow->mode_changes);
    array_free(&flow->edges);
    array_free(&flow->loads);
    array_free(&flow->stores);
    array_free(&flow->work);
    array_free(&flow->queued);
    array_free(&flow->constants);
    array_free(&flow->pending);
    array_free(&flow->registrations);
    free(flow->known);
    arena_free(&flow->arena);
    free(flow);
}

static bool has_target(const struct flow *flow, uint32_t place)
{
    const struct atom_set *set = &flow->sets.items[place];
    for (uint32_t i = 0; i < set->count; i++)
        if (ATOM_KIND(set->atoms[i]) == ATOM_FUNCTION || ATOM_KIND(set->atoms[i]) == ATOM_EXTERNAL)
            return true;
    return false;
}

void flow_count(const struct flow *flow, struct flow_counts *counts)
{
    memset(counts, 0, sizeof *counts);
    for (array_each(const uint32_t, function, &flow->program->functions))
        counts->call_sites += body_of(flow, *function)->calls.count;
    for (array_each(const struct pending_call, pending, &flow->pending)) {
        if (pending->callee_place == SUMMARY_NONE)
            continue;
        counts->indirect_sites++;
        counts->indirect_resolved += has_target(flow, pending->callee_place);
    }
}

const struct registration *flow_registrations(const struct flow *flow, uint32_t *count)
{
    *count = flow->registrations.count;
    return flow->registrations.items;
}

/* ---- printing ---- */

const char *flow_slot_name(const struct flow *flow, uint32_t slot, struct arena *arena)
{
    const struct names *names = &flow->linked->names;
    for (array_each(const uint32_t, function, &flow->program->functions)) {
        const struct function *body = body_of(flow, *function);
        uint32_t first = flow->functions[*function].first_place, parameters = body->parameters.count;
        if (slot < first || slot > first + parameters + body->local_count)
            continue;
        const char *name = names_string(names, body->name);
        if (slot < first + parameters)
            return arena_printf(arena, "%s.%s", name, names_string(names, body->parameters.items[slot - first].name));
        if (slot < first + parameters + body->local_count)
            return arena_printf(arena, "%s.local %u", name, slot - first - parameters);
        return arena_printf(arena, "result of %s", name);
    }
    for (name_id symbol = 0; symbol < names->count; symbol++)
        if (flow->symbol_place[symbol] == slot + 1)
            return names_string(names, symbol);
    return "a value in between";
}

static void print_set(const struct flow *flow, const struct value_set *set, FILE *stream)
{
    const struct names *names = &flow->linked->names;
    struct arena arena;
    arena_init(&arena);
    for (uint32_t i = 0; i < set->function_count; i++)
        fprintf(stream, " %s()", names_string(names, body_of(flow, set->functions[i])->name));
    for (uint32_t i = 0; i < set->external_count; i++)
        fprintf(stream, " extern %s()", names_string(names, set->externals[i]));
    for (uint32_t i = 0; i < set->address_count; i++)
        fprintf(stream, " &[%s]", flow_slot_name(flow, set->addresses[i], &arena));
    for (uint32_t i = 0; i < set->constant_count; i++)
        fprintf(stream, " %lld", (long long)set->constants[i]);
    if (set->string)
        fprintf(stream, " \"%s\"", names_string(names, set->string));
    for (int kind = 0; kind < FD_KIND_COUNT; kind++) {
        if (set->fds & FD_BIT(kind, false))
            fprintf(stream, " fd:%s", fd_kind_name((enum fd_kind)kind));
        if (set->fds & FD_BIT(kind, true))
            fprintf(stream, " fd:%s/nonblocking", fd_kind_name((enum fd_kind)kind));
    }
    fputs(set->other ? " …" : "", stream);
    fputc('\n', stream);
    arena_free(&arena);
}

static void print_call(const struct flow *flow, uint32_t function, uint32_t index, FILE *stream)
{
    const struct function *body = body_of(flow, function);
    const struct call *call = &body->calls.items[index];
    struct arena arena;
    arena_init(&arena);
    struct value_set set;
    flow_value(flow, function, call->callee, NULL, &arena, &set);
    fprintf(stream, "  line %u: call", call->line);
    print_set(flow, &set, stream);
    for (uint32_t i = 0; i < call->argument_count; i++) {
        flow_value(flow, function, body->arguments.items[call->first_argument + i], NULL, &arena, &set);
        fprintf(stream, "    %u:", i);
        print_set(flow, &set, stream);
    }
    arena_free(&arena);
}

void flow_print(const struct flow *flow, uint32_t function, FILE *stream)
{
    const struct function *body = body_of(flow, function);
    const struct names *names = &flow->linked->names;
    struct arena arena;
    arena_init(&arena);
    fprintf(stream, "%s (%s:%u)\n", names_string(names, body->name), names_string(names, body->file), body->line);
    for (uint32_t i = 0; i < body->parameters.count; i++) {
        struct value_set set = {0};
        uint32_t value;
        for (value = 0; value < body->values.count; value++) {
            const struct value *v = &body->values.items[value];
            if (v->kind == VALUE_SLOT && body->slots.items[v->a].kind == SLOT_PARAMETER &&
                body->slots.items[v->a].number == i)
                break;
        }
        if (value == body->values.count)
            continue; /* not used */
        flow_value(flow, function, value, NULL, &arena, &set);
        fprintf(stream, "  parameter %s%s:", names_string(names, body->parameters.items[i].name),
                flow_parameter_matters(flow, function, i) ? " (matters)" : "");
        print_set(flow, &set, stream);
    }
    for (uint32_t i = 0; i < body->calls.count; i++)
        print_call(flow, function, i, stream);
    arena_free(&arena);
}
