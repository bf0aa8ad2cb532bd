/* Translation units, and the headers that they share, as tasks of a process pool.
 *
 * With n units and g groups that share a header, task numbers mean: below n, read that unit; then g that compile a
 * group's header; then n that read a unit with its group's header. A number says all that a worker must know: it was
 * forked before the parent learnt which headers compile.
 */
#include "analyzer/workers.h"

#include "analyzer/answer.h"
#include "analyzer/extract.h"
#include "analyzer/limited.h"
#include "analyzer/parse.h"
#include "analyzer/prefix.h"
#include "analyzer/process_pool.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const double default_timeout = 120;
static const size_t worker_memory = (size_t)1 << 30;
enum { UNITS_PER_WORKER = 200 };

struct sized_unit {
    uint32_t unit;
    off_t size;
};

struct summarizing {
    const struct unit_list *list;
    const struct analyzer_options *options;
    struct prefix_plan plan;
    struct summary_bytes *summaries;
    struct summary_bytes *prefixes; /* one for each group */
    struct problems *unit_problems; /* one for each unit, so that their order is the list's */
    struct sized_unit *order;       /* largest first: the last to finish should be a small one */
    bool *taken;                    /* for each of `order` */
    uint32_t first_untaken;         /* in `order` */
    uint32_t groups_started;
    uint32_t done;
    struct problems group_problems;
    double timeout;
};

enum task_kind { TASK_UNIT, TASK_GROUP, TASK_UNIT_OF_GROUP };

/* What a task number means; `index` becomes that of the unit or group. */
static enum task_kind task_kind(const struct summarizing *work, uint32_t task, uint32_t *index)
{
    uint32_t units = work->list->count, groups = work->plan.groups.count;
    *index = task;
    if (task < units)
        return TASK_UNIT;
    *index = task - units;
    if (*index < groups)
        return TASK_GROUP;
    *index -= groups;
    return TASK_UNIT_OF_GROUP;
}

static struct prefix_group *group_of(const struct summarizing *work, uint32_t unit)
{
    int32_t group = work->plan.group_of[unit];
    return group < 0 ? NULL : &work->plan.groups.items[group];
}

/* ---- in a worker ---- */

static void *start(void *data)
{
    struct summarizing *work = data;
    struct parser *parser = must_malloc(sizeof *parser);
    parser_init(parser, work->list->root);
    return parser;
}

static void perform(void *data, void *state, uint32_t task, struct text *answer)
{
    struct summarizing *work = data;
    uint32_t index;
    enum task_kind kind = task_kind(work, task, &index);
    const struct translation_unit *unit = &work->list->units[index];
    struct problems problems = {0};
    struct parsed_unit parsed = {0};
    struct text summary = {0};
    bool done;
    if (kind == TASK_GROUP) {
        const struct prefix_group *group = &work->plan.groups.items[index];
        unit = &group->unit;
        done = parse_prefix(state, group, &parsed, &problems);
    } else {
        const char *precompiled = kind == TASK_UNIT_OF_GROUP ? group_of(work, index)->precompiled : NULL;
        done = parse_unit(state, unit, precompiled, &parsed, &problems);
    }
    if (done) {
        extract_summary(parsed.unit, unit, work->list->root, parsed.errors, &summary);
        parse_dispose(&parsed);
    }
    answer_write(answer, kind == TASK_GROUP ? done : parsed.shared, &problems, &summary);
    text_free(&summary);
    problems_free(&problems);
}

/* ---- in the parent ---- */

/* The number of the task that reads a unit now; false if its header is still being compiled. */
static bool unit_task(const struct summarizing *work, uint32_t unit, uint32_t *task)
{
    const struct prefix_group *group = group_of(work, unit);
    if (group && group->state == PREFIX_STARTED)
        return false;
    *task = unit;
    if (group && group->state == PREFIX_READY)
        *task += work->list->count + work->plan.groups.count;
    return true;
}

static bool next(void *data, uint32_t *task)
{
    struct summarizing *work = data;
    if (work->groups_started < work->plan.groups.count) {
        work->plan.groups.items[work->groups_started].state = PREFIX_STARTED;
        *task = work->list->count + work->groups_started++;
        return true;
    }
    while (work->first_untaken < work->list->count && work->taken[work->first_untaken])
        work->first_untaken++;
    for (uint32_t i = work->first_untaken; i < work->list->count; i++) {
        if (work->taken[i] || !unit_task(work, work->order[i].unit, task))
            continue;
        work->taken[i] = true;
        return true;
    }
    return false;
}

