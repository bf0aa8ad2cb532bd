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
