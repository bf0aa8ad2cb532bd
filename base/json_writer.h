/* A streaming JSON writer: stable order, no tree in memory.
 *
 * Values are written in the order of the calls; commas, indentation and escaping are the writer's. Strings that are not
 * UTF-8 get U+FFFD for each wrong byte; NaN and infinities become null. Writing errors are kept and returned by
 * json_finish().
 */
#ifndef BASE_JSON_WRITER_H
#define BASE_JSON_WRITER_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct json_writer {
    FILE *stream;
    bool pretty; /* line breaks and two spaces a level */
    unsigned depth;
    bool need_comma;
    bool after_key;
    unsigned char compact_from; /* arrays and objects from this depth on stand on one line; 0: none */
};

void json_begin(struct json_writer *json, FILE *stream, bool pretty);

/* Ends the document with a line feed; false if anything could not be written (see errno). */
bool json_finish(struct json_writer *json);

void json_object_begin(struct json_writer *json);
void json_object_end(struct json_writer *json);
void json_array_begin(struct json_writer *json);
void json_array_end(struct json_writer *json);
void json_key(struct json_writer *json, const char *key);
void json_string(struct json_writer *json, const char *value); /* NULL writes null */
void json_integer(struct json_writer *json, int64_t value);
void json_number(struct json_writer *json, double value); /* six significant digits */
void json_boolean(struct json_writer *json, bool value);
void json_null(struct json_writer *json);

/* A key and its value. */
void json_member_string(struct json_writer *json, const char *key, const char *value);
void json_member_integer(struct json_writer *json, const char *key, int64_t value);
void json_member_number(struct json_writer *json, const char *key, double value);
void json_member_boolean(struct json_writer *json, const char *key, bool value);

#endif
