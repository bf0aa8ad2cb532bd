/* The names of the vocabulary. */
#include "knowledge/internal.h"

#include <string.h>

const char *const fd_kind_names[] = {"network", "disk", "pipe", "terminal", "device", "database", "event", NULL};
const char *const fd_family_names[] = {"any", "socket", "stream", "file", NULL};

const char *const quantity_names[] = {
#define QUANTITY(id, name, unit, text) name,
#include "knowledge/quantities.def"
    NULL};

const char *const quantity_units[] = {
#define QUANTITY(id, name, unit, text) unit,
#include "knowledge/quantities.def"
    NULL};

const char *fd_kind_name(enum fd_kind kind)
{
    return fd_kind_names[kind];
}

int fd_kind_find(const char *name)
{
    for (int kind = 0; kind < FD_KIND_COUNT; kind++)
        if (strcmp(fd_kind_names[kind], name) == 0)
            return kind;
    return -1;
}
