/* As much of HTTP/1.1 as a client of the probes needs: GET with keep-alive (RFC 9112). */
#include "probes/servers/server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { LARGEST_BODY = 1 << 24 };

/* Text of 16 letters in runs: a body that compresses about as well as a page does. */
unsigned char server_http_byte(uint64_t seed, size_t place)
{
    uint64_t mixed = (seed + place / 3 + 1) * 0x9E3779B97F4A7C15u;
    mixed ^= mixed >> 29;
    mixed *= 0xBF58476D1CE4E5B9u;
    return (unsigned char)('a' + (mixed >> 60));
}

static void make_page(struct server_answer *answer, size_t size, uint64_t seed)
{
    char head[160];
    int head_size =
        snprintf(head, sizeof head, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %zu\r\n\r\n", size);
    answer->bytes = malloc((size_t)head_size + size);
    if (!answer->bytes)
        return;
    memcpy(answer->bytes, head, (size_t)head_size);
    for (size_t i = 0; i < size; i++)
        answer->bytes[(size_t)head_size + i] = server_http_byte(seed, i);
    answer->size = (size_t)head_size + size;
    answer->at_once = size == 0;
}

static void make_refusal(struct server_answer *answer)
{
    static const char text[] = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";
    answer->bytes = malloc(sizeof text - 1);
    if (!answer->bytes)
        return;
    memcpy(answer->bytes, text, sizeof text - 1);
    answer->size = sizeof text - 1;
}

static size_t take_request(const unsigned char *bytes, size_t size, struct server_answer *answer)
{
    const unsigned char *end = memmem(bytes, size, "\r\n\r\n", 4);
    if (!end)
        return 0;
    char line[128];
    size_t length = (size_t)(end - bytes) < sizeof line - 1 ? (size_t)(end - bytes) : sizeof line - 1;
    memcpy(line, bytes, length);
    line[length] = '\0';
    static const char method[] = "GET /";
    char *rest = line + sizeof method - 1;
    size_t body = 0;
    uint64_t seed = 0;
    int known = strncmp(line, method, sizeof method - 1) == 0;
    if (known) {
        body = strtoull(rest, &rest, 10);
        known = *rest == '/' && body <= LARGEST_BODY;
    }
    if (known)
        seed = strtoull(rest + 1, NULL, 10);
    if (known)
        make_page(answer, body, seed);
    else
        make_refusal(answer);
    return (size_t)(end - bytes) + 4;
}

const struct server_protocol server_http = {SOCK_STREAM, take_request};
