/* A local server as the run state of a probe. */
#include "probes/remote.h"

#include <errno.h>
#include <stdlib.h>

int remote_start(struct concprobe_call *call, const struct server_protocol *protocol, unsigned delay_ms)
{
    struct server *server = calloc(1, sizeof *server);
    if (!server)
        return ENOMEM;
    int failed = server_start(server, protocol, delay_ms);
    if (failed)
        free(server);
    else
        call->run = server;
    return failed;
}

int remote_stop(struct concprobe_call *call)
{
    server_stop(call->run);
    free(call->run);
    return 0;
}
