/* What the streams are: colours, width, and the line that shows progress. */
#ifndef CLI_TERMINAL_H
#define CLI_TERMINAL_H

#include "cli/options.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* Whether a stream gets colours: the option, else NO_COLOR, else FORCE_COLOR, else whether it is a terminal. */
bool terminal_color(FILE *stream, enum color_choice choice);

/* The width to wrap text at: the terminal's, else COLUMNS, else 100. */
unsigned terminal_width(FILE *stream);

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
