/* The man page, from the tables. Its text is roff: see man(7). */
#include "base/text.h"
#include "cli/help.h"

/* Writes text in which nothing is taken for a request. */
static void write_text(FILE *stream, const char *text)
{
    for (const char *c = text; *c; c++) {
        if (*c == '\\')
            fputs("\\e", stream);
        else if (*c == '-')
            fputs("\\-", stream);
        else if (*c == '\'')
            fputs("\\(aq", stream);
        else if (*c == '.' && c == text)
            fputs("\\&.", stream);
        else if (string_starts_with(c, "…")) {
            fputs("...", stream);
            c += sizeof "…" - 2;
        } else {
            putc(*c, stream);
        }
    }
}

/* A paragraph with a tag in bold. */
static void write_item(FILE *stream, const char *tag, const char *text)
{
    fputs(".TP\n\\fB", stream);
    write_text(stream, tag);
    fputs("\\fR\n", stream);
    write_text(stream, text);
    putc('\n', stream);
}

static void write_commands(FILE *stream)
{
    fputs(".SH COMMANDS\n", stream);
    for (unsigned i = 0; i < COMMAND_COUNT; i++) {
        struct text tag = {0};
        text_printf(&tag, "%s %s", commands[i].name, commands[i].arguments);
        fputs(".TP\n\\fB", stream);
        write_text(stream, text_string(&tag));
        fputs("\\fR\n", stream);
        text_free(&tag);
        char first = commands[i].text[0];
        fprintf(stream, "%c", first >= 'a' && first <= 'z' ? first - 'a' + 'A' : first);
        write_text(stream, commands[i].text + 1);
        fputs(".\n", stream);
        write_text(stream, commands[i].details);
        putc('\n', stream);
    }
}

/* "for check, classify" where not every command takes the option. */
static void write_takers(FILE *stream, const struct option_row *row)
{
    unsigned count = 0;
    for (unsigned command = 0; command < COMMAND_COUNT; command++)
        count += option_is_for(row, (enum command_id)command);
    if (count == COMMAND_COUNT)
        return;
    fputs(" (", stream);
    for (unsigned command = 0, written = 0; command < COMMAND_COUNT; command++)
        if (option_is_for(row, (enum command_id)command))
            fprintf(stream, "%s%s", written++ ? ", " : "", commands[command].name);
    putc(')', stream);
}

static void write_options(FILE *stream)
{
    fputs(".SH OPTIONS\nIn parentheses: the commands that take an option.\n", stream);
    for (unsigned i = 0; i < option_row_count; i++) {
        const struct option_row *row = &option_rows[i];
        fputs(".TP\n\\fB", stream);
        if (row->letter)
            fprintf(stream, "\\-%c\\fR, \\fB", row->letter);
        fputs("\\-\\-", stream);
        write_text(stream, row->name);
        if (row->metavar)
            fprintf(stream, "\\fR \\fI%s", row->metavar);
        fputs("\\fR\n", stream);
        write_text(stream, row->text);
        write_takers(stream, row);
        putc('\n', stream);
    }
}

static void write_examples(FILE *stream)
{
    fputs(".SH EXAMPLES\n", stream);
    for (unsigned i = 0; i < example_count; i++)
        write_item(stream, examples[i].line, examples[i].text);
}

static void write_exit_codes(FILE *stream)
{
    fputs(".SH \"EXIT STATUS\"\n", stream);
    for (unsigned i = 0; i < exit_code_count; i++) {
        char code[16];
        snprintf(code, sizeof code, "%d", exit_codes[i].code);
        write_item(stream, code, exit_codes[i].text);
    }
    fputs(".PP\nWhere several apply, 2 goes before 3, and 3 before 1.\n", stream);
}

void manual_write(FILE *stream)
{
    fputs(".\\\" Made by 'concadvise generate man'; do not edit.\n"
          ".TH CONCADVISE 1 \"\" \"concadvise " CONCADVISE_VERSION "\" \"User Commands\"\n"
          ".SH NAME\nconcadvise \\- which concurrency model each piece of a C program should run under\n"
          ".SH SYNOPSIS\n.B concadvise\n\\fICOMMAND\\fR [\\fIOPTIONS\\fR] [\\fIARGUMENTS\\fR]\n"
          ".SH DESCRIPTION\n"
          "Reads C source, estimates what each function computes and waits for, and advises how many independent calls "
          "of each unit of work should run: serial, threading, multiprocessing, async or hybrid, with the evidence.\n"
          "Reports go to standard output, everything else to standard error.\n",
          stream);
    write_commands(stream);
    write_options(stream);
    write_examples(stream);
    write_exit_codes(stream);
    fputs(".SH ENVIRONMENT\n", stream);
    for (unsigned i = 0; i < variable_count; i++)
        write_item(stream, variables[i].name, variables[i].text);
    fputs(".SH FILES\n", stream);
    write_item(stream, "compile_commands.json",
               "the compile database: searched in each directory above the first PATH and its build/");
    write_item(stream, "compile_flags.txt", "flags for every file, where there is no compile database");
    fputs(".SH \"SEE ALSO\"\n.BR bear (1),\n.BR clang (1)\n", stream);
}
