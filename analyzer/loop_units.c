/* Calls in loops: one item of work a turn, where nothing ties the turns together that can be seen. */
#include "analyzer/effects.h"
#include "analyzer/units_internal.h"

static const double worth_a_unit_ns = 30000; /* less is lost again by handing it to a worker, which costs some 10 µs */
static const double share_of_loop = 0.05;    /* of its function's time: less is not worth a change */

/* Does the value hold something of a slot that is marked, or of the call's result? Operands come before what uses them,
 * so their answers are there. */
static bool comes_from(const struct value *value, const uint8_t *slots, const uint8_t *values, uint32_t call)
{
    switch (value->kind) {
    case VALUE_SLOT:
    case VALUE_ADDRESS:
        return slots[value->a] || (value->b && values[value->b - 1]);
    case VALUE_CALL:
        return value->a == call;
    case VALUE_DEREF:
        return values[value->a] || (value->b && values[value->b - 1]);
    case VALUE_SUM:
    case VALUE_PRODUCT:
    case VALUE_JOIN:
    case VALUE_OR:
        return values[value->a] || values[value->b];
    default:
        return false;
    }
}

/* Does the result of one turn lead to an argument of the next, by way of variables? */
static bool is_carried(struct finder *finder, const struct function *function, uint32_t index)
{
    const struct call *call = &function->calls.items[index];
    uint8_t *slots = ARENA_ARRAY(&finder->scratch, uint8_t, function->slots.count);
    uint8_t *values = ARENA_ARRAY(&finder->scratch, uint8_t, function->values.count);
    for (bool changed = true; changed;) {
        changed = false;
        for (uint32_t i = 0; i < function->values.count; i++)
            values[i] = comes_from(&function->values.items[i], slots, values, index);
        for (array_each(const struct assignment, assignment, &function->flows)) {
            const struct value *target = &function->values.items[assignment->target];
            if (target->kind != VALUE_SLOT || slots[target->a] || !values[assignment->source])
                continue;
            slots[target->a] = 1;
            changed = true;
        }
    }
    for (uint32_t i = 0; i < call->argument_count; i++)
        if (values[function->arguments.items[call->first_argument + i]])
            return true;
    return false;
}

/* How a turn of the loop changes a variable. */
enum change { CHANGE_NONE, CHANGE_COUNTS, CHANGE_VALUE };

static enum change change_in_loop(const struct function *function, const struct node *loop, uint32_t slot)
{
    uint32_t first = (uint32_t)(loop - function->nodes.items) + 1;
    enum slot_kind kind = function->slots.items[slot].kind;
    enum change change = CHANGE_NONE;
    if (kind != SLOT_LOCAL && kind != SLOT_PARAMETER)
        return CHANGE_NONE;
    for (array_each(const struct assignment, assignment, &function->flows)) {
        const struct value *target = &function->values.items[assignment->target];
        enum value_kind source = function->values.items[assignment->source].kind;
        if (assignment->node < first || assignment->node >= loop->end || target->kind != VALUE_SLOT ||
            target->a != slot || source == VALUE_INTEGER)
            continue; /* a constant only resets it */
        if (source != VALUE_UNKNOWN && source != VALUE_MASKED)
            return CHANGE_VALUE;
        change = CHANGE_COUNTS;
    }
    return change;
}

/* Does what selects a member or an element change from turn to turn? */
static bool selects_anew(const struct function *function, const struct node *loop, uint32_t value)
{
    const struct value *v = &function->values.items[value];
    switch (v->kind) {
    case VALUE_SLOT:
    case VALUE_ADDRESS:
        return change_in_loop(function, loop, v->a) != CHANGE_NONE || (v->b && selects_anew(function, loop, v->b - 1));
    case VALUE_DEREF:
        return selects_anew(function, loop, v->a) || (v->b && selects_anew(function, loop, v->b - 1));
    case VALUE_SUM:
    case VALUE_PRODUCT:
    case VALUE_JOIN:
        return selects_anew(function, loop, v->a) || selects_anew(function, loop, v->b);
    default:
        return false;
    }
}

/* Is the value that of this turn: something that the loop changes, or a member or an element that it selects anew? A
 * counter alone counts in counted loops only: elsewhere it may count tries. */
