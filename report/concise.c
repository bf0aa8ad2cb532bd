/* The concise text: a line each, "file:line:column: kind: message", as compilers print and editors read. */
#include "report/describe.h"
#include "report/formats.h"
#include "report/index.h"
#include "report/printer.h"

/* Prints "file:line:column: message" and clears the text. */
static void print_line(const struct printer *printer, struct place place, struct text *message)
{
    struct text line = {0};
    text_add_place(&line, place);
    text_add(&line, ": ");
    text_add_length(&line, text_string(message), message->length);
    print_tinted(printer, TINT_PLAIN, text_string(&line));
    putc('\n', printer->stream);
    text_free(&line);
    text_clear(message);
}

static struct place place_of(const struct function_result *function)
{
    return (struct place){function->file, function->line, function->column};
}

static void add_advice(struct text *text, const struct result *result, const struct advice *advice)
{
    const struct unit *unit = &result->units[advice->unit];
    text_printf(text, "advice: %s: %s for ", result->functions[unit->function].name, model_name(advice->model));
    describe_k(text, advice);
    text_printf(text, ": %s", advice->because);
}

static void concise_check(const struct printer *printer, const struct result *result)
{
    struct text text = {0};
    for (uint32_t i = 0; i < result->finding_count; i++) {
        const struct finding *finding = &result->findings[i];
        text_printf(&text, "%s: %s: %s [%s]", describe_severity(finding->severity), finding->name, finding->message,
                    finding->rule);
        print_line(printer, finding->place, &text);
    }
    for (uint32_t i = 0; i < result->advice_count; i++) {
        const struct advice *advice = &result->advice[i];
        if (advice->model == MODEL_SERIAL)
            continue;
        add_advice(&text, result, advice);
        print_line(printer, result->units[advice->unit].site, &text);
    }
    text_free(&text);
}

static void concise_classify(const struct printer *printer, const struct result *result,
                             const struct report_options *options)
{
    struct text text = {0};
    for (uint32_t i = 0; i < options->function_count; i++) {
        const struct function_result *function = &result->functions[options->functions[i]];
        text_printf(&text, "%s: %s, ", function->name, class_name(function->class_kind));
        text_add_percent(&text, function->confidence);
        text_printf(&text, " sure, %s", model_name(function->model));
        print_line(printer, place_of(function), &text);
    }
    text_free(&text);
}

static void concise_explain(const struct printer *printer, const struct result *result,
                            const struct report_options *options)
{
    struct text text = {0};
    struct advice_index index;
    advice_index_make(&index, result);
    for (uint32_t i = 0; i < options->function_count; i++) {
        const struct function_result *function = &result->functions[options->functions[i]];
        text_printf(&text, "%s is ", function->name);
        describe_behaviour(&text, function);
        print_line(printer, place_of(function), &text);
        for (uint32_t e = 0; e < function->evidence_count; e++) {
            text_printf(&text, "evidence: %s", function->evidence[e].text);
            struct place place = function->evidence[e].place;
            print_line(printer, place.file ? place : place_of(function), &text);
        }
        for (uint32_t a = index.first[options->functions[i]]; a != ADVICE_NONE; a = index.next[a]) {
            add_advice(&text, result, &result->advice[a]);
            print_line(printer, result->units[result->advice[a].unit].site, &text);
        }
    }
    advice_index_free(&index);
    text_free(&text);
}

static bool write_concise(const struct result *result, const struct report_options *options, FILE *stream)
{
    struct printer printer = {.stream = stream};
    switch (options->view) {
    case REPORT_CHECK:
        concise_check(&printer, result);
        break;
    case REPORT_CLASSIFY:
        concise_classify(&printer, result, options);
        break;
    case REPORT_EXPLAIN:
    case REPORT_VIEW_COUNT:
        concise_explain(&printer, result, options);
        break;
    }
    return !ferror(stream);
}

const struct report_format report_concise = {"concise", "a line each, as compilers print", write_concise};
