/* Inputs of probes. */
#include "probes/inputs.h"

#include <stdlib.h>
#include <string.h>

unsigned char *input_bytes(const struct concprobe_call *call, size_t size)
{
    unsigned char *bytes = malloc(size);
    for (size_t at = 0; bytes && at < size; at += sizeof(uint64_t)) {
        uint64_t random = concprobe_random(call, at);
        size_t rest = size - at;
        memcpy(bytes + at, &random, rest < sizeof random ? rest : sizeof random);
    }
    return bytes;
}

char *input_text(const struct concprobe_call *call, size_t size)
{
    static const char *const words[] = {"the",   "waiting", "server", "reads", "a",       "line",  "of",    "text",
                                        "going", "over",    "every",  "open",  "running", "among", "other", "threads"};
    char *text = malloc(size);
    if (!text)
        return NULL;
    size_t at = 0;
    for (uint64_t which = 0; at + 1 < size; which++) {
        uint64_t random = concprobe_random(call, which);
        const char *word = words[random % 16];
        for (size_t i = 0; word[i] && at + 1 < size; i++)
            text[at++] = word[i];
        if (at + 1 < size)
            text[at++] = (random >> 8) % 12 == 0 ? '\n' : ' ';
    }
    text[at] = '\0';
    return text;
}

size_t input_choice(const struct concprobe_call *call, uint64_t which, size_t limit)
{
    return (size_t)(concprobe_random(call, which) % limit);
}

int input_free_run(struct concprobe_call *call)
{
    free(call->run);
    return 0;
}

int input_free_worker(struct concprobe_call *call)
{
    free(call->worker);
    return 0;
}

uint64_t input_spin(uint64_t start, unsigned steps)
{
    uint64_t value = start | 1;
    for (unsigned i = 0; i < steps; i++) { /* xorshift64, Marsaglia 2003: each step needs the one before */
        value ^= value << 13;
        value ^= value >> 7;
        value ^= value << 17;
    }
    return value;
}
