/* Frequencies by structure: one walk that finds how control leaves each part and how often its parts run relative to
 * what holds them, and one that multiplies that out.
 */
#include "analyzer/frequency.h"
#include "analyzer/outcome.h"

#include <math.h>

#define MOST_TURNS 1e7 /* of anything, per call of the function */
#define NEGLIGIBLE 1e-9

#define NEVER 1e-5     /* arms that do not come back: a program ends only once */
#define SURE_EXIT 0.95 /* a loop that is left so surely in its first turn is none */

struct walk {
    const struct function *function;
    const struct frequency_input *input;
    struct likelihood likelihood;
    struct arena *arena;
    int64_t success; /* what the function returns in the end, if that is a constant */
    bool returns_constant, returns_value;
    bool looping;   /* inside a loop: sleeping there is what it does while there is nothing to do */
    bool doomed;    /* what follows the part that is walked never comes back */
    bool serves;    /* … or only goes on until the program ends */
    double *share;  /* of each node: executions per execution of its parent (of a loop's body: turns) */
    double *spread; /* of each node that is a guess of its own: an arm or a loop */
};

static struct outcome walk_node(struct walk *walk, uint32_t index);

/* A label opens a sequence of its own, or a loop if a goto leads back to it. */
static bool is_label(const struct node *node)
{
    return node->kind == NODE_SEQUENCE || (node->kind == NODE_LOOP && node->flags == LOOP_GOTO);
}

/* What leads to the end of the program hardly ever happens: where a part can be left in another way, it is. Makes the
 * outcome that of the paths that come back, if there are any. Returns whether there are none. */
static bool keep_survivors(struct outcome *part, bool doomed)
{
    double goes_on = doomed ? 0 : part->next, comes_back = goes_on + outcome_exits(part);
    if (comes_back < NEVER)
        return true;
    struct outcome kept = {.next = goes_on / comes_back, .returned = part->returned};
    outcome_add(&kept, part, 1 / comes_back);
    *part = kept;
    return false;
}

/* How often control leaves a part but by going on until the program ends; `serves`: what follows the part does that. */
static double leaves(const struct outcome *part, bool serves)
{
    return (serves ? 0 : part->next) + outcome_exits(part) - part->forever;
}

/* Walks the parts from the last to the first. Returns SUMMARY_NONE if some path comes back, else the part behind which
 * nothing does. `goal` is such a part whose end counts as arriving, or SUMMARY_NONE. */
static uint32_t walk_backwards(struct walk *walk, const uint32_t *children, uint32_t count, uint32_t goal,
                               struct outcome *parts)
{
    bool before = walk->doomed, doomed = before, served = walk->serves, serves = served;
    bool is_main = walk->function->flags & FUNCTION_MAIN; /* its early returns are what hardly ever happens */
    uint32_t end = SUMMARY_NONE;
    for (uint32_t i = count; i-- > 0;) {
        walk->doomed = doomed;
        walk->serves = serves;
        parts[i] = walk_node(walk, children[i]);
        serves = !is_main && leaves(&parts[i], serves) < NEVER;
        bool ends = keep_survivors(&parts[i], doomed) && i != goal;
        if (ends && !doomed)
            end = i;
        doomed = ends;
    }
    walk->doomed = before;
    walk->serves = served;
    return doomed || is_main ? end : SUMMARY_NONE;
}

/* The outcomes of the children of `index`, from the last to the first: how a part is left depends on what follows. */
static struct outcome *walk_children(struct walk *walk, uint32_t index)
{
    const struct node *nodes = walk->function->nodes.items;
    uint32_t count = 0;
    for (uint32_t child = index + 1; child < nodes[index].end; child = nodes[child].end)
        count++;
    uint32_t *children = ARENA_ARRAY(walk->arena, uint32_t, count), i = 0;
    struct outcome *parts = ARENA_ARRAY(walk->arena, struct outcome, count);
    for (uint32_t child = index + 1; child < nodes[index].end; child = nodes[child].end)
        children[i++] = child;
    uint32_t end = walk_backwards(walk, children, count, SUMMARY_NONE, parts);
    if (end != SUMMARY_NONE && index == 0) /* the function ends the program on purpose, as main does with exit */
        walk_backwards(walk, children, count, end, parts);
    outcome_soften_exits(walk->input->expect, parts, count);
    return parts;
}

