/* Strongly connected components: Tarjan's algorithm with its own stack. */
#include "analyzer/components.h"

#define NOT_SEEN UINT32_MAX

struct step {
    uint32_t vertex;
    uint32_t next_edge;
};

struct search {
    const struct graph *graph;
    struct components *found;
    uint32_t *number; /* in order of discovery; NOT_SEEN */
    uint32_t *low;
    uint32_t *left; /* in order of leaving */
    uint32_t seen_count, left_count;
    uint32_t *open; /* vertices without a component yet */
    uint32_t open_count;
    struct step *path;
    uint32_t depth;
};

static void enter(struct search *search, uint32_t vertex)
{
    search->number[vertex] = search->low[vertex] = search->seen_count++;
    search->open[search->open_count++] = vertex;
    search->path[search->depth++] = (struct step){vertex, search->graph->first_edge[vertex]};
}

static void lower(struct search *search, uint32_t vertex, uint32_t low)
{
    if (low < search->low[vertex])
        search->low[vertex] = low;
}

/* The vertex is the root of a component: everything opened since belongs to it. */
static void close_component(struct search *search, uint32_t root)
{
    struct components *found = search->found;
    uint32_t member;
    do {
        member = search->open[--search->open_count];
        found->of[member] = found->count;
    } while (member != root);
    found->count++;
}

static void leave(struct search *search)
{
    uint32_t vertex = search->path[--search->depth].vertex;
    search->left[vertex] = search->left_count++;
    if (search->low[vertex] == search->number[vertex])
        close_component(search, vertex);
    if (search->depth)
        lower(search, search->path[search->depth - 1].vertex, search->low[vertex]);
}

static void search_from(struct search *search, uint32_t start)
{
    const struct graph *graph = search->graph;
    enter(search, start);
    while (search->depth) {
        struct step *step = &search->path[search->depth - 1];
        if (step->next_edge == graph->first_edge[step->vertex + 1]) {
            leave(search);
            continue;
        }
        uint32_t next = graph->edges[step->next_edge++];
        if (search->number[next] == NOT_SEEN)
            enter(search, next);
        else if (search->found->of[next] == NOT_SEEN)
            lower(search, step->vertex, search->number[next]);
    }
}

/* Vertices by component, and inside one by the order of leaving: a counting sort of the order of leaving. */
static void sort_members(struct search *search, struct arena *arena)
{
    struct components *found = search->found;
    uint32_t count = search->graph->vertex_count;
    uint32_t *by_leaving = ARENA_ARRAY(arena, uint32_t, count);
    for (uint32_t vertex = 0; vertex < count; vertex++)
        by_leaving[search->left[vertex]] = vertex;
    found->first = ARENA_ARRAY(arena, uint32_t, found->count + 2);
    for (uint32_t vertex = 0; vertex < count; vertex++)
        found->first[found->of[vertex] + 2]++;
    for (uint32_t c = 2; c < found->count + 2; c++)
        found->first[c] += found->first[c - 1];
    for (uint32_t i = 0; i < count; i++) {
        uint32_t vertex = by_leaving[i];
        uint32_t position = found->first[found->of[vertex] + 1]++;
        found->order[position] = vertex;
        found->position[vertex] = position;
    }
}

void components_find(const struct graph *graph, struct arena *arena, struct components *components)
{
    uint32_t count = graph->vertex_count;
    *components = (struct components){
        .order = ARENA_ARRAY(arena, uint32_t, count),
        .position = ARENA_ARRAY(arena, uint32_t, count),
        .of = ARENA_ARRAY(arena, uint32_t, count),
    };
    struct search search = {
        .graph = graph,
        .found = components,
        .number = ARENA_ARRAY(arena, uint32_t, count),
        .low = ARENA_ARRAY(arena, uint32_t, count),
        .left = ARENA_ARRAY(arena, uint32_t, count),
        .open = ARENA_ARRAY(arena, uint32_t, count),
        .path = ARENA_ARRAY(arena, struct step, count),
    };
    for (uint32_t vertex = 0; vertex < count; vertex++)
        search.number[vertex] = components->of[vertex] = NOT_SEEN;
    for (uint32_t vertex = 0; vertex < count; vertex++)
        if (search.number[vertex] == NOT_SEEN)
            search_from(&search, vertex);
    sort_members(&search, arena);
}
