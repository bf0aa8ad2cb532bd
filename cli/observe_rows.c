/* Sums of measurements by function. */
#include "cli/observe_rows.h"

#include <math.h>
#include <string.h>

/* Too little to vote: the process hardly ran the function. */
static const double least_wall_ns = 20000, least_calls = 20;
static const double most_votes = 100;

void observe_rows_init(struct observe_rows *rows)
{
    *rows = (struct observe_rows){0};
    arena_init(&rows->arena);
    names_init(&rows->keys);
}

void observe_rows_free(struct observe_rows *rows)
{
    array_free(&rows->table);
    names_free(&rows->keys);
    arena_free(&rows->arena);
}

static double share(double part, double whole)
{
    return whole > 0 ? fmin(fmax(part / whole, 0), 1) : 0;
}

/* Calls that were killed count as one each: how long they would have taken is not known. */
static enum class_kind class_of(const struct observe_measure *measure)
{
    double calls = fmax(measure->outer_calls + measure->unfinished_calls, 1);
    return observed_class(measure->wall / calls, share(measure->off, measure->wall),
                          share(fmin(measure->lock, measure->off), measure->wall));
}

static struct observe_row *find_or_add(struct observe_rows *rows, const char *file, const char *name, unsigned line)
{
    name_id key = names_add(&rows->keys, arena_printf(&rows->arena, "%s:%s", file, name));
    if (key > rows->table.count)
        array_push(&rows->table, (struct observe_row){.file = arena_strdup(&rows->arena, file),
                                                      .name = arena_strdup(&rows->arena, name),
                                                      .line = line});
    return &rows->table.items[key - 1];
}

void observe_rows_add(struct observe_rows *rows, const char *file, const char *name, unsigned line,
                      const struct observe_measure *measure)
{
    struct observe_row *row = find_or_add(rows, file, name, line);
    struct observe_measure *sum = &row->sum;
    sum->calls += measure->calls;
    sum->outer_calls += measure->outer_calls;
    sum->unfinished_calls += measure->unfinished_calls;
    sum->wall += measure->wall;
    sum->unfinished_wall += measure->unfinished_wall;
    sum->off += measure->off;
    sum->lock += measure->lock;
    sum->io += measure->io;
    sum->self_wall += measure->self_wall;
    sum->self_cpu += measure->self_cpu;
    if (measure->wall >= least_wall_ns || measure->calls >= least_calls)
        row->votes[class_of(measure)] += fmin(fmax(measure->outer_calls, 1), most_votes);
}

static double agreement(const struct observe_row *row, enum class_kind label)
{
    double all = 0, agreeing = 0;
    for (unsigned i = 0; i < CLASS_COUNT; i++) {
        all += row->votes[i];
        if (observed_same_class((enum class_kind)i, label))
            agreeing += row->votes[i];
    }
    return all > 0 ? agreeing / all : 1;
}

static struct observed_function finish(struct arena *arena, const struct observe_row *row)
{
    const double most = 0.5;
    const struct observe_measure *sum = &row->sum;
    double off = fmin(sum->off, sum->wall);
    struct observed_function function = {
        .file = arena_strdup(arena, row->file),
        .name = arena_strdup(arena, row->name),
        .line = row->line,
        .calls = sum->calls,
        .outer_calls = sum->outer_calls,
        .unfinished_calls = sum->unfinished_calls,
        .wall_ns = sum->wall,
        .cpu_ns = sum->wall - off,
        .wall_self_ns = sum->self_wall,
        .cpu_self_ns = fmin(sum->self_cpu, sum->self_wall),
        .offcpu_share = share(off, sum->wall),
        .lock_share = share(fmin(sum->lock, off), sum->wall),
        .iocall_share = share(sum->io, sum->wall),
        .label = class_of(sum),
        .labelled = sum->unfinished_calls <= 0 || sum->unfinished_wall < most * sum->wall,
    };
    function.agree = agreement(row, function.label);
    return function;
}

void observe_rows_finish(const struct observe_rows *rows, struct observed *observed)
{
    observed->function_count = rows->table.count;
    observed->functions = ARENA_ARRAY(&observed->arena, struct observed_function, rows->table.count);
    for (uint32_t i = 0; i < rows->table.count; i++)
        observed->functions[i] = finish(&observed->arena, &rows->table.items[i]);
    observed_sort(observed);
}
