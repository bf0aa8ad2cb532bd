/* One run of a command: its options, what it loaded, what went wrong, and how it ends.
 *
 * Ownership: the session owns all that it loads; session_end releases it.
 * Errors: problems are printed to standard error as soon as a step ends, and counted for the exit code.
 */
#ifndef CLI_SESSION_H
#define CLI_SESSION_H

#include "analyzer/analyzer.h"
#include "cli/options.h"
#include "knowledge/knowledge.h"
#include "rules/rules.h"

#include <stdbool.h>

/* The exit codes; what each means is in help.c. */
enum exit_status { EXIT_CLEAN = 0, EXIT_FINDINGS = 1, EXIT_MISTAKE = 2, EXIT_INCOMPLETE = 3 };

struct session {
    struct arena arena;
    struct options options;
    struct problems problems; /* not printed yet */
    bool mistaken;            /* something ends the run with EXIT_MISTAKE, at once or after the report */
    struct knowledge *knowledge;
    struct rules *rules;
};

/* A command: does its work and returns the exit code, not counting `mistaken`. */
typedef int command_function(struct session *session);
#define COMMAND(id, name, arguments, text, details) command_function command_##name;
#include "cli/commands.def"

void session_begin(struct session *session);
void session_end(struct session *session);

/* Adds a mistake in what the user gave. */
void session_mistake(struct session *session, const char *advice, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Prints the problems so far and forgets them. With `all`, none is left out. */
void session_print_problems(struct session *session, struct problems *problems);

/* Load what a command needs: false where the run cannot go on. Mistakes in the user's own files are printed, and the
 * rest of them counts. */
bool session_load_knowledge(struct session *session);
bool session_load_rules(struct session *session);

/* Adds the files of --api, last, so that their entries win. */
void session_add_apis(struct session *session);

/* The profile that was named exists, or a message has the nearest one. Of a file the profile is loaded, and its name
 * takes the place of the path in the options. */
bool session_check_profile(struct session *session);

/* A FILE to write to, standard output for NULL; and its end: false, with a message, if anything could not be written.
 */
FILE *session_open_output(struct session *session, const char *file);
bool session_close_output(struct session *session, FILE *stream, const char *file);

#endif
