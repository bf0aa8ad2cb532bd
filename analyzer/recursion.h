/* Recursion: in which order to evaluate functions that call one another in circles.
 *
 * Some calls must be left for a later round. The order makes these the calls that are expected least: a greedy minimum
 * feedback arc set after P. Eades, X. Lin and W. F. Smyth, A fast and effective heuristic for the feedback arc set
 * problem, Information Processing Letters 47(6), 1993.
 */
#ifndef ANALYZER_RECURSION_H
#define ANALYZER_RECURSION_H

#include "base/arena.h"

#include <stdint.h>

struct weighted_edge {
    uint32_t from, to; /* vertices: 0 … vertex_count - 1 */
    double weight;
};

/* Writes all vertices, successors first where possible, into `order`. Scratch storage comes from the arena. */
void recursion_order(uint32_t vertex_count, const struct weighted_edge *edges, uint32_t edge_count, struct arena *arena,
                     uint32_t *order);

#endif
