/* Completions for shells, from the tables. */
#include "base/text.h"
#include "cli/help.h"

#include <string.h>

const char *const completion_shells[] = {"bash", "zsh", "fish", NULL};

/* A string in single quotes, as each of the shells reads it. */
static void write_quoted(FILE *stream, const char *string)
{
    putc('\'', stream);
    for (const char *c = string; *c; c++) {
        if (*c == '\'')
            fputs("'\\''", stream);
        else
            putc(*c, stream);
    }
    putc('\'', stream);
}

static void write_words(FILE *stream, const char *const *words)
{
    for (unsigned i = 0; words[i]; i++)
        fprintf(stream, "%s%s", i ? " " : "", words[i]);
}

/* ---- bash ---- */

static void write_bash_values(FILE *stream)
{
    fputs("    case $previous in\n", stream);
    for (unsigned i = 0; i < option_row_count; i++) {
        const struct option_row *row = &option_rows[i];
        if (!option_words(row))
            continue;
        fprintf(stream, "    --%s)\n        COMPREPLY=($(compgen -W '", row->name);
        write_words(stream, option_words(row));
        fputs("' -- \"$current\"))\n        return\n        ;;\n", stream);
    }
    fputs("    esac\n", stream);
}

static void write_bash(FILE *stream)
{
    fputs("# bash completion for concadvise\n"
          "_concadvise()\n{\n"
          "    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} options=--help\n"
          "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n        COMPREPLY=($(compgen -W '",
          stream);
    for (unsigned i = 0; i < COMMAND_COUNT; i++)
        fprintf(stream, "%s%s", i ? " " : "", commands[i].name);
    fputs(" --help --version' -- \"$current\"))\n        return\n    fi\n", stream);
    write_bash_values(stream);
    fputs("    case ${COMP_WORDS[1]} in\n", stream);
    for (unsigned command = 0; command < COMMAND_COUNT; command++) {
        fprintf(stream, "    %s) options='", commands[command].name);
        for (unsigned i = 0; i < option_row_count; i++)
            if (option_is_for(&option_rows[i], (enum command_id)command))
                fprintf(stream, "--%s ", option_rows[i].name);
        fputs("' ;;\n", stream);
    }
    fputs("    esac\n"
          "    case $current in\n"
          "    -*) COMPREPLY=($(compgen -W \"$options\" -- \"$current\")) ;;\n"
          "    *) COMPREPLY=($(compgen -f -- \"$current\")) ;;\n"
          "    esac\n}\n"
          "complete -o filenames -F _concadvise concadvise\n",
          stream);
}

/* ---- zsh ---- */

static void write_zsh_option(FILE *stream, const struct option_row *row)
{
    struct text spec = {0};
    text_printf(&spec, "*--%s%s[", row->name, row->metavar ? "=" : "");
    for (const char *c = row->text; *c; c++) /* what ends or splits a description */
        text_printf(&spec, strchr("[]:\\", *c) ? "\\%c" : "%c", *c);
    text_add(&spec, "]");
    if (row->metavar) {
        text_add(&spec, ":value:");
        if (option_words(row)) {
            text_add(&spec, "(");
            for (unsigned i = 0; option_words(row)[i]; i++)
                text_printf(&spec, "%s%s", i ? " " : "", option_words(row)[i]);
            text_add(&spec, ")");
        } else {
            text_add(&spec, "_files");
        }
    }
    fputs("        ", stream);
    write_quoted(stream, text_string(&spec));
    fputs(" \\\n", stream);
    text_free(&spec);
}

static void write_zsh(FILE *stream)
{
    fputs("#compdef concadvise\n"
          "_concadvise()\n{\n"
          "    if (( CURRENT == 2 )); then\n        local -a names=(\n",
          stream);
    for (unsigned i = 0; i < COMMAND_COUNT; i++) {
        struct text row = {0};
        text_printf(&row, "%s:%s", commands[i].name, commands[i].text);
        fputs("            ", stream);
        write_quoted(stream, text_string(&row));
        putc('\n', stream);
        text_free(&row);
    }
    fputs("        )\n        _describe command names\n        return\n    fi\n"
          "    local command=$words[2]\n    shift words\n    (( CURRENT-- ))\n    case $command in\n",
          stream);
    for (unsigned command = 0; command < COMMAND_COUNT; command++) {
        fprintf(stream, "    %s)\n        _arguments -s \\\n", commands[command].name);
        for (unsigned i = 0; i < option_row_count; i++)
            if (option_is_for(&option_rows[i], (enum command_id)command))
                write_zsh_option(stream, &option_rows[i]);
        fputs("        '*:argument:_files'\n        ;;\n", stream);
    }
    fputs("    esac\n}\n_concadvise \"$@\"\n", stream);
}

/* ---- fish ---- */

static void write_fish_option(FILE *stream, const struct option_row *row)
{
    fputs("complete -c concadvise -n '__fish_seen_subcommand_from", stream);
    for (unsigned command = 0; command < COMMAND_COUNT; command++)
        if (option_is_for(row, (enum command_id)command))
            fprintf(stream, " %s", commands[command].name);
    fprintf(stream, "' -l %s", row->name);
    if (row->letter)
        fprintf(stream, " -s %c", row->letter);
    if (row->metavar)
        fputs(" -r", stream);
    if (option_words(row)) {
        fputs(" -a '", stream);
        write_words(stream, option_words(row));
        fputs("'", stream);
    }
    fputs(" -d ", stream);
    write_quoted(stream, row->text);
    putc('\n', stream);
}

static void write_fish(FILE *stream)
{
    fputs("# fish completion for concadvise\n", stream);
    for (unsigned i = 0; i < COMMAND_COUNT; i++) {
        fprintf(stream, "complete -c concadvise -n __fish_use_subcommand -f -a %s -d ", commands[i].name);
        write_quoted(stream, commands[i].text);
        putc('\n', stream);
    }
    for (unsigned i = 0; i < option_row_count; i++)
        write_fish_option(stream, &option_rows[i]);
}

void completions_write(FILE *stream, unsigned shell)
{
    static void (*const writers[])(FILE *) = {write_bash, write_zsh, write_fish};
    writers[shell](stream);
}
