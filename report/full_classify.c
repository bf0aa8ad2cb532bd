/* `classify` for people: a table, and the functions counted by class. */
#include "report/describe.h"
#include "report/full.h"

#include <math.h>

enum { CLASS_WIDTH = 8, SHARE_WIDTH = 5, COST_WIDTH = 8, MODEL_WIDTH = 16, NAME_WIDTH = 28 };

/* A column with a space before it, so that an entry that is too wide does not touch its neighbour. */
static void print_right(const struct printer *printer, enum tint tint, const char *string, unsigned width)
{
    putc(' ', printer->stream);
    print_column_right(printer, tint, string, width);
}

static void print_share(const struct printer *printer, double share)
{
    struct text text = {0};
    text_add_percent(&text, share);
    print_right(printer, TINT_PLAIN, text_string(&text), SHARE_WIDTH);
    text_free(&text);
}

/* The header says that costs are orders of magnitude. */
static void print_cost(const struct printer *printer, double ns)
{
    struct text text = {0};
    if (ns > 0)
        text_add_cost(&text, ns, false);
    else
        text_add(&text, "-");
    print_right(printer, TINT_PLAIN, text_string(&text), COST_WIDTH);
    text_free(&text);
}

static void print_header(const struct printer *printer)
{
    print_column(printer, TINT_BOLD, "CLASS", CLASS_WIDTH);
    print_right(printer, TINT_BOLD, "SURE", SHARE_WIDTH);
    print_right(printer, TINT_BOLD, "WAITS", SHARE_WIDTH);
    print_right(printer, TINT_BOLD, "CPU", COST_WIDTH);
    print_right(printer, TINT_BOLD, "WAIT", COST_WIDTH);
    fputs("  ", printer->stream);
    print_column(printer, TINT_BOLD, "MODEL", MODEL_WIDTH);
    print_column(printer, TINT_BOLD, "FUNCTION", NAME_WIDTH);
    print_tinted(printer, TINT_BOLD, "  PLACE");
    putc('\n', printer->stream);
}

static void print_row(const struct printer *printer, const struct function_result *function)
{
    print_column(printer, full_class_tint(function->class_kind), class_name(function->class_kind), CLASS_WIDTH);
    print_share(printer, function->confidence);
    print_share(printer, function->wait_share);
    print_cost(printer, function->cpu_ns);
    print_cost(printer, function->wait_ns);
    fputs("  ", printer->stream);
    print_column(printer, full_model_tint(function->model), model_name(function->model), MODEL_WIDTH);
    print_column(printer, TINT_PLAIN, function->name, NAME_WIDTH);
    struct text place = {0};
    text_add(&place, "  ");
    text_add_place(&place, (struct place){function->file, function->line, 0});
    print_tinted(printer, TINT_DIM, text_string(&place));
    text_free(&place);
    putc('\n', printer->stream);
}

/* How many of the functions were measured, and how many of those estimates are right. */
static void add_measured(struct text *text, const struct result *result, const struct report_options *options)
{
    uint32_t measured = 0, agreeing = 0;
    for (uint32_t i = 0; i < options->function_count; i++) {
        const struct function_result *function = &result->functions[options->functions[i]];
        if (!function->measured || !function->measured->labelled)
            continue;
        measured++;
        agreeing += observed_same_class(function->measured->label, function->class_kind);
    }
    if (measured)
        text_printf(text, " Of %u that were measured, %u have the class that they showed.", measured, agreeing);
}

void full_classify(const struct printer *printer, const struct result *result, const struct report_options *options)
{
    if (options->function_count)
        print_header(printer);
    for (uint32_t i = 0; i < options->function_count; i++)
        print_row(printer, &result->functions[options->functions[i]]);
    if (!options->function_count) {
        fputs("No functions.\n", printer->stream);
        return;
    }
    struct text text = {0};
    putc('\n', printer->stream);
    text_add_counted(&text, options->function_count, "function");
    text_add(&text, ": ");
    describe_class_counts(&text, result, options->functions, options->function_count);
    text_add(&text, ".");
    add_measured(&text, result, options);
    print_wrapped(printer, 0, "", 0, text_string(&text));
    text_free(&text);
}
