/* `concadvise explain`: the whole evidence about a function. */
#include "base/text.h"
#include "cli/analysis.h"
#include "cli/find_function.h"

/* Several functions have the name: a message lists them. */
static void list_candidates(struct session *session, const struct result *result, const char *name,
                            const struct function_matches *matches)
{
    const uint32_t shown = 20;
    struct text all = {0};
    text_add(&all, "say which one:");
    for (uint32_t i = 0; i < matches->list.count && i < shown; i++) {
        const struct function_result *function = &result->functions[matches->list.items[i]];
        text_printf(&all, "\n  %s:%s  (%s:%u, id %s)", function->file, function->name, function->file, function->line,
                    function->id);
    }
    if (matches->list.count > shown)
        text_printf(&all, "\n  and %u more", matches->list.count - shown);
    session_mistake(session, text_string(&all), "there are %u functions '%s'", matches->list.count, name);
    text_free(&all);
}

int command_explain(struct session *session)
{
    if (!session->options.arguments.count) {
        session_mistake(session, "'concadvise classify' lists all functions",
                        "explain wants the name of a function: concadvise explain NAME [PATH…]");
        return EXIT_MISTAKE;
    }
    const char *name = session->options.arguments.items[0];
    struct result result;
    result_init(&result);
    int status = EXIT_MISTAKE;
    if (analysis_run(session, 1, REPORT_EXPLAIN, &result)) {
        struct function_matches matches;
        find_functions(&result, name, &matches);
        status = analysis_status(&result);
        if (!matches.list.count)
            session_mistake(session, nearest_function(&session->arena, &result, name), "there is no function '%s'",
                            name);
        else if (!matches.same_id)
            list_candidates(session, &result, name, &matches);
        else
            analysis_report(session, &result, REPORT_EXPLAIN, matches.list.items, matches.list.count);
        array_free(&matches.list);
    }
    result_free(&result);
    return status;
}
