/* The command line of a program of probes. */
#include "runtime/command_line.h"

#include "base/suggest.h"
#include "base/text.h"

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { LARGEST_K = 1000000, MOST_LEVELS = 64, MOST_MODELS = 64, MOST_RESTARTS = 1000 };

static const char *const lock_names[] = {"none", "explicit", "at-block", NULL};
static const char *const format_names[] = {"text", "json", NULL};

__attribute__((format(printf, 1, 2))) static bool mistake(const char *format, ...)
{
    va_list values;
    va_start(values, format);
    fputs("error: ", stderr);
    vfprintf(stderr, format, values);
    putc('\n', stderr);
    va_end(values);
    return false;
}

/* "; did you mean 'x'?", or where the names can be seen. */
static bool unknown_name(const char *what, const char *given, const char *const *names, const char *otherwise)
{
    const char *near = suggest(given, names);
    if (near)
        return mistake("there is no %s '%s'; did you mean '%s'?", what, given, near);
    return mistake("there is no %s '%s'; %s", what, given, otherwise);
}

/* ---- values ---- */

static bool read_choice(const char *option, const char *given, const char *const *names, unsigned *choice)
{
    for (unsigned i = 0; names[i]; i++)
        if (strcmp(names[i], given) == 0) {
            *choice = i;
            return true;
        }
    struct text all = {0};
    for (unsigned i = 0; names[i]; i++)
        text_printf(&all, "%s%s", i == 0 ? "" : names[i + 1] ? ", " : " or ", names[i]);
    mistake("--%s wants %s, not '%s'", option, text_string(&all), given);
    text_free(&all);
    return false;
}

static bool read_levels(struct command_line *line, const char *given)
{
    free(line->concurrency);
    line->concurrency = calloc(MOST_LEVELS, sizeof *line->concurrency);
    line->options.concurrency = line->concurrency;
    line->options.concurrency_count = 0;
    const char *at = given;
    for (;;) {
        char *end;
        errno = 0;
        long level = strtol(at, &end, 10);
        if (end == at || errno || level < 1 || level > LARGEST_K || (*end && *end != ','))
            return mistake("--concurrency wants whole numbers from 1 to %d with commas between them, as in 1,2,8; "
                           "not '%s'",
                           LARGEST_K, given);
        if (line->options.concurrency_count == MOST_LEVELS || !line->concurrency)
            return mistake("--concurrency takes at most %d numbers", MOST_LEVELS);
        line->concurrency[line->options.concurrency_count++] = (unsigned)level;
        if (!*end)
            return true;
        at = end + 1;
    }
}

/* "async-to-thread" stands for "async to-thread". */
static bool same_model(const char *given, const char *name)
{
    while (*given && (*given == *name || (*given == '-' && *name == ' '))) {
        given++;
        name++;
    }
    return *given == *name;
}

static bool add_model(struct command_line *line, const char *name)
{
    if (!line->models)
        line->models = calloc(MOST_MODELS, sizeof *line->models);
    if (!line->models || line->options.model_count == MOST_MODELS)
        return mistake("--model takes at most %d names", MOST_MODELS);
    line->options.models = line->models;
    line->models[line->options.model_count++] = name;
    return true;
}

/* One model by its name; else every variant of that model. */
static bool read_model(struct command_line *line, const char *given)
{
    const struct concprobe_model *model;
    bool any = false;
    for (size_t i = 0; (model = concprobe_model(i)); i++)
        if (same_model(given, model->name))
            return add_model(line, model->name);
    for (size_t i = 0; (model = concprobe_model(i)); i++)
        if (strcmp(given, model->model) == 0) {
            if (!add_model(line, model->name))
                return false;
            any = true;
        }
    if (any)
        return true;
    const char *names[MOST_MODELS + 1] = {NULL};
    struct text all = {0};
    for (size_t i = 0; i < MOST_MODELS && (model = concprobe_model(i)); i++) {
        names[i] = model->name;
        text_printf(&all, "%s%s", i ? ", " : "the models are ", model->name);
    }
    unknown_name("model", given, names, text_string(&all));
    text_free(&all);
    return false;
}

static bool read_models(struct command_line *line, char *given)
{
    char *rest = NULL;
    for (char *name = strtok_r(given, ",", &rest); name; name = strtok_r(NULL, ",", &rest))
        if (!read_model(line, name))
            return false;
    return true;
}

static bool read_seconds(const char *option, const char *given, double *seconds)
{
    char *end;
    *seconds = strtod(given, &end);
    return (end != given && !*end && isfinite(*seconds) && *seconds > 0) ||
           mistake("--%s wants seconds above 0, not '%s'", option, given);
}

static bool read_restarts(struct command_line *line, const char *given)
{
    char *end;
    errno = 0;
    long restarts = strtol(given, &end, 10);
    if (end == given || *end || errno || restarts < 1 || restarts > MOST_RESTARTS)
        return mistake("--restarts wants a whole number from 1 to %d, not '%s'", MOST_RESTARTS, given);
    line->options.restarts = (unsigned)restarts;
    return true;
}

static bool read_seed(struct command_line *line, const char *given)
{
    char *end;
    errno = 0;
    line->options.seed = strtoull(given, &end, 0);
    return (end != given && !*end && !errno && *given != '-') ||
           mistake("--seed wants a whole number, not '%s'", given);
}

