/* `concadvise build -- COMMAND`: records a compile database while the user's own build runs, with bear. */
#include "base/path.h"
#include "cli/child.h"
#include "cli/session.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char database[] = "compile_commands.json";

/* bear's command line: bear [--append] --output FILE -- COMMAND… */
static char **bear_arguments(struct session *session, bool append)
{
    const struct options *options = &session->options;
    char **arguments = ARENA_ARRAY(&session->arena, char *, options->after_dashes_count + 6);
    unsigned count = 0;
    arguments[count++] = arena_strdup(&session->arena, "bear");
    if (append)
        arguments[count++] = arena_strdup(&session->arena, "--append");
    arguments[count++] = arena_strdup(&session->arena, "--output");
    arguments[count++] = arena_strdup(&session->arena, database);
    arguments[count++] = arena_strdup(&session->arena, "--");
    for (unsigned i = 0; i < options->after_dashes_count; i++)
        arguments[count++] = options->after_dashes[i];
    return arguments;
}

/* How many translation units the database lists. */
static unsigned count_units(void)
{
    const size_t largest = (size_t)1 << 30;
    size_t length;
    unsigned count = 0;
    char *text = file_read(database, largest, &length);
    for (const char *at = text; at && (at = strstr(at, "\"file\":")); at++)
        count++;
    free(text);
    return count;
}

int command_build(struct session *session)
{
    if (session->options.arguments.count || !session->options.after_dashes_count) {
        session_mistake(session, "as in: concadvise build -- make", "build wants the COMMAND to run after --");
        return EXIT_MISTAKE;
    }
    bool append = access(database, F_OK) == 0;
    if (append)
        fprintf(stderr, "note: %s is there already and is added to; remove it to start anew\n", database);
    unsigned before = append ? count_units() : 0;
    pid_t child;
    int failed = child_start(&child, bear_arguments(session, append));
    if (failed) {
        session_mistake(session,
                        failed == ENOENT ? "install it (Debian: apt-get install bear), or let your build system write "
                                           "compile_commands.json (CMake: -DCMAKE_EXPORT_COMPILE_COMMANDS=ON)"
                                         : NULL,
                        "cannot run bear, which records the compile database: %s", strerror(failed));
        return EXIT_MISTAKE;
    }
    int status = child_wait(child);
    unsigned count = count_units();
    if (count == 0)
        session_mistake(session, "what is up to date is not compiled again: clean first",
                        "the command compiled nothing: %s lists no translation unit", database);
    else
        fprintf(stderr, "note: %s lists %u translation units (%u before)\n", database, count, before);
    return status;
}
