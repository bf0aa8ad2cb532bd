/* Reading a command line: getopt_long over the table of options. */
#include "cli/options.h"

#include "base/suggest.h"
#include "base/text.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct place nowhere = {NULL, 0, 0};

/* ---- values ---- */

struct value {
    const struct option_row *row;
    const char *string; /* as given; NULL for flags */
    struct options *options;
    struct problems *problems;
};

static void *field_of(const struct value *value)
{
    return (char *)value->options + value->row->offset;
}

static bool wrong_value(const struct value *value, const char *wanted)
{
    problems_add(value->problems, SEVERITY_ERROR, nowhere, NULL, "--%s wants %s, not '%s'", value->row->name, wanted,
                 value->string);
    return false;
}

static bool set_whole(const struct value *value)
{
    char *end;
    errno = 0;
    long number = strtol(value->string, &end, 10);
    if (end == value->string || *end || errno || number < 1 || number > 1000000000)
        return wrong_value(value, "a whole number from 1");
    *(unsigned *)field_of(value) = (unsigned)number;
    return true;
}

static bool set_positive(const struct value *value)
{
    char *end;
    double number = strtod(value->string, &end);
    if (end == value->string || *end || !isfinite(number) || number <= 0)
        return wrong_value(value, "a number above 0");
    *(double *)field_of(value) = number;
    return true;
}

/* The number of a word among the choices, or -1 with a problem. */
static int find_choice(const struct value *value, const char *word)
{
    const char *const *choices = value->row->choices;
    for (int i = 0; choices[i]; i++)
        if (strcmp(choices[i], word) == 0)
            return i;
    struct text all = {0};
    for (int i = 0; choices[i]; i++)
        text_printf(&all, "%s%s", i == 0 ? "" : choices[i + 1] ? ", " : " or ", choices[i]);
    const char *near = suggest(word, choices);
    struct text advice = {0};
    if (near)
        text_printf(&advice, "did you mean '%s'?", near);
    problems_add(value->problems, SEVERITY_ERROR, nowhere, near ? text_string(&advice) : NULL,
                 "--%s wants %s, not '%s'", value->row->name, text_string(&all), word);
    text_free(&advice);
    text_free(&all);
    return -1;
}

static bool set_choices(const struct value *value)
{
    bool good = true;
    char *copy = must_strdup(value->string), *rest = NULL;
    for (char *word = strtok_r(copy, ",", &rest); word; word = strtok_r(NULL, ",", &rest)) {
        int choice = find_choice(value, word);
        good = good && choice >= 0;
        if (choice >= 0)
            *(unsigned *)field_of(value) |= 1u << choice;
    }
    free(copy);
    return good;
}

static bool wrong_format(const struct value *value, const char *name)
{
    const char *near = suggest(name, report_format_names());
    struct text advice = {0};
    if (near)
        text_printf(&advice, "did you mean '%s'?", near);
    else
        text_add(&advice, "the formats are full, concise and json");
    problems_add(value->problems, SEVERITY_ERROR, nowhere, text_string(&advice), "there is no output format '%s'",
                 name);
    text_free(&advice);
    return false;
}

/* "json" or "json:FILE" */
static bool add_output(const struct value *value, char *request)
{
    char *colon = strchr(request, ':');
    if (colon)
        *colon = '\0';
    const struct report_format *format = report_find(request);
    if (!format)
        return wrong_format(value, request);
    if (colon && !colon[1]) {
        problems_add(value->problems, SEVERITY_ERROR, nowhere, NULL, "--output-format=%s: has no file's name", request);
        return false;
    }
    array_push(&value->options->outputs, (struct output_request){format, colon ? colon + 1 : NULL});
    return true;
}

static bool set_outputs(const struct value *value)
{
    bool good = true;
    char *rest = NULL;
    char *copy = arena_strdup(&value->options->arena, value->string);
    for (char *request = strtok_r(copy, ",", &rest); request; request = strtok_r(NULL, ",", &rest))
        good = add_output(value, request) && good;
    return good;
}

