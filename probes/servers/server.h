/* A server on the loopback that answers late: a process of its own with an event loop, thousands of connections at
 * once. It ends with the process that started it.
 *
 * Every request waits `delay_ms` before it is answered, however many wait beside it: what a client sees is a server far
 * away, not a busy one.
 */
#ifndef PROBES_SERVERS_SERVER_H
#define PROBES_SERVERS_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct server {
    pid_t process;
    uint16_t port; /* on 127.0.0.1 */
};

/* An answer; `bytes` is malloc'ed, and freed by the server. */
struct server_answer {
    unsigned char *bytes;
    size_t size;
    bool at_once; /* without the delay: for what clients do before they measure */
};

/* What a server speaks. */
struct server_protocol {
    int type; /* SOCK_STREAM or SOCK_DGRAM */
    /* Takes one request from the front of what was received and makes the answer to it. Returns the bytes that the
     * request had, or 0 while it is not complete. A request without an answer leaves `answer` empty. */
    size_t (*take)(const unsigned char *bytes, size_t size, struct server_answer *answer);
};

extern const struct server_protocol server_echo; /* messages of SERVER_ECHO_SIZE bytes come back as they are */
extern const struct server_protocol server_http; /* GET /SIZE/SEED: a body that follows from both; SIZE 0: at once */
extern const struct server_protocol server_dns;  /* every name has one A record, that of server_dns_address() */

enum { SERVER_ECHO_SIZE = 64, SERVER_REQUEST_LIMIT = 2048 };

/* Starts a server; 0 or errno. */
int server_start(struct server *server, const struct server_protocol *protocol, unsigned delay_ms);
void server_stop(struct server *server);

/* What server_http's body has at each place, and the address that server_dns has for a name (host byte order). */
unsigned char server_http_byte(uint64_t seed, size_t place);
uint32_t server_dns_address(const char *name);

#endif
