/* The functions that a shared object exports. */
#ifndef CLI_SYMBOLS_H
#define CLI_SYMBOLS_H

#include "cli/session.h"

/* Reads the dynamic symbols of a 64-bit ELF file, or a text file with a name on each line; sorted by bytes, each once.
 * The strings are the session's. False, with a message, if it is neither. */
bool symbols_read(struct session *session, const char *path, const char *const **symbols, uint32_t *count);

#endif
