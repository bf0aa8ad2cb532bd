/* Where the output of a command without an analysis goes: each requested format, as text or JSON. */
#ifndef CLI_OUTPUTS_H
#define CLI_OUTPUTS_H

#include "cli/session.h"

#include <stdio.h>

enum plain_format { PLAIN_FULL, PLAIN_JSON };

typedef bool plain_writer(FILE *stream, enum plain_format format, void *data);

/* Writes once for each requested output; `concise`, which such commands do not have, is a mistake. */
void write_outputs(struct session *session, plain_writer *writer, void *data);

#endif
