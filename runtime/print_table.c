/* concprobe_print: what a run found, for people. */
#include "runtime/print.h"

#include "base/terminal.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { DEFAULT_WIDTH = 80, NARROWEST = 40, SHORTEST_BAR = 8, GOOD_BAR = 22, LONGEST_BAR = 40, INDENT = 2 };

const char *const concprobe_status_names[] = {"measured", "unavailable", "disqualified", "crashed",
                                              "hung",     "failed",      "not run"};

/* ---- cells ---- */

static const struct concprobe_cell *find_cell(const struct concprobe_outcome *outcome, unsigned k,
                                              const struct concprobe_model *model)
{
    for (size_t i = 0; i < outcome->cell_count; i++)
        if (outcome->cells[i].k == k && outcome->cells[i].model == model)
            return &outcome->cells[i];
    return NULL;
}

static const struct concprobe_cell *find_serial(const struct concprobe_outcome *outcome, unsigned k)
{
    for (size_t i = 0; i < outcome->cell_count; i++)
        if (outcome->cells[i].k == k && strcmp(outcome->cells[i].model->name, "serial") == 0)
            return &outcome->cells[i];
    return NULL;
}

static const struct concprobe_verdict *find_verdict(const struct concprobe_outcome *outcome, unsigned k)
{
    for (size_t i = 0; i < outcome->verdict_count; i++)
        if (outcome->verdicts[i].k == k)
            return &outcome->verdicts[i];
    return NULL;
}

static bool was_measured(const struct concprobe_cell *cell)
{
    return cell && cell->status == CONCPROBE_MEASURED && isfinite(cell->calls_per_second);
}

/* The cell's throughput over serial's; NaN where one of them is not known. */
static double over_serial(const struct concprobe_outcome *outcome, const struct concprobe_cell *cell)
{
    const struct concprobe_cell *serial = find_serial(outcome, cell->k);
    return was_measured(cell) && was_measured(serial) && serial->calls_per_second > 0
               ? cell->calls_per_second / serial->calls_per_second
               : NAN;
}

/* The levels in order, each once. */
static bool is_first_of_level(const struct concprobe_outcome *outcome, size_t index)
{
    return index == 0 || outcome->cells[index - 1].k != outcome->cells[index].k;
}

static size_t count_levels(const struct concprobe_outcome *outcome)
{
    size_t count = 0;
    for (size_t i = 0; i < outcome->cell_count; i++)
        count += is_first_of_level(outcome, i);
    return count;
}

/* ---- the head ---- */

static void print_head(const struct page *page, const struct concprobe_outcome *outcome)
{
    const struct concprobe_probe *probe = outcome->probe;
    struct text line = {0};
    text_printf(&line, "%s%s%s", probe->name, probe->summary ? ": " : "", probe->summary ? probe->summary : "");
    page_paragraph(page, 0, text_string(&line));
    text_clear(&line);
    if (probe->stands_for) {
        text_printf(&line, "Stands for %s.", probe->stands_for);
        page_paragraph(page, 0, text_string(&line));
        text_clear(&line);
    }
    if (outcome->class_name && isfinite(outcome->wait_share)) {
        text_printf(&line, "Class %s: a serial call waits %.0f %% of its time", outcome->class_name,
                    100 * outcome->wait_share);
        for (size_t i = 0; i < outcome->wait_count && i < 3; i++)
            text_printf(&line, "%s%s %.0f %%", i ? ", " : " (", outcome->waits[i].name, 100 * outcome->waits[i].share);
        text_add(&line, outcome->wait_count ? ")." : ".");
        page_paragraph(page, 0, text_string(&line));
        text_clear(&line);
    }
    static const char *const locks[] = {"", ", under a big lock that only the code releases",
                                        ", under a big lock that every blocking call releases"};
    text_printf(&line, "On %u processor%s, seed %" PRIu64 "%s.", outcome->cpus, outcome->cpus == 1 ? "" : "s",
                outcome->options.seed, locks[outcome->options.lock]);
    page_paragraph(page, 0, text_string(&line));
    text_free(&line);
}

