/* observed.json, read: the file may have been edited, cut off or made by another version. */
#include "base/path.h"
#include "model/observed.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

struct reader {
    struct observed *observed;
    const char *path;
    struct problems *problems;
};

static bool refuse(const struct reader *reader, unsigned line, unsigned column, const char *what)
{
    problems_add(reader->problems, SEVERITY_WARNING, (struct place){reader->path, line, column},
                 "measure again with 'concadvise observe', or remove the file", "%s", what);
    return false;
}

static bool get_number(json_object *object, const char *key, double *number)
{
    json_object *value;
    *number = -1;
    if (!json_object_object_get_ex(object, key, &value))
        return true;
    if (!json_object_is_type(value, json_type_int) && !json_object_is_type(value, json_type_double))
        return false;
    *number = json_object_get_double(value);
    return *number >= 0;
}

static bool get_whole(json_object *object, const char *key, uint32_t *number)
{
    double value;
    bool good = get_number(object, key, &value) && value <= UINT32_MAX;
    *number = good && value > 0 ? (uint32_t)value : 0;
    return good;
}

static const char *get_string(struct reader *reader, json_object *object, const char *key)
{
    json_object *value;
    if (!json_object_object_get_ex(object, key, &value) || !json_object_is_type(value, json_type_string))
        return NULL;
    return arena_strdup(&reader->observed->arena, json_object_get_string(value));
}

static bool get_measures(json_object *object, struct observed_function *function)
{
    const struct {
        const char *key;
        double *number;
    } fields[] = {
        {"calls", &function->calls},
        {"outer_calls", &function->outer_calls},
        {"unfinished_calls", &function->unfinished_calls},
        {"wall_ns_incl", &function->wall_ns},
        {"cpu_ns_incl", &function->cpu_ns},
        {"wall_ns_self", &function->wall_self_ns},
        {"cpu_ns_self", &function->cpu_self_ns},
        {"offcpu_share", &function->offcpu_share},
        {"lock_share", &function->lock_share},
        {"iocall_share", &function->iocall_share},
        {"agree", &function->agree},
    };
    for (unsigned i = 0; i < sizeof fields / sizeof *fields; i++)
        if (!get_number(object, fields[i].key, fields[i].number))
            return false;
    return true;
}

static bool read_function(struct reader *reader, json_object *object, struct observed_function *function)
{
    *function = (struct observed_function){.file = get_string(reader, object, "file"),
                                           .name = get_string(reader, object, "name")};
    uint32_t line;
    if (!function->file || !function->name || !get_whole(object, "line", &line) || !get_measures(object, function))
        return false;
    function->line = line;
    const char *label = get_string(reader, object, "label");
    int found = label ? concept_find(CONCEPT_CLASS, label) : -1;
    function->labelled = found >= 0;
    function->label = found >= 0 ? (enum class_kind)found : CLASS_UNKNOWN;
    return !label || found >= 0;
}

static bool read_functions(struct reader *reader, json_object *list)
{
    size_t count = json_object_array_length(list);
    struct observed *observed = reader->observed;
    observed->functions = ARENA_ARRAY(&observed->arena, struct observed_function, count);
    for (size_t i = 0; i < count; i++) {
        json_object *object = json_object_array_get_idx(list, i);
        struct observed_function *function = &observed->functions[i];
        if (!json_object_is_type(object, json_type_object) || !read_function(reader, object, function)) {
            const char *what =
                arena_printf(&observed->arena, "function number %zu is not as %s has them", i + 1, OBSERVED_FILE);
            return refuse(reader, 0, 0, what);
        }
        observed->function_count++;
    }
    observed_sort(observed);
    return true;
}

static bool read_document(struct reader *reader, json_object *document)
{
    struct observed *observed = reader->observed;
    json_object *list, *overhead;
    if (!json_object_is_type(document, json_type_object) || !json_object_object_get_ex(document, "functions", &list) ||
        !json_object_is_type(list, json_type_array))
        return refuse(reader, 0, 0, "this is no record of an observation: it has no list 'functions'");
    observed->source = get_string(reader, document, "source");
    bool good = get_whole(document, "processes", &observed->processes) &&
                get_whole(document, "cut_short", &observed->cut_short) &&
                get_whole(document, "threads", &observed->threads) &&
                get_whole(document, "lost_threads", &observed->lost_threads);
    if (good && json_object_object_get_ex(document, "overhead", &overhead))
        good = get_number(overhead, "hook_ns", &observed->overhead.hook_ns) &&
               get_number(overhead, "sample_ns", &observed->overhead.sample_ns) &&
               get_number(overhead, "share", &observed->overhead.share);
    if (!observed->source || !good)
        return refuse(reader, 0, 0, "the head is not as 'concadvise observe' writes it");
    return read_functions(reader, list);
}

/* Where the reading stopped, as line and column. */
static void find_place(const char *text, size_t at, unsigned *line, unsigned *column)
{
    *line = *column = 1;
    for (size_t i = 0; i < at; i++) {
        *column = text[i] == '\n' ? 1 : *column + 1;
        *line += text[i] == '\n';
    }
}

static bool parse(struct reader *reader, const char *text, size_t length)
{
    json_tokener *tokener = json_tokener_new();
    json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
    json_object *document = json_tokener_parse_ex(tokener, text, (int)length + 1);
    enum json_tokener_error error = json_tokener_get_error(tokener);
    size_t at = json_tokener_get_parse_end(tokener);
    json_tokener_free(tokener);
    bool good = error == json_tokener_success;
    if (good) {
        good = read_document(reader, document);
    } else {
        unsigned line, column;
        find_place(text, at < length ? at : length, &line, &column);
        refuse(reader, line, column, json_tokener_error_desc(error));
    }
    json_object_put(document);
    return good;
}

bool observed_read(struct observed *observed, const char *path, struct problems *problems)
{
    const size_t largest = (size_t)1 << 30;
    struct reader reader = {observed, path, problems};
    size_t length;
    char *text = file_read(path, largest, &length);
    if (!text) {
        if (errno != ENOENT && errno != ENOTDIR)
            refuse(&reader, 0, 0, strerror(errno));
        return false;
    }
    bool good = parse(&reader, text, length);
    free(text);
    return good;
}
