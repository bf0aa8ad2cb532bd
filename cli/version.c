/* `concadvise version` */
#include "cli/data_directory.h"
#include "cli/session.h"

int command_version(struct session *session)
{
    printf("concadvise %s\n", CONCADVISE_VERSION);
    if (session->options.verbose)
        printf("data: %s\n", data_root(&session->arena));
    session_close_output(session, stdout, NULL);
    return EXIT_CLEAN;
}
