/* A streaming JSON writer. */
#include "base/json_writer.h"

#include "base/text.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

void json_begin(struct json_writer *json, FILE *stream, bool pretty)
{
    *json = (struct json_writer){.stream = stream, .pretty = pretty};
}

bool json_finish(struct json_writer *json)
{
    fputc('\n', json->stream);
    return fflush(json->stream) == 0 && !ferror(json->stream);
}

static bool one_item_a_line(const struct json_writer *json)
{
    return json->pretty && !(json->compact_from && json->depth >= json->compact_from);
}

static void break_line(struct json_writer *json)
{
    fputc('\n', json->stream);
    for (unsigned level = 0; level < json->depth; level++)
        fputs("  ", json->stream);
}

/* What stands between the last thing and the next. */
static void separate(struct json_writer *json)
{
    if (json->after_key) {
        json->after_key = false;
        return;
    }
    if (json->need_comma)
        fputc(',', json->stream);
    if (json->depth && one_item_a_line(json))
        break_line(json);
    else if (json->need_comma && json->pretty)
        fputc(' ', json->stream);
    json->need_comma = true;
}

static void open_container(struct json_writer *json, char bracket)
{
    separate(json);
    fputc(bracket, json->stream);
    json->depth++;
    json->need_comma = false;
}

static void close_container(struct json_writer *json, char bracket)
{
    bool empty = !json->need_comma;
    bool on_its_own_line = one_item_a_line(json) && !empty;
    json->depth--;
    if (on_its_own_line)
        break_line(json);
    fputc(bracket, json->stream);
    json->need_comma = true;
}

void json_object_begin(struct json_writer *json)
{
    open_container(json, '{');
}

void json_object_end(struct json_writer *json)
{
    close_container(json, '}');
}

void json_array_begin(struct json_writer *json)
{
    open_container(json, '[');
}

void json_array_end(struct json_writer *json)
{
    close_container(json, ']');
}

static void write_escaped(FILE *stream, unsigned char c)
{
    static const char shorts[] = "\"\"\\\\\bb\ff\nn\rr\tt"; /* the character, then its letter */
    for (const char *pair = shorts; *pair; pair += 2) {
        if ((unsigned char)*pair == c) {
            fputc('\\', stream);
            fputc(pair[1], stream);
            return;
        }
    }
    if (c < 0x20)
        fprintf(stream, "\\u%04x", c);
    else
        fputc(c, stream);
}

static void write_string(FILE *stream, const char *value)
{
    size_t length = strlen(value);
    fputc('"', stream);
    for (size_t at = 0; at < length; at++) {
        size_t end = at + utf8_valid_length(value + at, length - at);
        for (; at < end; at++)
            write_escaped(stream, (unsigned char)value[at]);
        if (at < length)
            fputs("\xEF\xBF\xBD", stream);
    }
    fputc('"', stream);
}

void json_key(struct json_writer *json, const char *key)
{
    separate(json);
    write_string(json->stream, key);
    fputs(json->pretty ? ": " : ":", json->stream);
    json->after_key = true;
}

void json_string(struct json_writer *json, const char *value)
{
    if (!value) {
        json_null(json);
        return;
    }
    separate(json);
    write_string(json->stream, value);
}

void json_integer(struct json_writer *json, int64_t value)
{
    separate(json);
    fprintf(json->stream, "%" PRId64, value);
}

void json_number(struct json_writer *json, double value)
{
    if (!isfinite(value)) {
        json_null(json);
        return;
    }
    char number[32];
    snprintf(number, sizeof number, "%.6g", value + 0.0); /* no minus before zero */
    char *comma = strchr(number, ',');                    /* the locale's decimal point */
    if (comma)
        *comma = '.';
    separate(json);
    fputs(number, json->stream);
}

void json_boolean(struct json_writer *json, bool value)
{
    separate(json);
    fputs(value ? "true" : "false", json->stream);
}

void json_null(struct json_writer *json)
{
    separate(json);
    fputs("null", json->stream);
}

void json_member_string(struct json_writer *json, const char *key, const char *value)
{
    json_key(json, key);
    json_string(json, value);
}

void json_member_integer(struct json_writer *json, const char *key, int64_t value)
{
    json_key(json, key);
    json_integer(json, value);
}

void json_member_number(struct json_writer *json, const char *key, double value)
{
    json_key(json, key);
    json_number(json, value);
}

void json_member_boolean(struct json_writer *json, const char *key, bool value)
{
    json_key(json, key);
    json_boolean(json, value);
}
