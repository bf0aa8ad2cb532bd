/* What a stream shows text on: whether it takes colours, and how wide it is. */
#ifndef BASE_TERMINAL_H
#define BASE_TERMINAL_H

#include <stdbool.h>
#include <stdio.h>

/* Colours on a terminal that is not TERM=dumb, unless NO_COLOR is set; FORCE_COLOR wants them elsewhere too. */
bool terminal_wants_color(FILE *stream);

/* The columns of a terminal, else those that COLUMNS says; 100 where neither says any from 40 to 500. */
unsigned terminal_width(FILE *stream);

#endif
