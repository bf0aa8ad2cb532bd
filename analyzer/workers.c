/* Translation units as tasks of a process pool. */
#include "analyzer/workers.h"

#include "analyzer/answer.h"
#include "analyzer/extract.h"
#include "analyzer/parse.h"
#include "analyzer/process_pool.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const double default_timeout = 120;
enum { UNITS_PER_WORKER = 200 };
static const size_t worker_memory = (size_t)1 << 30;

struct sized_unit {
    uint32_t unit;
    off_t size;
};

struct summarizing {
    const struct unit_list *list;
    const struct analyzer_options *options;
    struct summary_bytes *summaries;
    struct problems *unit_problems; /* one for each unit, so that their order is the list's */
    struct sized_unit *order;       /* largest first: the last to finish should be a small one */
    uint32_t started;               /* of `order` */
    uint32_t done;
    double timeout;
};

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
    const struct translation_unit *unit = &work->list->units[task];
    struct problems problems = {0};
    struct parsed_unit parsed;
    struct text summary = {0};
    if (parse_unit(state, unit, NULL, &parsed, &problems)) {
        extract_summary(parsed.unit, unit, work->list->root, parsed.errors, &summary);
        parse_dispose(&parsed);
    }
    answer_write(answer, &problems, &summary);
    text_free(&summary);
    problems_free(&problems);
}

/* ---- in the parent ---- */

static bool next(void *data, uint32_t *task)
{
    struct summarizing *work = data;
    if (work->started == work->list->count)
        return false;
    *task = work->order[work->started++].unit;
    return true;
}

static void report_lost(struct summarizing *work, const struct task_report *report)
{
    struct problems *problems = &work->unit_problems[report->task];
    struct place place = {.file = work->list->units[report->task].name};
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

static void finished(void *data, const struct task_report *report)
{
    struct summarizing *work = data;
    struct summary_bytes *summary = &work->summaries[report->task];
    if (report->outcome != TASK_ANSWERED)
        report_lost(work, report);
    else
        answer_read(report->answer, report->size, &work->unit_problems[report->task], &summary->bytes, &summary->size);
    work->done++;
    if (work->options->progress)
        work->options->progress(work->options->progress_data, work->done, work->list->count,
                                work->list->units[report->task].name);
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

/* Hands the units' problems on in the list's order. */
static void collect_problems(struct summarizing *work, struct problems *problems)
{
    for (uint32_t i = 0; i < work->list->count; i++) {
        for (array_each(struct problem, problem, &work->unit_problems[i].list))
            problems_add(problems, problem->severity, (struct place){problem->file, problem->line, problem->column},
                         problem->advice, "%s", problem->message);
        problems_free(&work->unit_problems[i]);
    }
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
    memset(summaries, 0, list->count * sizeof *summaries);
    work.unit_problems = must_malloc(list->count * sizeof *work.unit_problems);
    memset(work.unit_problems, 0, list->count * sizeof *work.unit_problems);
    work.order = must_malloc(list->count * sizeof *work.order);
    order_by_size(&work);

    struct pool_work pool = {.data = &work, .next = next, .finished = finished, .start = start, .perform = perform};
    struct pool_limits limits = {
        .workers = options->workers ? options->workers : available_cpus(),
        .timeout = work.timeout,
        .worker_tasks = UNITS_PER_WORKER,
        .worker_memory = worker_memory,
    };
    if (limits.workers > list->count)
        limits.workers = list->count;
    struct interrupts interrupts;
    interrupts_hold(&interrupts);
    pool_run(&pool, &limits, &interrupts);
    interrupts_release(&interrupts);
    collect_problems(&work, problems);
    free(work.unit_problems);
    free(work.order);
}
