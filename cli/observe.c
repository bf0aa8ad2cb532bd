/* `concadvise observe`: measures functions while a command runs, or imports what a profiler measured, and says which
 * classes the analysis got wrong. */
#include "base/path.h"
#include "base/text.h"
#include "cli/analysis.h"
#include "cli/observe_compare.h"
#include "cli/observe_import.h"
#include "cli/observe_records.h"
#include "cli/observe_run.h"
#include "cli/terminal.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Where a measured tree begins: the analysis' root, else the first path, else the current directory. */
static const char *find_root(struct session *session, const struct result *result)
{
    const string_list *paths = &session->options.arguments;
    const char *root = result->root ? result->root : paths->count ? paths->items[0] : ".";
    const char *real = path_real(&session->arena, root);
    return real ? real : root;
}

static void write_observed(struct session *session, const struct observed *observed, const char *root)
{
    const char *file = session->options.output;
    if (!file) {
        const char *directory = path_join(&session->arena, root, OBSERVED_DIRECTORY);
        file = path_join(&session->arena, root, OBSERVED_FILE);
        if (mkdir(directory, 0777) != 0 && errno != EEXIST) {
            session_mistake(session, NULL, "cannot make %s: %s", directory, strerror(errno));
            return;
        }
    }
    FILE *stream = session_open_output(session, file);
    if (!stream)
        return;
    observed_write(observed, CONCADVISE_VERSION, stream);
    if (session_close_output(session, stream, file) && !session->options.quiet)
        fprintf(stderr, "note: the measurements are in %s\n", file);
}

/* The whole, in a sentence or two. */
static void print_measured(const struct printer *printer, const struct observed *observed)
{
    struct text text = {0};
    text_add_counted(&text, observed->function_count, "function");
    if (observed->processes) {
        text_add(&text, " ran in ");
        text_add_count(&text, observed->processes);
        text_add(&text, observed->processes == 1 ? " process" : " processes");
    } else {
        text_add(&text, " found in the profiles");
    }
    if (observed->overhead.share >= 0) {
        text_add(&text, "; recording took ");
        text_add_percent(&text, observed->overhead.share);
        text_add(&text, " of the processor time, which is taken out");
    }
    text_add(&text, ".");
    if (observed->cut_short)
        text_printf(&text, " %u of the processes crashed, were killed or still run: what they did until then counts.",
                    observed->cut_short);
    if (observed->lost_threads)
        text_printf(&text, " %u threads could not be recorded.", observed->lost_threads);
    print_wrapped(printer, 0, "", 0, text_string(&text));
    text_free(&text);
}

/* The command's own arguments must not be taken for flags of the files. */
static bool run_analysis(struct session *session, struct result *result)
{
    struct options *options = &session->options;
    struct options given = *options;
    options->dashes = false;
    options->after_dashes = NULL;
    options->after_dashes_count = 0;
    bool analysed = analysis_run(session, 0, REPORT_CHECK, result);
    options->dashes = given.dashes;
    options->after_dashes = given.after_dashes;
    options->after_dashes_count = given.after_dashes_count;
    return analysed;
}

static void report(struct session *session, const struct observed *observed, const struct result *result)
{
    const struct printer printer = {stdout, terminal_color(stdout, (enum color_choice)session->options.color),
                                    terminal_width(stdout)};
    print_measured(&printer, observed);
    if (result->root)
        observe_compare(&printer, observed, result, session->options.all);
    session_close_output(session, stdout, NULL);
}

/* Runs the command; its records become rows. `status` is the command's. */
static void measure(struct session *session, const struct result *result, const char *records,
                    struct observed *observed)
{
    struct observe_rows rows;
    observe_rows_init(&rows);
    observed->source = "instrumented";
    observed->command = (const char *const *)session->options.after_dashes;
    observed->command_count = session->options.after_dashes_count;
    observe_read_records(records, find_root(session, result), &rows, observed, &session->problems);
    session_print_problems(session, &session->problems);
    observe_rows_finish(&rows, observed);
    observe_rows_free(&rows);
    if (!observed->function_count)
        session_mistake(session,
                        "the command has to compile the program and to run it (clean first: what is up to date is not "
                        "compiled again), or to run what was compiled under observe before",
                        "no function of %s was recorded", find_root(session, result));
}

static void import(struct session *session, const struct result *result, struct observed *observed)
{
    observed->source = "imported";
    observed->command = session->options.imports.items;
    observed->command_count = session->options.imports.count;
    observe_import(session, result, observed);
    if (!observed->function_count)
        session_mistake(session, "are these profiles of this tree's programs?", "no function of %s was found",
                        find_root(session, result));
}

/* What was asked for makes sense. */
static bool check_request(struct session *session)
{
    const struct options *options = &session->options;
    if (options->imports.count && options->after_dashes_count)
        session_mistake(session, "observe twice", "observe either runs a COMMAND or imports, not both");
    else if (!options->imports.count && !options->after_dashes_count)
        session_mistake(session, "as in: concadvise observe -- make check",
                        "observe wants the COMMAND to run after --, or files to --import");
    else if (options->imports.count && options->measure_only)
        session_mistake(session, NULL, "--import needs the analysis: profiles have names alone, not files");
    return !session->mistaken;
}

int command_observe(struct session *session)
{
    if (!check_request(session))
        return EXIT_MISTAKE;
    const char *records = NULL;
    int status = EXIT_CLEAN;
    if (!session->options.imports.count && !observe_run(session, &records, &status))
        return EXIT_MISTAKE;
    if (status != EXIT_CLEAN)
        fprintf(stderr, "note: the command ended with %d\n", status);
    struct result result;
    struct observed observed;
    result_init(&result);
    observed_init(&observed);
    if (!session->options.measure_only && !run_analysis(session, &result))
        fputs("note: nothing could be analysed to compare with\n", stderr);
    if (records)
        measure(session, &result, records, &observed);
    else if (result.root)
        import(session, &result, &observed);
    if (observed.function_count) {
        write_observed(session, &observed, find_root(session, &result));
        report(session, &observed, &result);
    }
    if (records)
        observe_remove(records);
    observed_free(&observed);
    result_free(&result);
    return status;
}
