/* Colours, wrapping, columns, and numbers for people. */
#include "report/printer.h"

#include <math.h>
#include <string.h>

static const char *const tint_codes[TINT_COUNT] = {"",           "\033[1m",  "\033[2m", "\033[1;31m",
                                                   "\033[1;33m", "\033[32m", "\033[36m"};

/* Adds text that a terminal shows as it is: no control character can reach it. U+00A0, which holds a number and its
 * unit together while lines are wrapped, becomes a plain space. */
static void add_harmless(struct text *text, const char *string, size_t length)
{
    struct text utf8 = {0};
    text_add_utf8(&utf8, string, length);
    for (size_t i = 0; i < utf8.length; i++) {
        unsigned char c = (unsigned char)utf8.string[i];
        unsigned char next = (unsigned char)utf8.string[i + 1];
        if (c < 0x20 || c == 0x7F) {
            text_add(text, "\xEF\xBF\xBD");
        } else if (c == 0xC2 && next < 0xA0) { /* U+0080 to U+009F: control characters too */
            text_add(text, "\xEF\xBF\xBD");
            i++;
        } else if (c == 0xC2 && next == 0xA0) {
            text_add_char(text, ' ');
            i++;
        } else {
            text_add_char(text, (char)c);
        }
    }
    text_free(&utf8);
}

static void print_harmless(const struct printer *printer, const char *string, size_t length)
{
    struct text text = {0};
    add_harmless(&text, string, length);
    fputs(text_string(&text), printer->stream);
    text_free(&text);
}

static void print_part(const struct printer *printer, enum tint tint, const char *string, size_t length)
{
    bool colored = printer->color && tint != TINT_PLAIN && length > 0;
    if (colored)
        fputs(tint_codes[tint], printer->stream);
    print_harmless(printer, string, length);
    if (colored)
        fputs("\033[0m", printer->stream);
}

void print_tinted(const struct printer *printer, enum tint tint, const char *string)
{
    print_part(printer, tint, string, strlen(string));
}

static void print_spaces(const struct printer *printer, unsigned count)
{
    fprintf(printer->stream, "%*s", (int)count, "");
}

void print_column(const struct printer *printer, enum tint tint, const char *string, unsigned width)
{
    unsigned taken = utf8_columns(string, strlen(string));
    print_tinted(printer, tint, string);
    print_spaces(printer, taken < width ? width - taken : 0);
}

void print_column_right(const struct printer *printer, enum tint tint, const char *string, unsigned width)
{
    unsigned taken = utf8_columns(string, strlen(string));
    print_spaces(printer, taken < width ? width - taken : 0);
    print_tinted(printer, tint, string);
}

void print_wrapped(const struct printer *printer, unsigned indent, const char *label, unsigned label_width,
                   const char *string)
{
    enum { NARROWEST = 24 }; /* a narrower terminal breaks the lines by itself */
    unsigned start = indent + label_width;
    unsigned room = printer->width > start + NARROWEST ? printer->width - start : NARROWEST;
    print_spaces(printer, indent);
    print_column(printer, TINT_DIM, label, label_width);
    for (unsigned used = 0; *string;) {
        size_t length = strcspn(string, " ");
        unsigned width = utf8_columns(string, length);
        if (used && printer->width && used + 1 + width > room) {
            putc('\n', printer->stream);
            print_spaces(printer, start);
            used = 0;
        }
        if (used)
            putc(' ', printer->stream);
        print_harmless(printer, string, length);
        used += width + (used ? 1 : 0);
        string += length;
        string += strspn(string, " ");
    }
    putc('\n', printer->stream);
}

void text_add_place(struct text *text, struct place place)
{
    text_add(text, place.file ? place.file : "?");
    if (place.line)
        text_printf(text, ":%u", place.line);
    if (place.line && place.column)
        text_printf(text, ":%u", place.column);
}

/* The nearest number with one significant digit. */
static double one_digit(double value)
{
    if (!(value > 0) || !isfinite(value))
        return 0;
    double magnitude = pow(10, floor(log10(value)));
    return round(value / magnitude) * magnitude;
}

void text_add_cost(struct text *text, double ns, bool measured)
{
    if (!measured)
        text_add(text, "≈\u00A0");
    struct text duration = {0};
    text_add_duration(&duration, measured ? ns : one_digit(ns));
    for (const char *c = text_string(&duration); *c; c++)
        text_add(text, *c == ' ' ? "\u00A0" : (char[]){*c, '\0'});
    text_free(&duration);
}

void text_add_percent(struct text *text, double share)
{
    double percent = round(share * 100);
    if (share > 0 && percent < 1)
        percent = 1;
    if (share < 1 && percent > 99)
        percent = 99;
    text_printf(text, "%.0f\u00A0%%", percent);
}

void text_add_count(struct text *text, double count)
{
    char digits[400];
    int length = snprintf(digits, sizeof digits, "%.0f", count);
    for (int i = 0; i < length; i++) {
        if (i && (length - i) % 3 == 0)
            text_add_char(text, ',');
        text_add_char(text, digits[i]);
    }
}

void text_add_counted(struct text *text, double count, const char *noun)
{
    text_add_count(text, count);
    text_printf(text, " %s%s", noun, count == 1 ? "" : "s");
}
