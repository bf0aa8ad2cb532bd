/* Classes of one tree under other expectations: read once, solved again for each line of input. Built by bench/fit.
 *
 * Usage: fit KNOWLEDGE TREE. Prints the functions, "FILE NAME" (tab between) each, and an empty line. Reads the numbers
 * of those that are wanted, on one line. Then for each line "EXPECTATION VALUE EXPECTATION VALUE …", which holds until
 * it is set again: prints, on one line, for each wanted function its class, the confidence and its probability of each
 * class.
 */
#include "analyzer/stages.h"

#include <stdlib.h>
#include <string.h>

struct bench {
    struct knowledge *knowledge;
    struct stages stages;
    ARRAY(uint32_t) functions; /* of the linked program: those that are printed */
    ARRAY(uint32_t) wanted;
};

static void print_functions(struct bench *bench)
{
    for (uint32_t i = 0; i < bench->stages.linked.functions.count; i++) {
        if (bench->stages.program_of[i] == SUMMARY_NONE)
            continue;
        array_push(&bench->functions, i);
        const struct function *function = stage_function(&bench->stages, i);
        printf("%s\t%s\n", names_string(&bench->stages.linked.names, function->file), stage_name(&bench->stages, i));
    }
    printf("\n");
    fflush(stdout);
}

static void read_wanted(struct bench *bench, char *line)
{
    for (char *word = strtok(line, " \n"); word; word = strtok(NULL, " \n")) {
        uint32_t number = (uint32_t)strtoul(word, NULL, 10);
        if (number < bench->functions.count)
            array_push(&bench->wanted, bench->functions.items[number]);
    }
}

static bool set_expectations(struct bench *bench, char *line)
{
    for (char *name = strtok(line, " \n"); name; name = strtok(NULL, " \n")) {
        const char *value = strtok(NULL, " \n");
        if (!value || !knowledge_expect(bench->knowledge, name, strtod(value, NULL))) {
            fprintf(stderr, "fit: %s cannot be %s\n", name, value ? value : "nothing");
            return false;
        }
    }
    return true;
}

static void solve(struct bench *bench)
{
    struct stages *stages = &bench->stages;
    for (uint32_t p = 0; p < stages->linked.programs.count; p++) {
        costs_free(stages->costs[p]);
        stages->costs[p] = costs_solve(&stages->linked, &stages->linked.programs.items[p], stages->flows[p],
                                       bench->knowledge, stages->profile);
    }
    for (array_each(const uint32_t, function, &bench->wanted)) {
        const struct cost_entry *entry = costs_function(stage_costs(stages, *function), *function);
        struct classification found = {.class_kind = CLASS_UNKNOWN};
        if (entry)
            stage_classify(stages, entry, &found);
        printf("%s %.4f", class_name(found.class_kind), found.confidence);
        for (int kind = 0; kind < CLASS_COUNT; kind++)
            printf(" %.4f", found.probability[kind]);
        printf(" ");
    }
    printf("\n");
    fflush(stdout);
}

int main(int count, char **arguments)
{
    if (count != 3) {
        fprintf(stderr, "usage: fit KNOWLEDGE TREE\n");
        return 2;
    }
    struct problems problems = {0};
    struct bench bench = {.knowledge = knowledge_load(arguments[1], &problems)};
    const char *paths[] = {arguments[2]};
    struct analyzer_options options = {.paths = paths, .path_count = 1};
    if (!bench.knowledge || !stages_run(&bench.stages, &options, bench.knowledge, STAGE_COST, &problems)) {
        problems_print(&problems, stderr);
        return 1;
    }
    print_functions(&bench);
    char *line = NULL;
    size_t size = 0;
    if (getline(&line, &size, stdin) > 0)
        read_wanted(&bench, line);
    bool fine = true;
    while (fine && getline(&line, &size, stdin) > 0) {
        fine = set_expectations(&bench, line);
        if (fine)
            solve(&bench);
    }
    free(line);
    array_free(&bench.functions);
    array_free(&bench.wanted);
    stages_free(&bench.stages);
    knowledge_free(bench.knowledge);
    problems_free(&problems);
    return fine ? 0 : 1;
}
