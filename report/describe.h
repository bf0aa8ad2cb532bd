/* Sentences about functions, units and advice that several formats print. Each adds to a text; none ends a line.
 *
 * Numbers and their units are held together by U+00A0, which the printer turns into a space.
 */
#ifndef REPORT_DESCRIBE_H
#define REPORT_DESCRIBE_H

#include "base/text.h"
#include "model/result.h"

#include <stdbool.h>

/* "io (92 % sure): ≈ 30 ms waiting (network); ≈ 10 µs computing" */
void describe_behaviour(struct text *text, const struct function_result *function);

/* "io: 31 ms a call, 99 % of it asleep; 412 calls": what was measured, and whether the estimate is right. */
void describe_measured(struct text *text, const struct function_result *function);

/* "network 95 %, dns 5 %": the kinds of waiting that matter, the longest first. */
void describe_waits(struct text *text, const struct function_result *function);

/* "called in a loop at src/main.c:88, in main" */
void describe_unit(struct text *text, const struct result *result, const struct unit *unit);

/* "K = 32 (assumed); from K = 256 on: async" */
void describe_k(struct text *text, const struct advice *advice);

/* "3 functions and 4 calls; recv becomes io_uring IORING_OP_RECV": what the model's introduction touches. Nothing is
 * added where nothing is known. */
void describe_effort(struct text *text, const struct unit *unit, enum model model);

/* "98 of 100 translation units (2 failed), …": how much was seen. */
void describe_coverage(struct text *text, const struct coverage *coverage);

/* "1,204 trivial, 80 cpu, …": the functions by class, the classes in the order of the vocabulary. */
void describe_class_counts(struct text *text, const struct result *result, const uint32_t *functions, uint32_t count);

/* "shared state, predicted speed-up": what no pass assessed and the advice would have looked at. */
void describe_not_assessed(struct text *text, const struct result *result);

/* A fact's name as words: "shared_state" → "shared state". */
void describe_fact(struct text *text, const char *fact);

/* "info", "warning", "error" */
const char *describe_severity(enum severity severity);

#endif
