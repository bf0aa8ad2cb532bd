/* Where the data files are: $CONCADVISE_DATA, else ../share/concadvise seen from the program itself. */
#ifndef CLI_DATA_DIRECTORY_H
#define CLI_DATA_DIRECTORY_H

#include "base/arena.h"
#include "base/error.h"

/* A subdirectory of the data ("knowledge", "rules", "schema"); NULL, with a problem, if it is not there. */
const char *data_directory(struct arena *arena, const char *name, struct problems *problems);

/* The directory of all data, whether it is there or not. */
const char *data_root(struct arena *arena);

#endif
