/* From the command line to a result with advice, and to the reports. */
#include "cli/analysis.h"

#include "cli/advise.h"
#include "cli/find_function.h"
#include "cli/project.h"
#include "cli/terminal.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* The arguments that can be read; false if there were some and none is left. */
static bool readable_paths(struct session *session, uint32_t first, struct analyzer_options *options)
{
    const struct options *given = &session->options;
    uint32_t count = given->arguments.count > first ? given->arguments.count - first : 0;
    const char **paths = ARENA_ARRAY(&session->arena, const char *, count + 1);
    for (uint32_t i = 0; i < count; i++) {
        const char *path = given->arguments.items[first + i];
        if (access(path, R_OK) == 0)
            paths[options->path_count++] = path;
        else
            session_mistake(session, NULL, "cannot read %s: %s", path, strerror(errno));
    }
    options->paths = paths;
    return count == 0 || options->path_count > 0;
}

bool analysis_options(struct session *session, uint32_t first, struct analyzer_options *options)
{
    const struct options *given = &session->options;
    *options = (struct analyzer_options){
        .database = given->database,
        .fixed_flags = (const char *const *)given->after_dashes,
        .fixed_flag_count = given->after_dashes_count,
        .extra_flags = given->extra_args.items,
        .extra_flag_count = given->extra_args.count,
        .workers = given->workers,
        .timeout = given->timeout,
        .no_prefix_sharing = given->no_prefix_sharing,
        .profile = given->profile,
        .named_units = given->units.items,
        .named_unit_count = given->units.count,
    };
    bool good = session_check_profile(session) && readable_paths(session, first, options);
    options->profile = given->profile; /* of a file only the name is left */
    if (good)
        project_load_apis(session, options->path_count ? options->paths[0] : ".");
    if (given->dashes && !options->path_count && good) {
        session_mistake(session, "as in: concadvise check FILE -- FLAGS", "flags after -- need a FILE before it");
        good = false;
    }
    session_print_problems(session, &session->problems);
    return good;
}

/* The functions that --unit names exist, or messages have the nearest ones. */
static void check_units(struct session *session, const struct result *result)
{
    for (uint32_t i = 0; i < session->options.units.count; i++) {
        const char *name = session->options.units.items[i];
        struct function_matches matches = {0};
        find_functions(result, name, &matches);
        if (!matches.list.count)
            session_mistake(session, nearest_function(&session->arena, result, name), "there is no function '%s'",
                            name);
        array_free(&matches.list);
    }
    session_print_problems(session, &session->problems);
}

static unsigned planned_cores(const struct options *options)
{
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    return options->cores ? options->cores : online > 0 ? (unsigned)online : 1;
}

bool analysis_run(struct session *session, uint32_t first_path, enum report_view view, struct result *result)
{
    struct analyzer_options options;
    struct progress progress;
    if (!session_load_knowledge(session) || !session_load_rules(session) ||
        !analysis_options(session, first_path, &options)) {
        session->mistaken = true;
        return false;
    }
    progress_begin(&progress, !session->options.quiet);
    options.details = view != REPORT_CHECK; /* only the views of functions print it */
    options.progress = progress_show;
    options.progress_data = &progress;
    bool analysed = analyze(&options, session->knowledge, result);
    progress_end(&progress);
    if (analysed)
        result_add_observed(result);
    session_print_problems(session, &result->problems);
    if (!analysed) {
        session->mistaken = true;
        return false;
    }
    check_units(session, result);
    advise(result, session->rules,
           &(struct advise_options){session->options.concurrency, planned_cores(&session->options)});
    return true;
}

static void write_report(struct session *session, const struct output_request *request, const struct result *result,
                         struct report_options *options)
{
    FILE *stream = session_open_output(session, request->file);
    if (!stream)
        return;
    options->color = terminal_color(stream, (enum color_choice)session->options.color);
    options->width = terminal_width(stream);
    request->format->write(result, options, stream);
    session_close_output(session, stream, request->file);
}

void analysis_report(struct session *session, const struct result *result, enum report_view view,
                     const uint32_t *functions, uint32_t function_count)
{
    const struct options *given = &session->options;
    struct report_options options = {.view = view,
                                     .all = given->all,
                                     .version = CONCADVISE_VERSION,
                                     .functions = functions,
                                     .function_count = function_count};
    const struct output_request usual = {report_formats[0], NULL};
    for (uint32_t i = 0; i < given->outputs.count; i++)
        write_report(session, &given->outputs.items[i], result, &options);
    if (!given->outputs.count)
        write_report(session, &usual, result, &options);
}

int analysis_status(const struct result *result)
{
    return result->coverage.failed_units ? EXIT_INCOMPLETE : EXIT_CLEAN;
}
