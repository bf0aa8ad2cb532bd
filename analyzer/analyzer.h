/* From a source tree to the classes and units of work: the analyzer's one entry.
 *
 * discover → summarise each translation unit in worker processes → link → value flow → cost → class → units.
 *
 * Ownership: the caller owns options and result; call result_free. Threads: one analysis at a time per process (workers
 * are forked). Errors: what is wrong with an input goes to result->problems and the rest goes on; analyze() returns
 * false only if nothing could be analysed at all, and then a problem says why and what to do.
 */
#ifndef ANALYZER_ANALYZER_H
#define ANALYZER_ANALYZER_H

#include "knowledge/knowledge.h"
#include "model/result.h"

#include <stdbool.h>
#include <stdio.h>

/* Told about progress, in the parent process: `done` of `total` units, and the file that was finished. */
typedef void progress_function(void *data, uint32_t done, uint32_t total, const char *file);

struct derive_options;

struct analyzer_options {
    const char *const *paths; /* files and directories; none: "." */
    unsigned path_count;
    const char *database;           /* -p: a directory or a compile_commands.json; NULL: look for one */
    const char *const *fixed_flags; /* after "--": the compiler and its flags for `paths`, or flags alone */
    unsigned fixed_flag_count;
    const char *const *extra_flags; /* --extra-arg: added behind each unit's flags */
    unsigned extra_flag_count;
    unsigned workers;               /* processes; 0: the number of CPUs */
    double timeout;                 /* seconds a translation unit may take; 0: 120 */
    bool no_prefix_sharing;         /* do not share precompiled first includes between units */
    const char *profile;            /* name of the cost profile; NULL: "server-lan" */
    bool details;                   /* of each function: evidence, and where its class differs under other profiles */
    const char *const *named_units; /* functions that the user asks about: "name" or "file:name" */
    unsigned named_unit_count;
    const struct derive_options *library; /* link the sources as this library (see derive.h); NULL: as programs */
    progress_function *progress;          /* or NULL */
    void *progress_data;
};

bool analyze(const struct analyzer_options *options, const struct knowledge *knowledge, struct result *result);

/* `concadvise dump`: one stage as text, of one function (by name or "file:name") or, where `function` is NULL, all. */
enum stage { STAGE_SUMMARY, STAGE_GRAPH, STAGE_FLOW, STAGE_COST, STAGE_COUNT };
extern const char *const stage_names[]; /* "summary", "graph", "flow", "cost", NULL */
bool analyze_dump(const struct analyzer_options *options, const struct knowledge *knowledge, enum stage stage,
                  const char *function, FILE *stream, struct problems *problems);

#endif
