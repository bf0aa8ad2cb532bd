/* A page of text. */
#include "runtime/print.h"

#include <math.h>
#include <string.h>

static void put_stressed(const struct page *page, bool stressed, const char *string)
{
    if (stressed && page->color)
        fprintf(page->stream, "\033[1;32m%s\033[0m", string);
    else
        fputs(string, page->stream);
}

static void put_blanks(const struct page *page, unsigned count)
{
    fprintf(page->stream, "%*s", (int)count, "");
}

void page_cell(const struct page *page, unsigned width, bool to_the_right, bool stressed, const char *string)
{
    unsigned length = utf8_columns(string, strlen(string));
    unsigned padding = length < width ? width - length : to_the_right ? 1 : 0;
    if (to_the_right)
        put_blanks(page, padding);
    put_stressed(page, stressed, string);
    if (!to_the_right)
        put_blanks(page, padding);
}

void page_bold(const struct page *page, const char *string)
{
    fprintf(page->stream, page->color ? "\033[1m%s\033[0m" : "%s", string);
}

void page_bar(const struct page *page, double share, unsigned width, bool stressed)
{
    static const char *const eighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    if (!(share > 0))
        share = 0;
    unsigned length = (unsigned)lround(fmin(share, 1) * 8 * width);
    struct text bar = {0};
    for (unsigned i = 0; i < length / 8; i++)
        text_add(&bar, "█");
    text_add(&bar, length ? eighths[length % 8] : eighths[1]);
    put_stressed(page, stressed, text_string(&bar));
    text_free(&bar);
}

void page_hanging(const struct page *page, unsigned indent, const char *words)
{
    unsigned at = indent;
    bool first = true;
    while (*words) {
        size_t length = strcspn(words, " ");
        unsigned width = utf8_columns(words, length);
        if (!first && at + 1 + width > page->width) {
            putc('\n', page->stream);
            put_blanks(page, indent);
            at = indent;
        } else if (!first) {
            putc(' ', page->stream);
            at++;
        }
        fwrite(words, 1, length, page->stream);
        at += width;
        first = false;
        words += length;
        words += strspn(words, " ");
    }
    putc('\n', page->stream);
}

void page_paragraph(const struct page *page, unsigned indent, const char *words)
{
    put_blanks(page, indent);
    page_hanging(page, indent, words);
}

void page_add_bytes(struct text *text, double bytes)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    unsigned unit = 0;
    double value = fabs(bytes);
    while (value >= 1023.5 && unit + 1 < sizeof units / sizeof *units) {
        value /= 1024;
        unit++;
    }
    const bool nothing = value < 0.5;
    const bool whole = unit == 0 || value >= 99.95;
    text_printf(text, whole ? "%s%.0f %s" : "%s%.1f %s", bytes < 0 && !nothing ? "−" : "", value, units[unit]);
}
