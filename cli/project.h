/* What a tree itself brings along for concadvise, below .concadvise/. */
#ifndef CLI_PROJECT_H
#define CLI_PROJECT_H

#include "cli/session.h"

/* Adds the entries of .concadvise/apis/ in the path's directory, or in the nearest directory above it that has one.
 * Mistakes are printed like those of --api, whose entries win. */
void project_load_apis(struct session *session, const char *path);

#endif
