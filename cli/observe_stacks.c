/* Stacks with times, added up by name. */
#include "cli/observe_stacks.h"

#include <string.h>

static const char *const scheduler_names[] = {
#define SCHEDULER(name) #name,
#include "cli/observe_frames.def"
    NULL};

static const char *const lock_names[] = {
#define LOCK(name) #name,
#include "cli/observe_frames.def"
#define WAITS(type, name, parameters, arguments) #name,
#define WAITS_AFTER(type, name, try, busy) #name,
#include "runtime/recorder/calls.def"
    NULL};

void stacks_init(struct stacks *stacks)
{
    *stacks = (struct stacks){.sample_ns = 1, .off_unit_ns = 1};
    names_init(&stacks->names);
}

void stacks_free(struct stacks *stacks)
{
    array_free(&stacks->times);
    names_free(&stacks->names);
}

/* The length of a name without what tools append to it. */
static size_t bare_length(const char *name, size_t length)
{
    size_t bare = 0;
    while (bare < length && !strchr("+.@ ", name[bare]))
        bare++;
    const size_t mark = 4; /* _[k], _[i], _[j] */
    if (bare > mark && name[bare - 1] == ']' && memcmp(name + bare - mark, "_[", 2) == 0)
        bare -= mark;
    return bare;
}

static bool is_one_of(const char *const *names, const char *name, size_t length)
{
    static const char internal[] = "GI_"; /* glibc's own calls: __GI___name */
    for (unsigned pass = 0; pass < 2; pass++) {
        while (length && *name == '_') {
            name++;
            length--;
        }
        if (length > sizeof internal && memcmp(name, internal, sizeof internal - 1) == 0) {
            name += sizeof internal - 1;
            length -= sizeof internal - 1;
        }
    }
    for (; *names; names++)
        if (strlen(*names) == length && memcmp(*names, name, length) == 0)
            return true;
    return false;
}

const struct stack_times *stacks_find(const struct stacks *stacks, const char *name)
{
    name_id found = names_find(&stacks->names, name);
    return found ? &stacks->times.items[found - 1] : NULL;
}

void stack_push(struct stacks *stacks, struct stack *stack, const char *name, size_t length)
{
    length = bare_length(name, length);
    if (!length || *name == '[' || *name == '-')
        return; /* [unknown], [libc.so.6]; the mark between user and kernel */
    stack->scheduler |= is_one_of(scheduler_names, name, length);
    stack->lock |= is_one_of(lock_names, name, length);
    name_id number = names_add_length(&stacks->names, name, length);
    if (number > stacks->times.count)
        array_push(&stacks->times, (struct stack_times){0});
    array_push(&stack->frames, number);
}

void stack_clear(struct stack *stack)
{
    stack->frames.count = 0;
    stack->scheduler = stack->lock = false;
}

void stacks_add(struct stacks *stacks, const struct stack *stack, enum stack_kind kind, double ns)
{
    stacks->count++;
    stacks->has_on |= kind == STACK_ON;
    stacks->has_off |= kind == STACK_OFF;
    for (uint32_t i = 0; i < stack->frames.count; i++) {
        struct stack_times *times = &stacks->times.items[stack->frames.items[i] - 1];
        if (times->counted == stacks->count)
            continue;
        times->counted = stacks->count;
        if (kind == STACK_ON) {
            times->on_ns += ns;
        } else {
            times->off_ns += ns;
            times->lock_ns += stack->lock ? ns : 0;
        }
    }
}

void line_fault(struct line_faults *faults, unsigned line, const char *what)
{
    const unsigned shown = 5;
    if (faults->count++ < shown)
        problems_add(faults->problems, SEVERITY_WARNING, (struct place){faults->file, line, 0}, NULL, "%s", what);
}

void line_faults_finish(struct line_faults *faults)
{
    if (faults->count)
        problems_add(faults->problems, SEVERITY_WARNING, (struct place){faults->file, 0, 0}, NULL,
                     "%u lines in all are left out", faults->count);
}