static bool is_item(const struct function *function, const struct node *loop, uint32_t value)
{
    const struct value *v = &function->values.items[value];
    switch (v->kind) {
    case VALUE_SLOT:
    case VALUE_ADDRESS: {
        enum change change = v->kind == VALUE_SLOT ? change_in_loop(function, loop, v->a) : CHANGE_NONE;
        return change == CHANGE_VALUE || (change == CHANGE_COUNTS && loop->flags == LOOP_COUNTED) ||
               (v->b && selects_anew(function, loop, v->b - 1));
    }
    case VALUE_DEREF:
        return selects_anew(function, loop, value);
    case VALUE_SUM:
    case VALUE_PRODUCT:
    case VALUE_JOIN:
        return is_item(function, loop, v->a) || is_item(function, loop, v->b);
    default:
        return false;
    }
}

/* A descriptor or stream that is the same in every turn: what is done with it is done in order. */
static bool is_stream(struct finder *finder, uint32_t function, uint32_t value)
{
    struct value_set set;
    flow_value(finder->stages->flows[finder->stages->program_of[function]], function, value, NULL, &finder->scratch,
               &set);
    return set.fds != 0;
}

/* Could the callee write through what it gets in this parameter? */
static bool is_writable(const struct function *callee, uint32_t parameter)
{
    if (parameter >= callee->parameters.count)
        return false;
    const struct parameter *entry = &callee->parameters.items[parameter];
    return entry->pointer && !entry->callable && !entry->read_only;
}

/* Is it an object that lives longer than the turn? What all turns get the address of is one, be it only for a result:
 * turns that run beside one another need one each. */
static bool outlives_turn(const struct function *function, uint32_t value)
{
    enum value_kind kind = function->values.items[value].kind;
    return kind == VALUE_ADDRESS || kind == VALUE_SLOT || kind == VALUE_DEREF;
}

/* Does the call work on an item of this turn? `shared` gets the parameter in which all turns hand over one object, or
 * SUMMARY_NONE. */
static bool takes_an_item(struct finder *finder, uint32_t function, const struct node *loop, uint32_t index,
                          uint32_t callee, uint32_t *shared)
{
    const struct function *body = stage_function(finder->stages, function);
    const struct call *call = &body->calls.items[index];
    bool takes = false;
    *shared = SUMMARY_NONE;
    for (uint32_t i = 0; i < call->argument_count; i++) {
        uint32_t value = body->arguments.items[call->first_argument + i];
        if (is_item(body, loop, value))
            takes = true;
        else if (is_stream(finder, function, value))
            return false;
        else if (*shared == SUMMARY_NONE && is_writable(stage_function(finder->stages, callee), i) &&
                 outlives_turn(body, value))
            *shared = i;
    }
    return takes;
}

static bool loop_has_items(const struct node *loop)
{
    return loop->flags == LOOP_COUNTED || loop->flags == LOOP_LIST || loop->flags == LOOP_CONDITION ||
           loop->flags == LOOP_CALL;
}

/* Is the condition that something has not been made yet: `if (!p)`, `if (p == NULL)`? */
static bool tests_for_null(const struct function *function, uint32_t condition)
{
    const struct condition *test = &function->conditions.items[condition];
    int64_t zero = 0;
    switch (test->op) {
    case CONDITION_NOT:
        test = &function->conditions.items[test->a];
        return test->op == CONDITION_TRUTH && test->type == OPERAND_POINTER;
    case CONDITION_EQUAL:
        zero = function->values.items[test->b].kind == VALUE_INTEGER ? function->values.items[test->b].number : 1;
        return test->type == OPERAND_POINTER && zero == 0;
    case CONDITION_AND:
        return tests_for_null(function, test->a) || tests_for_null(function, test->b);
    default:
        return false;
    }
}

/* In which turns the call is made. */
enum turns_of_call { IN_FEW_TURNS, IN_SOME_TURNS, IN_EVERY_TURN };

/* In few: one arm of a switch, or once: in the last turn, or to make something that is not there yet. In some: under a
 * condition. */
