/* What recorded processes left behind, as measurements of a tree's functions. */
#ifndef CLI_OBSERVE_RECORDS_H
#define CLI_OBSERVE_RECORDS_H

#include "base/error.h"
#include "cli/observe_rows.h"

/* Reads every record in a directory. Functions whose files lie below `root`, and exist, become rows; the observation
 * gets the counts of processes and threads, and the overhead. A file that is no record is a problem; the rest goes on.
 */
void observe_read_records(const char *directory, const char *root, struct observe_rows *rows, struct observed *observed,
                          struct problems *problems);

#endif
