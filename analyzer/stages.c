/* Discover, summarise, link, value flow, cost: each stage once, as far as it is needed. */
#include "analyzer/derive_internal.h"
#include "analyzer/workers.h"

#include <stdlib.h>
#include <string.h>

const char *const stage_names[] = {"summary", "graph", "flow", "cost", NULL};

static void read_summaries(struct stages *stages, struct summary_bytes *bytes, unsigned count,
                           struct summary *summaries, unsigned *read, struct problems *problems)
{
    uint32_t *number = must_malloc(count * sizeof *number); /* of the summary of these bytes, or NONE */
    for (unsigned i = 0; i < count; i++) {
        bool is_unit = i < stages->list.count;
        number[i] = SUMMARY_NONE;
        struct place place = {is_unit ? stages->list.units[i].name : NULL, 0, 0};
        if (bytes[i].size && summary_read(&summaries[*read], bytes[i].bytes, bytes[i].size)) {
            summaries[*read].prefix = bytes[i].from_prefix;
            stages->broken_units += is_unit && summaries[*read].errors > 0;
            number[i] = (*read)++;
        } else if (is_unit) {
            stages->failed_units++;
            if (bytes[i].size)
                problems_add(problems, SEVERITY_ERROR, place, "run again; if it stays, this is a defect of concadvise",
                             "a worker sent back a summary that cannot be read");
        }
        free(bytes[i].bytes);
    }
    for (unsigned i = 0; i < stages->list.count; i++)
        if (number[i] != SUMMARY_NONE && bytes[i].prefix >= 0)
            summaries[number[i]].shares = number[stages->list.count + (uint32_t)bytes[i].prefix];
    free(number);
}

static void summarize_and_link(struct stages *stages, struct problems *problems)
{
    unsigned count = stages->list.count, prefix_count = 0, read = 0;
    struct summary_bytes *prefixes = NULL;
    struct summary_bytes *bytes = must_malloc(count * sizeof *bytes);
    memset(bytes, 0, count * sizeof *bytes);
    summarize_units(&stages->list, stages->options, bytes, &prefixes, &prefix_count, problems);
    bytes = must_realloc(bytes, (count + prefix_count) * sizeof *bytes);
    if (prefix_count)
        memcpy(bytes + count, prefixes, prefix_count * sizeof *bytes);
    struct summary *summaries = must_malloc((count + prefix_count + 1) * sizeof *summaries);
    read_summaries(stages, bytes, count + prefix_count, summaries, &read, problems);
    if (stages->options->library)
        summaries_as_library(summaries, &read, stages->options->library);
    link_summaries(&stages->linked, summaries, read, stages->knowledge);
    stages->has_linked = true;
    for (unsigned i = 0; i < read; i++)
        summary_free(&summaries[i]);
    free(summaries);
    free(bytes);
    free(prefixes);
}

/* Of the programs that hold a function, the one with the most units answers for it; of equals the first. */
static void choose_programs(struct stages *stages)
{
    uint32_t count = stages->linked.functions.count;
    stages->program_of = must_malloc((count + 1) * sizeof *stages->program_of);
    for (uint32_t i = 0; i < count; i++)
        stages->program_of[i] = SUMMARY_NONE;
    for (uint32_t p = 0; p < stages->linked.programs.count; p++) {
        const struct program *program = &stages->linked.programs.items[p];
        for (array_each(const uint32_t, function, &program->functions)) {
            uint32_t known = stages->program_of[*function];
            if (known == SUMMARY_NONE || stages->linked.programs.items[known].units.count < program->units.count)
                stages->program_of[*function] = p;
        }
    }
}

/* The classes of a program's functions under the other profiles: where one differs, the answer depends on the place. */
static void classify_elsewhere(struct stages *stages, uint32_t p)
{
    const struct program *program = &stages->linked.programs.items[p];
    for (size_t other = 0; other < knowledge_profile_count(stages->knowledge); other++) {
        uint8_t *classes = stages->other_classes[other];
        if (!classes)
            continue;
        struct costs *costs = costs_solve(&stages->linked, program, stages->flows[p], stages->knowledge,
                                          knowledge_profile_at(stages->knowledge, other));
        for (array_each(const uint32_t, function, &program->functions)) {
            const struct cost_entry *entry = costs_function(costs, *function);
            struct classification classification;
            if (stages->program_of[*function] != p || !entry)
                continue;
            stage_classify(stages, entry, &classification);
            classes[*function] = (uint8_t)classification.class_kind;
        }
        costs_free(costs);
    }
}

static void make_other_classes(struct stages *stages)
{
    size_t count = knowledge_profile_count(stages->knowledge), functions = stages->linked.functions.count;
    stages->other_classes = must_malloc((count + 1) * sizeof(uint8_t *));
    for (size_t i = 0; i <= count; i++) {
        stages->other_classes[i] = NULL;
        if (i == count || !stages->options->details || knowledge_profile_at(stages->knowledge, i) == stages->profile)
            continue;
        stages->other_classes[i] = must_malloc(functions + 1);
        memset(stages->other_classes[i], CLASS_UNKNOWN, functions + 1);
    }
}

static void solve(struct stages *stages, enum stage last)
{
    make_other_classes(stages);
    uint32_t count = stages->linked.programs.count;
    stages->flows = must_malloc((count + 1) * sizeof(struct flow *));
    stages->costs = must_malloc((count + 1) * sizeof(struct costs *));
    for (uint32_t p = 0; p < count; p++) {
        const struct program *program = &stages->linked.programs.items[p];
        stages->flows[p] = flow_solve(&stages->linked, program, stages->knowledge);
        stages->costs[p] = last >= STAGE_COST ? costs_solve(&stages->linked, program, stages->flows[p],
                                                            stages->knowledge, stages->profile)
                                              : NULL;
        if (last >= STAGE_COST && stages->options->details)
            classify_elsewhere(stages, p);
    }
}

bool stages_run(struct stages *stages, const struct analyzer_options *options, const struct knowledge *knowledge,
                enum stage last, struct problems *problems)
{
    memset(stages, 0, sizeof *stages);
    stages->options = options;
    stages->knowledge = knowledge;
    stages->profile = knowledge_profile(knowledge, options->profile ? options->profile : "server-lan");
    if (!stages->profile) {
        problems_add(problems, SEVERITY_ERROR, (struct place){0}, "see concadvise --help for the profiles",
                     "there is no cost profile '%s'", options->profile ? options->profile : "server-lan");
        return false;
    }
    stages->has_list = true;
    if (!unit_list_make(&stages->list, options, problems))
        return false;
    summarize_and_link(stages, problems);
    choose_programs(stages);
    if (last >= STAGE_FLOW)
        solve(stages, last);
    return true;
}

void stages_free(struct stages *stages)
{
    for (uint32_t p = 0; stages->has_linked && p < stages->linked.programs.count; p++) {
        if (stages->costs && stages->costs[p])
            costs_free(stages->costs[p]);
        if (stages->flows)
            flow_free(stages->flows[p]);
    }
    for (size_t i = 0; stages->other_classes && i < knowledge_profile_count(stages->knowledge); i++)
        free(stages->other_classes[i]);
    free(stages->other_classes);
    free(stages->costs);
    free(stages->flows);
    free(stages->program_of);
    if (stages->has_linked)
        linked_free(&stages->linked);
    if (stages->has_list)
        unit_list_free(&stages->list);
}
