/* What the printers of a run share: a page of text of some width, with or without colours. */
#ifndef RUNTIME_PRINT_H
#define RUNTIME_PRINT_H

#include "base/text.h"
#include "runtime/concprobe.h"

struct page {
    FILE *stream;
    unsigned width; /* columns */
    bool color;
};

/* "measured", "unavailable", …: by enum concprobe_status. */
extern const char *const concprobe_status_names[];

/* Colours on a terminal, unless NO_COLOR is set; FORCE_COLOR wants them elsewhere too. */
bool page_wants_color(FILE *stream);

/* The columns of a terminal, else those that COLUMNS says, else 100. */
unsigned page_width_of(FILE *stream);

/* Code points; what the library prints has no wide ones. */
unsigned page_display_width(const char *string);

/* One cell of a table, padded to `width`. */
void page_cell(const struct page *page, unsigned width, bool to_the_right, bool stressed, const char *string);
void page_bold(const struct page *page, const char *string);
/* A bar of `share` (0–1) of `width` columns, in eighths of a column. */
void page_bar(const struct page *page, double share, unsigned width, bool stressed);

/* Words, wrapped, with a line feed at the end: from the line's beginning; or from column `indent` on, where the
 * cursor is. */
void page_paragraph(const struct page *page, unsigned indent, const char *words);
void page_hanging(const struct page *page, unsigned indent, const char *words);

/* "840 B", "1.2 MiB"; a minus sign where it is less than nothing. */
void page_add_bytes(struct text *text, double bytes);

#endif
