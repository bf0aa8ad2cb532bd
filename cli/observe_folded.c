/* Folded stacks: "main;work;read 123", the outermost call first, a count at the end. */
#include "cli/observe_stacks.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Where the count begins, or NULL where the line has none. */
static const char *find_count(const char *line, size_t length, double *count)
{
    size_t at = length;
    while (at > 0 && line[at - 1] != ' ')
        at--;
    if (at == 0 || at == length)
        return NULL;
    char *end;
    errno = 0;
    *count = strtod(line + at, &end);
    return end == line + length && !errno && isfinite(*count) && *count >= 0 ? line + at : NULL;
}

static void push_frames(struct stacks *stacks, struct stack *stack, const char *frames, size_t length)
{
    while (length) {
        const char *semicolon = memchr(frames, ';', length);
        size_t own = semicolon ? (size_t)(semicolon - frames) : length;
        stack_push(stacks, stack, frames, own);
        own += semicolon != NULL;
        frames += own;
        length -= own;
    }
}

bool stacks_read_folded(struct stacks *stacks, const char *file, const char *text, enum stack_kind kind,
                        struct problems *problems)
{
    struct line_faults faults = {file, problems, 0};
    struct stack stack = {0};
    unsigned number = 0, good = 0;
    double unit = kind == STACK_ON ? stacks->sample_ns : stacks->off_unit_ns;
    while (*text) {
        size_t whole = strcspn(text, "\n"), length = whole;
        number++;
        while (length && strchr(" \r\t", text[length - 1]))
            length--;
        double count = 0;
        const char *end = find_count(text, length, &count);
        if (end) {
            push_frames(stacks, &stack, text, (size_t)(end - text - 1));
            stacks_add(stacks, &stack, kind, count * unit);
            stack_clear(&stack);
            good++;
        } else if (length) {
            line_fault(&faults, number, "this is no folded stack: names with ';' between them, a space and a count");
        }
        text += whole + (text[whole] == '\n');
    }
    array_free(&stack.frames);
    line_faults_finish(&faults);
    return good > 0;
}

bool stacks_is_off_cpu(const char *text)
{
    const unsigned enough = 1000;
    struct stacks stacks;
    struct stack stack = {0};
    stacks_init(&stacks);
    unsigned with = 0, lines = 0;
    for (; *text && lines < enough; lines++) {
        size_t length = strcspn(text, "\n"), frames = length;
        while (frames && text[frames - 1] != ' ')
            frames--;
        push_frames(&stacks, &stack, text, frames ? frames - 1 : 0);
        with += stack.scheduler;
        stack_clear(&stack);
        text += length + (text[length] == '\n');
    }
    array_free(&stack.frames);
    stacks_free(&stacks);
    return with * 2 > lines;
}
