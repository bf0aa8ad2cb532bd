/* Pages from the network or the disk, read whole, with blocking calls. */
#ifndef FETCH_H
#define FETCH_H

#include <stdbool.h>
#include <stddef.h>

#define FETCH_LIMIT ((size_t)4 << 20)

struct page {
    char *bytes; /* malloc'ed, zero-terminated */
    size_t length;
};

bool is_url(const char *source);

/* Is there an address for the host of this URL? */
bool host_resolves(const char *url);

/* http://HOST[:PORT][/PATH], or a path. False, with a message on stderr, if it cannot be read. */
bool fetch(const char *source, struct page *page);

#endif
