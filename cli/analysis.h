/* What check, classify, explain and dump share: from the command line to a result with advice, and to the reports.
 *
 * Ownership: the caller calls result_free in every case.
 */
#ifndef CLI_ANALYSIS_H
#define CLI_ANALYSIS_H

#include "cli/session.h"
#include "model/result.h"

#include <stdbool.h>

/* The analyzer's options from the command line; `paths` are its arguments from number `first` on. Paths that cannot be
 * read are reported and left out; false if none is left or the profile is not known. Strings are the session's. */
bool analysis_options(struct session *session, uint32_t first, struct analyzer_options *options);

/* Loads, analyses and advises; false if there is nothing to report. */
bool analysis_run(struct session *session, uint32_t first_path, enum report_view view, struct result *result);

/* Writes every report that the command line asks for. */
void analysis_report(struct session *session, const struct result *result, enum report_view view,
                     const uint32_t *functions, uint32_t function_count);

/* EXIT_INCOMPLETE if a translation unit failed, else EXIT_CLEAN. */
int analysis_status(const struct result *result);

#endif
