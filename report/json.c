/* JSON: the contract that other programs rely on. The schemas are in schema/; a change here is a change there. */
#include "base/json_writer.h"
#include "report/formats.h"
#include "report/json_parts.h"

#include <string.h>

static void write_findings(struct json_writer *json, const struct result *result, const char *function)
{
    json_key(json, "findings");
    json_array_begin(json);
    for (uint32_t i = 0; i < result->finding_count; i++)
        if (!function || (result->findings[i].function && strcmp(result->findings[i].function, function) == 0))
            json_finding(json, &result->findings[i]);
    json_array_end(json);
}

static void json_check(struct json_writer *json, const struct result *result, const struct report_options *options)
{
    (void)options;
    write_findings(json, result, NULL);
    json_key(json, "advice");
    json_array_begin(json);
    for (uint32_t i = 0; i < result->advice_count; i++)
        json_advice(json, result, &result->advice[i], true, false);
    json_array_end(json);
}

static void write_functions(struct json_writer *json, const struct result *result, const struct report_options *options,
                            bool in_full)
{
    struct advice_index index;
    advice_index_make(&index, result);
    json_key(json, "functions");
    json_array_begin(json);
    for (uint32_t i = 0; i < options->function_count; i++) {
        json_object_begin(json);
        json_function(json, result, &index, options->functions[i], in_full);
        if (in_full)
            write_findings(json, result, result->functions[options->functions[i]].id);
        json_object_end(json);
    }
    json_array_end(json);
    advice_index_free(&index);
}

static void json_classify(struct json_writer *json, const struct result *result, const struct report_options *options)
{
    write_functions(json, result, options, false);
}

static void json_explain(struct json_writer *json, const struct result *result, const struct report_options *options)
{
    write_functions(json, result, options, true);
}

static bool write_json(const struct result *result, const struct report_options *options, FILE *stream)
{
    static void (*const views[REPORT_VIEW_COUNT])(struct json_writer *, const struct result *,
                                                  const struct report_options *) = {
        [REPORT_CHECK] = json_check, [REPORT_CLASSIFY] = json_classify, [REPORT_EXPLAIN] = json_explain};
    struct json_writer json;
    json_begin(&json, stream, true);
    json_object_begin(&json);
    json_head(&json, result, options->version);
    views[options->view](&json, result, options);
    json_object_end(&json);
    return json_finish(&json);
}

const struct report_format report_json = {"json", "for other programs; the schemas are installed", write_json};
