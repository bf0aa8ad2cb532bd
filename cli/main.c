/* concadvise: finds the command and runs it. */
#include "base/suggest.h"
#include "cli/help.h"
#include "cli/session.h"

#include <limits.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <signal.h>
#include <string.h>

static command_function *const functions[COMMAND_COUNT] = {
#define COMMAND(id, name, arguments, text, details) command_##name,
#include "cli/commands.def"
};

/* Several mistakes can meet: one in what was given goes before a failed unit, and that before findings. */
static int run(struct session *session, enum command_id command, int count, char **arguments)
{
    if (!options_parse(&session->options, command, count, arguments, &session->problems)) {
        if (!session->options.help)
            return EXIT_MISTAKE;
    }
    if (session->options.help) {
        help_write_command(stdout, command);
        return session_close_output(session, stdout, NULL) ? EXIT_CLEAN : EXIT_MISTAKE;
    }
    int status = functions[command](session);
    return session->mistaken ? EXIT_MISTAKE : status;
}

static int unknown_command(const char *given)
{
    const char *names[COMMAND_COUNT + 1] = {NULL};
    for (unsigned i = 0; i < COMMAND_COUNT; i++)
        names[i] = commands[i].name;
    const char *near = suggest(given, names);
    if (*given == '-')
        fprintf(stderr, "error: '%s' stands where a command is expected; options come after the command\n", given);
    else if (near)
        fprintf(stderr, "error: there is no command '%s'; did you mean '%s'?\n", given, near);
    else
        fprintf(stderr, "error: there is no command '%s'; 'concadvise --help' lists the commands\n", given);
    return EXIT_MISTAKE;
}

static bool is_any(const char *given, const char *one, const char *other)
{
    return strcmp(given, one) == 0 || strcmp(given, other) == 0;
}

/* libclang parses on a thread of its own, whose memory would come from a second arena that grows in small steps, and
 * large tables would be given back and asked for again: 2 to 4 % of the CPU time on one large file. */
static void prepare_memory(void)
{
#ifdef __GLIBC__
    const int largest_threshold = 32 << 20; /* mallopt(3) takes no larger one for mmap */
    mallopt(M_ARENA_MAX, 1);
    mallopt(M_MMAP_THRESHOLD, largest_threshold);
    mallopt(M_TRIM_THRESHOLD, INT_MAX);
#endif
}

int main(int count, char **arguments)
{
    prepare_memory();
    signal(SIGPIPE, SIG_IGN); /* a closed pipe is an error of writing */
    if (count < 2) {
        help_write(stderr);
        return EXIT_MISTAKE;
    }
    const char *given = arguments[1];
    bool wants_help = is_any(given, "--help", "-h") || strcmp(given, "help") == 0;
    enum command_id command = command_find(strcmp(given, "--version") == 0 ? "version" : given);
    if (wants_help && count > 2)
        command = command_find(arguments[2]);
    if (command == COMMAND_COUNT && !(wants_help && count == 2))
        return unknown_command(wants_help ? arguments[2] : given);
    struct session session;
    session_begin(&session);
    int status = EXIT_CLEAN;
    if (wants_help) {
        if (count > 2)
            help_write_command(stdout, command);
        else
            help_write(stdout);
        if (!session_close_output(&session, stdout, NULL))
            status = EXIT_MISTAKE;
    } else {
        status = run(&session, command, count - 1, arguments + 1);
    }
    session_end(&session);
    return status;
}