/* ---- all levels at a glance ---- */

static void print_glance_cell(const struct page *page, const struct concprobe_outcome *outcome,
                              const struct concprobe_model *model, unsigned k)
{
    const struct concprobe_cell *cell = find_cell(outcome, k, model);
    const struct concprobe_verdict *verdict = find_verdict(outcome, k);
    const double ratio = cell ? over_serial(outcome, cell) : NAN;
    const bool best = verdict && verdict->best == model;
    char number[32] = "–";
    if (isfinite(ratio))
        snprintf(number, sizeof number, ratio < 9.95 ? "%.2f" : ratio < 99.5 ? "%.1f" : "%.0f", ratio);
    struct text shown = {0};
    static const char marks[] = {[CONCPROBE_WIN] = '*', [CONCPROBE_TIE] = '=', [CONCPROBE_INCONCLUSIVE] = '?'};
    text_printf(&shown, "%s%c", number, best ? marks[verdict->decision] : ' ');
    page_cell(page, 9, true, best, text_string(&shown));
    text_free(&shown);
}

/* Models as rows, levels as columns: throughput over serial's. */
static void print_glance(const struct page *page, const struct concprobe_outcome *outcome, unsigned name_width)
{
    putc('\n', page->stream);
    page_paragraph(page, 0, "Throughput over serial's (* wins, = the simplest of those tied, ? ahead but not sure):");
    page_cell(page, name_width + INDENT, false, false, "  calls at once");
    for (size_t i = 0; i < outcome->cell_count; i++) {
        if (!is_first_of_level(outcome, i))
            continue;
        char number[16];
        snprintf(number, sizeof number, "%u ", outcome->cells[i].k);
        page_cell(page, 9, true, false, number);
    }
    putc('\n', page->stream);
    for (size_t m = 0; m < outcome->cell_count && outcome->cells[m].k == outcome->cells[0].k; m++) {
        const struct concprobe_model *model = outcome->cells[m].model;
        fputs("  ", page->stream);
        page_cell(page, name_width, false, false, model->name);
        for (size_t i = 0; i < outcome->cell_count; i++)
            if (is_first_of_level(outcome, i))
                print_glance_cell(page, outcome, model, outcome->cells[i].k);
        putc('\n', page->stream);
    }
}

/* ---- one level ---- */

/* The columns of a level's table, and the total width that each needs up to it. */
enum column {
    COLUMN_RATE,
    COLUMN_RATIO,
    COLUMN_P50,
    COLUMN_P99,
    COLUMN_CPU,
    COLUMN_MEMORY,
    COLUMN_SETUP,
    COLUMN_COUNT
};

static const struct {
    const char *title;
    unsigned width;
} columns[COLUMN_COUNT] = {{"calls/s", 11}, {"× serial", 10}, {"p50", 9},   {"p99", 9},
                           {"CPU", 9},      {"memory", 10},   {"set-up", 9}};

/* How many columns fit, and what room is left for bars (0: none). */
static unsigned count_columns(const struct page *page, unsigned name_width, unsigned *bar)
{
    unsigned used = INDENT + name_width, count = 0;
    while (count < COLUMN_COUNT) {
        const unsigned wanted = used + columns[count].width + (count == COLUMN_SETUP ? GOOD_BAR : 0);
        if (count > COLUMN_RATIO && wanted > page->width)
            break;
        used += columns[count++].width;
    }
    unsigned left = page->width > used + 2 ? page->width - used - 2 : 0;
    *bar = left < SHORTEST_BAR ? 0 : left > LONGEST_BAR ? LONGEST_BAR : left;
    return count;
}

static void add_number(struct text *text, double value)
{
    char digits[48];
    snprintf(digits, sizeof digits, value < 9.995 ? "%.2f" : value < 99.95 ? "%.1f" : "%.0f", value);
    size_t length = strcspn(digits, ".");
    for (size_t i = 0; digits[i]; i++) {
        if (i && i < length && (length - i) % 3 == 0)
            text_add(text, ",");
        text_add_char(text, digits[i]);
    }
}

