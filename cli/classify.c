/* `concadvise classify`: every function's class, costs and model. */
#include "cli/analysis.h"

#include <fnmatch.h>
#include <stdlib.h>

static bool matches_any(const string_list *patterns, const char *string)
{
    for (uint32_t i = 0; i < patterns->count; i++)
        if (fnmatch(patterns->items[i], string, 0) == 0)
            return true;
    return patterns->count == 0;
}

static bool is_wanted(const struct options *options, const struct function_result *function)
{
    if (options->classes && !(options->classes & (1u << function->class_kind)))
        return false;
    return matches_any(&options->files, function->file) && matches_any(&options->functions, function->name);
}

/* The dearest first; equal ones stay in the order of their places. */
static int compare_costs(const void *left, const void *right, void *data)
{
    const struct function_result *functions = data;
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    double cost_a = functions[a].cpu_ns + functions[a].wait_ns, cost_b = functions[b].cpu_ns + functions[b].wait_ns;
    if (cost_a < cost_b || cost_a > cost_b)
        return cost_a < cost_b ? 1 : -1;
    return (a > b) - (a < b);
}

int command_classify(struct session *session)
{
    struct result result;
    result_init(&result);
    int status = EXIT_MISTAKE;
    if (analysis_run(session, 0, REPORT_CLASSIFY, &result)) {
        ARRAY(uint32_t) wanted = {0};
        for (uint32_t i = 0; i < result.function_count; i++)
            if (is_wanted(&session->options, &result.functions[i]))
                array_push(&wanted, i);
        if (session->options.sort == SORT_COST && wanted.count)
            qsort_r(wanted.items, wanted.count, sizeof *wanted.items, compare_costs, result.functions);
        analysis_report(session, &result, REPORT_CLASSIFY, wanted.items, wanted.count);
        status = analysis_status(&result);
        array_free(&wanted);
    }
    result_free(&result);
    return status;
}
