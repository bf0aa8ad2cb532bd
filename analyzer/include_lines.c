/* Finding #include lines in text. */
#include "analyzer/include_lines.h"

#include "base/array.h"

#include <stdio.h>
#include <string.h>

struct scanner {
    struct arena *arena;
    const char *at;
    bool leads; /* nothing else was met yet */
    ARRAY(struct include_line) lines;
};

/* Skips white space and comments; with `stay`, not past the line's end. */
static void skip_blank(struct scanner *scanner, bool stay)
{
    for (;;) {
        scanner->at += strspn(scanner->at, stay ? " \t\r\f\v" : " \t\r\f\v\n");
        if (scanner->at[0] == '/' && scanner->at[1] == '*') {
            const char *end = strstr(scanner->at + 2, "*/");
            scanner->at = end ? end + 2 : scanner->at + strlen(scanner->at);
        } else if (scanner->at[0] == '/' && scanner->at[1] == '/') {
            scanner->at += strcspn(scanner->at, "\n");
        } else {
            return;
        }
    }
}

/* To the next line, also over comments that span lines. */
static void skip_line(struct scanner *scanner)
{
    for (;;) {
        scanner->at += strcspn(scanner->at, "\n/\"'");
        char quote = *scanner->at;
        if (quote == '\0' || quote == '\n')
            return;
        const char *before = scanner->at;
        if (quote == '/')
            skip_blank(scanner, true);
        if (scanner->at != before)
            continue;
        scanner->at++;
        if (quote == '/')
            continue;
        while (*scanner->at && *scanner->at != quote && *scanner->at != '\n')
            scanner->at += scanner->at[0] == '\\' && scanner->at[1] ? 2 : 1;
        if (*scanner->at == quote)
            scanner->at++;
    }
}

/* Reads a directive's `include "x.h"` behind the '#'; false if it is something else. */
static bool read_include(struct scanner *scanner)
{
    skip_blank(scanner, true);
    if (strncmp(scanner->at, "include", 7) != 0)
        return false;
    scanner->at += 7;
    skip_blank(scanner, true);
    char open = *scanner->at, close = open == '<' ? '>' : '"';
    if (open != '<' && open != '"')
        return false;
    const char *begin = scanner->at + 1;
    size_t length = strcspn(begin, open == '<' ? ">\n" : "\"\n");
    if (begin[length] != close || !length)
        return false;
    scanner->at = begin + length + 1;
    struct include_line line = {
        .spelling = arena_strndup(scanner->arena, begin, length),
        .quoted = open == '"',
        .leads = scanner->leads,
    };
    array_push(&scanner->lines, line);
    return true;
}

void include_lines_scan(struct include_lines *lines, struct arena *arena, const char *text)
{
    struct scanner scanner = {.arena = arena, .at = text, .leads = true};
    if (strncmp(text, "\xEF\xBB\xBF", 3) == 0) /* a byte order mark */
        scanner.at += 3;
    for (skip_blank(&scanner, false); *scanner.at; skip_blank(&scanner, false)) {
        bool directive = *scanner.at == '#';
        scanner.at += directive;
        if (!directive || !read_include(&scanner))
            scanner.leads = false;
        skip_line(&scanner);
    }
    lines->count = scanner.lines.count;
    lines->lines = arena_copy(arena, scanner.lines.items, lines->count * sizeof *lines->lines);
    lines->was_read = true;
    array_free(&scanner.lines);
}

void include_lines_read(struct include_lines *lines, struct arena *arena, const char *path, size_t limit)
{
    *lines = (struct include_lines){.was_read = true};
    FILE *file = fopen(path, "re");
    if (!file)
        return;
    char *text = must_malloc(limit + 1);
    size_t length = fread(text, 1, limit, file);
    text[length] = '\0';
    fclose(file);
    include_lines_scan(lines, arena, text);
    free(text);
}
