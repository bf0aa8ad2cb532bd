/* What the tables of commands and options become: help, man page, completions. */
#ifndef CLI_HELP_H
#define CLI_HELP_H

#include "cli/options.h"

#include <stdio.h>

/* `concadvise --help`, and `concadvise COMMAND --help`. */
void help_write(FILE *stream);
void help_write_command(FILE *stream, enum command_id command);

/* The man page, in roff. */
void manual_write(FILE *stream);

/* "bash", "zsh", "fish", NULL-terminated; and one's completions. */
extern const char *const completion_shells[];
void completions_write(FILE *stream, unsigned shell);

/* The exit codes: number and meaning, for help and man page. */
struct exit_code {
    int code;
    const char *text;
};
extern const struct exit_code exit_codes[];
extern const unsigned exit_code_count;

/* The environment variables that count. */
struct variable {
    const char *name;
    const char *text;
};
extern const struct variable variables[];
extern const unsigned variable_count;

#endif
