/* Which descriptors are made non-blocking. Programs do it in a helper, `set_blocking(fd, on)`, so what a call of the
 * helper means depends on a parameter: the condition under which the flag is set is looked at for each call. */
#include "analyzer/flow_internal.h"

/* ---- conditions on parameters ---- */

static bool is_parameter(const struct function *body, uint32_t value, uint32_t *parameter)
{
    const struct value *v = &body->values.items[value];
    if (v->kind != VALUE_SLOT || body->slots.items[v->a].kind != SLOT_PARAMETER)
        return false;
    *parameter = body->slots.items[v->a].number;
    return true;
}

/* The parameter that decides a condition, with what the condition is for a number; false if none does. */
static bool decide(const struct function *body, uint32_t condition, uint32_t *parameter, int64_t number, bool *holds)
{
    const struct condition *c = &body->conditions.items[condition];
    int64_t constant = 0;
    switch (c->op) {
    case CONDITION_NOT:
        if (!decide(body, c->a, parameter, number, holds))
            return false;
        *holds = !*holds;
        return true;
    case CONDITION_AND:
    case CONDITION_OR:
        return decide(body, c->a, parameter, number, holds) || decide(body, c->b, parameter, number, holds);
    case CONDITION_TRUTH:
        *holds = number != 0;
        return is_parameter(body, c->a, parameter);
    default:
        break;
    }
    const struct value *right = &body->values.items[c->b];
    if (right->kind != VALUE_INTEGER || !is_parameter(body, c->a, parameter))
        return false;
    constant = right->number;
    *holds = c->op == CONDITION_BITS ? (number & constant) != 0 : number == constant;
    if (c->op == CONDITION_NOT_EQUAL)
        *holds = !*holds;
    return c->op == CONDITION_BITS || c->op == CONDITION_EQUAL || c->op == CONDITION_NOT_EQUAL;
}

/* The innermost branch around a node that a parameter decides. */
static void guard_of(const struct function *body, uint32_t node, struct mode_change *change)
{
    for (uint32_t i = 0; i < node && i < body->nodes.count; i++) {
        const struct node *branch = &body->nodes.items[i];
        uint32_t parameter;
        bool holds;
        if (branch->kind != NODE_BRANCH || branch->end <= node || !decide(body, branch->a, &parameter, 0, &holds))
            continue;
        change->condition = branch->a;
        change->when = node < body->nodes.items[i + 1].end;
    }
}

static uint32_t node_of_call(const struct function *body, uint32_t call)
{
    for (uint32_t i = 0; i < body->nodes.count; i++)
        if (body->nodes.items[i].kind == NODE_CALL && body->nodes.items[i].a == call)
            return i;
    return 0;
}

static bool sets_bits(const struct function *body, uint32_t value, int64_t bits)
{
    const struct value *v = &body->values.items[value];
    if (v->kind == VALUE_INTEGER)
        return (v->number & bits) == bits;
    return v->kind == VALUE_OR && (sets_bits(body, v->a, bits) || sets_bits(body, v->b, bits));
}

static bool clears_bits(const struct function *body, uint32_t value, int64_t bits)
{
    const struct value *v = &body->values.items[value];
    return (v->kind == VALUE_MASKED || v->kind == VALUE_INTEGER) && (v->number & bits) == 0;
}

/* What a call gave: flags as they were before. */
static bool is_result(const struct function *body, uint32_t value, int64_t bits)
{
    (void)bits;
    return body->values.items[value].kind == VALUE_CALL;
}

/* The last node before another where a variable gets a value of which `has` is true, or SUMMARY_NONE. */
static uint32_t node_that_assigns(const struct function *body, uint32_t slot, int64_t bits, uint32_t before,
                                  bool has(const struct function *, uint32_t, int64_t))
{
    uint32_t found = SUMMARY_NONE;
    for (array_each(const struct assignment, assignment, &body->flows)) {
        const struct value *target = &body->values.items[assignment->target];
        if (target->kind == VALUE_SLOT && target->a == slot && assignment->node <= before &&
            has(body, assignment->source, bits) && (found == SUMMARY_NONE || assignment->node > found))
            found = assignment->node;
    }
    return found;
}

/* Is a later node reached whenever an earlier one is, as far as branches go? Not if it is in an arm that the earlier
 * one is not in. */
static bool follows(const struct function *body, uint32_t earlier, uint32_t later)
{
    for (uint32_t i = 0; i < later; i++) {
        const struct node *branch = &body->nodes.items[i];
        if (branch->kind != NODE_BRANCH || branch->end <= later || i + 1 >= branch->end)
            continue;
        uint32_t then_end = body->nodes.items[i + 1].end;
        bool same_arm = earlier > i && earlier < branch->end && (earlier < then_end) == (later < then_end);
        if (!same_arm)
            return false;
    }
    return true;
}

/* What flags ask for, and the node that decides it. */
struct request {
    unsigned mode;
    uint32_t node;
};

/* Flags in a variable: what it last got (`flags |= O_NONBLOCK`), or as they were before. */
static struct request requested_by_variable(const struct function *body, uint32_t slot, int64_t bits, uint32_t call)
{
    uint32_t sets = node_that_assigns(body, slot, bits, call, sets_bits);
    uint32_t clears = node_that_assigns(body, slot, bits, call, clears_bits);
    if (sets != SUMMARY_NONE && (clears == SUMMARY_NONE || clears < sets || !follows(body, sets, clears)))
        return (struct request){MODE_NONBLOCKING, sets};
    if (clears != SUMMARY_NONE)
        return (struct request){MODE_BLOCKING, clears};
    bool restores = node_that_assigns(body, slot, bits, call, is_result) != SUMMARY_NONE;
    return (struct request){restores ? MODE_BLOCKING : MODE_NONBLOCKING, call};
}

