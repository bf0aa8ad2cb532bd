/* concprobe_main: a program of probes. */
#include "base/terminal.h"
#include "runtime/command_line.h"
#include "runtime/print.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { EXIT_MEASURED = 0, EXIT_WRONG_USE = 2, EXIT_NOTHING = 3 };

/* What was written has arrived. */
static bool finish(FILE *stream)
{
    if (fflush(stream) == 0 && !ferror(stream))
        return true;
    fprintf(stderr, "error: the output cannot be written: %s\n", strerror(errno));
    return false;
}

static bool anything_measured(const struct concprobe_outcome *outcome)
{
    for (size_t i = 0; i < outcome->cell_count; i++)
        if (outcome->cells[i].status == CONCPROBE_MEASURED)
            return true;
    return false;
}

/* All probes, or the one that was named. */
static int list(const struct command_line *line)
{
    const struct concprobe_probe *first = line->probe ? line->probe : line->probes;
    const size_t count = line->probe ? 1 : line->probe_count;
    for (size_t i = 0; i < count; i++)
        printf("%-16s  %s\n", first[i].name, first[i].summary ? first[i].summary : "");
    return finish(stdout) ? EXIT_MEASURED : EXIT_WRONG_USE;
}

static int run(struct command_line *line)
{
    char error[256] = "";
    if (isatty(STDERR_FILENO))
        line->options.progress = stderr;
    struct concprobe_outcome *outcome = concprobe_run(line->probe, &line->options, error);
    if (!outcome) {
        fprintf(stderr, "error: %s\n", error[0] ? error : "memory is out");
        return EXIT_NOTHING;
    }
    int status = anything_measured(outcome) ? EXIT_MEASURED : EXIT_NOTHING;
    if (line->json) {
        if (!concprobe_print_json(outcome, stdout))
            status = EXIT_WRONG_USE;
    } else {
        concprobe_print(outcome, stdout, terminal_width(stdout));
    }
    if (outcome->error[0] && line->json)
        fprintf(stderr, "error: %s\n", outcome->error);
    if (!finish(stdout))
        status = EXIT_WRONG_USE;
    concprobe_outcome_free(outcome);
    return status;
}

int concprobe_main(int argc, char **argv, const struct concprobe_probe *probes, size_t count)
{
    struct command_line line = {.probes = probes, .probe_count = count};
    int status = EXIT_WRONG_USE;
    if (command_line_read(&line, argc, argv)) {
        if (line.help) {
            const char *slash = strrchr(argv[0], '/');
            command_line_help(slash ? slash + 1 : argv[0], stdout);
            status = finish(stdout) ? EXIT_MEASURED : EXIT_WRONG_USE;
        } else {
            status = line.list ? list(&line) : run(&line);
        }
    }
    command_line_free(&line);
    return status;
}