/* The children of `index` one after the other. A goto forwards arrives at the next label of a sequence around it. */
static struct outcome walk_sequence(struct walk *walk, uint32_t index)
{
    const struct node *nodes = walk->function->nodes.items;
    const struct outcome *part = walk_children(walk, index);
    struct outcome sum = {.next = 1};
    for (uint32_t child = index + 1; child < nodes[index].end; child = nodes[child].end, part++) {
        if (is_label(&nodes[child]) && child > index + 1) {
            sum.next += sum.away;
            sum.away = 0;
            if (sum.next < NEGLIGIBLE)
                sum.next = walk->input->expect->label;
        }
        walk->share[child] = sum.next;
        outcome_add(&sum, part, sum.next);
        sum.next *= part->next;
        sum.returned = part->returned;
    }
    return sum;
}

static bool never_comes_back(const struct walk *walk, const struct outcome *outcome)
{
    return (walk->doomed ? 0 : outcome->next) + outcome_exits(outcome) < NEVER;
}

/* Does an arm return, and nothing else? */
static bool only_leaves(const struct function *function, uint32_t arm)
{
    bool leaves = false;
    for (uint32_t i = arm + 1; i < function->nodes.items[arm].end; i++) {
        enum node_kind kind = function->nodes.items[i].kind;
        leaves = leaves || kind == NODE_RETURN;
        if (kind != NODE_RETURN && kind != NODE_OPERATIONS && kind != NODE_ACCESS)
            return false;
    }
    return leaves;
}

/* Does the condition ask what fork returned, and only the parent's arm comes back? Then the child's is another
 * process's time. Where neither does, both are what the program is for. */
static bool child_goes_its_way(const struct walk *walk, uint32_t condition, const struct outcome *then,
                               const struct outcome *otherwise)
{
    int child = likelihood_child_arm(&walk->likelihood, condition);
    const struct outcome *of_child = child > 0 ? then : otherwise, *of_parent = child > 0 ? otherwise : then;
    return child && leaves(of_child, walk->serves) < NEVER && leaves(of_parent, walk->serves) >= NEVER;
}

/* The probability of the first arm. */
static double branch_probability(struct walk *walk, uint32_t index, const struct outcome *then,
                                 const struct outcome *otherwise, bool *certain)
{
    const struct node *branch = &walk->function->nodes.items[index], *arm = branch + 1;
    double p = 0.5;
    *certain = false;
    if (branch->a != SUMMARY_NONE)
        p = likelihood_of(&walk->likelihood, branch->a, certain);
    bool then_dead = never_comes_back(walk, then), otherwise_dead = never_comes_back(walk, otherwise);
    if (then_dead != otherwise_dead)
        return then_dead ? NEVER : 1 - NEVER;
    if (branch->a != SUMMARY_NONE && child_goes_its_way(walk, branch->a, then, otherwise))
        return likelihood_child_arm(&walk->likelihood, branch->a) > 0 ? NEVER : 1 - NEVER;
    if (*certain)
        return p;
    if (branch->a != SUMMARY_NONE && walk->function->conditions.items[branch->a].hint != HINT_NONE)
        return p;
    if (branch->a != SUMMARY_NONE && likelihood_settles(walk->function, branch->a, index + 1, arm->end))
        p = outcome_combine(p, walk->input->expect->settling_arm);
    p = outcome_combine(
        p, outcome_arm_likely(walk->input->expect, then, otherwise, only_leaves(walk->function, index + 1)));
    return outcome_combine(p, 1 - outcome_arm_likely(walk->input->expect, otherwise, then, false));
}

static struct outcome walk_branch(struct walk *walk, uint32_t index)
{
    const struct node *nodes = walk->function->nodes.items;
    uint32_t then = index + 1;
    bool two = then < nodes[index].end && nodes[then].end < nodes[index].end;
    if (then >= nodes[index].end)
        return (struct outcome){.next = 1};
    struct outcome first = walk_node(walk, then);
    struct outcome second = two ? walk_node(walk, nodes[then].end) : (struct outcome){.next = 1};
    bool certain;
    double p = branch_probability(walk, index, &first, &second, &certain);
    walk->share[then] = p;
    walk->spread[then] = certain ? 0 : walk->input->expect->guess_spread * (1 - p);
    if (two) {
        walk->share[nodes[then].end] = 1 - p;
        walk->spread[nodes[then].end] = certain ? 0 : walk->input->expect->guess_spread * p;
    }
    struct outcome sum = {.next = p * first.next + (1 - p) * second.next,
                          .returned = p > 0.5 ? first.returned : second.returned};
    outcome_add(&sum, &first, p);
    outcome_add(&sum, &second, 1 - p);
    return sum;
}

