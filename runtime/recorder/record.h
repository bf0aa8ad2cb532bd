/* The file that a recorded process leaves behind: RECORD_DIRECTORY/record.PID.N, mapped while the process runs, so that
 * what was measured survives a crash or a kill.
 *
 * Layout: struct record_header, then one struct record_thread for each thread slot, RECORD_THREAD_OFFSET(i) from the
 * start. A slot serves one thread after another; its functions add up over all of them. The file is sparse.
 *
 * Units: nanoseconds, of CLOCK_MONOTONIC where a point in time is meant. "Inclusive" counts the outermost call of a
 * recursion only; "self" leaves out instrumented callees, preemption and steal. CPU time is wall - off - queue - steal.
 *
 * Endings: a call that is open when the process ends lasts until record_thread.seen. If the process told that it ends
 * (record_header.ending), `seen` is that moment; else it is the last time the thread was looked at, and what came after
 * is not known.
 */
#ifndef RUNTIME_RECORDER_RECORD_H
#define RUNTIME_RECORDER_RECORD_H

#include <stdint.h>

/* The environment variable that switches recording on, and names the directory of the files. */
#define RECORD_VARIABLE "CONCADVISE_RECORD"
#define RECORD_PREFIX "record."
#define RECORD_MAGIC "concrec1"

enum {
    RECORD_FUNCTIONS = 32768, /* distinct functions of a process; number 0 takes what is beyond */
    RECORD_DEPTH = 4096,      /* calls deeper than this are counted in record_thread.lost */
    RECORD_MODULES = 128,
    RECORD_PATH = 512
};

enum record_ending { RECORD_OPEN, RECORD_EXITED, RECORD_EXECUTED, RECORD_SIGNALLED };

/* The executable, or a shared library: which addresses are its, and the file that has its debug information. */
struct record_module {
    uint64_t low, high;
    uint64_t bias; /* address - bias is the address in the file */
    char path[RECORD_PATH];
};

struct record_header {
    char magic[8];
    uint32_t process, parent;
    uint32_t ending; /* enum record_ending */
    uint32_t thread_count;
    uint32_t function_count; /* of functions[]; number 0 included */
    uint32_t module_count;
    uint32_t lost_threads; /* threads that got no slot: the file could not be made larger */
    uint32_t reserved;
    uint64_t started, ended;  /* `ended` is 0 while `ending` is RECORD_OPEN */
    uint64_t hook_ns;         /* what one hook costs: two a call */
    uint64_t sample_ns;       /* what reading the thread's CPU clock adds to a hook now and then */
    uint64_t counted_hook_ns; /* what a hook costs that only counts */
    char executable[RECORD_PATH];
    struct record_module modules[RECORD_MODULES];
    uint64_t functions[RECORD_FUNCTIONS]; /* addresses in this process */
};

/* Where a thread's time went, from its start on. */
struct record_account {
    uint64_t off;      /* slept of its own will: input, output, sleep, locks */
    uint64_t lock;     /* of `off`: in locks, conditions, joins, waits for children */
    uint64_t queue;    /* could run, but no processor was free */
    uint64_t steal;    /* neither ran nor was switched out: interrupts, the hypervisor */
    uint64_t io;       /* wall time inside calls that do input or output, whether they blocked or not */
    uint64_t overhead; /* the recorder's own time, to be taken out of wall time */
};

/* A call that has not returned yet. */
struct record_frame {
    uint32_t function;
    uint32_t outermost;
    uint64_t stack; /* address on the stack */
    uint64_t started;
    struct record_account before; /* the thread's account when the call began */
    uint64_t callees_wall, callees_cpu;
};

/* What a function took on the threads of one slot; overhead is taken out. */
struct record_function {
    uint64_t calls;
    uint64_t outer_calls; /* finished outermost calls: those that the inclusive times are of */
    uint64_t wall, off, lock, queue, steal, io;
    uint64_t self_wall, self_cpu;
    uint32_t depth;        /* open calls */
    uint32_t counted_only; /* proved short: no longer timed */
};

struct record_thread {
    uint32_t thread; /* the system's number; 0: no thread has the slot now */
    uint32_t depth;  /* open calls in frames[] */
    uint32_t lost;   /* open calls beyond them */
    uint32_t reserved;
    uint64_t seen;
    struct record_account account;
    struct record_frame frames[RECORD_DEPTH];
    struct record_function functions[RECORD_FUNCTIONS];
};

#define RECORD_ROUND(size) (((size) + 65535) & ~(uint64_t)65535)
#define RECORD_THREAD_SIZE RECORD_ROUND(sizeof(struct record_thread))
#define RECORD_THREAD_OFFSET(slot) (RECORD_ROUND(sizeof(struct record_header)) + (uint64_t)(slot) * RECORD_THREAD_SIZE)

#endif
