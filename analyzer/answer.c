/* Writing and reading a worker's answer: numbers and strings with their lengths, then the summary. */
#include "analyzer/answer.h"

#include <stdint.h>
#include <string.h>

struct reader {
    const char *at;
    size_t left;
    bool cut_short;
};

static void write_number(struct text *answer, uint32_t number)
{
    text_add_length(answer, (const char *)&number, sizeof number);
}

/* Its length + 1, then its bytes; 0 stands for NULL. */
static void write_string(struct text *answer, const char *string)
{
    size_t length = string ? strlen(string) : 0;
    write_number(answer, string ? (uint32_t)length + 1 : 0);
    text_add_length(answer, string, length);
}

void answer_write(struct text *answer, uint32_t code, const struct problems *problems, const struct text *summary)
{
    write_number(answer, code);
    write_number(answer, problems->list.count);
    for (array_each(struct problem, problem, &problems->list)) {
        write_number(answer, problem->severity);
        write_number(answer, problem->line);
        write_number(answer, problem->column);
        write_string(answer, problem->file);
        write_string(answer, problem->message);
        write_string(answer, problem->advice);
    }
    text_add_length(answer, text_string(summary), summary->length);
}

static const char *take(struct reader *reader, size_t size)
{
    if (reader->left < size) {
        reader->cut_short = true;
        reader->left = 0;
        return NULL;
    }
    const char *bytes = reader->at;
    reader->at += size;
    reader->left -= size;
    return bytes;
}

static uint32_t read_number(struct reader *reader)
{
    uint32_t number = 0;
    const char *bytes = take(reader, sizeof number);
    if (bytes)
        memcpy(&number, bytes, sizeof number);
    return number;
}

static char *read_string(struct reader *reader)
{
    uint32_t length = read_number(reader);
    const char *bytes = length ? take(reader, length - 1) : NULL;
    if (!bytes)
        return NULL;
    char *string = must_malloc(length);
    memcpy(string, bytes, length - 1);
    string[length - 1] = '\0';
    return string;
}

static void read_problem(struct reader *reader, struct problems *problems)
{
    enum severity severity = read_number(reader);
    struct place place = {0};
    place.line = read_number(reader);
    place.column = read_number(reader);
    char *file = read_string(reader);
    char *message = read_string(reader);
    char *advice = read_string(reader);
    place.file = file;
    if (!reader->cut_short)
        problems_add(problems, severity, place, advice, "%s", message ? message : "");
    free(file);
    free(message);
    free(advice);
}

bool answer_read(const char *answer, size_t size, uint32_t *code, struct problems *problems, unsigned char **bytes,
                 size_t *byte_count)
{
    struct reader reader = {.at = answer, .left = size};
    *code = read_number(&reader);
    uint32_t count = read_number(&reader);
    for (uint32_t i = 0; i < count && !reader.cut_short; i++)
        read_problem(&reader, problems);
    *bytes = NULL;
    *byte_count = reader.left;
    if (reader.left) {
        *bytes = must_malloc(reader.left);
        memcpy(*bytes, reader.at, reader.left);
    }
    return !reader.cut_short;
}
