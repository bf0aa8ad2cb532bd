/* Functions by their addresses in executables and shared libraries: from the debug information, through libdw.
 *
 * Ownership: strings belong to the table; symbols_free releases it.
 */
#ifndef CLI_OBSERVE_SYMBOLS_H
#define CLI_OBSERVE_SYMBOLS_H

#include "base/arena.h"
#include "base/array.h"

#include <stdint.h>

struct symbol {
    uint64_t address; /* where the function begins, as the file counts */
    const char *name;
    const char *file; /* absolute where the debug information has the directory; folded */
    unsigned line;
};

struct symbol_module {
    const char *path;
    ARRAY(struct symbol) symbols; /* by address; none where the file has no debug information */
};

struct symbols {
    struct arena arena;
    ARRAY(struct symbol_module) modules;
};

void symbols_init(struct symbols *symbols);
void symbols_free(struct symbols *symbols);

/* The file's functions; read once. */
const struct symbol_module *symbols_of(struct symbols *symbols, const char *path);

/* The function that begins at the address, or NULL. */
const struct symbol *symbols_find(const struct symbol_module *module, uint64_t address);

#endif
