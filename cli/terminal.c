/* Colours and progress. */
#include "cli/terminal.h"

#include "report/printer.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

bool terminal_color(FILE *stream, enum color_choice choice)
{
    return choice == COLOR_AUTO ? terminal_wants_color(stream) : choice == COLOR_ALWAYS;
}

void progress_begin(struct progress *progress, bool wanted)
{
    *progress = (struct progress){.shown = wanted && isatty(STDERR_FILENO)};
}

static int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

void progress_show(void *data, uint32_t done, uint32_t total, const char *file)
{
    const int64_t interval = 50000000; /* 20 times a second is enough for the eye */
    struct progress *progress = data;
    int64_t now = progress->shown ? now_ns() : 0;
    if (!progress->shown || (done < total && now - progress->last < interval))
        return;
    progress->last = now;
    progress->written = true;
    struct text line = {0};
    text_printf(&line, "[%u/%u] ", done, total);
    unsigned room = terminal_width(stderr) - 1 - utf8_columns(line.string, line.length);
    const char *start = file ? file : "";
    while (utf8_columns(start, strlen(start)) > room) /* the end of a path says more than its beginning */
        start++;
    text_add(&line, start);
    struct printer printer = {.stream = stderr};
    fputs("\r\033[K", stderr);
    print_tinted(&printer, TINT_PLAIN, text_string(&line));
    fflush(stderr);
    text_free(&line);
}

void progress_end(struct progress *progress)
{
    if (progress->written)
        fputs("\r\033[K", stderr);
    progress->written = false;
}
