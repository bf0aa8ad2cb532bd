/* Who defines and who refers to which symbol, in all units: what programs are put together from.
 *
 * Ownership: symbol_index_free releases it. It stays valid as long as functions, units and names do not change.
 */
#ifndef ANALYZER_LINK_SYMBOLS_H
#define ANALYZER_LINK_SYMBOLS_H

#include "analyzer/program.h"

/* One place that defines a symbol. */
struct definer {
    uint32_t function; /* NO_FUNCTION: the symbol is a variable's */
    uint32_t unit;
};

struct symbol_index {
    uint32_t *definer_start;   /* by symbol: its part of definers; one more than names */
    struct definer *definers;  /* by symbol, in the order of units */
    uint32_t *reference_start; /* by function: its part of references; one more than functions */
    ARRAY(name_id) references; /* each function's, each once; only symbols that are defined somewhere */
};

void symbol_index_make(struct symbol_index *index, const struct linked *linked);
void symbol_index_free(struct symbol_index *index);

/* for (symbol_definers(definer, index, symbol)) … */
#define symbol_definers(definer, index, symbol)                                                                        \
    const struct definer *definer = (index)->definers + (index)->definer_start[symbol];                                \
    definer < (index)->definers + (index)->definer_start[(symbol) + 1];                                                \
    definer++

/* for (function_references(symbol, index, function)) … */
#define function_references(symbol, index, function)                                                                   \
    const name_id *symbol = (index)->references.items + (index)->reference_start[function];                            \
    symbol < (index)->references.items + (index)->reference_start[(function) + 1];                                     \
    symbol++

#endif