/* ---- the line ---- */

enum { LIST = 256, MODEL, CONCURRENCY, BUDGET, BLOCK, RESTARTS, SEED, LOCK, FORMAT };

static const struct option long_options[] = {{"list", no_argument, NULL, LIST},
                                             {"model", required_argument, NULL, MODEL},
                                             {"concurrency", required_argument, NULL, CONCURRENCY},
                                             {"budget", required_argument, NULL, BUDGET},
                                             {"block", required_argument, NULL, BLOCK},
                                             {"restarts", required_argument, NULL, RESTARTS},
                                             {"seed", required_argument, NULL, SEED},
                                             {"lock", required_argument, NULL, LOCK},
                                             {"output-format", required_argument, NULL, FORMAT},
                                             {"help", no_argument, NULL, 'h'},
                                             {NULL, 0, NULL, 0}};

static bool read_option(struct command_line *line, int option)
{
    unsigned choice = 0;
    bool good = true;
    switch (option) {
    case LIST:
        line->list = true;
        return true;
    case MODEL:
        return read_models(line, optarg);
    case CONCURRENCY:
        return read_levels(line, optarg);
    case BUDGET:
        return read_seconds("budget", optarg, &line->options.budget_seconds);
    case BLOCK:
        return read_seconds("block", optarg, &line->options.block_seconds);
    case RESTARTS:
        return read_restarts(line, optarg);
    case SEED:
        return read_seed(line, optarg);
    case LOCK:
        good = read_choice("lock", optarg, lock_names, &choice);
        line->options.lock = (enum concprobe_lock)choice;
        return good;
    case FORMAT:
        good = read_choice("output-format", optarg, format_names, &choice);
        line->json = choice == 1;
        return good;
    default:
        line->help = true;
        return true;
    }
}

static bool wrong_option(int found, const char *given)
{
    if (found == ':')
        return mistake("%s wants a value; --help lists the options", given);
    const char *names[sizeof long_options / sizeof *long_options] = {NULL};
    for (size_t i = 0; long_options[i].name; i++)
        names[i] = long_options[i].name;
    char *bare = strdup(given + strspn(given, "-"));
    if (!bare)
        return mistake("memory is out");
    bare[strcspn(bare, "=")] = '\0';
    unknown_name("option", bare, names, "--help lists the options");
    free(bare);
    return false;
}

static bool find_probe(struct command_line *line, const char *name)
{
    const char **names = calloc(line->probe_count + 1, sizeof *names);
    for (size_t i = 0; i < line->probe_count; i++) {
        if (strcmp(line->probes[i].name, name) == 0)
            line->probe = &line->probes[i];
        if (names)
            names[i] = line->probes[i].name;
    }
    if (!line->probe && names)
        unknown_name("probe", name, names, "--list lists the probes");
    free(names);
    return line->probe != NULL;
}

bool command_line_read(struct command_line *line, int count, char **arguments)
{
    optind = 0; /* GNU: start again, also after an earlier call */
    opterr = 0;
    for (;;) {
        int found = getopt_long(count, arguments, ":h", long_options, NULL);
        if (found == -1)
            break;
        if (found == '?' || found == ':')
            return wrong_option(found, arguments[optind - 1]);
        if (!read_option(line, found))
            return false;
    }
    if (line->help || (line->list && optind == count))
        return true;
    if (count - optind > 1)
        return mistake("one probe at a time: '%s' is one too many", arguments[optind + 1]);
    if (count - optind == 1)
        return find_probe(line, arguments[optind]);
    if (line->probe_count != 1)
        return mistake("which probe? --list lists them");
    line->probe = line->probes;
    return true;
}

void command_line_free(struct command_line *line)
{
    free(line->models);
    free(line->concurrency);
}

void command_line_help(const char *program, FILE *stream)
{
    fprintf(stream, "Usage: %s [OPTIONS] [NAME]\n\n", program);
    fputs("Makes the call of the probe NAME under every execution model, and says which one wins on this machine.\n\n"
          "  --list                  list the probes\n"
          "  --model=NAME            only these models: names with commas between them, or the option again;\n"
          "                          serial always runs along\n"
          "  --concurrency=K[,K…]    calls at once (default: 1,2,8,64)\n"
          "  --budget=SECONDS        for the whole run (default: 10 for each K)\n"
          "  --block=SECONDS         of one model in a row, before the next has its turn (default: 0.1)\n"
          "  --restarts=N            start everything anew at least so often (default: 5)\n"
          "  --seed=N                of inputs and orders (default: 0)\n"
          "  --lock=WHEN             under a big lock that is released explicit(ly) or at-block (default: none)\n"
          "  --output-format=FORMAT  text (default) or json\n"
          "  -h, --help              print this help\n\n"
          "Models:\n",
          stream);
    const struct concprobe_model *model;
    for (size_t i = 0; (model = concprobe_model(i)); i++)
        fprintf(stream, "  %-22s  %s%s\n", model->name, model->summary, model->competes ? "" : " (only where named)");
    fputs("\nExit codes: 0 measured, 2 wrong use, 3 nothing could be measured.\n", stream);
}