/* Does a known value choose this arm? 1: yes, 0: no, -1: it may. */
static double arm_chosen(const struct walk *walk, const struct node *arm, const int64_t *values, uint32_t count)
{
    int64_t label[KNOWN_CONSTANTS];
    if (arm->flags & ARM_DEFAULT || !count || likelihood_constants(&walk->likelihood, arm->a, label) != 1)
        return -1;
    for (uint32_t i = 0; i < count; i++)
        if (values[i] == label[0])
            return 1;
    return arm->b > 1 ? -1 : 0;
}

/* What each arm weighs, into walk->share; returns the sum, with what passes by where there is no default. */
static double weigh_arms(struct walk *walk, uint32_t index, bool *certain)
{
    const struct node *nodes = walk->function->nodes.items;
    int64_t values[KNOWN_CONSTANTS];
    uint32_t count = likelihood_constants(&walk->likelihood, nodes[index].a, values);
    bool has_default = false, chosen = false;
    for (uint32_t arm = index + 1; arm < nodes[index].end; arm = nodes[arm].end) {
        walk->share[arm] = arm_chosen(walk, &nodes[arm], values, count);
        chosen = chosen || walk->share[arm] > 0;
        has_default = has_default || nodes[arm].flags & ARM_DEFAULT;
    }
    double sum = has_default || chosen ? 0 : 1;
    for (uint32_t arm = index + 1; arm < nodes[index].end; arm = nodes[arm].end) {
        if (walk->share[arm] < 0)
            walk->share[arm] = chosen ? 0 : 1;
        sum += walk->share[arm];
    }
    *certain = chosen && count == 1;
    return sum > 0 ? sum : 1;
}

/* `switch (fork()) { case 0:` */
static bool is_child_arm(const struct walk *walk, uint32_t index, const struct node *arm)
{
    uint32_t value = walk->function->nodes.items[index].a;
    int64_t label[KNOWN_CONSTANTS];
    return value != SUMMARY_NONE && !(arm->flags & ARM_DEFAULT) &&
           likelihood_holds(&walk->likelihood, value) & SLOT_HOLDS_CHILD &&
           likelihood_constants(&walk->likelihood, arm->a, label) == 1 && label[0] == 0;
}

static struct outcome walk_switch(struct walk *walk, uint32_t index)
{
    const struct node *nodes = walk->function->nodes.items;
    bool certain;
    double weights = weigh_arms(walk, index, &certain), entered = 0, falls = 0;
    struct outcome sum = {0};
    for (uint32_t arm = index + 1; arm < nodes[index].end; arm = nodes[arm].end) {
        struct outcome part = walk_sequence(walk, arm);
        double chosen = walk->share[arm] / weights;
        part.next += part.leave; /* break ends the switch */
        part.leave = 0;
        if (never_comes_back(walk, &part) ||
            (is_child_arm(walk, index, &nodes[arm]) && leaves(&part, walk->serves) < NEVER))
            chosen *= NEVER;
        entered += chosen;
        double p = chosen + falls > 1 ? 1 : chosen + falls;
        walk->share[arm] = p;
        walk->spread[arm] = certain ? 0 : walk->input->expect->guess_spread * (1 - p);
        bool falls_on = nodes[arm].flags & ARM_FALLS_THROUGH;
        falls = falls_on ? p * part.next : 0;
        outcome_add(&sum, &part, p);
        sum.next += falls_on ? 0 : p * part.next;
    }
    sum.next += falls + (entered < 1 ? 1 - entered : 0);
    return sum;
}

/* A label with a goto back to it: no loop for break and continue. */
static struct outcome walk_retry(struct walk *walk, uint32_t index)
{
    struct outcome body = walk_node(walk, index + 1);
    double again = body.retry < walk->input->expect->retry ? body.retry : walk->input->expect->retry;
    double turns = 1 / (1 - again);
    body.retry = 0;
    walk->share[index + 1] = turns;
    walk->spread[index + 1] = again > 0.1 ? 0.5 : 0;
    struct outcome sum = {.next = turns * body.next, .returned = body.returned};
    outcome_add(&sum, &body, turns);
    return sum;
}

