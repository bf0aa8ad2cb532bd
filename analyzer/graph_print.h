/* The call graph of a program as text, for `concadvise dump graph`. */
#ifndef ANALYZER_GRAPH_PRINT_H
#define ANALYZER_GRAPH_PRINT_H

#include "analyzer/program.h"

/* Who calls whom, a line a call: of one function, or of all functions of the program (NO_FUNCTION). */
void linked_print_graph(const struct linked *linked, const struct program *program, uint32_t function, FILE *stream);

#endif
