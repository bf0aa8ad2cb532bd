/* A local server as the run state of a probe. */
#ifndef PROBES_REMOTE_H
#define PROBES_REMOTE_H

#include "probes/servers/server.h"
#include "runtime/concprobe.h"

/* For a run_start: starts the server and leaves it (struct server) as the run state. 0 or errno. */
int remote_start(struct concprobe_call *call, const struct server_protocol *protocol, unsigned delay_ms);

/* The run_stop for it. */
concprobe_function remote_stop;

#endif