static void report_lost(struct summarizing *work, uint32_t unit, const struct task_report *report)
{
    struct problems *problems = &work->unit_problems[unit];
    struct place place = {.file = work->list->units[unit].name};
    switch (report->outcome) {
    case TASK_CRASHED:
        problems_add(problems, SEVERITY_ERROR, place, NULL, "not analysed: its worker process crashed (%s)",
                     strsignal(report->detail));
        break;
    case TASK_TIMED_OUT:
        problems_add(problems, SEVERITY_ERROR, place, "give it more time with --timeout",
                     "not analysed: it took longer than %g s", work->timeout);
        break;
    case TASK_NOT_RUN:
        problems_add(problems, SEVERITY_ERROR, place, NULL, "not analysed: %s",
                     report->detail ? strerror(report->detail) : "interrupted");
        break;
    default:
        problems_add(problems, SEVERITY_ERROR, place, NULL, "not analysed: its worker process ended with status %d",
                     report->detail);
        break;
    }
}

static void group_finished(struct summarizing *work, uint32_t index, const struct task_report *report)
{
    struct prefix_group *group = &work->plan.groups.items[index];
    struct summary_bytes *summary = &work->prefixes[index];
    uint32_t usable = 0;
    if (report->outcome == TASK_ANSWERED)
        answer_read(report->answer, report->size, &usable, &work->group_problems, &summary->bytes, &summary->size);
    group->state = usable ? PREFIX_READY : PREFIX_USELESS;
    if (!usable)
        prefix_group_remove(group);
}

/* A unit whose worker crashed while it used a shared header is read once more without it. */
static bool try_again(struct summarizing *work, uint32_t unit)
{
    work->plan.group_of[unit] = -1;
    for (uint32_t i = 0; i < work->list->count; i++) {
        if (work->order[i].unit != unit)
            continue;
        work->taken[i] = false;
        if (i < work->first_untaken)
            work->first_untaken = i;
    }
    return true;
}

static void unit_finished(struct summarizing *work, uint32_t unit, const struct task_report *report)
{
    struct summary_bytes *summary = &work->summaries[unit];
    uint32_t shared = 0;
    if (report->outcome == TASK_ANSWERED)
        answer_read(report->answer, report->size, &shared, &work->unit_problems[unit], &summary->bytes, &summary->size);
    else
        report_lost(work, unit, report);
    summary->prefix = shared ? work->plan.group_of[unit] : -1;
    work->done++;
    if (work->options->progress)
        work->options->progress(work->options->progress_data, work->done, work->list->count,
                                work->list->units[unit].name);
}

static void finished(void *data, const struct task_report *report)
{
    struct summarizing *work = data;
    uint32_t index;
    enum task_kind kind = task_kind(work, report->task, &index);
    if (kind == TASK_GROUP) {
        group_finished(work, index, report);
        return;
    }
    struct prefix_group *group = group_of(work, index);
    if (group && --group->unfinished == 0)
        prefix_group_remove(group);
    if (kind == TASK_UNIT_OF_GROUP && report->outcome == TASK_CRASHED && try_again(work, index))
        return;
    unit_finished(work, index, report);
}

static int larger_first(const void *a, const void *b)
{
    const struct sized_unit *left = a, *right = b;
    if (left->size != right->size)
        return left->size < right->size ? 1 : -1;
    return left->unit < right->unit ? -1 : left->unit > right->unit;
}

static void order_by_size(struct summarizing *work)
{
    for (uint32_t i = 0; i < work->list->count; i++) {
        struct stat status;
        bool found = stat(work->list->units[i].path, &status) == 0;
        work->order[i] = (struct sized_unit){i, found ? status.st_size : 0};
    }
    qsort(work->order, work->list->count, sizeof *work->order, larger_first);
}

static void run(struct summarizing *work, struct interrupts *interrupts)
{
    struct pool_work pool = {.data = work, .next = next, .finished = finished, .start = start, .perform = perform};
    struct pool_limits limits = {
        .workers = work->options->workers ? work->options->workers : available_cpus(),
        .timeout = work->timeout,
        .worker_tasks = UNITS_PER_WORKER,
        .worker_memory = worker_memory,
    };
    if (limits.workers > work->list->count)
        limits.workers = work->list->count;
    pool_run(&pool, &limits, interrupts);
}