/* The expected number of turns; `runs_out` is the probability that the loop ends by its condition. */
static double turns_made(const struct turns *turns, bool endless, double leaves, double *runs_out)
{
    *runs_out = 0;
    if (endless)
        return 1 / fmax(leaves, 1 / turns->expected);
    if (leaves < NEGLIGIBLE) {
        *runs_out = 1;
        return turns->expected;
    }
    *runs_out = pow(1 - leaves, turns->expected);
    return (1 - *runs_out) / leaves;
}

/* Early exits are guessed per turn; over many turns that would end every loop soon. So the truth is taken to lie
 * between the guess and what lets most loops run out. Returns the factor for the guess. */
static double early_exits(const struct walk *walk, double exit, double turns)
{
    double limit = turns > 1 ? walk->input->expect->early_exits / turns : 1;
    return exit < SURE_EXIT && exit > limit ? sqrt(limit / exit) : 1;
}

/* Of a loop that tests before it runs, what stands behind the test runs less often than the test. */
static void run_behind_test(struct walk *walk, uint32_t body, const struct turns *turns)
{
    const struct node *nodes = walk->function->nodes.items;
    if (turns->test_ends == SUMMARY_NONE)
        return;
    for (uint32_t child = body + 1; child < nodes[body].end; child = nodes[child].end)
        if (child >= turns->test_ends)
            walk->share[child] *= turns->enters;
}

static struct outcome walk_loop(struct walk *walk, uint32_t index)
{
    const struct node *loop = &walk->function->nodes.items[index];
    if (index + 1 >= loop->end)
        return (struct outcome){.next = 1};
    if (loop->flags == LOOP_GOTO)
        return walk_retry(walk, index);
    bool doomed = walk->doomed, serves = walk->serves, looping = walk->looping, endless = loop->flags == LOOP_ENDLESS;
    walk->doomed = doomed && loop->flags == LOOP_ONCE;
    walk->serves = serves && loop->flags == LOOP_ONCE;
    walk->looping = looping || loop->flags != LOOP_ONCE;
    struct outcome body = walk_node(walk, index + 1);
    walk->doomed = doomed;
    walk->serves = serves;
    walk->looping = looping;
    struct turns turns = turns_of(&walk->likelihood, index);
    run_behind_test(walk, index + 1, &turns);
    double exit = 1 - body.next - body.again; /* early, to anywhere or nowhere */
    double scale = early_exits(walk, exit, endless ? walk->input->expect->turns_exit : turns.expected);
    double runs_out;
    walk->share[index + 1] = turns_made(&turns, endless, exit * scale, &runs_out);
    walk->spread[index + 1] = turns.spread;
    double by = walk->share[index + 1] * scale;
    struct outcome sum = {0};
    outcome_add(&sum, &body, by);
    sum.next = runs_out + by * body.leave;
    sum.leave = sum.again = 0;
    if (endless && exit < NEVER)
        sum.forever = 1;
    return sum;
}

/* What stands at the function's very end is what it returns if all goes well. */
static void find_success(struct walk *walk)
{
    const struct function *function = walk->function;
    for (uint32_t i = function->nodes.count; i-- > 0;) {
        const struct node *node = &function->nodes.items[i];
        if (node->kind != NODE_RETURN)
            continue;
        if (node->a == SUMMARY_NONE)
            return;
        const struct value *value = &function->values.items[node->a];
        walk->returns_constant = value->kind == VALUE_INTEGER;
        walk->returns_value = !walk->returns_constant;
        walk->success = value->number;
        return;
    }
}

/* 0 instead of a value is as often a result as an error, but not where that value is an allocation. */
static enum returned what_returns(const struct walk *walk, const struct value *value)
{
    if (value->kind != VALUE_INTEGER)
        return RETURNED_NO_ERROR;
    if (value->number < 0 || walk->input->allocates)
        return RETURNED_ERROR;
    bool other = walk->returns_constant ? value->number != walk->success : walk->returns_value && value->number != 0;
    return other ? RETURNED_OTHER : RETURNED_NO_ERROR;
}

static struct outcome walk_return(const struct walk *walk, const struct node *node)
{
    struct outcome outcome = {.back = 1};
    if (node->a != SUMMARY_NONE)
        outcome.returned = what_returns(walk, &walk->function->values.items[node->a]);
    return outcome;
}

