/* Finding #include lines in text. */
#include "analyzer/include_lines.h"

#include "analyzer/source_file.h"
#include "base/array.h"
#include "base/path.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A file that begins with an #include has it within so many bytes: licences are long. */
enum { FIRST_INCLUDE_WITHIN = 64 << 10 };

struct scanner {
    struct arena *arena;
    const char *text;
    const char *at;
    bool leads; /* nothing else was met yet */
    ARRAY(struct include_line) lines;
};

/* To the end of the line, which a backslash moves to the next one. */
static void skip_line_comment(struct scanner *scanner)
{
    for (;;) {
        scanner->at += strcspn(scanner->at, "\n");
        if (*scanner->at == '\0' || scanner->at[-1] != '\\')
            return;
        scanner->at++;
    }
}

/* Skips white space and comments; with `stay`, not past the line's end. */
static void skip_blank(struct scanner *scanner, bool stay)
{
    for (;;) {
        scanner->at += strspn(scanner->at, stay ? " \t\r\f\v" : " \t\r\f\v\n");
        if (scanner->at[0] == '/' && scanner->at[1] == '*') {
            const char *end = strstr(scanner->at + 2, "*/");
            scanner->at = end ? end + 2 : scanner->at + strlen(scanner->at);
        } else if (scanner->at[0] == '/' && scanner->at[1] == '/') {
            skip_line_comment(scanner);
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
    const char *hash = scanner->at - 1;
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
        .begin = (size_t)(hash - scanner->text),
        .end = (size_t)(scanner->at - scanner->text),
    };
    array_push(&scanner->lines, line);
    return true;
}

/* Reads the #include lines, or only what leads to the first. */
static void scan(struct scanner *scanner, bool first_only)
{
    scanner->leads = true;
    scanner->at = scanner->text;
    if (strncmp(scanner->at, "\xEF\xBB\xBF", 3) == 0) /* a byte order mark */
        scanner->at += 3;
    for (skip_blank(scanner, false); *scanner->at; skip_blank(scanner, false)) {
        bool directive = *scanner->at == '#';
        scanner->at += directive;
        if (!directive || !read_include(scanner))
            scanner->leads = false;
        if (first_only && (!scanner->leads || scanner->lines.count))
            return;
        skip_line(scanner);
    }
}

void include_lines_scan(struct include_lines *lines, struct arena *arena, const char *text)
{
    struct scanner scanner = {.arena = arena, .text = text};
    scan(&scanner, false);
    lines->count = scanner.lines.count;
    lines->lines = arena_copy(arena, scanner.lines.items, lines->count * sizeof *lines->lines);
    lines->was_read = true;
    array_free(&scanner.lines);
}

bool first_include_scan(struct include_line *line, struct arena *arena, const char *text)
{
    struct scanner scanner = {.arena = arena, .text = text};
    scan(&scanner, true);
    bool found = scanner.lines.count > 0;
    if (found)
        *line = scanner.lines.items[0];
    array_free(&scanner.lines);
    return found;
}

/* The first `limit` bytes of a file, zero-terminated, or NULL. */
static char *read_beginning(const char *path, size_t limit)
{
    FILE *file = fopen(path, "re");
    if (!file)
        return NULL;
    char *text = must_malloc(limit + 1);
    size_t length = fread(text, 1, limit, file);
    text[length] = '\0';
    fclose(file);
    return text;
}

void include_lines_read(struct include_lines *lines, struct arena *arena, const char *path, size_t limit)
{
    *lines = (struct include_lines){.was_read = true};
    char *text = read_beginning(path, limit);
    if (text)
        include_lines_scan(lines, arena, text);
    free(text);
}

bool first_include_read(struct include_line *line, struct arena *arena, const char *path)
{
    char *text = read_beginning(path, FIRST_INCLUDE_WITHIN);
    bool found = text && first_include_scan(line, arena, text);
    free(text);
    return found;
}

/* Line breaks stay, so that every other line keeps its number. */
static void make_blank(char *text, size_t begin, size_t end)
{
    for (size_t i = begin; i < end; i++)
        if (text[i] != '\n' && text[i] != '\r')
            text[i] = ' ';
}

char *text_behind_first_include(const char *path, size_t *length)
{
    char *text = file_read(path, (size_t)SOURCE_LIMIT_MIB << 20, length);
    if (!text)
        return NULL;
    struct arena arena;
    arena_init(&arena);
    struct include_line first;
    bool found = first_include_scan(&first, &arena, text);
    if (found)
        make_blank(text, first.begin, first.end);
    arena_free(&arena);
    if (found)
        return text;
    free(text);
    return NULL;
}
