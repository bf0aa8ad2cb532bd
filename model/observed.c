/* Measured functions: their class, their order, and the file they are kept in. The schema is report/schema's. */
#include "model/observed.h"

#include "base/json_writer.h"

#include <stdlib.h>
#include <string.h>

void observed_init(struct observed *observed)
{
    memset(observed, 0, sizeof *observed);
    arena_init(&observed->arena);
    observed->overhead = (struct observed_overhead){-1, -1, -1};
}

void observed_free(struct observed *observed)
{
    arena_free(&observed->arena);
    memset(observed, 0, sizeof *observed);
}

enum class_kind observed_class(double call_ns, double offcpu_share, double lock_share)
{
    const double most = 0.5;
    if (call_ns >= 0 && call_ns < TRIVIAL_BELOW_NS)
        return CLASS_TRIVIAL;
    if (offcpu_share >= IO_FROM_SHARE)
        return lock_share > most * offcpu_share ? CLASS_WAIT : CLASS_IO;
    return offcpu_share <= CPU_UP_TO_SHARE ? CLASS_CPU : CLASS_MIXED;
}

static enum class_kind merged(enum class_kind class_kind)
{
    return class_kind == CLASS_WAIT ? CLASS_IO : class_kind;
}

bool observed_same_class(enum class_kind left, enum class_kind right)
{
    return merged(left) == merged(right);
}

static int compare(const void *left, const void *right)
{
    const struct observed_function *a = left, *b = right;
    int order = strcmp(a->file, b->file);
    return order ? order : strcmp(a->name, b->name);
}

void observed_sort(struct observed *observed)
{
    if (observed->function_count)
        qsort(observed->functions, observed->function_count, sizeof *observed->functions, compare);
}

const struct observed_function *observed_find(const struct observed *observed, const char *file, const char *name)
{
    const struct observed_function wanted = {.file = file, .name = name};
    if (!observed->function_count)
        return NULL;
    return bsearch(&wanted, observed->functions, observed->function_count, sizeof wanted, compare);
}

/* What was not measured is absent. */
static void write_measured(struct json_writer *json, const char *key, double value)
{
    if (value < 0)
        return;
    json_member_number(json, key, value);
}

static void write_count(struct json_writer *json, const char *key, double value)
{
    if (value < 0)
        return;
    json_member_integer(json, key, (int64_t)value);
}

void observed_write_measures(struct json_writer *json, const struct observed_function *function)
{
    if (function->labelled) {
        json_member_string(json, "label", class_name(function->label));
    }
    write_count(json, "calls", function->calls);
    write_count(json, "outer_calls", function->outer_calls);
    if (function->unfinished_calls > 0)
        write_count(json, "unfinished_calls", function->unfinished_calls);
    write_count(json, "wall_ns_incl", function->wall_ns);
    write_count(json, "cpu_ns_incl", function->cpu_ns);
    write_count(json, "wall_ns_self", function->wall_self_ns);
    write_count(json, "cpu_ns_self", function->cpu_self_ns);
    write_measured(json, "offcpu_share", function->offcpu_share);
    write_measured(json, "lock_share", function->lock_share);
    write_measured(json, "iocall_share", function->iocall_share);
    write_measured(json, "agree", function->agree);
}

static void write_function(struct json_writer *json, const struct observed_function *function)
{
    json_object_begin(json);
    json_member_string(json, "file", function->file);
    json_member_string(json, "name", function->name);
    if (function->line) {
        json_member_integer(json, "line", function->line);
    }
    observed_write_measures(json, function);
    json_object_end(json);
}

static void write_head(struct json_writer *json, const struct observed *observed, const char *version)
{
    json_member_string(json, "version", version);
    json_member_string(json, "source", observed->source);
    json_key(json, "command");
    json_array_begin(json);
    for (uint32_t i = 0; i < observed->command_count; i++)
        json_string(json, observed->command[i]);
    json_array_end(json);
    json_member_integer(json, "processes", observed->processes);
    json_member_integer(json, "cut_short", observed->cut_short);
    json_member_integer(json, "threads", observed->threads);
    json_member_integer(json, "lost_threads", observed->lost_threads);
    json_key(json, "overhead");
    json_object_begin(json);
    write_measured(json, "hook_ns", observed->overhead.hook_ns);
    write_measured(json, "sample_ns", observed->overhead.sample_ns);
    write_measured(json, "share", observed->overhead.share);
    json_object_end(json);
}

bool observed_write(const struct observed *observed, const char *version, FILE *stream)
{
    struct json_writer json;
    json_begin(&json, stream, true);
    json.compact_from = 3; /* a function is a line */
    json_object_begin(&json);
    write_head(&json, observed, version);
    json_key(&json, "functions");
    json_array_begin(&json);
    for (uint32_t i = 0; i < observed->function_count; i++)
        write_function(&json, &observed->functions[i]);
    json_array_end(&json);
    json_object_end(&json);
    return json_finish(&json);
}
