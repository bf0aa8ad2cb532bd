/* Text for people: colours where allowed, lines wrapped at a width, bytes from source files made harmless.
 *
 * Ownership: a printer borrows its stream. Errors stay in the stream (ferror).
 */
#ifndef REPORT_PRINTER_H
#define REPORT_PRINTER_H

#include "base/error.h"
#include "base/text.h"

#include <stdbool.h>
#include <stdio.h>

struct printer {
    FILE *stream;
    bool color;
    unsigned width; /* columns; 0: lines are never wrapped */
};

enum tint { TINT_PLAIN, TINT_BOLD, TINT_DIM, TINT_RED, TINT_YELLOW, TINT_GREEN, TINT_CYAN, TINT_COUNT };

/* Prints text in a colour. What is no UTF-8, and control characters, become U+FFFD. */
void print_tinted(const struct printer *printer, enum tint tint, const char *string);

/* The same, followed by spaces up to a width in columns. */
void print_column(const struct printer *printer, enum tint tint, const char *string, unsigned width);
void print_column_right(const struct printer *printer, enum tint tint, const char *string, unsigned width);

/* "    label  text…", where the text's further lines start below its first word. Ends the line. */
void print_wrapped(const struct printer *printer, unsigned indent, const char *label, unsigned label_width,
                   const char *string);

/* "src/a.c:12:3"; column or line 0 is left out. */
void text_add_place(struct text *text, struct place place);

/* A duration: as it is where it was measured, else an order of magnitude: "≈ 30 ms". */
void text_add_cost(struct text *text, double ns, bool measured);

/* "92 %". A share that is neither nothing nor everything is never shown as 0 % or 100 %. */
void text_add_percent(struct text *text, double share);

/* 1234567 → "1,234,567". */
void text_add_count(struct text *text, double count);

/* "1 function", "2 functions": the noun gets an s. */
void text_add_counted(struct text *text, double count, const char *noun);

#endif
