/* What a worker sends back for one unit: its problems and the bytes of its summary.
 *
 * The form is private to one run of the program: parent and worker are the same binary on the same machine.
 */
#ifndef ANALYZER_ANSWER_H
#define ANALYZER_ANSWER_H

#include "base/error.h"
#include "base/text.h"

void answer_write(struct text *answer, const struct problems *problems, const struct text *summary);

/* Adds the problems; `bytes` is malloc'ed, or NULL where there is no summary. False if the answer is cut short. */
bool answer_read(const char *answer, size_t size, struct problems *problems, unsigned char **bytes, size_t *byte_count);

#endif
