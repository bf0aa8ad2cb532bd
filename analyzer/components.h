/* The strongly connected components of a graph, in the order in which a bottom-up pass wants them.
 *
 * R. Tarjan, Depth-first search and linear graph algorithms, SIAM J. Comput. 1(2), 1972; without recursion.
 */
#ifndef ANALYZER_COMPONENTS_H
#define ANALYZER_COMPONENTS_H

#include "base/arena.h"

#include <stdint.h>

/* The successors of vertex v are edges[first_edge[v]] … edges[first_edge[v + 1] - 1]. */
struct graph {
    uint32_t vertex_count;
    const uint32_t *first_edge; /* vertex_count + 1 */
    const uint32_t *edges;
};

struct components {
    uint32_t count;
    uint32_t *first;    /* count + 1: component c is order[first[c]] … order[first[c + 1] - 1] */
    uint32_t *order;    /* all vertices; successors' components first; inside one, in the order in which a depth-first
                           search leaves them */
    uint32_t *position; /* of each vertex in `order` */
    uint32_t *of;       /* the component of each vertex */
};

/* Storage comes from the arena. The result depends on the graph alone. */
void components_find(const struct graph *graph, struct arena *arena, struct components *components);

#endif
