/* Programs that a command starts: a build, a test suite. */
#ifndef CLI_CHILD_H
#define CLI_CHILD_H

#include <sys/types.h>

/* Starts command[0], searched on PATH, with this process's environment; 0, or errno. This process ignores SIGPIPE, what
 * it starts does not. */
int child_start(pid_t *child, char *const *command);

/* Waits; the exit code as shells count it. Keys that end the child do not end this process meanwhile. */
int child_wait(pid_t child);

#endif