static bool set_value(const struct value *value)
{
    if (value->row->kind == OPTION_FLAG) {
        *(bool *)field_of(value) = true;
        return true;
    }
    if (!value->string || !*value->string) {
        problems_add(value->problems, SEVERITY_ERROR, nowhere, NULL, "--%s wants %s, which is empty", value->row->name,
                     value->row->metavar);
        return false;
    }
    switch (value->row->kind) {
    case OPTION_FLAG:
        break;
    case OPTION_TEXT:
        *(const char **)field_of(value) = value->string;
        return true;
    case OPTION_LIST:
        array_push((string_list *)field_of(value), value->string);
        return true;
    case OPTION_WHOLE:
        return set_whole(value);
    case OPTION_POSITIVE:
        return set_positive(value);
    case OPTION_CHOICE: {
        int choice = find_choice(value, value->string);
        if (choice >= 0)
            *(unsigned *)field_of(value) = (unsigned)choice;
        return choice >= 0;
    }
    case OPTION_CHOICES:
        return set_choices(value);
    case OPTION_OUTPUTS:
        return set_outputs(value);
    }
    return false;
}

/* ---- options ---- */

enum { FIRST_ROW = 256 }; /* getopt_long's value of row 0: above every letter */

/* What getopt_long wants, made from the rows of one command. */
struct getopt_tables {
    struct option *names;
    char *letters;
};

static void make_getopt_tables(struct getopt_tables *tables, enum command_id command)
{
    tables->names = must_malloc((option_row_count + 1) * sizeof *tables->names);
    struct text letters = {0};
    text_add(&letters, ":");
    unsigned count = 0;
    for (unsigned i = 0; i < option_row_count; i++) {
        const struct option_row *row = &option_rows[i];
        if (!option_is_for(row, command))
            continue;
        tables->names[count++] = (struct option){
            .name = row->name, .has_arg = row->metavar ? required_argument : no_argument, .val = FIRST_ROW + (int)i};
        if (row->letter)
            text_printf(&letters, "%c%s", row->letter, row->metavar ? ":" : "");
    }
    tables->names[count] = (struct option){0};
    tables->letters = letters.string;
}

static const struct option_row *find_row(int found)
{
    for (unsigned i = 0; i < option_row_count; i++)
        if (found == FIRST_ROW + (int)i || (option_rows[i].letter && found == option_rows[i].letter))
            return &option_rows[i];
    return NULL;
}

/* Which commands take the option of that name, as "check and explain"; false if none. */
static bool add_takers(struct text *text, const char *name)
{
    for (unsigned i = 0; i < option_row_count; i++) {
        if (strcmp(option_rows[i].name, name) != 0)
            continue;
        for (unsigned command = 0; command < COMMAND_COUNT; command++)
            if (option_is_for(&option_rows[i], (enum command_id)command))
                text_printf(text, "%s%s", text->length ? ", " : "it is for: ", commands[command].name);
        return true;
    }
    return false;
}

static void add_nearest_option(struct text *text, enum command_id command, const char *name)
{
    const char **names = must_malloc((option_row_count + 1) * sizeof *names);
    unsigned count = 0;
    for (unsigned i = 0; i < option_row_count; i++)
        if (option_is_for(&option_rows[i], command))
            names[count++] = option_rows[i].name;
    names[count] = NULL;
    const char *near = suggest(name, names);
    if (near)
        text_printf(text, "did you mean '--%s'?", near);
    else
        text_printf(text, "'concadvise %s --help' lists the options", commands[command].name);
    free(names);
}

