/* Text: a string that grows; durations for people; UTF-8. */
#include "base/text.h"

#include "base/arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void reserve(struct text *text, size_t extra)
{
    size_t wanted = text->length + extra + 1;
    if (wanted <= text->capacity)
        return;
    text->capacity = wanted * 2 < 64 ? 64 : wanted * 2;
    text->string = must_realloc(text->string, text->capacity);
}

void text_add_length(struct text *text, const char *string, size_t length)
{
    reserve(text, length);
    if (length)
        memcpy(text->string + text->length, string, length);
    text->length += length;
    text->string[text->length] = '\0';
}

void text_add(struct text *text, const char *string)
{
    text_add_length(text, string, strlen(string));
}

void text_vprintf(struct text *text, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    if (length > 0) {
        reserve(text, (size_t)length);
        vsnprintf(text->string + text->length, (size_t)length + 1, format, again);
        text->length += (size_t)length;
    }
    va_end(again);
}

void text_printf(struct text *text, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    text_vprintf(text, format, args);
    va_end(args);
}

void text_clear(struct text *text)
{
    text->length = 0;
    if (text->string)
        text->string[0] = '\0';
}

void text_free(struct text *text)
{
    free(text->string);
    *text = (struct text){0};
}

const char *text_string(const struct text *text)
{
    return text->string ? text->string : "";
}

void text_add_duration(struct text *text, double ns)
{
    static const char *const units[] = {"ns", "µs", "ms", "s"};
    size_t unit = 0;
    for (; unit < 3 && ns >= 999.5; unit++)
        ns /= 1000;
    char number[400]; /* the longest double has 309 digits before the point */
    int length = snprintf(number, sizeof number, ns < 9.95 ? "%.1f" : "%.0f", ns);
    if (length > 2 && strcmp(number + length - 2, ".0") == 0)
        number[length - 2] = '\0';
    text_printf(text, "%s %s", number, units[unit]);
}

bool string_starts_with(const char *string, const char *prefix)
{
    return strncmp(string, prefix, strlen(prefix)) == 0;
}

bool string_ends_with(const char *string, const char *suffix)
{
    size_t length = strlen(string), wanted = strlen(suffix);
    return length >= wanted && memcmp(string + length - wanted, suffix, wanted) == 0;
}

/* The bytes of the character that starts here, or 0 if it is no UTF-8 (Unicode 15, table 3-7). */
static size_t utf8_character_length(const unsigned char *bytes, size_t available)
{
    unsigned char first = bytes[0], lowest = 0x80, highest = 0xBF;
    size_t length;
    if (first < 0x80)
        return 1;
    if (first >= 0xC2 && first <= 0xDF)
        length = 2;
    else if ((first & 0xF0) == 0xE0)
        length = 3;
    else if (first >= 0xF0 && first <= 0xF4)
        length = 4;
    else
        return 0;
    if (first == 0xE0)
        lowest = 0xA0; /* else an overlong form */
    else if (first == 0xED)
        highest = 0x9F; /* else a surrogate */
    else if (first == 0xF0)
        lowest = 0x90;
    else if (first == 0xF4)
        highest = 0x8F; /* else past U+10FFFF */
    if (available < length || bytes[1] < lowest || bytes[1] > highest)
        return 0;
    for (size_t i = 2; i < length; i++)
        if ((bytes[i] & 0xC0) != 0x80)
            return 0;
    return length;
}

size_t utf8_valid_length(const char *string, size_t length)
{
    const unsigned char *bytes = (const unsigned char *)string;
    size_t at = 0;
    while (at < length) {
        size_t step = utf8_character_length(bytes + at, length - at);
        if (!step)
            break;
        at += step;
    }
    return at;
}

void text_add_utf8(struct text *text, const char *bytes, size_t length)
{
    size_t at = 0;
    while (at < length) {
        size_t valid = utf8_valid_length(bytes + at, length - at);
        text_add_length(text, bytes + at, valid);
        at += valid;
        if (at < length) {
            text_add(text, "\xEF\xBF\xBD");
            at++;
        }
    }
}

unsigned utf8_columns(const char *string, size_t length)
{
    unsigned columns = 0;
    for (size_t i = 0; i < length; i++)
        columns += ((unsigned char)string[i] & 0xC0u) != 0x80u; /* not a byte that continues a code point */
    return columns;
}