static struct request requested(const struct flow *flow, const struct pending_call *pending,
                                const struct effect *effect)
{
    const struct function *body = body_of(flow, pending->function);
    uint32_t call = node_of_call(body, pending->call);
    for (unsigned p = 0; p < effect->predicate_count; p++) {
        const struct predicate *predicate = &effect->predicates[p];
        uint32_t value = argument_value(flow, pending, (int)predicate->argument);
        if (predicate->kind != PREDICATE_HAS || value == SUMMARY_NONE)
            continue;
        if (clears_bits(body, value, predicate->number))
            return (struct request){MODE_BLOCKING, call};
        if (body->values.items[value].kind == VALUE_SLOT)
            return requested_by_variable(body, body->values.items[value].a, predicate->number, call);
    }
    return (struct request){MODE_NONBLOCKING, call};
}

/* Does a later change replace an earlier one of the same place? The last counts if it is made whenever the earlier one
 * is: what is non-blocking only while it connects, is not for those who use it. */
static bool replaces(const struct flow *flow, const struct mode_change *change, const struct mode_change *known)
{
    return known->condition == change->condition && known->when == change->when && change->node >= known->node &&
           follows(body_of(flow, change->function), known->node, change->node);
}

static void change_add(struct flow *flow, const struct mode_change *change)
{
    for (array_each(struct mode_change, known, &flow->mode_changes)) {
        if (known->function != change->function || known->place != change->place)
            continue;
        if (replaces(flow, change, known)) {
            known->node = change->node;
            known->mode = change->mode;
            return;
        }
        if (replaces(flow, known, change) || !change->always) /* of two arms' flags the first counts */
            return;
    }
    array_push(&flow->mode_changes, *change);
}

void mode_change_add(struct flow *flow, const struct pending_call *pending, const struct effect *effect)
{
    uint32_t value = argument_value(flow, pending, effect->argument);
    if (value == SUMMARY_NONE)
        return;
    const struct function *body = body_of(flow, pending->function);
    struct request request = requested(flow, pending, effect);
    struct mode_change change = {.function = pending->function,
                                 .place = value_place(flow, pending->function, value),
                                 .node = node_of_call(body, pending->call),
                                 .mode = request.mode,
                                 .condition = SUMMARY_NONE};
    guard_of(body, request.node, &change);
    change.always = change.condition == SUMMARY_NONE;
    change_add(flow, &change);
}

/* ---- callers ---- */

/* What the change is for one call: by its constant for the parameter that decides. */
static unsigned mode_of_call(struct flow *flow, const struct mode_change *change, const struct call_edge *edge)
{
    const struct function *caller = body_of(flow, edge->caller);
    const struct call *call = &caller->calls.items[edge->call];
    uint32_t parameter;
    bool holds;
    struct api_argument argument;
    if (change->condition == SUMMARY_NONE ||
        !decide(body_of(flow, change->function), change->condition, &parameter, 0, &holds) ||
        parameter >= call->argument_count)
        return change->mode;
    gather_argument(flow, edge->caller, caller->arguments.items[call->first_argument + parameter], &argument);
    if (!argument.constant_known)
        return change->mode;
    decide(body_of(flow, change->function), change->condition, &parameter, argument.constant, &holds);
    unsigned otherwise = change->mode == MODE_BLOCKING ? MODE_NONBLOCKING : MODE_BLOCKING;
    return holds == change->when ? change->mode : otherwise;
}

static bool is_parameter_place(const struct flow *flow, uint32_t function, uint32_t place)
{
    uint32_t first = flow->functions[function].first_place;
    return place >= first && place < first + body_of(flow, function)->parameters.count;
}

/* A parameter's change happens to the caller's argument; any other place's to the place. */
static void apply_to_call(struct flow *flow, const struct mode_change *change, const struct call_edge *edge)
{
    unsigned mode = mode_of_call(flow, change, edge);
    if (!is_parameter_place(flow, change->function, change->place)) {
        place_changes_mode(flow, change->place, mode);
        return;
    }
    const struct function *caller = body_of(flow, edge->caller);
    const struct call *call = &caller->calls.items[edge->call];
    uint32_t parameter = change->place - flow->functions[change->function].first_place;
    if (parameter >= call->argument_count)
        return;
    uint32_t value = caller->arguments.items[call->first_argument + parameter];
    if (caller->values.items[value].kind != VALUE_SLOT)
        return;
    struct mode_change further = {.function = edge->caller,
                                  .place = value_place(flow, edge->caller, value),
                                  .node = node_of_call(caller, edge->call),
                                  .mode = mode,
                                  .condition = SUMMARY_NONE,
                                  .always = true};
    guard_of(caller, further.node, &further);
    change_add(flow, &further);
}

static void tell_callers(struct flow *flow)
{
    for (uint32_t i = 0; i < flow->mode_changes.count; i++) { /* grows while it is walked */
        struct mode_change change = flow->mode_changes.items[i];
        if (change.always && !is_parameter_place(flow, change.function, change.place))
            continue; /* callers have no part in it */
        for (uint32_t e = 0; e < flow->calls.count; e++)
            if (flow->calls.items[e].callee == change.function)
                apply_to_call(flow, &change, &flow->calls.items[e]);
    }
}

void mode_changes_spread(struct flow *flow)
{
    for (int pass = 0; pass < 2; pass++) /* what was told may have been replaced meanwhile */
        tell_callers(flow);
    for (array_each(const struct mode_change, change, &flow->mode_changes))
        if (change->always)
            place_changes_mode(flow, change->place, change->mode);
}
