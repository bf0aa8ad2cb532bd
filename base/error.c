/* Errors: a list of problems, and how they are printed. */
#include "base/error.h"

#include "base/text.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void problems_add(struct problems *problems, enum severity severity, struct place place, const char *advice,
                  const char *format, ...)
{
    struct text message = {0};
    va_list args;
    va_start(args, format);
    text_vprintf(&message, format, args);
    va_end(args);
    struct problem problem = {
        .severity = severity,
        .file = place.file ? must_strdup(place.file) : NULL,
        .line = place.line,
        .column = place.column,
        .message = must_strdup(text_string(&message)),
        .advice = advice ? must_strdup(advice) : NULL,
    };
    text_free(&message);
    array_push(&problems->list, problem);
    if (severity == SEVERITY_ERROR)
        problems->errors++;
}

void problems_free(struct problems *problems)
{
    for (array_each(struct problem, problem, &problems->list)) {
        free(problem->file);
        free(problem->message);
        free(problem->advice);
    }
    array_free(&problems->list);
    problems->errors = 0;
}

static void add_place(struct text *line, const struct problem *problem)
{
    if (!problem->file)
        return;
    text_add_utf8(line, problem->file, strlen(problem->file));
    if (problem->line)
        text_printf(line, ":%u", problem->line);
    if (problem->line && problem->column)
        text_printf(line, ":%u", problem->column);
    text_add(line, ": ");
}

void problems_print(const struct problems *problems, FILE *stream)
{
    static const char *const names[] = {"note", "warning", "error"};
    struct text line = {0};
    for (array_each(struct problem, problem, &problems->list)) {
        text_clear(&line);
        add_place(&line, problem);
        text_printf(&line, "%s: ", names[problem->severity]);
        text_add_utf8(&line, problem->message, strlen(problem->message));
        if (problem->advice) {
            text_add(&line, "; ");
            text_add_utf8(&line, problem->advice, strlen(problem->advice));
        }
        text_add_char(&line, '\n');
        fputs(line.string, stream);
    }
    text_free(&line);
}
