/* Messages of one size, sent back. */
#include "probes/servers/server.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static size_t take_message(const unsigned char *bytes, size_t size, struct server_answer *answer)
{
    if (size < SERVER_ECHO_SIZE)
        return 0;
    answer->bytes = malloc(SERVER_ECHO_SIZE);
    if (answer->bytes) {
        memcpy(answer->bytes, bytes, SERVER_ECHO_SIZE);
        answer->size = SERVER_ECHO_SIZE;
    }
    return SERVER_ECHO_SIZE;
}

const struct server_protocol server_echo = {SOCK_STREAM, take_message};
