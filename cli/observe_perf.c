/* The text of `perf script`: a line for each event, then its stack, a line a frame, then an empty line.
 *
 *   COMMAND PID[/TID] [CPU] SECONDS.FRACTION: [PERIOD] EVENT: [FIELD=VALUE …]
 *   <tab> ADDRESS NAME+0xOFFSET (FILE)
 *
 * Samples of any event count as time on the processor. sched:sched_switch says when a thread left the processor, with
 * the stack it left from, and in which state: it slept until it was woken (sched:sched_waking or sched_wakeup, where
 * they were recorded), ran again, or caused another event. In the state R it was preempted, which is not waiting.
 */
#include "cli/observe_stacks.h"

#include <ctype.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

static const double ns_per_second = 1e9;
#define NO_THREAD LONG_MIN

/* A thread that is off the processor. */
struct sleeper {
    bool asleep;
    double since; /* ns */
    struct stack stack;
};

struct event {
    char name[64];
    double time;   /* ns */
    double period; /* or -1 */
    long thread;
    long previous, next; /* sched_switch; sched_wak*: `next` is who is woken; else -1 */
    bool preempted;
    struct stack stack;
};

struct perf_reader {
    struct stacks *stacks;
    struct names threads; /* their numbers as text */
    ARRAY(struct sleeper) sleepers;
    struct line_faults faults;
    struct event event;
    bool in_event;
    unsigned good;
};

static const char *skip_blanks(const char *at)
{
    return at + strspn(at, " \t");
}

/* "1234.567890:" at `at`; its end, or NULL. */
static const char *read_time(const char *at, double *ns)
{
    size_t whole = strspn(at, "0123456789");
    if (!whole || at[whole] != '.')
        return NULL;
    size_t fraction = strspn(at + whole + 1, "0123456789");
    const char *end = at + whole + 1 + fraction;
    if (!fraction || *end != ':')
        return NULL;
    *ns = strtod(at, NULL) * ns_per_second;
    return end + 1;
}

/* The last number before the time that stands alone, or the second one of PID/TID: the thread. perf prints -1 for one
 * that is gone. */
static long find_thread(const char *line, const char *end)
{
    long thread = NO_THREAD;
    for (const char *at = line; at < end;) {
        at = skip_blanks(at);
        char *after;
        long number = strtol(at, &after, 10);
        if (after > at && *after == '/')
            number = strtol(after + 1, &after, 10);
        if (after > at && (*after == ' ' || *after == '\t'))
            thread = number;
        at += strcspn(at, " \t");
    }
    return thread;
}

static long read_field(const char *fields, const char *name)
{
    const char *at = strstr(fields, name);
    return at ? strtol(at + strlen(name), NULL, 10) : -1;
}

/* Both forms that perf prints: FIELD=VALUE, and "comm:PID [PRIO] STATE ==> comm:PID [PRIO]". */
static void read_switch(const char *fields, struct event *event)
{
    event->previous = read_field(fields, "prev_pid=");
    event->next = read_field(fields, "next_pid=");
    const char *state = strstr(fields, "prev_state=");
    const char *arrow = strstr(fields, " ==> ");
    if (event->previous < 0 && arrow) {
        const char *before = memchr(fields, ':', (size_t)(arrow - fields)), *after = strrchr(arrow, ':');
        event->previous = before ? strtol(before + 1, NULL, 10) : -1;
        event->next = after ? strtol(after + 1, NULL, 10) : -1;
        state = arrow;
        while (state > fields && state[-1] != ' ')
            state--;
    } else if (state) {
        state += strlen("prev_state=");
    }
    event->preempted = state && *state == 'R';
}

/* Reads the line of an event; false if it is none. */
static bool read_event(const char *line, struct event *event)
{
    const char *rest = NULL;
    const char *at = line;
    for (; *at && !rest; at += strcspn(at, " \t")) {
        at = skip_blanks(at);
        rest = read_time(at, &event->time);
        if (rest)
            break;
    }
    if (!rest)
        return false;
    event->thread = find_thread(line, at);
    rest = skip_blanks(rest);
    size_t digits = strspn(rest, "0123456789");
    event->period = digits && strchr(" \t", rest[digits]) ? strtod(rest, NULL) : -1;
    rest = event->period >= 0 ? skip_blanks(rest + digits) : rest;
    size_t length = strcspn(rest, " \t");
    if (length < 2 || rest[length - 1] != ':' || length >= sizeof event->name || event->thread == NO_THREAD)
        return false;
    memcpy(event->name, rest, length - 1);
    event->name[length - 1] = '\0';
    event->previous = event->next = -1;
    const char *fields = skip_blanks(rest + length);
    if (strstr(event->name, "sched_switch"))
        read_switch(fields, event);
    else if (strstr(event->name, "sched_wak"))
        event->next = read_field(fields, " pid=");
    return true;
}

