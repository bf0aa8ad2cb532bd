/* What the knowledge base says of a function, in words. Each call adds to a text and ends no line. */
#ifndef CLI_API_WORDS_H
#define CLI_API_WORDS_H

#include "base/text.h"
#include "knowledge/knowledge.h"

/* "fd is network or pipe, non-blocking; flags has 64" */
void api_add_conditions(struct text *text, const struct api *api, const struct predicate *predicates, unsigned count);

/* "computes system-call + copy-byte for each byte of count; waits for the descriptor fd: network-wait" */
void api_add_variant(struct text *text, const struct api *api, const struct api_cost_variant *variant);

/* "opens a descriptor (disk) in its result" */
void api_add_effect(struct text *text, const struct api *api, const struct effect *effect);

/* "safe", "safe if race:stream", "unsafe", "not known" */
void api_add_thread_safety(struct text *text, const struct api *api);

/* The word for JSON: "opens", "calls-back", … */
const char *api_effect_word(enum effect_kind kind);
const char *api_thread_safety_word(enum thread_safety safety);

#endif
