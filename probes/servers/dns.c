/* A resolver that knows every name: one A record, and nothing of other types (RFC 1035). */
#include "probes/servers/server.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { HEADER_SIZE = 12, ANSWER_SIZE = 16, TYPE_A = 1, CLASS_IN = 1, LONGEST_NAME = 255 };

/* FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv/) into 10.0.0.0/8. */
uint32_t server_dns_address(const char *name)
{
    uint32_t hash = 2166136261u;
    for (; *name; name++)
        hash = (hash ^ (uint32_t)tolower((unsigned char)*name)) * 16777619u;
    return 10u << 24 | ((hash >> 8) ^ (hash & 0xFFu));
}

/* The question's name with dots; returns where it ends, 0 if it is malformed. */
static size_t read_name(const unsigned char *bytes, size_t size, char name[LONGEST_NAME + 1])
{
    size_t at = HEADER_SIZE, length = 0;
    while (at < size && bytes[at]) {
        size_t label = bytes[at++];
        if (label > 63 || at + label > size || length + label + 1 > LONGEST_NAME)
            return 0;
        if (length)
            name[length++] = '.';
        memcpy(name + length, bytes + at, label);
        length += label;
        at += label;
    }
    name[length] = '\0';
    return at < size ? at + 1 : 0;
}

static void put16(unsigned char *at, unsigned value)
{
    at[0] = (unsigned char)(value >> 8);
    at[1] = (unsigned char)value;
}

/* The record of the question's name, which stands at HEADER_SIZE; it is good for a minute. */
static void put_record(unsigned char *at, uint32_t address)
{
    put16(at, 0xC000u | HEADER_SIZE);
    put16(at + 2, TYPE_A);
    put16(at + 4, CLASS_IN);
    put16(at + 6, 0);
    put16(at + 8, 60);
    put16(at + 10, 4);
    put16(at + 12, address >> 16);
    put16(at + 14, address & 0xFFFFu);
}

static size_t take_query(const unsigned char *bytes, size_t size, struct server_answer *answer)
{
    char name[LONGEST_NAME + 1];
    size_t end = size > HEADER_SIZE ? read_name(bytes, size, name) : 0;
    if (end == 0 || end + 4 > size)
        return size;
    bool known = bytes[end] == 0 && bytes[end + 1] == TYPE_A;
    answer->size = end + 4 + (known ? ANSWER_SIZE : 0);
    answer->bytes = calloc(1, answer->size);
    if (!answer->bytes)
        return size;
    memcpy(answer->bytes, bytes, end + 4);
    put16(answer->bytes + 2, 0x8580u); /* an answer, authoritative; recursion was wanted and is there */
    put16(answer->bytes + 4, 1);
    put16(answer->bytes + 6, known);
    put16(answer->bytes + 8, 0);
    put16(answer->bytes + 10, 0);
    if (known)
        put_record(answer->bytes + end + 4, server_dns_address(name));
    return size;
}

const struct server_protocol server_dns = {SOCK_DGRAM, take_query};
