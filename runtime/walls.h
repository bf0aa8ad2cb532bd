/* Namespaces, mounts and the working directory: the walls that the kernel may forbid. For sandbox.c. */
#ifndef RUNTIME_WALLS_H
#define RUNTIME_WALLS_H

#include "runtime/concprobe.h"

enum walls { WALLS_ALL, WALLS_WITHOUT_USER, WALLS_WITHOUT_PID, WALLS_NETWORK, WALLS_NONE };

/* Leaves the namespaces of the caller, who must have a single thread. The PID namespace is that of its next child.
 * false: the kernel forbids it, and nothing has changed. */
bool walls_leave(enum walls walls, const struct concprobe_probe *probe);

/* In that child: at most `tasks` threads and processes (from Linux 6.14), /proc, loopback, read-only file system, and
 * `directory` as working directory and TMPDIR. false: not even /proc fits the namespace, so that these walls are of no
 * use, or the directory is not to be had. */
bool walls_furnish(enum walls walls, const struct concprobe_probe *probe, const char *directory, unsigned tasks);

#endif
