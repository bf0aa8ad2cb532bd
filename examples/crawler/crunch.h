/* What a page is about, in numbers: computed from its bytes alone. */
#ifndef CRUNCH_H
#define CRUNCH_H

#include <stddef.h>
#include <stdint.h>

#define SIGNATURE_SLOTS 128

struct digest {
    uint32_t checksum; /* CRC-32 of all bytes */
    size_t words;
    uint32_t signature[SIGNATURE_SLOTS]; /* MinHash of the set of words */
};

void crunch(const char *bytes, size_t length, struct digest *digest);

/* How many of their words two pages share, 0 to 1, estimated from the signatures. */
double similarity(const struct digest *a, const struct digest *b);

#endif