static void add_figure(struct text *text, const struct concprobe_outcome *outcome, const struct concprobe_cell *cell,
                       enum column column)
{
    const double values[COLUMN_COUNT] = {
        cell->calls_per_second, over_serial(outcome, cell), cell->latency.p50, cell->latency.p99,
        cell->cpu_ns,           cell->worker_bytes,         cell->setup_ns};
    const double value = values[column];
    if (!isfinite(value))
        text_add(text, "–");
    else if (column == COLUMN_RATE || column == COLUMN_RATIO)
        add_number(text, value);
    else if (column == COLUMN_MEMORY)
        page_add_bytes(text, value);
    else
        text_add_duration(text, value > 0 ? value : 0);
}

static double highest_rate(const struct concprobe_outcome *outcome, unsigned k)
{
    double highest = 0;
    for (size_t i = 0; i < outcome->cell_count; i++)
        if (outcome->cells[i].k == k && was_measured(&outcome->cells[i]))
            highest = fmax(highest, outcome->cells[i].calls_per_second);
    return highest;
}

/* What stands below a measured row: what was odd, and what the figures would be without the price of interception where
 * that matters. */
static void print_remarks(const struct page *page, const struct concprobe_cell *cell, unsigned indent)
{
    const double matters = 1.05;
    if (cell->reason[0])
        page_paragraph(page, indent, cell->reason);
    if (!(cell->corrected_calls_per_second > matters * cell->calls_per_second))
        return;
    struct text line = {0};
    add_number(&line, cell->corrected_calls_per_second);
    text_printf(&line, " calls/s without the price of catching %.3g system calls a call (", cell->intercepted);
    text_add_duration(&line, fmax(cell->tax_ns, 0));
    text_add(&line, ")");
    page_paragraph(page, indent, text_string(&line));
    text_free(&line);
}

static void print_row(const struct page *page, const struct concprobe_outcome *outcome,
                      const struct concprobe_cell *cell, unsigned name_width)
{
    const struct concprobe_verdict *verdict = find_verdict(outcome, cell->k);
    const bool best = verdict && verdict->best == cell->model;
    unsigned bar;
    const unsigned count = count_columns(page, name_width, &bar);
    fputs("  ", page->stream);
    page_cell(page, name_width, false, best, cell->model->name);
    if (!was_measured(cell)) {
        struct text line = {0};
        text_printf(&line, "%s%s%s", concprobe_status_names[cell->status], cell->reason[0] ? ": " : "", cell->reason);
        fputs("  ", page->stream);
        page_hanging(page, INDENT + name_width + 2, text_string(&line));
        text_free(&line);
        return;
    }
    for (unsigned column = 0; column < count; column++) {
        struct text figure = {0};
        add_figure(&figure, outcome, cell, (enum column)column);
        page_cell(page, columns[column].width, true, best && column == COLUMN_RATE, text_string(&figure));
        text_free(&figure);
    }
    if (bar) {
        fputs("  ", page->stream);
        page_bar(page, cell->calls_per_second / highest_rate(outcome, cell->k), bar, best);
    }
    putc('\n', page->stream);
    print_remarks(page, cell, INDENT + name_width + 2);
}

static void print_verdict(const struct page *page, const struct concprobe_verdict *verdict)
{
    struct text line = {0};
    if (verdict->reason[0])
        text_add(&line, verdict->reason);
    else if (!verdict->best)
        text_add(&line, "nothing could be compared");
    else
        text_printf(&line, "%s %s", verdict->best->name, verdict->decision == CONCPROBE_WIN ? "wins" : "is enough");
    const bool told = strstr(verdict->reason, "serial") && verdict->decision == CONCPROBE_WIN;
    if (verdict->best && isfinite(verdict->over_serial) && strcmp(verdict->best->name, "serial") != 0 && !told)
        text_printf(&line, "; %.3g × serial (95 %%: %.3g–%.3g)", verdict->over_serial, verdict->over_serial_low,
                    verdict->over_serial_high);
    static const char *const decisions[] = {"Win: ", "Tie: ", "Inconclusive: "};
    struct text whole = {0};
    text_printf(&whole, "%s%s.", decisions[verdict->decision], text_string(&line));
    fputs("  ", page->stream);
    page_hanging(page, INDENT, text_string(&whole));
    text_free(&whole);
    text_free(&line);
}

