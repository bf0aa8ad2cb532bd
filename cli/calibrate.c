/* `concadvise calibrate`: this machine's costs, as a cost profile. */
#include "runtime/calibrate.h"

#include "base/text.h"
#include "cli/session.h"

#include <string.h>

struct quantity_row {
    const char *name;
    const char *unit;
};

static const struct quantity_row quantity_rows[QUANTITY_COUNT] = {
#define QUANTITY(id, name, unit, text) {name, unit},
#include "knowledge/quantities.def"
};

/* The measured row of a quantity, or NULL. */
static const struct calibrated *row_of(const struct calibration *calibration, const char *quantity)
{
    for (unsigned i = 0; i < calibration->count; i++)
        if (calibration->rows[i].quantity && strcmp(calibration->rows[i].quantity, quantity) == 0)
            return &calibration->rows[i];
    return NULL;
}

/* "130 ns ~ 0.4", or a bare number of what is no time. */
static void add_amount(struct text *text, double median, double spread, bool is_time)
{
    static const struct {
        const char *name;
        double ns;
    } units[] = {{"s", 1e9}, {"ms", 1e6}, {"us", 1e3}, {"ns", 0}};
    size_t unit = 0;
    while (median < units[unit].ns)
        unit++;
    if (is_time)
        text_printf(text, "%.3g %s", units[unit].ns > 0 ? median / units[unit].ns : median, units[unit].name);
    else
        text_printf(text, "%.6g", median);
    if (spread > 0)
        text_printf(text, " ~ %.3g", spread);
}

/* How far cases differ from one another is the base's: one machine at one time does not show it. */
static void print_quantity(FILE *stream, const struct profile *base, enum quantity quantity,
                           const struct calibrated *row)
{
    const struct quantity_row *of = &quantity_rows[quantity];
    const struct amount *amount = &base->quantities[quantity];
    bool measured = row && !row->reason;
    struct text text = {0};
    add_amount(&text, measured ? row->ns : amount->median, amount->spread, strcmp(of->unit, "ns") == 0);
    fprintf(stream, "  %s: %-*s # ", of->name, (int)(30 - strlen(of->name)), text_string(&text));
    text_free(&text);
    if (measured)
        fprintf(stream, "measured: %s; batches differ by %.0f %%\n", row->what, 100 * row->spread);
    else
        fprintf(stream, "inherited from %s%s%s\n", base->name, row ? ": " : "", row ? row->reason : "");
}

static void print_others(FILE *stream, const struct calibration *calibration)
{
    for (unsigned i = 0; i < calibration->count; i++) {
        const struct calibrated *row = &calibration->rows[i];
        struct text text = {0};
        if (row->quantity || row->reason)
            continue;
        add_amount(&text, row->ns, 0, true);
        fprintf(stream, "# %s: %s\n", row->what, text_string(&text));
        text_free(&text);
    }
}

static void add_disturbance(struct text *text, const struct calibration *calibration)
{
    text_printf(
        text,
        "%.1f %% of the time was stolen by other machines, %.1f %% spent waiting for a processor, and %.0f %% of "
        "the rows differ much between batches",
        100 * calibration->stolen, 100 * calibration->delayed, 100 * calibration->noisy);
}

static void print_profile(FILE *stream, const struct profile *base, const struct calibration *calibration)
{
    struct text text = {0};
    add_disturbance(&text, calibration);
    fprintf(stream, "# Made by concadvise calibrate; use it with --profile FILE. While it was measured, %s.\n",
            text_string(&text));
    print_others(stream, calibration);
    fprintf(stream, "description: This machine, as calibrate measured it%s\nextends: %s\n",
            calibration->quiet ? "" : " while it was not quiet", base->name);
    fprintf(stream, "source: concadvise %s calibrate; what is not measured is from %s\nquantities:\n",
            CONCADVISE_VERSION, base->name);
    for (unsigned quantity = 0; quantity < QUANTITY_COUNT; quantity++)
        print_quantity(stream, base, (enum quantity)quantity, row_of(calibration, quantity_rows[quantity].name));
    text_free(&text);
}

/* "HOST", "HOST:PORT", "[ADDRESS]:PORT" → its parts; a plain IPv6 address has no port. */
static bool split_host(struct session *session, const char *given, struct calibration_options *options)
{
    const char *end = *given == '[' ? strchr(given, ']') : NULL, *host = end ? given + 1 : given;
    const char *colon = end ? end + 1 : strchr(given, ':');
    if (!end && colon && strchr(colon + 1, ':'))
        colon = NULL;
    size_t length = end ? (size_t)(end - host) : colon ? (size_t)(colon - host) : strlen(host);
    bool has_port = colon && *colon == ':';
    options->host = arena_strndup(&session->arena, host, length);
    options->port = has_port ? colon + 1 : "80";
    if (length && *options->port && (!end || has_port || !*colon) &&
        strspn(options->port, "0123456789") == strlen(options->port))
        return true;
    session_mistake(session, NULL, "--http wants HOST or HOST:PORT, not '%s'", given);
    return false;
}

static const struct profile *base_profile(struct session *session)
{
    const char *name = session->options.profile;
    if (!session_load_knowledge(session) || !session_check_profile(session))
        return NULL;
    return knowledge_profile(session->knowledge, name ? session->options.profile : "server-lan");
}

static int report(struct session *session, const struct profile *base, const struct calibration *calibration)
{
    FILE *stream = session_open_output(session, session->options.output);
    if (!stream)
        return EXIT_MISTAKE;
    print_profile(stream, base, calibration);
    if (!session_close_output(session, stream, session->options.output))
        return EXIT_MISTAKE;
    if (calibration->quiet)
        return EXIT_CLEAN;
    struct text text = {0};
    add_disturbance(&text, calibration);
    problems_add(&session->problems, SEVERITY_WARNING, (struct place){0}, "run it again when nothing else runs",
                 "the machine was not quiet: %s", text_string(&text));
    text_free(&text);
    return EXIT_INCOMPLETE;
}

int command_calibrate(struct session *session)
{
    const struct options *given = &session->options;
    struct calibration_options options = {.disk = given->disk ? given->disk : "."};
    struct calibration calibration;
    if (given->arguments.count) {
        session_mistake(session, NULL, "calibrate takes no argument, but got '%s'", given->arguments.items[0]);
        return EXIT_MISTAKE;
    }
    const struct profile *base = base_profile(session);
    if (!base || (given->http && !split_host(session, given->http, &options)))
        return EXIT_MISTAKE;
    if (calibrate(&options, &calibration, &session->problems))
        return report(session, base, &calibration);
    session->mistaken = true;
    return EXIT_MISTAKE;
}
