/* `concadvise dump`: one stage of the analysis as text. */
#include "base/suggest.h"
#include "cli/analysis.h"
#include "cli/terminal.h"

#include <string.h>

/* The stage's number, or STAGE_COUNT with a message. */
static enum stage find_stage(struct session *session)
{
    const char *wanted = session->options.arguments.count ? session->options.arguments.items[0] : NULL;
    unsigned stage = 0;
    while (stage < STAGE_COUNT && !(wanted && strcmp(stage_names[stage], wanted) == 0))
        stage++;
    if (stage < STAGE_COUNT)
        return (enum stage)stage;
    const char *near = wanted ? suggest(wanted, stage_names) : NULL;
    const char *advice = near ? arena_printf(&session->arena, "did you mean '%s'?", near)
                              : "the stages are summary, graph, flow and cost";
    if (wanted)
        session_mistake(session, advice, "there is no stage '%s'", wanted);
    else
        session_mistake(session, advice, "dump wants a STAGE");
    return STAGE_COUNT;
}

int command_dump(struct session *session)
{
    enum stage stage = find_stage(session);
    if (stage == STAGE_COUNT || !session_load_knowledge(session))
        return EXIT_MISTAKE;
    const string_list *arguments = &session->options.arguments;
    bool one_function = !session->options.all && arguments->count > 1;
    struct analyzer_options options;
    if (!analysis_options(session, one_function ? 2 : 1, &options))
        return EXIT_MISTAKE;
    struct progress progress;
    progress_begin(&progress, !session->options.quiet);
    options.progress = progress_show;
    options.progress_data = &progress;
    struct problems problems = {0};
    bool good =
        analyze_dump(&options, session->knowledge, stage, one_function ? arguments->items[1] : NULL, stdout, &problems);
    progress_end(&progress);
    session_close_output(session, stdout, NULL);
    session_print_problems(session, &problems);
    return good ? EXIT_CLEAN : EXIT_MISTAKE;
}
