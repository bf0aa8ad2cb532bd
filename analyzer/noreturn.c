/* Does any path of a function come back? By structure alone, without guessing at conditions. */
#include "analyzer/traits.h"

/* How control may leave a part. */
#define WAY_NEXT 1u
#define WAY_LEAVE 2u    /* break */
#define WAY_AGAIN 4u    /* continue */
#define WAY_BACK 8u     /* return */
#define WAY_AWAY 16u    /* goto forwards */
#define WAY_FOREVER 32u /* not at all: it goes on until the program ends */

struct ways {
    const struct node *nodes;
    const uint16_t *calls;
};

static unsigned ways_of(const struct ways *walk, uint32_t index);

static bool is_label(const struct node *node)
{
    return node->kind == NODE_SEQUENCE || (node->kind == NODE_LOOP && node->flags == LOOP_GOTO);
}

static unsigned sequence_ways(const struct ways *walk, uint32_t index)
{
    unsigned ways = WAY_NEXT;
    for (uint32_t child = index + 1; child < walk->nodes[index].end; child = walk->nodes[child].end) {
        if (is_label(&walk->nodes[child]) && child > index + 1)
            ways |= WAY_NEXT; /* some goto leads here, from wherever */
        if (ways & WAY_NEXT)
            ways = (ways & ~WAY_NEXT) | ways_of(walk, child);
    }
    return ways;
}

static unsigned branch_ways(const struct ways *walk, uint32_t index)
{
    unsigned ways = 0, arms = 0;
    for (uint32_t child = index + 1; child < walk->nodes[index].end; child = walk->nodes[child].end, arms++)
        ways |= ways_of(walk, child);
    return arms < 2 ? ways | WAY_NEXT : ways;
}

static unsigned switch_ways(const struct ways *walk, uint32_t index)
{
    unsigned ways = 0;
    bool has_default = false, passes = true;
    for (uint32_t arm = index + 1; arm < walk->nodes[index].end; arm = walk->nodes[arm].end) {
        unsigned way = sequence_ways(walk, arm);
        bool falls_through = walk->nodes[arm].flags & ARM_FALLS_THROUGH;
        has_default = has_default || walk->nodes[arm].flags & ARM_DEFAULT;
        ways |= falls_through ? way & ~WAY_NEXT : way;
        passes = falls_through;
    }
    if (ways & WAY_LEAVE || !has_default || passes)
        ways |= WAY_NEXT;
    return ways & ~WAY_LEAVE;
}

static unsigned loop_ways(const struct ways *walk, uint32_t index)
{
    const struct node *loop = &walk->nodes[index];
    if (index + 1 >= loop->end)
        return loop->flags == LOOP_ENDLESS ? WAY_FOREVER : WAY_NEXT;
    unsigned body = ways_of(walk, index + 1);
    unsigned out = body & (WAY_BACK | WAY_AWAY | WAY_FOREVER);
    switch ((enum loop_kind)loop->flags) {
    case LOOP_GOTO:
        return body;
    case LOOP_ENDLESS:
        if (body & WAY_LEAVE)
            return out | WAY_NEXT;
        return body & (WAY_NEXT | WAY_AGAIN) && !out ? WAY_FOREVER : out;
    case LOOP_ONCE:
        return body & (WAY_NEXT | WAY_LEAVE | WAY_AGAIN) ? out | WAY_NEXT : out;
    default:
        return out | WAY_NEXT;
    }
}

static unsigned ways_of(const struct ways *walk, uint32_t index)
{
    const struct node *node = &walk->nodes[index];
    switch ((enum node_kind)node->kind) {
    case NODE_SEQUENCE:
    case NODE_ARM:
        return sequence_ways(walk, index);
    case NODE_BRANCH:
        return branch_ways(walk, index);
    case NODE_SWITCH:
        return switch_ways(walk, index);
    case NODE_LOOP:
        return loop_ways(walk, index);
    case NODE_CALL:
        if (!walk->calls || !(walk->calls[node->a] & CALL_NEVER_RETURNS))
            return WAY_NEXT;
        return walk->calls[node->a] & CALL_RUNS_FOREVER ? WAY_FOREVER : 0;
    case NODE_RETURN:
        return WAY_BACK;
    case NODE_BREAK:
        return WAY_LEAVE;
    case NODE_CONTINUE:
        return WAY_AGAIN;
    case NODE_GOTO:
        return node->flags & GOTO_BACKWARD ? 0 : WAY_AWAY;
    case NODE_OPERATIONS:
    case NODE_ACCESS:
        break;
    }
    return WAY_NEXT;
}

uint16_t how_it_returns(const struct function *function, const uint16_t *calls)
{
    struct ways walk = {function->nodes.items, calls};
    unsigned ways = function->nodes.count ? ways_of(&walk, 0) : WAY_NEXT;
    if (ways & (WAY_NEXT | WAY_BACK | WAY_AWAY))
        return 0;
    return ways & WAY_FOREVER ? CALL_NEVER_RETURNS | CALL_RUNS_FOREVER : CALL_NEVER_RETURNS;
}
