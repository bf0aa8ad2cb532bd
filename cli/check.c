/* `concadvise check`: findings, and the advice worth acting on. */
#include "cli/analysis.h"

/* Whether a finding is severe enough to fail the run. */
static bool fails(const struct options *options, const struct finding *finding)
{
    static const enum severity lowest[] = {
        [FAIL_INFO] = SEVERITY_NOTE, [FAIL_WARNING] = SEVERITY_WARNING, [FAIL_ERROR] = SEVERITY_ERROR};
    if (options->exit_zero || options->fail_level == FAIL_NONE)
        return false;
    return finding->severity >= lowest[options->fail_level];
}

int command_check(struct session *session)
{
    struct result result;
    result_init(&result);
    int status = EXIT_MISTAKE;
    if (analysis_run(session, 0, REPORT_CHECK, &result)) {
        analysis_report(session, &result, REPORT_CHECK, NULL, 0);
        status = analysis_status(&result);
        for (uint32_t i = 0; i < result.finding_count && status == EXIT_CLEAN; i++)
            if (fails(&session->options, &result.findings[i]))
                status = EXIT_FINDINGS;
    }
    result_free(&result);
    return status;
}
