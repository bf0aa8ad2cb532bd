/* Running a command so that it is recorded. */
#ifndef CLI_OBSERVE_RUN_H
#define CLI_OBSERVE_RUN_H

#include "cli/session.h"

#include <stdbool.h>

/* Runs what follows "--" in the command line, with the recorder's compilers in front of PATH and the directory of the
 * records in the environment. false, with a mistake, if it could not be started. `records` is a new directory: remove
 * it with observe_remove. `status` is the command's exit code, as shells count it. */
bool observe_run(struct session *session, const char **records, int *status);

/* Removes a directory of records. */
void observe_remove(const char *records);

#endif
