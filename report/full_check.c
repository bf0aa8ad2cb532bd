/* `check` for people: findings, then the advice worth acting on, then what was and was not seen. */
#include "report/describe.h"
#include "report/full.h"
#include "report/index.h"

#include <stdlib.h>
#include <string.h>

enum { ADVICE_SHOWN = 10, INFORMATION_SHOWN = 3, SITES_SHOWN = 3, NAMES_SHOWN = 3 };

/* Advice that saves less is not worth a line. */
static const double worth_showing_ns = 1e6;

static const enum tint severity_tints[] = {
    [SEVERITY_NOTE] = TINT_CYAN, [SEVERITY_WARNING] = TINT_YELLOW, [SEVERITY_ERROR] = TINT_RED};

/* Findings of one rule whose chains end at the same place have one cause: the first is printed in full. */
static bool same_cause(const struct finding *a, const struct finding *b)
{
    if (!a->chain_count || !b->chain_count || strcmp(a->rule, b->rule) != 0)
        return false;
    struct place x = a->chain[a->chain_count - 1].place, y = b->chain[b->chain_count - 1].place;
    return x.file && y.file && x.line == y.line && x.column == y.column && strcmp(x.file, y.file) == 0;
}

static void print_finding(const struct printer *printer, const struct finding *finding)
{
    struct text text = {0};
    text_add_place(&text, finding->place);
    text_add(&text, ": ");
    print_tinted(printer, TINT_BOLD, text_string(&text));
    text_clear(&text);
    text_printf(&text, "%s: ", describe_severity(finding->severity));
    print_tinted(printer, severity_tints[finding->severity], text_string(&text));
    text_clear(&text);
    text_printf(&text, "%s: %s [%s]", finding->name, finding->message, finding->rule);
    print_tinted(printer, TINT_PLAIN, text_string(&text));
    putc('\n', printer->stream);
    text_free(&text);
    full_chain(printer, FULL_INDENT, finding->chain, finding->chain_count, true);
    if (finding->todo)
        print_wrapped(printer, FULL_INDENT, "Do", FULL_LABEL, finding->todo);
}

/* Marks the findings of the same cause as done, and names them in `text`; how many there are. */
static uint32_t take_same_cause(const struct result *result, uint32_t first, bool *done, struct text *text)
{
    uint32_t count = 0;
    for (uint32_t i = first + 1; i < result->finding_count; i++) {
        const struct finding *finding = &result->findings[i];
        if (done[i] || !same_cause(&result->findings[first], finding))
            continue;
        done[i] = true;
        if (count++ < NAMES_SHOWN) {
            text_printf(text, "%s%s (", text->length ? ", " : "", finding->name);
            text_add_place(text, (struct place){finding->place.file, finding->place.line, 0});
            text_add(text, ")");
        }
    }
    if (count > NAMES_SHOWN)
        text_printf(text, " and %u more", count - NAMES_SHOWN);
    return count;
}

/* All that warn, and the first that inform; the number of those left out. */
static uint32_t print_findings(const struct printer *printer, const struct result *result, bool all)
{
    bool *done = must_malloc((result->finding_count + 1) * sizeof *done);
    memset(done, 0, (result->finding_count + 1) * sizeof *done);
    uint32_t informed = 0, left_out = 0;
    for (uint32_t i = 0; i < result->finding_count; i++) {
        if (done[i])
            continue;
        struct text others = {0};
        uint32_t count = 1 + take_same_cause(result, i, done, &others);
        if (all || result->findings[i].severity != SEVERITY_NOTE || informed++ < INFORMATION_SHOWN) {
            print_finding(printer, &result->findings[i]);
            full_line(printer, "Also", &others);
            putc('\n', printer->stream);
        } else {
            left_out += count;
        }
        text_free(&others);
    }
    free(done);
    return left_out;
}

/* The other units of the function that get the same answer: they are printed as further places of the first. */
static void add_other_sites(struct text *text, const struct result *result, const struct advice_index *index,
                            uint32_t first)
{
    uint32_t count = 0;
    for (uint32_t a = index->next[first]; a != ADVICE_NONE; a = index->next[a]) {
        if (result->advice[a].model != result->advice[first].model)
            continue;
        if (count++ < SITES_SHOWN) {
            text_add(text, "; ");
            describe_unit(text, result, &result->units[result->advice[a].unit]);
        }
    }
    if (count > SITES_SHOWN)
        text_printf(text, "; and %u more", count - SITES_SHOWN);
}

