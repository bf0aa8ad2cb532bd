/* Stacks with times, added up by the names in them.
 *
 * Ownership: stacks_free releases all; a stack is released with array_free(&stack.frames). Recursion: a name counts
 * once a stack.
 */
#ifndef CLI_OBSERVE_STACKS_H
#define CLI_OBSERVE_STACKS_H

#include "base/array.h"
#include "base/error.h"
#include "base/names.h"

#include <stdbool.h>
#include <stddef.h>

struct stack_times {
    double on_ns, off_ns;
    double lock_ns;   /* of off_ns: where the stack shows a lock or a wait for a thread or child */
    unsigned counted; /* the stack that it was last counted in */
};

struct stack {
    ARRAY(name_id) frames;
    bool scheduler; /* has a frame of the scheduler: it was off the processor */
    bool lock;
};

struct stacks {
    struct names names;
    ARRAY(struct stack_times) times; /* by the name's number, from 1 */
    unsigned count;                  /* stacks so far */
    bool has_on, has_off;
    double sample_ns;   /* what a sample on the processor stands for */
    double off_unit_ns; /* what 1 means in folded off-CPU stacks */
};

enum stack_kind { STACK_ON, STACK_OFF };

void stacks_init(struct stacks *stacks);
void stacks_free(struct stacks *stacks);

/* What a name has, or NULL. */
const struct stack_times *stacks_find(const struct stacks *stacks, const char *name);

/* Adds a frame to a stack: the function's name may have what tools append (+0x1f, .part.0, _[k], @plt). */
void stack_push(struct stacks *stacks, struct stack *stack, const char *name, size_t length);
void stack_clear(struct stack *stack);

void stacks_add(struct stacks *stacks, const struct stack *stack, enum stack_kind kind, double ns);

/* The formats. Each adds the file's stacks; wrong lines become problems with their place, and the rest counts. false if
 * there was no good line. `text` is zero-terminated; the file's name is for the problems. */
bool stacks_read_folded(struct stacks *stacks, const char *file, const char *text, enum stack_kind kind,
                        struct problems *problems);
bool stacks_read_perf(struct stacks *stacks, const char *file, const char *text, struct problems *problems);

/* What kind of text it is, from its first lines. */
bool stacks_is_perf(const char *text);
bool stacks_is_off_cpu(const char *text); /* folded: a scheduler's frame is in it */

/* Problems for wrong lines: the first few with their place, the others counted. */
struct line_faults {
    const char *file;
    struct problems *problems;
    unsigned count;
};
void line_fault(struct line_faults *faults, unsigned line, const char *what);
void line_faults_finish(struct line_faults *faults);

#endif
