/* The full text: what people read. */
#include "report/full.h"

#include "report/describe.h"
#include "report/formats.h"

#include <string.h>

enum tint full_model_tint(enum model model)
{
    return model == MODEL_SERIAL ? TINT_DIM : TINT_GREEN;
}

enum tint full_class_tint(enum class_kind class_kind)
{
    static const enum tint tints[CLASS_COUNT] = {
        [CLASS_TRIVIAL] = TINT_DIM, [CLASS_UNKNOWN] = TINT_YELLOW, [CLASS_IO] = TINT_CYAN, [CLASS_WAIT] = TINT_CYAN};
    return tints[class_kind];
}

void full_line(const struct printer *printer, const char *label, struct text *text)
{
    if (text->length)
        print_wrapped(printer, FULL_INDENT, label, FULL_LABEL, text_string(text));
    text_clear(text);
}

/* A brief chain shows its first and its last steps. */
enum { FIRST_STEPS = 2, LAST_STEPS = 2 };

static bool is_left_out(uint32_t step, uint32_t count, bool brief)
{
    const uint32_t short_enough = FIRST_STEPS + LAST_STEPS + 1; /* to leave out one step saves no line */
    return brief && count > short_enough && step >= FIRST_STEPS && step < count - LAST_STEPS;
}

static void add_step_place(struct text *text, const struct evidence *step)
{
    text_clear(text);
    if (step->place.file)
        text_add_place(text, step->place);
}

void full_chain(const struct printer *printer, unsigned indent, const struct evidence *steps, uint32_t count,
                bool brief)
{
    const unsigned widest = 48; /* longer places push their text to the right */
    unsigned width = 0;
    struct text text = {0};
    for (uint32_t i = 0; i < count; i++) {
        add_step_place(&text, &steps[i]);
        unsigned taken = utf8_columns(text.string, text.length);
        if (taken > width && taken <= widest && !is_left_out(i, count, brief))
            width = taken;
    }
    for (uint32_t i = 0; i < count; i++) {
        if (!is_left_out(i, count, brief)) {
            add_step_place(&text, &steps[i]);
            text_add(&text, "  ");
            print_wrapped(printer, indent, text_string(&text), width + 2, steps[i].text);
        } else if (i == FIRST_STEPS) {
            text_clear(&text);
            text_printf(&text, "(%u steps between)", count - FIRST_STEPS - LAST_STEPS);
            print_wrapped(printer, indent, "", width + 2, text_string(&text));
        }
    }
    text_free(&text);
}

static bool same_reason(const struct blocked_model *a, const struct blocked_model *b)
{
    const char *file = a->place.file ? a->place.file : "", *other = b->place.file ? b->place.file : "";
    return strcmp(a->because, b->because) == 0 && a->place.line == b->place.line && strcmp(file, other) == 0;
}

/* Models that are ruled out for one reason share a line: the first of them prints it. */
static bool is_first_of_reason(const struct advice *advice, uint32_t number)
{
    for (uint32_t i = 0; i < number; i++)
        if (same_reason(&advice->blocked[i], &advice->blocked[number]))
            return false;
    return true;
}

/* "Not      async: because (place)", a line for each model that is ruled out. */
static void print_blocked(const struct printer *printer, const struct advice *advice)
{
    struct text text = {0};
    for (uint32_t i = 0; i < advice->blocked_count; i++) {
        const struct blocked_model *blocked = &advice->blocked[i];
        if (!is_first_of_reason(advice, i))
            continue;
        text_add(&text, model_name(blocked->model));
        for (uint32_t other = i + 1; other < advice->blocked_count; other++)
            if (same_reason(blocked, &advice->blocked[other]) && advice->blocked[other].model != blocked->model)
                text_printf(&text, ", %s", model_name(advice->blocked[other].model));
        text_printf(&text, ": %s", blocked->because);
        if (blocked->place.file) {
            text_add(&text, " (");
            text_add_place(&text, blocked->place);
            text_add(&text, ")");
        }
        full_line(printer, i ? "" : "Not", &text);
    }
    text_free(&text);
}

void full_advice(const struct printer *printer, const struct result *result, const struct advice *advice)
{
    const struct unit *unit = &result->units[advice->unit];
    struct text text = {0};
    describe_k(&text, advice);
    full_line(printer, "For", &text);
    text_add(&text, advice->because);
    full_line(printer, "Why", &text);
    text_add(&text, advice->todo ? advice->todo : "");
    full_line(printer, "Do", &text);
    if (unit->doubt && advice->model != MODEL_SERIAL)
        text_add(&text, unit->doubt);
    full_line(printer, "Check", &text);
    describe_effort(&text, unit, advice->model);
    full_line(printer, "Touches", &text);
    print_blocked(printer, advice);
    text_free(&text);
}

static bool write_full(const struct result *result, const struct report_options *options, FILE *stream)
{
    static void (*const views[REPORT_VIEW_COUNT])(const struct printer *, const struct result *,
                                                  const struct report_options *) = {
        [REPORT_CHECK] = full_check, [REPORT_CLASSIFY] = full_classify, [REPORT_EXPLAIN] = full_explain};
    struct printer printer = {.stream = stream, .color = options->color, .width = options->width};
    views[options->view](&printer, result, options);
    return !ferror(stream);
}

const struct report_format report_full = {"full", "text for people", write_full};