static void print_advice(const struct printer *printer, const struct result *result, const struct advice_index *index,
                         uint32_t first, unsigned number)
{
    const struct advice *advice = &result->advice[first];
    const struct unit *unit = &result->units[advice->unit];
    const struct function_result *function = &result->functions[unit->function];
    struct text text = {0};
    fprintf(printer->stream, "%2u. ", number);
    print_tinted(printer, TINT_BOLD, function->name);
    fputs("  ", printer->stream);
    print_tinted(printer, full_model_tint(advice->model), model_name(advice->model));
    fputs("  ", printer->stream);
    text_add_place(&text, (struct place){function->file, function->line, 0});
    print_tinted(printer, TINT_DIM, text_string(&text));
    putc('\n', printer->stream);
    text_clear(&text);

    describe_behaviour(&text, function);
    full_line(printer, "Is", &text);
    describe_unit(&text, result, unit);
    add_other_sites(&text, result, index, first);
    full_line(printer, "Where", &text);
    full_advice(printer, result, advice);
    putc('\n', printer->stream);
    text_free(&text);
}

/* The first unit of its function with this answer stands for the others. */
static bool is_first_of_group(const struct result *result, const struct advice_index *index, uint32_t advice)
{
    for (uint32_t a = index->first[result->units[result->advice[advice].unit].function]; a < advice; a = index->next[a])
        if (result->advice[a].model == result->advice[advice].model)
            return false;
    return true;
}

/* What is counted instead of shown. */
struct counted {
    uint32_t shown, hidden; /* advice */
    uint32_t kept;          /* threads that are threads already */
    uint32_t small;         /* saves too little */
    uint32_t serial;
};

static void add_sentence(struct text *text, uint32_t count, const char *what, const char *one, const char *many)
{
    if (!count)
        return;
    text_add(text, text->length ? "; " : "");
    text_add_counted(text, count, what);
    text_add(text, count == 1 ? one : many);
}

static void print_rest(const struct printer *printer, const struct counted *counted)
{
    struct text text = {0};
    add_sentence(&text, counted->hidden, "more function", " with advice (--all shows all)",
                 " with advice (--all shows all)");
    add_sentence(&text, counted->small, "unit", " may save less than 1 ms", " may save less than 1 ms each");
    add_sentence(&text, counted->kept, "unit", " runs in threads already, and should",
                 " run in threads already, and should");
    add_sentence(&text, counted->serial, "unit", " is best left as it is", " are best left as they are");
    if (text.length) {
        text_add(&text, ".");
        print_wrapped(printer, 0, "", 0, text_string(&text));
    }
    text_free(&text);
}

/* The time of K calls of a unit that only shared objects keep from running concurrently; else 0. */
static double kept_back(const struct result *result, const struct advice *advice)
{
    const struct unit *unit = &result->units[advice->unit];
    const struct function_result *function = &result->functions[unit->function];
    if (advice->model != MODEL_SERIAL || (!unit->shared_names && !unit->shared_argument && !unit->dependence))
        return 0;
    return advice->k * (function->cpu_ns + function->wait_ns);
}

