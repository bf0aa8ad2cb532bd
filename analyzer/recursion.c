/* An order of a cyclic graph with few and light edges against it. */
#include "analyzer/recursion.h"

#include <stdbool.h>

struct vertex {
    double out_weight, in_weight;
    uint32_t out_count, in_count; /* of edges to and from vertices that are not placed yet */
    bool placed;
};

struct ordering {
    const struct weighted_edge *edges;
    uint32_t vertex_count;
    struct vertex *vertices;
    uint32_t *first_out, *first_in; /* into the lists of edge numbers */
    uint32_t *out, *in;
    uint32_t *order;      /* callees first: the front is filled with sinks, the end with what calls the most */
    uint32_t front, back; /* the next free places */
    uint32_t *ready;      /* vertices that may have become sinks or sources */
    uint32_t ready_count;
};

static void list_edges(struct ordering *ordering, uint32_t edge_count, struct arena *arena)
{
    uint32_t count = ordering->vertex_count;
    ordering->first_out = ARENA_ARRAY(arena, uint32_t, count + 2);
    ordering->first_in = ARENA_ARRAY(arena, uint32_t, count + 2);
    ordering->out = ARENA_ARRAY(arena, uint32_t, edge_count);
    ordering->in = ARENA_ARRAY(arena, uint32_t, edge_count);
    for (uint32_t i = 0; i < edge_count; i++) {
        ordering->first_out[ordering->edges[i].from + 2]++;
        ordering->first_in[ordering->edges[i].to + 2]++;
    }
    for (uint32_t v = 2; v < count + 2; v++) {
        ordering->first_out[v] += ordering->first_out[v - 1];
        ordering->first_in[v] += ordering->first_in[v - 1];
    }
    for (uint32_t i = 0; i < edge_count; i++) {
        const struct weighted_edge *edge = &ordering->edges[i];
        struct vertex *from = &ordering->vertices[edge->from], *to = &ordering->vertices[edge->to];
        ordering->out[ordering->first_out[edge->from + 1]++] = i;
        ordering->in[ordering->first_in[edge->to + 1]++] = i;
        if (edge->from == edge->to)
            continue;
        from->out_weight += edge->weight;
        from->out_count++;
        to->in_weight += edge->weight;
        to->in_count++;
    }
}

/* Takes the vertex out of the graph; its neighbours may become sinks or sources. */
static void place(struct ordering *ordering, uint32_t vertex, bool at_front)
{
    ordering->vertices[vertex].placed = true;
    ordering->order[at_front ? ordering->front++ : --ordering->back] = vertex;
    for (uint32_t i = ordering->first_out[vertex]; i < ordering->first_out[vertex + 1]; i++) {
        const struct weighted_edge *edge = &ordering->edges[ordering->out[i]];
        struct vertex *to = &ordering->vertices[edge->to];
        if (to->placed)
            continue;
        to->in_weight -= edge->weight;
        if (--to->in_count == 0)
            ordering->ready[ordering->ready_count++] = edge->to;
    }
    for (uint32_t i = ordering->first_in[vertex]; i < ordering->first_in[vertex + 1]; i++) {
        const struct weighted_edge *edge = &ordering->edges[ordering->in[i]];
        struct vertex *from = &ordering->vertices[edge->from];
        if (from->placed)
            continue;
        from->out_weight -= edge->weight;
        if (--from->out_count == 0)
            ordering->ready[ordering->ready_count++] = edge->from;
    }
}

static void place_ready(struct ordering *ordering)
{
    while (ordering->ready_count) {
        uint32_t vertex = ordering->ready[--ordering->ready_count];
        if (!ordering->vertices[vertex].placed)
            place(ordering, vertex, ordering->vertices[vertex].out_count == 0);
    }
}

/* The vertex that calls more than it is called; of equals the first. */
static uint32_t most_calling(const struct ordering *ordering)
{
    uint32_t best = UINT32_MAX;
    double most = 0;
    for (uint32_t v = 0; v < ordering->vertex_count; v++) {
        const struct vertex *vertex = &ordering->vertices[v];
        double surplus = vertex->out_weight - vertex->in_weight;
        if (!vertex->placed && (best == UINT32_MAX || surplus > most)) {
            best = v;
            most = surplus;
        }
    }
    return best;
}

void recursion_order(uint32_t vertex_count, const struct weighted_edge *edges, uint32_t edge_count, struct arena *arena,
                     uint32_t *order)
{
    struct ordering ordering = {
        .edges = edges,
        .vertex_count = vertex_count,
        .vertices = ARENA_ARRAY(arena, struct vertex, vertex_count),
        .order = order,
        .back = vertex_count,
        .ready = ARENA_ARRAY(arena, uint32_t, 2 * (size_t)vertex_count + 2),
    };
    list_edges(&ordering, edge_count, arena);
    for (uint32_t v = vertex_count; v-- > 0;)
        if (!ordering.vertices[v].out_count || !ordering.vertices[v].in_count)
            ordering.ready[ordering.ready_count++] = v;
    place_ready(&ordering);
    while (ordering.front < ordering.back) {
        place(&ordering, most_calling(&ordering), false);
        place_ready(&ordering);
    }
}
