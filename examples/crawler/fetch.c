/* Fetching: URL, name lookup, connection, HTTP/1.0 request, reading to the end. */
#include "fetch.h"

#include <fcntl.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct url {
    char host[256];
    char port[8];
    const char *path;
};

bool is_url(const char *source)
{
    return strncmp(source, "http://", 7) == 0;
}

static bool parse_url(const char *text, struct url *url)
{
    const char *host = text + strlen("http://");
    size_t host_length = strcspn(host, ":/");
    const char *rest = host + host_length;
    if (host_length == 0 || host_length >= sizeof url->host)
        return false;
    memcpy(url->host, host, host_length);
    url->host[host_length] = '\0';
    strcpy(url->port, "80");
    if (*rest == ':') {
        size_t digits = strspn(rest + 1, "0123456789");
        if (digits == 0 || digits >= sizeof url->port)
            return false;
        memcpy(url->port, rest + 1, digits);
        url->port[digits] = '\0';
        rest += 1 + digits;
    }
    url->path = *rest ? rest : "/";
    return *url->path == '/';
}

static struct addrinfo *resolve(const struct url *url)
{
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    struct addrinfo *addresses = NULL;
    int error = getaddrinfo(url->host, url->port, &hints, &addresses);
    if (error)
        fprintf(stderr, "crawler: %s: %s\n", url->host, gai_strerror(error));
    return error ? NULL : addresses;
}

bool host_resolves(const char *url_text)
{
    struct url url;
    if (!parse_url(url_text, &url))
        return false;
    struct addrinfo *addresses = resolve(&url);
    if (!addresses)
        return false;
    freeaddrinfo(addresses);
    return true;
}

static int open_connection(const struct url *url)
{
    struct addrinfo *addresses = resolve(url);
    int fd = -1;
    for (struct addrinfo *address = addresses; address && fd < 0; address = address->ai_next) {
        fd = socket(address->ai_family, address->ai_socktype, address->ai_protocol);
        if (fd >= 0 && connect(fd, address->ai_addr, address->ai_addrlen) != 0) {
            close(fd);
            fd = -1;
        }
    }
    if (addresses)
        freeaddrinfo(addresses);
    return fd;
}

static bool send_request(int fd, const struct url *url)
{
    char request[2048];
    int length = snprintf(request, sizeof request, "GET %s HTTP/1.0\r\nHost: %s\r\nUser-Agent: crawler\r\n\r\n",
                          url->path, url->host);
    if (length < 0 || (size_t)length >= sizeof request)
        return false;
    for (int sent = 0; sent < length;) {
        ssize_t written = send(fd, request + sent, (size_t)(length - sent), MSG_NOSIGNAL);
        if (written <= 0)
            return false;
        sent += (int)written;
    }
    return true;
}

/* Reads to the end of the stream, whatever it is: a socket or a file. */
static bool read_all(int fd, struct page *page)
{
    size_t room = 0;
    for (;;) {
        if (page->length + 1 >= room) {
            room = room ? room * 2 : 1 << 16;
            char *larger = room <= FETCH_LIMIT ? realloc(page->bytes, room) : NULL;
            if (!larger)
                return false;
            page->bytes = larger;
        }
        ssize_t got = read(fd, page->bytes + page->length, room - page->length - 1);
        if (got < 0)
            return false;
        page->length += (size_t)got;
        page->bytes[page->length] = '\0';
        if (got == 0)
            return true;
    }
}

bool fetch(const char *source, struct page *page)
{
    struct url url;
    int fd;
    *page = (struct page){0};
    if (!is_url(source))
        fd = open(source, O_RDONLY | O_CLOEXEC);
    else
        fd = parse_url(source, &url) ? open_connection(&url) : -1;
    bool complete = fd >= 0 && (!is_url(source) || send_request(fd, &url)) && read_all(fd, page);
    if (fd >= 0)
        close(fd);
    if (!complete) {
        fprintf(stderr, "crawler: %s: cannot be fetched\n", source);
        free(page->bytes);
        *page = (struct page){0};
    }
    return complete;
}
