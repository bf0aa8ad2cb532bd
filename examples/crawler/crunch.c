/* Checksum, word count and MinHash signature (Broder, "On the resemblance and containment of documents", 1997). */
#include "crunch.h"

#include <ctype.h>

static uint32_t crc32(const char *bytes, size_t length)
{
    uint32_t crc = 0xFFFFFFFF;
    for (size_t i = 0; i < length; i++) {
        crc ^= (unsigned char)bytes[i];
        for (int bit = 0; bit < 8; bit++)
            crc = (crc >> 1) ^ (0xEDB88320 & -(crc & 1));
    }
    return ~crc;
}

static uint32_t mix(uint32_t hash, uint32_t seed)
{
    hash ^= seed * 0x9E3779B1;
    hash ^= hash >> 16;
    hash *= 0x85EBCA6B;
    hash ^= hash >> 13;
    return hash * 0xC2B2AE35;
}

static void add_word(struct digest *digest, uint32_t hash)
{
    digest->words++;
    for (uint32_t slot = 0; slot < SIGNATURE_SLOTS; slot++) {
        uint32_t mixed = mix(hash, slot + 1);
        if (mixed < digest->signature[slot])
            digest->signature[slot] = mixed;
    }
}

void crunch(const char *bytes, size_t length, struct digest *digest)
{
    uint32_t hash = 0;
    size_t letters = 0;
    *digest = (struct digest){.checksum = crc32(bytes, length)};
    for (size_t slot = 0; slot < SIGNATURE_SLOTS; slot++)
        digest->signature[slot] = UINT32_MAX;
    for (size_t i = 0; i <= length; i++) {
        unsigned char c = i < length ? (unsigned char)bytes[i] : ' ';
        if (isalnum(c)) {
            hash = hash * 31 + (uint32_t)tolower(c);
            letters++;
        } else if (letters) {
            add_word(digest, hash);
            hash = 0;
            letters = 0;
        }
    }
}

double similarity(const struct digest *a, const struct digest *b)
{
    int equal = 0;
    for (int slot = 0; slot < SIGNATURE_SLOTS; slot++)
        equal += a->signature[slot] == b->signature[slot];
    return (double)equal / SIGNATURE_SLOTS;
}
