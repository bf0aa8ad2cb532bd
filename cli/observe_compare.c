/* Which functions the analysis got wrong, by what was measured. */
#include "cli/observe_compare.h"

#include <stdlib.h>
#include <string.h>

enum { SHOWN = 20, CLASS_WIDTH = 9, SURE_WIDTH = 6, COUNT_WIDTH = 10, TIME_WIDTH = 10, NAME_WIDTH = 28 };

/* Between these, a call of some microsecond, either answer may be right: the machine decides. */
static const double near_trivial_low_ns = 330, near_trivial_high_ns = 3000;

struct mistake {
    const struct observed_function *measured;
    const struct function_result *estimated;
    double weight;
};

struct comparison {
    uint32_t measured, unknown, unlabelled, near, agreeing;
    ARRAY(struct mistake) mistakes;
    uint32_t confusion[CLASS_COUNT][CLASS_COUNT]; /* measured, estimated */
};

static int compare_places(const void *left, const void *right)
{
    const struct function_result *a = *(const struct function_result *const *)left;
    const struct function_result *b = *(const struct function_result *const *)right;
    int order = strcmp(a->file, b->file);
    return order ? order : strcmp(a->name, b->name);
}

/* The result's functions by file and name. The caller frees the list. */
static const struct function_result **sort_functions(const struct result *result)
{
    const struct function_result **sorted = must_malloc((result->function_count + 1) * sizeof *sorted);
    for (uint32_t i = 0; i < result->function_count; i++)
        sorted[i] = &result->functions[i];
    if (result->function_count)
        qsort((void *)sorted, result->function_count, sizeof *sorted, compare_places);
    return sorted;
}

static const struct function_result *find_estimate(const struct function_result *const *sorted, uint32_t count,
                                                   const struct observed_function *measured)
{
    const struct function_result wanted = {.file = measured->file, .name = measured->name};
    const struct function_result *key = &wanted;
    const struct function_result *const *found =
        bsearch((const void *)&key, (const void *)sorted, count, sizeof *sorted, compare_places);
    return found ? *found : NULL;
}

static bool is_near_trivial(const struct observed_function *measured, enum class_kind estimated)
{
    if (measured->calls < 0) /* a sampled profile cannot tell what is trivial */
        return estimated == CLASS_TRIVIAL;
    double calls = measured->outer_calls + measured->unfinished_calls;
    double call_ns = calls > 0 ? measured->wall_ns / calls : -1;
    return call_ns >= near_trivial_low_ns && call_ns <= near_trivial_high_ns &&
           (measured->label == CLASS_TRIVIAL || measured->label == CLASS_CPU) &&
           (estimated == CLASS_TRIVIAL || estimated == CLASS_CPU) && measured->label != estimated;
}

static void compare_one(struct comparison *comparison, const struct observed_function *measured,
                        const struct function_result *estimated)
{
    comparison->unknown += !estimated;
    comparison->unlabelled += estimated && !measured->labelled;
    if (!estimated || !measured->labelled)
        return;
    if (is_near_trivial(measured, estimated->class_kind)) {
        comparison->near++;
        return;
    }
    comparison->measured++;
    if (observed_same_class(measured->label, estimated->class_kind)) {
        comparison->agreeing++;
        return;
    }
    comparison->confusion[measured->label][estimated->class_kind]++;
    array_push(&comparison->mistakes, (struct mistake){measured, estimated, measured->wall_ns * estimated->confidence});
}

/* The heaviest first. */
static int compare_mistakes(const void *left, const void *right)
{
    const struct mistake *a = left, *b = right;
    if (a->weight < b->weight || a->weight > b->weight)
        return a->weight < b->weight ? 1 : -1;
    return compare_places(&a->estimated, &b->estimated);
}

static void print_summary(const struct printer *printer, const struct comparison *comparison)
{
    struct text text = {0};
    text_add_counted(&text, comparison->measured, "function");
    text_add(&text, " measured and estimated: ");
    text_add_count(&text, comparison->agreeing);
    text_add(&text, " agree");
    if (comparison->measured) {
        text_add(&text, " (");
        text_add_percent(&text, (double)comparison->agreeing / comparison->measured);
        text_add(&text, ")");
    }
    text_add(&text, ", ");
    text_add_count(&text, comparison->mistakes.count);
    text_add(&text, " do not.");
    if (comparison->near)
        text_printf(&text, " Of %u more, either of cpu and trivial may be right.", comparison->near);
    if (comparison->unlabelled)
        text_printf(&text, " Of %u, too little was measured.", comparison->unlabelled);
    if (comparison->unknown)
        text_printf(&text, " %u measured ones are not in the analysed files.", comparison->unknown);
    print_wrapped(printer, 0, "", 0, text_string(&text));
    text_free(&text);
}

