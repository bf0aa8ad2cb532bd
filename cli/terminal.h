/* What the streams are: whether they take colours, and the line that shows progress. */
#ifndef CLI_TERMINAL_H
#define CLI_TERMINAL_H

#include "base/terminal.h"
#include "cli/options.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* Whether a stream gets colours: the option, else what terminal_wants_color() says. */
bool terminal_color(FILE *stream, enum color_choice choice);

/* A line on standard error that is written over and over; nothing where that is no terminal. */
struct progress {
    bool shown;   /* standard error is a terminal and wants it */
    bool written; /* there is a line to wipe */
    int64_t last; /* ns: when the line was written last */
};

void progress_begin(struct progress *progress, bool wanted);
/* A progress_function: `data` is the struct progress. */
void progress_show(void *data, uint32_t done, uint32_t total, const char *file);
void progress_end(struct progress *progress);

#endif
