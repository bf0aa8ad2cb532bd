/* Colours and width of streams. */
#include "base/terminal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static bool is_set(const char *name)
{
    const char *value = getenv(name);
    return value && *value;
}

bool terminal_wants_color(FILE *stream)
{
    if (is_set("NO_COLOR"))
        return false;
    if (is_set("FORCE_COLOR"))
        return true;
    const char *terminal = getenv("TERM");
    const int descriptor = fileno(stream); /* −1: a stream in memory */
    return descriptor >= 0 && isatty(descriptor) && !(terminal && strcmp(terminal, "dumb") == 0);
}

unsigned terminal_width(FILE *stream)
{
    const unsigned narrowest = 40, widest = 500, usual = 100;
    struct winsize size = {0};
    unsigned width = 0;
    const char *columns = getenv("COLUMNS");
    if (isatty(fileno(stream)) && ioctl(fileno(stream), TIOCGWINSZ, &size) == 0)
        width = size.ws_col;
    if (!width && columns)
        width = (unsigned)strtoul(columns, NULL, 10);
    return width < narrowest || width > widest ? usual : width;
}
