/* What parsing costs without anything behind it, and what sharing headers between units brings.
 *
 * Usage: frontend ROUNDS PATH. CPU time, one process; of each measurement the least of ROUNDS. The constants in
 * analyzer/parse.c (when a header is worth sharing) come from the table that this prints. Built by bench/frontend.
 */
#include "analyzer/parse.h"

#include <stdlib.h>
#include <time.h>

struct bench {
    struct unit_list list;
    struct prefix_plan plan;
    struct parser parser;
    struct problems problems;
    unsigned rounds;
};

/* CPU time of this process, in milliseconds. */
static double cpu_ms(void)
{
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

static void keep_least(double *least, double value)
{
    if (*least == 0 || value < *least)
        *least = value;
}

/* Parsing one unit; negative if it was not parsed as asked. */
static double unit_ms(struct bench *bench, uint32_t unit, const char *precompiled)
{
    double least = 0;
    bool as_asked = true;
    for (unsigned i = 0; i < bench->rounds; i++) {
        struct parsed_unit parsed;
        double begin = cpu_ms();
        bool done = parse_unit(&bench->parser, &bench->list.units[unit], precompiled, &parsed, &bench->problems);
        parse_dispose(&parsed);
        keep_least(&least, cpu_ms() - begin);
        as_asked &= done && parsed.shared == (precompiled != NULL);
    }
    return as_asked ? least : -least;
}

/* Compiling a group's header and writing it out; negative if it cannot or should not be shared. */
static double compile_ms(struct bench *bench, const struct prefix_group *group)
{
    double least = 0;
    bool usable = true;
    for (unsigned i = 0; i < bench->rounds; i++) {
        struct parsed_unit parsed;
        double begin = cpu_ms();
        usable &= parse_prefix(&bench->parser, group, &parsed, &bench->problems);
        parse_dispose(&parsed);
        keep_least(&least, cpu_ms() - begin);
    }
    return usable ? least : -least;
}

/* Measures the units of a group, or (-1) those of none; adds to the totals. */
static void measure_units(struct bench *bench, int32_t group, double *alone, double *shared)
{
    const struct prefix_group *with = group < 0 ? NULL : &bench->plan.groups.items[group];
    double compile = with ? compile_ms(bench, with) : 0, group_alone = 0,
           group_shared = compile < 0 ? -compile : compile;
    for (uint32_t i = 0; i < bench->list.count; i++) {
        if (bench->plan.group_of[i] != group)
            continue;
        double own = unit_ms(bench, i, NULL);
        own = own < 0 ? -own : own;
        double together = with && compile > 0 ? unit_ms(bench, i, with->precompiled) : own;
        group_alone += own;
        group_shared += together < 0 ? -together : together;
    }
    *alone += group_alone;
    *shared += group_shared;
    if (!with)
        return;
    double gain = (group_alone - (group_shared - (compile < 0 ? -compile : compile))) / with->members;
    printf("%-40s %5u %9.1f %9.1f %9.1f", with->unit.name, with->members, compile < 0 ? -compile : compile, group_alone,
           group_shared);
    if (compile > 0 && gain > 0)
        printf(" %9.1f\n", compile / gain);
    else
        printf("  not shared\n");
}

int main(int count, char **arguments)
{
    if (count != 3 || atoi(arguments[1]) < 1) {
        fprintf(stderr, "usage: frontend ROUNDS PATH\n");
        return 2;
    }
    struct bench bench = {.rounds = (unsigned)atoi(arguments[1])};
    const char *paths[] = {arguments[2]};
    struct analyzer_options options = {.paths = paths, .path_count = 1};
    double begin = cpu_ms();
    if (!unit_list_make(&bench.list, &options, &bench.problems)) {
        problems_print(&bench.problems, stderr);
        return 1;
    }
    double listing = cpu_ms() - begin, alone = 0, shared = 0;
    begin = cpu_ms();
    prefix_plan_make(&bench.plan, &bench.list, true, &bench.problems);
    double planning = cpu_ms() - begin;
    parser_init(&bench.parser, bench.list.root);
    printf("%-40s %5s %9s %9s %9s %9s\n", "first header", "units", "compile", "alone", "shared", "pays from");
    for (int32_t group = -1; group < (int32_t)bench.plan.groups.count; group++)
        measure_units(&bench, group, &alone, &shared);
    printf(
        "%u units: finding them %.1f ms, looking for shared headers %.1f ms, parsing %.0f ms alone, %.0f ms shared\n",
        bench.list.count, listing, planning, alone, shared);
    parser_free(&bench.parser);
    prefix_plan_free(&bench.plan);
    unit_list_free(&bench.list);
    problems_free(&bench.problems);
    return 0;
}
