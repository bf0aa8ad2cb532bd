/* The analyzer's entry: all stages, then their result; and the dumps. */
#include "analyzer/graph_print.h"
#include "analyzer/stages.h"

#include <stdlib.h>
#include <string.h>

bool analyze(const struct analyzer_options *options, const struct knowledge *knowledge, struct result *result)
{
    struct stages stages;
    bool done = stages_run(&stages, options, knowledge, STAGE_COST, &result->problems);
    if (done) {
        result->root = arena_strdup(&result->arena, stages.list.root);
        result->profile = stages.profile->name;
        result->profile_description = stages.profile->description;
        result->flags_guessed = stages.list.guessed;
        uint32_t *index_of = must_malloc((stages.linked.functions.count + 1) * sizeof *index_of);
        result_add_functions(&stages, result, index_of);
        result_add_units(&stages, result, index_of);
        result_add_coverage(&stages, result);
        free(index_of);
    }
    stages_free(&stages);
    return done;
}

/* ---- dumps ---- */

static bool is_named(const struct names *names, const struct function *function, const char *wanted)
{
    if (!wanted)
        return true;
    const char *name = names_string(names, function->name), *file = names_string(names, function->file);
    if (strcmp(name, wanted) == 0 || strcmp(names_string(names, function->id), wanted) == 0)
        return true;
    const char *colon = strrchr(wanted, ':');
    return colon && strcmp(colon + 1, name) == 0 && strncmp(wanted, file, (size_t)(colon - wanted)) == 0 &&
           file[colon - wanted] == '\0';
}

static void dump_function(const struct stages *stages, enum stage stage, uint32_t function, FILE *stream)
{
    uint32_t program = stages->program_of[function];
    if (stage == STAGE_SUMMARY)
        summary_print_function(&stages->linked.names, stage_function(stages, function), stream);
    else if (program == SUMMARY_NONE)
        fprintf(stream, "%s: no program holds it\n", stage_name(stages, function));
    else if (stage == STAGE_GRAPH)
        linked_print_graph(&stages->linked, &stages->linked.programs.items[program], function, stream);
    else if (stage == STAGE_FLOW)
        flow_print(stages->flows[program], function, stream);
    else
        costs_print(stages->costs[program], function, stream);
}

bool analyze_dump(const struct analyzer_options *options, const struct knowledge *knowledge, enum stage stage,
                  const char *function, FILE *stream, struct problems *problems)
{
    struct stages stages;
    bool found = false;
    if (stages_run(&stages, options, knowledge, stage, problems)) {
        for (uint32_t i = 0; i < stages.linked.functions.count; i++) {
            if (!is_named(&stages.linked.names, stage_function(&stages, i), function))
                continue;
            dump_function(&stages, stage, i, stream);
            found = true;
        }
        if (!found && function)
            problems_add(problems, SEVERITY_ERROR, (struct place){0}, "concadvise classify lists the functions",
                         "there is no function '%s'", function);
    }
    stages_free(&stages);
    return found || !function;
}
