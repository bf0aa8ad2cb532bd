/* --help, from the tables. */
#include "cli/help.h"

#include "report/printer.h"

enum { HELP_WIDTH = 100, HELP_COLUMN = 34 };

const struct exit_code exit_codes[] = {
    {0, "nothing to report"},
    {1, "findings at or above --fail-level"},
    {2, "a mistake in the command line, in a configuration file or in a path, or an internal error; what is left was "
        "analysed"},
    {3, "some translation unit could not be analysed, so that findings may be missing; those of the others are "
        "printed; or "
        "calibrate found the machine not quiet"},
};
const unsigned exit_code_count = sizeof exit_codes / sizeof *exit_codes;

const struct variable variables[] = {
    {"CONCADVISE_DATA",
     "the directory with knowledge/ and rules/, in place of ../share/concadvise seen from the program"},
    {"NO_COLOR", "set and not empty: no colours, unless --color=always"},
    {"FORCE_COLOR", "set and not empty: colours also where there is no terminal, unless --color=never"},
    {"COLUMNS", "the width at which text is wrapped where there is no terminal (default: 100)"},
};
const unsigned variable_count = sizeof variables / sizeof *variables;

static void write_options(const struct printer *printer, enum command_id command)
{
    struct text label = {0};
    fputs("\nOptions:\n", printer->stream);
    for (unsigned i = 0; i < option_row_count; i++) {
        const struct option_row *row = &option_rows[i];
        if (!option_is_for(row, command))
            continue;
        text_clear(&label);
        if (row->letter)
            text_printf(&label, "-%c, ", row->letter);
        else
            text_add(&label, "    ");
        text_printf(&label, "--%s%s%s ", row->name, row->metavar ? " " : "", row->metavar ? row->metavar : "");
        print_wrapped(printer, 2, text_string(&label), HELP_COLUMN, row->text);
    }
    text_free(&label);
}

static void write_examples(const struct printer *printer, enum command_id command)
{
    fputs("\nExamples:\n", printer->stream);
    for (unsigned i = 0; i < example_count; i++) {
        if (examples[i].command != command)
            continue;
        fprintf(printer->stream, "  %s\n", examples[i].line);
        print_wrapped(printer, 6, "", 0, examples[i].text);
    }
}

static void write_exit_codes(const struct printer *printer)
{
    fputs("\nExit codes (the highest of 1 and 3 that applies; 2 goes before both):\n", printer->stream);
    for (unsigned i = 0; i < exit_code_count; i++) {
        char label[16];
        snprintf(label, sizeof label, "%d", exit_codes[i].code);
        print_wrapped(printer, 2, label, 3, exit_codes[i].text);
    }
}

void help_write(FILE *stream)
{
    struct printer printer = {.stream = stream, .width = HELP_WIDTH};
    fputs("concadvise: which concurrency model each piece of a C program should run under\n\n"
          "Usage: concadvise COMMAND [OPTIONS] [ARGUMENTS]\n\nCommands:\n",
          stream);
    for (unsigned i = 0; i < COMMAND_COUNT; i++)
        print_wrapped(&printer, 2, commands[i].name, 10, commands[i].text);
    fputs("\n'concadvise COMMAND --help' says more; 'concadvise check' in a source tree is a good start.\n", stream);
    write_exit_codes(&printer);
    fputs("\nEnvironment:\n", stream);
    for (unsigned i = 0; i < variable_count; i++)
        print_wrapped(&printer, 2, variables[i].name, 17, variables[i].text);
}

void help_write_command(FILE *stream, enum command_id command)
{
    struct printer printer = {.stream = stream, .width = HELP_WIDTH};
    struct text usage = {0};
    text_printf(&usage, "concadvise %s [OPTIONS] %s", commands[command].name, commands[command].arguments);
    print_wrapped(&printer, 0, "Usage:", 7, text_string(&usage));
    text_free(&usage);
    putc('\n', stream);
    print_wrapped(&printer, 0, "", 0, commands[command].details);
    write_options(&printer, command);
    write_examples(&printer, command);
}
