/* What was measured of each function, added up over processes, and what it comes to.
 *
 * Ownership: rows belong to the table, their strings to its arena; observe_rows_free releases both.
 */
#ifndef CLI_OBSERVE_ROWS_H
#define CLI_OBSERVE_ROWS_H

#include "base/names.h"
#include "model/observed.h"

/* What one process, or one profile, says of a function; ns. */
struct observe_measure {
    double calls, outer_calls, unfinished_calls;
    double wall;            /* without preemption and the recorder's overhead */
    double unfinished_wall; /* of `wall`: of calls that a kill cut short */
    double off, lock, io;
    double self_wall, self_cpu;
};

struct observe_row {
    const char *file;
    const char *name;
    unsigned line;
    struct observe_measure sum;
    double votes[CLASS_COUNT]; /* of the processes for a class: their outermost calls, each up to 100 */
};

struct observe_rows {
    struct arena arena;
    struct names keys;               /* "file:name" */
    ARRAY(struct observe_row) table; /* by the key's number, from 1 */
};

void observe_rows_init(struct observe_rows *rows);
void observe_rows_free(struct observe_rows *rows);

/* Adds what one process says. */
void observe_rows_add(struct observe_rows *rows, const char *file, const char *name, unsigned line,
                      const struct observe_measure *measure);

/* Makes the functions of an observation from the rows, sorted. */
void observe_rows_finish(const struct observe_rows *rows, struct observed *observed);

#endif