/* Names the units that gain most once their calls share nothing. */
static void print_obstacles(const struct printer *printer, const struct result *result)
{
    enum { OBSTACLES_SHOWN = 3 };
    struct text text = {0};
    bool *done = must_malloc((result->advice_count + 1) * sizeof *done);
    memset(done, 0, (result->advice_count + 1) * sizeof *done);
    for (unsigned shown = 0; shown < OBSTACLES_SHOWN; shown++) {
        uint32_t most = ADVICE_NONE;
        for (uint32_t a = 0; a < result->advice_count; a++)
            if (!done[a] && kept_back(result, &result->advice[a]) >= worth_showing_ns &&
                (most == ADVICE_NONE ||
                 kept_back(result, &result->advice[a]) > kept_back(result, &result->advice[most])))
                most = a;
        if (most == ADVICE_NONE)
            break;
        const struct unit *unit = &result->units[result->advice[most].unit];
        for (uint32_t a = 0; a < result->advice_count; a++)
            done[a] = done[a] || result->units[result->advice[a].unit].function == unit->function;
        text_printf(&text, "%s%s (",
                    text.length ? "; " : "In the way of the largest of them: ", result->functions[unit->function].name);
        text_add_place(&text, (struct place){unit->site.file, unit->site.line, 0});
        if (unit->shared_names)
            text_printf(&text, ") writes %s", unit->shared_names);
        else if (unit->shared_argument)
            text_printf(&text, ") gets the same %s each time", unit->shared_argument);
        else
            text_printf(&text, "): %s", unit->dependence);
    }
    if (text.length) {
        text_add(&text, ".");
        print_wrapped(printer, 0, "", 0, text_string(&text));
    }
    free(done);
    text_free(&text);
}

/* Nothing to do: a thread that is right to be one. */
static bool is_kept(const struct result *result, const struct advice *advice)
{
    const struct unit *unit = &result->units[advice->unit];
    return unit->kind == UNIT_THREAD_ENTRY && advice->model == MODEL_THREADING && !unit->unsafe_call;
}

static void print_advice_list(const struct printer *printer, const struct result *result,
                              const struct report_options *options)
{
    struct advice_index index;
    advice_index_make(&index, result);
    struct counted counted = {0};
    for (uint32_t a = 0; a < result->advice_count; a++) {
        const struct advice *advice = &result->advice[a];
        if (advice->model == MODEL_SERIAL) {
            counted.serial++;
        } else if (!is_first_of_group(result, &index, a)) {
            continue;
        } else if (!options->all && is_kept(result, advice)) {
            counted.kept++;
        } else if (!options->all && advice->worth < worth_showing_ns) {
            counted.small++;
        } else if (!options->all && counted.shown >= ADVICE_SHOWN) {
            counted.hidden++;
        } else {
            if (!counted.shown++)
                fputs("Advice, what saves the most first:\n\n", printer->stream);
            print_advice(printer, result, &index, a, counted.shown);
        }
    }
    if (!counted.shown)
        fputs("No advice worth acting on.\n", printer->stream);
    print_rest(printer, &counted);
    print_obstacles(printer, result);
    advice_index_free(&index);
}

static void print_finding_count(const struct printer *printer, const struct result *result, uint32_t left_out)
{
    uint32_t counts[SEVERITY_ERROR + 1] = {0};
    for (uint32_t i = 0; i < result->finding_count; i++)
        counts[result->findings[i].severity]++;
    struct text text = {0};
    for (int severity = SEVERITY_ERROR; severity >= 0; severity--) {
        if (!counts[severity])
            continue;
        text_add(&text, text.length ? ", " : "");
        if (severity == SEVERITY_NOTE)
            text_printf(&text, "%u for information", counts[severity]);
        else
            text_add_counted(&text, counts[severity], describe_severity((enum severity)severity));
    }
    if (left_out)
        text_printf(&text, " (%u more with --all)", left_out);
    fprintf(printer->stream, "Findings: %s.\n", result->finding_count ? text_string(&text) : "none");
    text_free(&text);
}

void full_check(const struct printer *printer, const struct result *result, const struct report_options *options)
{
    uint32_t left_out = print_findings(printer, result, options->all);
    print_advice_list(printer, result, options);
    print_finding_count(printer, result, left_out);
    struct text text = {0};
    text_add(&text, "Seen: ");
    describe_coverage(&text, &result->coverage);
    text_add(&text, ".");
    print_wrapped(printer, 0, "", 0, text_string(&text));
    if (result->flags_guessed)
        print_wrapped(
            printer, 0, "", 0,
            "Flags were guessed, for want of a compile database: code behind includes and macros that were not "
            "found may be misread. 'concadvise build -- COMMAND' records one.");
    text_clear(&text);
    text_add(&text, "Not assessed: ");
    describe_not_assessed(&text, result);
    text_add(&text, ".");
    print_wrapped(printer, 0, "", 0, text_string(&text));
    text_free(&text);
}