static struct outcome walk_call(const struct walk *walk, const struct node *node)
{
    unsigned flags = walk->input->calls ? walk->input->calls[node->a] : 0;
    return (struct outcome){.next = flags & CALL_NEVER_RETURNS ? 0 : 1,
                            .forever = flags & CALL_RUNS_FOREVER ? 1 : 0,
                            .cold = flags & CALL_COLD ? 1 : 0,
                            .log = flags & CALL_LOGS ? 1 : 0,
                            .sleep = flags & CALL_SLEEPS && !walk->looping ? 1 : 0};
}

static struct outcome walk_node(struct walk *walk, uint32_t index)
{
    const struct node *node = &walk->function->nodes.items[index];
    switch ((enum node_kind)node->kind) {
    case NODE_SEQUENCE:
    case NODE_ARM:
        return walk_sequence(walk, index);
    case NODE_BRANCH:
        return walk_branch(walk, index);
    case NODE_SWITCH:
        return walk_switch(walk, index);
    case NODE_LOOP:
        return walk_loop(walk, index);
    case NODE_CALL:
        return walk_call(walk, node);
    case NODE_RETURN:
        return walk_return(walk, node);
    case NODE_BREAK:
        return (struct outcome){.leave = 1};
    case NODE_CONTINUE:
        return (struct outcome){.again = 1};
    case NODE_GOTO:
        return node->flags & GOTO_BACKWARD ? (struct outcome){.retry = 1} : (struct outcome){.away = 1};
    case NODE_OPERATIONS:
    case NODE_ACCESS:
        break;
    }
    return (struct outcome){.next = 1};
}

/* Where the walk from the top has got to. */
struct way {
    double entered; /* executions of the node around */
    uint32_t group;
    uint32_t other; /* the group of the arm before, of the same `if`, or 0 */
    bool in_branch; /* the node around is an `if` or a switch */
};

/* Top down: shares become frequencies, and each guess opens a group. Returns the node's group. */
static uint32_t multiply_out(const struct walk *walk, uint32_t index, const struct way *way, struct frequencies *result)
{
    const struct node *nodes = walk->function->nodes.items;
    double frequency = fmin(way->entered * walk->share[index], MOST_TURNS);
    bool chooses = nodes[index].kind == NODE_BRANCH || nodes[index].kind == NODE_SWITCH;
    struct way inside = {.entered = frequency, .group = way->group, .in_branch = chooses};
    if (walk->spread[index] > 0) {
        result->group[result->group_count] = (struct frequency_group){
            .parent = way->group,
            .spread = walk->spread[index],
            .is_arm = way->in_branch,
            .share = walk->share[index],
            .frequency = frequency,
            .other = way->other,
        };
        inside.group = result->group_count++;
    }
    result->nodes[index] = frequency;
    result->groups[index] = inside.group;
    for (uint32_t child = index + 1; child < nodes[index].end; child = nodes[child].end) {
        uint32_t group = multiply_out(walk, child, &inside, result);
        inside.other = nodes[index].kind == NODE_BRANCH && group != inside.group ? group : 0;
    }
    return inside.group;
}

static uint32_t count_guesses(const struct walk *walk)
{
    uint32_t count = 1;
    for (uint32_t i = 0; i < walk->function->nodes.count; i++)
        count += walk->spread[i] > 0;
    return count;
}

void frequency_solve(const struct frequency_input *input, struct arena *arena, struct frequencies *result)
{
    const struct function *function = input->function;
    uint32_t count = function->nodes.count;
    struct walk walk = {
        .function = function,
        .input = input,
        .likelihood = {.input = input, .slots = likelihood_slots(input, arena)},
        .arena = arena,
        .share = ARENA_ARRAY(arena, double, count),
        .spread = ARENA_ARRAY(arena, double, count),
    };
    *result =
        (struct frequencies){.nodes = ARENA_ARRAY(arena, double, count), .groups = ARENA_ARRAY(arena, uint32_t, count)};
    if (!count) {
        result->comes_back = 1;
        result->group_count = 1;
        result->group = ARENA_NEW(arena, struct frequency_group);
        return;
    }
    find_success(&walk);
    walk.share[0] = 1;
    struct outcome outcome = walk_node(&walk, 0);
    result->comes_back = outcome.next + outcome.back + outcome.away + outcome.retry;
    result->group = ARENA_ARRAY(arena, struct frequency_group, count_guesses(&walk));
    result->group_count = 1;
    multiply_out(&walk, 0, &(struct way){.entered = 1}, result);
}