static struct sleeper *find_sleeper(struct perf_reader *reader, long thread)
{
    char text[24];
    snprintf(text, sizeof text, "%ld", thread);
    name_id number = names_add(&reader->threads, text);
    if (number > reader->sleepers.count)
        array_push(&reader->sleepers, (struct sleeper){0});
    return &reader->sleepers.items[number - 1];
}

static void fall_asleep(struct perf_reader *reader, struct event *event)
{
    if (event->previous <= 0 || event->preempted)
        return;
    struct sleeper *sleeper = find_sleeper(reader, event->previous);
    struct stack spare = sleeper->stack;
    sleeper->stack = event->stack;
    event->stack = spare;
    sleeper->since = event->time;
    sleeper->asleep = true;
}

static void wake(struct perf_reader *reader, long thread, double time)
{
    if (thread <= 0)
        return;
    struct sleeper *sleeper = find_sleeper(reader, thread);
    if (!sleeper->asleep)
        return;
    sleeper->asleep = false;
    if (time > sleeper->since)
        stacks_add(reader->stacks, &sleeper->stack, STACK_OFF, time - sleeper->since);
}

static void finish_event(struct perf_reader *reader)
{
    struct event *event = &reader->event;
    if (!reader->in_event)
        return;
    reader->in_event = false;
    reader->good++;
    bool scheduling = strstr(event->name, "sched_") != NULL;
    wake(reader, event->thread, event->time); /* who causes an event is awake */
    if (scheduling) {
        wake(reader, event->next, event->time);
        if (strstr(event->name, "sched_switch"))
            fall_asleep(reader, event);
    } else if (event->stack.frames.count) {
        /* Clocks count nanoseconds; what other events count is not time. */
        bool in_ns = strstr(event->name, "-clock") && event->period > 0;
        stacks_add(reader->stacks, &event->stack, STACK_ON, in_ns ? event->period : reader->stacks->sample_ns);
    }
    stack_clear(&event->stack);
}

/* "ADDRESS NAME+0xOFFSET (FILE)"; false if it is no frame. */
static bool read_frame(struct perf_reader *reader, const char *line)
{
    const char *at = skip_blanks(line);
    size_t digits = strspn(at, "0123456789abcdefABCDEF");
    if (!digits || (at[digits] != ' ' && at[digits] != '\0'))
        return false;
    at = skip_blanks(at + digits);
    stack_push(reader->stacks, &reader->event.stack, at, strcspn(at, " "));
    return true;
}

static void read_line(struct perf_reader *reader, char *line, unsigned number)
{
    size_t length = strlen(line);
    while (length && isspace((unsigned char)line[length - 1]))
        line[--length] = '\0';
    if (!length) {
        finish_event(reader);
    } else if (isspace((unsigned char)*line) && reader->in_event && read_frame(reader, line)) {
        return;
    } else if (*line != '#') {
        finish_event(reader);
        reader->in_event = read_event(line, &reader->event);
        if (!reader->in_event)
            line_fault(&reader->faults, number, "this is neither an event nor a frame as perf script prints them");
    }
}

bool stacks_read_perf(struct stacks *stacks, const char *file, const char *text, struct problems *problems)
{
    struct perf_reader reader = {.stacks = stacks, .faults = {file, problems, 0}};
    names_init(&reader.threads);
    char *copy = must_strdup(text), *rest = copy, *line;
    for (unsigned number = 1; (line = strsep(&rest, "\n")); number++)
        read_line(&reader, line, number);
    finish_event(&reader);
    free(copy);
    array_free(&reader.event.stack.frames);
    for (uint32_t i = 0; i < reader.sleepers.count; i++)
        array_free(&reader.sleepers.items[i].stack.frames);
    array_free(&reader.sleepers);
    names_free(&reader.threads);
    line_faults_finish(&reader.faults);
    return reader.good > 0;
}

bool stacks_is_perf(const char *text)
{
    const unsigned enough = 100;
    for (unsigned i = 0; *text && i < enough; i++) {
        size_t length = strcspn(text, "\n");
        char *line = strndup(text, length);
        struct event event = {0};
        bool found = line && read_event(line, &event);
        free(line);
        if (found)
            return true;
        text += length + (text[length] == '\n');
    }
    return false;
}
