/* resolve: a host's address through getaddrinfo. */
#include "probes/remote.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <netdb.h>
#include <nss.h>
#include <resolv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int resolve_serve(struct concprobe_call *call)
{
    return remote_start(call, &server_dns, 10);
}

/* Only DNS: no files, and no daemon that caches. */
static int resolve_configure(struct concprobe_call *call)
{
    (void)call;
    return __nss_configure_lookup("hosts", "dns") == 0 ? 0 : errno;
}

/* The resolver's state belongs to the thread; glibc leaves one alone that the program has changed. */
static int resolve_point_to_server(struct concprobe_call *call)
{
    const struct server *server = call->run;
    struct sockaddr_in *first = &_res.nsaddr_list[0];
    if ((_res.options & RES_INIT) && _res.nscount == 1 && first->sin_port == htons(server->port))
        return 0;
    if (res_init() != 0)
        return EIO;
    *first = (struct sockaddr_in){
        .sin_family = AF_INET, .sin_port = htons(server->port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    _res.nscount = 1;
    _res.retrans = 2; /* s */
    _res.retry = 3;
    _res.options &= ~(unsigned long)(RES_ROTATE | RES_DNSRCH | RES_DEFNAMES);
    return 0;
}

static int resolve_call(struct concprobe_call *call)
{
    char name[64];
    snprintf(name, sizeof name, "host-%" PRIu64 ".concprobe.test", call->number);
    const struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    int failed = getaddrinfo(name, NULL, &hints, &found);
    if (failed)
        return failed == EAI_MEMORY ? ENOMEM : EHOSTUNREACH;
    struct sockaddr_in address;
    memcpy(&address, found->ai_addr, sizeof address);
    freeaddrinfo(found);
    const uint32_t number = ntohl(address.sin_addr.s_addr);
    return number == server_dns_address(name) ? concprobe_result(call, &number, sizeof number) : EBADMSG;
}

const struct concprobe_probe probe_resolve = {
    .abi = CONCPROBE_ABI,
    .name = "resolve",
    .summary = "getaddrinfo of a new name from a resolver 10 ms away",
    .stands_for = "name look-ups: a wait inside libc that no descriptor of the caller shows",
    .call = resolve_call,
    .run_start = resolve_serve,
    .run_stop = remote_stop,
    .process_start = resolve_configure,
    .call_start = resolve_point_to_server,
};
