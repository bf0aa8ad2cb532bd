/* Files of probes in the working directory, which is the run's own. */
#ifndef PROBES_SCRATCH_H
#define PROBES_SCRATCH_H

#include "runtime/concprobe.h"

/* Writes a file; 0 or errno. */
int scratch_write(const char *name, const void *bytes, size_t size);

/* A descriptor as a probe's run or worker state: opens the file (flags as of open(2)), and the functions that close it.
 * 0 or errno. */
int scratch_open(void **state, const char *name, int flags);
int scratch_descriptor(const void *state);
void scratch_close(void *state);

#endif