/* "io taken for cpu 12, cpu taken for io 3": the most frequent first. */
static void print_confusion(const struct printer *printer, struct comparison *comparison)
{
    struct text text = {0};
    for (;;) {
        uint32_t *most = &comparison->confusion[0][0];
        unsigned measured = 0, estimated = 0;
        for (unsigned i = 0; i < CLASS_COUNT * CLASS_COUNT; i++) {
            uint32_t *count = &comparison->confusion[i / CLASS_COUNT][i % CLASS_COUNT];
            if (*count <= *most)
                continue;
            most = count;
            measured = i / CLASS_COUNT;
            estimated = i % CLASS_COUNT;
        }
        if (*most == 0)
            break;
        text_printf(&text, "%s%s taken for %s %u", text.length ? ", " : "", class_name(measured), class_name(estimated),
                    *most);
        *most = 0;
    }
    if (text.length) {
        text_add(&text, ".");
        print_wrapped(printer, 0, "", 0, text_string(&text));
    }
    text_free(&text);
}

static void print_right(const struct printer *printer, const struct text *text, unsigned width)
{
    putc(' ', printer->stream);
    print_column_right(printer, TINT_PLAIN, text_string(text), width);
}

static void print_mistake(const struct printer *printer, const struct mistake *mistake)
{
    const struct observed_function *measured = mistake->measured;
    const struct function_result *estimated = mistake->estimated;
    struct text text = {0};
    print_column(printer, TINT_BOLD, class_name(measured->label), CLASS_WIDTH);
    print_column(printer, TINT_PLAIN, class_name(estimated->class_kind), CLASS_WIDTH);
    text_add_percent(&text, estimated->confidence);
    print_right(printer, &text, SURE_WIDTH);
    text_clear(&text);
    if (measured->calls >= 0)
        text_add_count(&text, measured->calls);
    print_right(printer, &text, COUNT_WIDTH);
    text_clear(&text);
    text_add_duration(&text, measured->wall_ns);
    print_right(printer, &text, TIME_WIDTH);
    text_clear(&text);
    if (measured->offcpu_share >= 0)
        text_add_percent(&text, measured->offcpu_share);
    print_right(printer, &text, SURE_WIDTH);
    fputs("  ", printer->stream);
    print_column(printer, TINT_PLAIN, estimated->name, NAME_WIDTH);
    text_clear(&text);
    text_add(&text, "  ");
    text_add_place(&text, (struct place){estimated->file, estimated->line, 0});
    print_tinted(printer, TINT_DIM, text_string(&text));
    putc('\n', printer->stream);
    text_free(&text);
}

static void print_header(const struct printer *printer)
{
    static const struct {
        const char *title;
        unsigned width;
    } columns[] = {{"SURE", SURE_WIDTH}, {"CALLS", COUNT_WIDTH}, {"TIME", TIME_WIDTH}, {"SLEPT", SURE_WIDTH}};
    print_column(printer, TINT_BOLD, "MEASURED", CLASS_WIDTH);
    print_column(printer, TINT_BOLD, "STATIC", CLASS_WIDTH);
    for (unsigned i = 0; i < sizeof columns / sizeof *columns; i++) {
        putc(' ', printer->stream);
        print_column_right(printer, TINT_BOLD, columns[i].title, columns[i].width);
    }
    fputs("  ", printer->stream);
    print_column(printer, TINT_BOLD, "FUNCTION", NAME_WIDTH);
    print_tinted(printer, TINT_BOLD, "  PLACE");
    putc('\n', printer->stream);
}

static void print_mistakes(const struct printer *printer, const struct comparison *comparison, bool all)
{
    uint32_t count = comparison->mistakes.count, shown = all || count < SHOWN ? count : SHOWN;
    if (!count)
        return;
    putc('\n', printer->stream);
    print_header(printer);
    for (uint32_t i = 0; i < shown; i++)
        print_mistake(printer, &comparison->mistakes.items[i]);
    if (shown < count)
        fprintf(printer->stream, "and %u more; --all prints them\n", count - shown);
}

void observe_compare(const struct printer *printer, const struct observed *observed, const struct result *result,
                     bool all)
{
    struct comparison comparison = {0};
    const struct function_result **sorted = sort_functions(result);
    for (uint32_t i = 0; i < observed->function_count; i++)
        compare_one(&comparison, &observed->functions[i],
                    find_estimate(sorted, result->function_count, &observed->functions[i]));
    free((void *)sorted);
    if (comparison.mistakes.count)
        qsort(comparison.mistakes.items, comparison.mistakes.count, sizeof *comparison.mistakes.items,
              compare_mistakes);
    print_summary(printer, &comparison);
    print_confusion(printer, &comparison);
    print_mistakes(printer, &comparison, all);
    array_free(&comparison.mistakes);
}