static enum turns_of_call turns_of_call(const struct function *function, const struct node *loop, uint32_t call)
{
    const struct node *nodes = function->nodes.items;
    uint32_t first = (uint32_t)(loop - nodes) + 1, place = first;
    while (place < loop->end && !(nodes[place].kind == NODE_CALL && nodes[place].a == call))
        place++;
    enum turns_of_call turns = IN_EVERY_TURN;
    if (leaves_loop(function, loop, place))
        return IN_FEW_TURNS;
    for (uint32_t i = first; i < place; i++) {
        if (nodes[i].end <= place)
            continue;
        bool makes = nodes[i].kind == NODE_BRANCH && place < nodes[i + 1].end && tests_for_null(function, nodes[i].a);
        if (nodes[i].kind == NODE_SWITCH || makes)
            return IN_FEW_TURNS;
        if (nodes[i].kind == NODE_BRANCH)
            turns = IN_SOME_TURNS;
    }
    return turns;
}

static bool is_work(enum class_kind kind)
{
    return kind == CLASS_CPU || kind == CLASS_IO || kind == CLASS_MIXED;
}

/* The calls of a dispatcher are in a loop, too, but what they are is known better. */
static bool is_handler(const struct finder *finder, uint32_t function)
{
    for (uint32_t i = 0; i < finder->units.count; i++)
        if (finder->units.items[i].kind == UNIT_HANDLER && finder->functions.items[i] == function)
            return true;
    return false;
}

static void look_at_loop_call(struct finder *finder, uint32_t function, const struct node *loop, uint32_t index)
{
    const struct stages *stages = finder->stages;
    const struct function *body = stage_function(stages, function);
    uint32_t program = stages->program_of[function];
    const struct costs *costs = stages->costs[program];
    struct call_targets targets;
    flow_call_targets(stages->flows[program], function, index, NULL, &finder->scratch, &targets);
    if (targets.function_count != 1 || targets.external_count || !targets.complete)
        return;
    uint32_t callee = targets.functions[0];
    const struct cost_entry *called = costs_function(costs, callee), *caller = costs_function(costs, function);
    if (!called || !caller || callee == function || is_handler(finder, callee) ||
        finder->index_of[callee] == SUMMARY_NONE)
        return;
    double each = cost_time(&called->total), all = cost_time(&caller->total);
    uint32_t shared;
    double times = costs_call_frequency(costs, function, index);
    enum turns_of_call turns = turns_of_call(body, loop, index);
    if (each < worth_a_unit_ns || each * times < share_of_loop * all || is_carried(finder, body, index) ||
        turns == IN_FEW_TURNS || !takes_an_item(finder, function, loop, index, callee, &shared) ||
        !is_work(finder->result->functions[finder->index_of[callee]].class_kind))
        return;
    const struct call *call = &body->calls.items[index];
    struct unit unit = {.kind = UNIT_LOOP_CALL,
                        .context = CONTEXT_NATIVE,
                        .calls_per_run = times,
                        .site = stage_place(stages, function, call->line, call->column)};
    if (shared != SUMMARY_NONE) {
        name_id name = stage_function(stages, callee)->parameters.items[shared].name;
        unit.shared_argument = arena_strdup(&finder->result->arena, names_string(&stages->linked.names, name));
    }
    if (turns == IN_EVERY_TURN) /* else the turns are no count of the calls */
        unit_set_trip_count(finder, function, loop, &unit);
    struct unit *added = unit_add(finder, callee, function, unit);
    if (added && !added->shared_argument && !added->shared_known)
        unit_find_dependence(finder, &(struct loop_call){function, loop, index, callee}, added);
}

void units_add_loop_calls(struct finder *finder, uint32_t function)
{
    const struct function *body = stage_function(finder->stages, function);
    ARRAY(uint32_t) loops = {0}; /* around the node, outermost first */
    for (uint32_t i = 0; i < body->nodes.count; i++) {
        const struct node *node = &body->nodes.items[i];
        while (loops.count && body->nodes.items[*array_last(&loops)].end <= i)
            loops.count--;
        if (is_real_loop(node))
            array_push(&loops, i);
        else if (node->kind == NODE_CALL && loops.count && loop_has_items(&body->nodes.items[*array_last(&loops)]))
            look_at_loop_call(finder, function, &body->nodes.items[*array_last(&loops)], node->a);
    }
    array_free(&loops);
}
