/* The tables of commands, options and examples. */
#include "cli/options.h"

#include "model/concepts.h"

#include <string.h>

const struct command commands[COMMAND_COUNT] = {
#define COMMAND(id, name, arguments, text, details) {#name, arguments, text, details},
#include "cli/commands.def"
};

enum command_id command_find(const char *name)
{
    unsigned command = 0;
    while (command < COMMAND_COUNT && strcmp(commands[command].name, name) != 0)
        command++;
    return (enum command_id)command;
}

static const char *const fail_levels[] = {"none", "info", "warning", "error", NULL};
static const char *const sort_keys[] = {"place", "cost", NULL};
static const char *const color_choices[] = {"auto", "always", "never", NULL};
static const char *const time_units[] = {"us", "ns", "ms", NULL};
static const char *const probe_models[] = {"serial", "threading", "multiprocessing", "async", "hybrid", NULL};
static const char *const probe_locks[] = {"none", "explicit", "at-block", NULL};
static const char *const probe_formats[] = {"text", "json", NULL};
static const char *const class_names[] = {
#define CLASS(id, name, text) name,
#include "model/concepts.def"
    NULL};

#define FOR(command) (1u << COMMAND_##command)
#define FOR_ADVICE (FOR(CHECK) | FOR(CLASSIFY) | FOR(EXPLAIN))
#define FOR_ANALYSIS (FOR_ADVICE | FOR(DUMP) | FOR(OBSERVE) | FOR(API))
#define FOR_EVERY (~0u)

const struct option_row option_rows[] = {
#define OPTION(option_letter, option_name, value_kind, field, value_name, takers, words, help)                         \
    {.name = option_name,                                                                                              \
     .metavar = value_name,                                                                                            \
     .text = help,                                                                                                     \
     .choices = words,                                                                                                 \
     .offset = offsetof(struct options, field),                                                                        \
     .kind = OPTION_##value_kind,                                                                                      \
     .commands = takers,                                                                                               \
     .letter = option_letter},
#include "cli/options.def"
};
const unsigned option_row_count = sizeof option_rows / sizeof *option_rows;

bool option_is_for(const struct option_row *row, enum command_id command)
{
    return row->commands & (1u << command);
}

const char *const *option_words(const struct option_row *row)
{
    return row->kind == OPTION_OUTPUTS ? report_format_names() : row->choices;
}

const struct example examples[] = {
#define EXAMPLE(command, line, text) {COMMAND_##command, line, text},
#include "cli/examples.def"
};
const unsigned example_count = sizeof examples / sizeof *examples;