static void unknown_option(enum command_id command, const char *given, int letter, struct problems *problems)
{
    struct text advice = {0};
    if (letter) {
        text_printf(&advice, "'concadvise %s --help' lists the options", commands[command].name);
        problems_add(problems, SEVERITY_ERROR, nowhere, text_string(&advice), "%s has no option '-%c'",
                     commands[command].name, letter);
    } else {
        const char *name = given + strspn(given, "-");
        char *bare = must_strdup(name);
        bare[strcspn(bare, "=")] = '\0';
        if (!add_takers(&advice, bare))
            add_nearest_option(&advice, command, bare);
        problems_add(problems, SEVERITY_ERROR, nowhere, text_string(&advice), "%s has no option '--%s'",
                     commands[command].name, bare);
        free(bare);
    }
    text_free(&advice);
}

/* getopt_long's '?': the option is not known, not to be abbreviated so far, or is a flag that was given a value. */
static void wrong_option(enum command_id command, const char *given, struct problems *problems)
{
    const struct option_row *row = optopt ? find_row(optopt) : NULL;
    if (row && !row->metavar && optopt >= FIRST_ROW)
        problems_add(problems, SEVERITY_ERROR, nowhere, NULL, "--%s takes no value", row->name);
    else
        unknown_option(command, given, optopt && optopt < FIRST_ROW ? optopt : 0, problems);
}

static bool read_options(struct options *options, const struct getopt_tables *tables, int count, char **arguments,
                         struct problems *problems)
{
    bool good = true;
    optind = 0; /* GNU: start again, also after an earlier call */
    opterr = 0;
    for (;;) {
        int found = getopt_long(count, arguments, tables->letters, tables->names, NULL);
        if (found == -1)
            break;
        const struct option_row *row = find_row(found == ':' ? optopt : found);
        if (found == ':' && row) {
            problems_add(problems, SEVERITY_ERROR, nowhere, NULL, "--%s wants a value: %s", row->name, row->metavar);
            good = false;
        } else if (found == '?' || !row) {
            wrong_option(options->command, arguments[optind - 1], problems);
            good = false;
        } else {
            struct value value = {row, row->metavar ? optarg : NULL, options, problems};
            good = set_value(&value) && good;
        }
    }
    for (int i = optind; i < count; i++)
        array_push(&options->arguments, arguments[i]);
    return good;
}

/* Two reports in one stream cannot be told apart. */
static bool check_outputs(const struct options *options, struct problems *problems)
{
    unsigned to_stdout = 0;
    for (uint32_t i = 0; i < options->outputs.count; i++)
        to_stdout += options->outputs.items[i].file == NULL;
    if (to_stdout <= 1)
        return true;
    problems_add(problems, SEVERITY_ERROR, nowhere, "give the others a file, as in --output-format=full,json:out.json",
                 "%u output formats cannot share standard output", to_stdout);
    return false;
}

bool options_parse(struct options *options, enum command_id command, int count, char **arguments,
                   struct problems *problems)
{
    *options = (struct options){.command = command, .fail_level = FAIL_WARNING};
    arena_init(&options->arena);
    int own = 1;
    while (own < count && strcmp(arguments[own], "--") != 0)
        own++;
    options->dashes = own < count;
    if (options->dashes) {
        options->after_dashes = arguments + own + 1;
        options->after_dashes_count = (unsigned)(count - own - 1);
    }
    struct getopt_tables tables;
    make_getopt_tables(&tables, command);
    char **permuted = must_malloc(((size_t)own + 1) * sizeof *permuted); /* getopt_long changes the order */
    memcpy(permuted, arguments, (size_t)own * sizeof *permuted);
    permuted[own] = NULL;
    bool good = read_options(options, &tables, own, permuted, problems);
    free(permuted);
    free(tables.names);
    free(tables.letters);
    return check_outputs(options, problems) && good;
}

void options_free(struct options *options)
{
    array_free(&options->units);
    array_free(&options->models);
    array_free(&options->outputs);
    array_free(&options->files);
    array_free(&options->functions);
    array_free(&options->rules);
    array_free(&options->apis);
    array_free(&options->headers);
    array_free(&options->prefixes);
    array_free(&options->extra_args);
    array_free(&options->imports);
    array_free(&options->arguments);
    arena_free(&options->arena);
}