static void copy_problem(struct problems *problems, const struct problem *problem)
{
    struct place place = {problem->file, problem->line, problem->column};
    problems_add(problems, problem->severity, place, problem->advice, "%s", problem->message);
}

/* Hands one unit's problems on; warnings only as long as they are few. */
static void hand_on(struct problems *from, struct limited *warnings, struct problems *to)
{
    for (array_each(struct problem, problem, &from->list))
        if (problem->severity != SEVERITY_WARNING || limited_next(warnings))
            copy_problem(to, problem);
    problems_free(from);
}

/* Hands the problems on, the units' in the list's order; of the groups', which are all alike, the first. */
static void collect_problems(struct summarizing *work, struct problems *problems)
{
    struct limited warnings = {0};
    for (uint32_t i = 0; i < work->list->count; i++)
        hand_on(&work->unit_problems[i], &warnings, problems);
    if (limited_rest(&warnings))
        problems_add(problems, SEVERITY_WARNING, (struct place){0}, NULL, "more files analysed in spite of errors: %u",
                     limited_rest(&warnings));
    if (work->group_problems.list.count)
        copy_problem(problems, &work->group_problems.list.items[0]);
    problems_free(&work->group_problems);
    if (work->done < work->list->count)
        problems_add(problems, SEVERITY_ERROR, (struct place){0}, NULL, "interrupted; files not analysed: %u",
                     work->list->count - work->done);
}

static void *zeroed(size_t count, size_t size)
{
    void *memory = must_malloc(count * size + 1);
    memset(memory, 0, count * size + 1);
    return memory;
}

/* Leaves only the prefixes that units share in the end; NULL if there are none. Units then refer to them by their new
 * numbers. */
static struct summary_bytes *collect_prefixes(struct summarizing *work, unsigned *count)
{
    int32_t *number = zeroed(work->plan.groups.count, sizeof *number); /* from 1; 0: not used */
    for (uint32_t i = 0; i < work->list->count; i++)
        if (work->summaries[i].prefix >= 0)
            number[work->summaries[i].prefix] = 1;
    *count = 0;
    for (uint32_t i = 0; i < work->plan.groups.count; i++) {
        if (!number[i]) {
            free(work->prefixes[i].bytes);
            continue;
        }
        work->prefixes[*count] = work->prefixes[i];
        work->prefixes[*count].prefix = -1;
        work->prefixes[*count].from_prefix = true;
        number[i] = (int32_t)++*count;
    }
    for (uint32_t i = 0; i < work->list->count; i++)
        if (work->summaries[i].prefix >= 0)
            work->summaries[i].prefix = number[work->summaries[i].prefix] - 1;
    free(number);
    if (*count)
        return work->prefixes;
    free(work->prefixes);
    return NULL;
}

void summarize_units(const struct unit_list *list, const struct analyzer_options *options,
                     struct summary_bytes *summaries, struct summary_bytes **prefixes, unsigned *prefix_count,
                     struct problems *problems)
{
    *prefixes = NULL;
    *prefix_count = 0;
    if (!list->count)
        return;
    struct summarizing work = {
        .list = list,
        .options = options,
        .summaries = summaries,
        .timeout = options->timeout > 0 ? options->timeout : default_timeout,
    };
    for (uint32_t i = 0; i < list->count; i++)
        summaries[i] = (struct summary_bytes){.prefix = -1};
    work.unit_problems = zeroed(list->count, sizeof *work.unit_problems);
    work.order = zeroed(list->count, sizeof *work.order);
    work.taken = zeroed(list->count, sizeof *work.taken);
    order_by_size(&work);
    struct interrupts interrupts;
    interrupts_hold(&interrupts);
    prefix_plan_make(&work.plan, list, !options->no_prefix_sharing, problems);
    work.prefixes = zeroed(work.plan.groups.count, sizeof *work.prefixes);
    run(&work, &interrupts);
    collect_problems(&work, problems);
    *prefixes = collect_prefixes(&work, prefix_count);
    prefix_plan_free(&work.plan);
    interrupts_release(&interrupts); /* only now: nothing is left behind */
    free(work.unit_problems);
    free(work.order);
    free(work.taken);
}
