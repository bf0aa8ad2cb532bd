/* Text: a string that grows. Zero-initialised it is empty; text_free releases it.
 * `text.string` is always zero-terminated once anything was added; text_string() is never NULL.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct text {
    char *string;
    size_t length;
    size_t capacity;
};

void text_add(struct text *text, const char *string);
void text_add_length(struct text *text, const char *string, size_t length);
/* Inline: summaries are written byte by byte. */
static inline void text_add_char(struct text *text, char c)
{
    if (text->length + 1 < text->capacity) {
        text->string[text->length++] = c;
        text->string[text->length] = '\0';
    } else {
        text_add_length(text, &c, 1);
    }
}
void text_printf(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_vprintf(struct text *text, const char *format, va_list args) __attribute__((format(printf, 2, 0)));
void text_clear(struct text *text);
void text_free(struct text *text);
const char *text_string(const struct text *text);

/* A duration for people: "840 ns", "1.2 µs", "35 ms", "4 s". ns ≥ 0. */
void text_add_duration(struct text *text, double ns);

bool string_starts_with(const char *string, const char *prefix);
bool string_ends_with(const char *string, const char *suffix);

/* The length of the valid UTF-8 prefix of a string. */
size_t utf8_valid_length(const char *string, size_t length);

/* Adds bytes as UTF-8: what is no UTF-8 becomes U+FFFD. */
void text_add_utf8(struct text *text, const char *bytes, size_t length);

/* The columns that UTF-8 takes: one a code point; combining and wide characters are not told apart. */
unsigned utf8_columns(const char *string, size_t length);

#endif
