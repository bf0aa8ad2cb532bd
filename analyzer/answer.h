/* What a worker sends back for one task: the problems that it met and the bytes of a summary.
 *
 * The form is private to one run of the program: parent and worker are the same binary on the same machine.
 */
#ifndef ANALYZER_ANSWER_H
#define ANALYZER_ANSWER_H

#include "base/error.h"
#include "base/text.h"

#include <stdint.h>

/* `code`: a number of the sender's choice. */
void answer_write(struct text *answer, uint32_t code, const struct problems *problems, const struct text *summary);

/* Adds the problems; `bytes` is malloc'ed, or NULL where there is no summary. False if the answer is cut short. */
bool answer_read(const char *answer, size_t size, uint32_t *code, struct problems *problems, unsigned char **bytes,
                 size_t *byte_count);

#endif
