/* Profiles that other tools made, as measurements: perf script's text, folded on-CPU and folded off-CPU stacks. */
#ifndef CLI_OBSERVE_IMPORT_H
#define CLI_OBSERVE_IMPORT_H

#include "cli/session.h"
#include "model/observed.h"
#include "model/result.h"

/* Reads each file of --import and fills the observation. Profiles have names alone: those that functions of one file of
 * the analysed tree have become rows. Faults are printed, with file and line; the rest counts. */
void observe_import(struct session *session, const struct result *result, struct observed *observed);

#endif