static void print_level(const struct page *page, const struct concprobe_outcome *outcome, unsigned k,
                        unsigned name_width)
{
    unsigned bar;
    const unsigned count = count_columns(page, name_width, &bar);
    char title[48];
    snprintf(title, sizeof title, k == 1 ? "K = 1: one call at a time" : "K = %u calls at once", k);
    putc('\n', page->stream);
    page_bold(page, title);
    putc('\n', page->stream);
    page_cell(page, INDENT + name_width, false, false, "");
    for (unsigned column = 0; column < count; column++)
        page_cell(page, columns[column].width, true, false, columns[column].title);
    putc('\n', page->stream);
    for (size_t i = 0; i < outcome->cell_count; i++)
        if (outcome->cells[i].k == k)
            print_row(page, outcome, &outcome->cells[i], name_width);
    const struct concprobe_verdict *verdict = find_verdict(outcome, k);
    if (verdict)
        print_verdict(page, verdict);
}

/* ---- scaling ---- */

static void print_scaling(const struct page *page, const struct concprobe_scaling *scaling, unsigned name_width)
{
    struct text line = {0};
    if (!scaling->fitted) {
        text_add(&line, scaling->reason);
    } else {
        text_printf(&line, "contention %.3g (%.2g–%.2g), coherence %.2g (%.2g–%.2g)", scaling->sigma,
                    scaling->sigma_low, scaling->sigma_high, scaling->kappa, scaling->kappa_low, scaling->kappa_high);
        if (isfinite(scaling->best_k))
            text_printf(&line, ", best at K = %.0f", scaling->best_k);
    }
    fputs("  ", page->stream);
    page_cell(page, name_width, false, false, scaling->model->name);
    fputs("  ", page->stream);
    page_hanging(page, INDENT + name_width + 2, text_string(&line));
    text_free(&line);
}

/* Only where something was fitted: that too few levels were asked for is no news. */
static void print_scalings(const struct page *page, const struct concprobe_outcome *outcome, unsigned name_width)
{
    bool any = false;
    for (size_t i = 0; i < outcome->scaling_count; i++)
        any = any || outcome->scalings[i].fitted;
    if (!any)
        return;
    fputs("\nScaling (Universal Scalability Law, 95 %):\n", page->stream);
    for (size_t i = 0; i < outcome->scaling_count; i++)
        print_scaling(page, &outcome->scalings[i], name_width);
}

void concprobe_print(const struct concprobe_outcome *outcome, FILE *stream, unsigned width)
{
    struct page page = {
        .stream = stream, .width = width ? width : DEFAULT_WIDTH, .color = terminal_wants_color(stream)};
    if (page.width < NARROWEST)
        page.width = NARROWEST;
    unsigned name_width = 0;
    for (size_t i = 0; i < outcome->cell_count; i++) {
        const char *name = outcome->cells[i].model->name;
        unsigned length = utf8_columns(name, strlen(name));
        name_width = length > name_width ? length : name_width;
    }
    print_head(&page, outcome);
    if (outcome->error[0]) {
        fputs("\nerror: ", stream);
        page_hanging(&page, sizeof "error: " - 1, outcome->error);
    }
    size_t levels = count_levels(outcome);
    if (levels > 1 && INDENT + name_width + 9 * levels <= page.width)
        print_glance(&page, outcome, name_width > 13 ? name_width : 13);
    for (size_t i = 0; i < outcome->cell_count; i++)
        if (is_first_of_level(outcome, i))
            print_level(&page, outcome, outcome->cells[i].k, name_width);
    print_scalings(&page, outcome, name_width);
}
