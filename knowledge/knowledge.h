/* What is known of the world: what library functions cost, wait for and do (the YAML files of apis/ and derived/), and
 * what the basic operations cost on a kind of machine (those of costs/). See docs/knowledge.md for the YAML, and
 * schema/ for its JSON schemas.
 *
 * Ownership: struct knowledge owns all entries and strings; pointers into it live as long as it.
 * Threads: one at a time, as knowledge_find reads a library's derived entries when the first of them is asked for.
 * After knowledge_load_all nothing changes any more. Units: times in nanoseconds, sizes in bytes. A spread is the
 * standard deviation of the natural logarithm.
 */
#ifndef KNOWLEDGE_KNOWLEDGE_H
#define KNOWLEDGE_KNOWLEDGE_H

#include "base/arena.h"
#include "base/error.h"
#include "model/concepts.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* ---- descriptors: what a file descriptor (or a FILE, or a handle of a library) leads to ---- */

enum fd_kind { FD_NETWORK, FD_DISK, FD_PIPE, FD_TERMINAL, FD_DEVICE, FD_DATABASE, FD_EVENT, FD_KIND_COUNT };

/* A set of descriptor kinds × blocking states, one bit each. 0 means: nothing known. */
typedef uint16_t fd_bits;
#define FD_BIT(kind, nonblocking) ((fd_bits)(1u << ((unsigned)(kind) * 2 + ((nonblocking) ? 1 : 0))))
#define FD_BLOCKING_BITS ((fd_bits)0x1555)    /* every kind, blocking */
#define FD_NONBLOCKING_BITS ((fd_bits)0x2aaa) /* every kind, non-blocking */

/* The same kinds, all non-blocking. */
static inline fd_bits fds_nonblocking(fd_bits fds)
{
    return (fd_bits)((fds & FD_NONBLOCKING_BITS) | (fds & FD_BLOCKING_BITS) << 1);
}

const char *fd_kind_name(enum fd_kind kind); /* "network", "disk", … */
int fd_kind_find(const char *name);          /* or -1 */

/* What an argument may lead to at all, by its type: this chooses the prior where the value flow knows nothing. */
enum fd_family {
    FD_FAMILY_ANY,    /* an int, of read(2) for example */
    FD_FAMILY_SOCKET, /* what only sockets can be given to */
    FD_FAMILY_STREAM, /* a FILE * */
    FD_FAMILY_FILE,   /* what is nearly always a file: fsync, lseek */
    FD_FAMILY_COUNT
};

struct fd_prior {
    double kinds[FD_KIND_COUNT]; /* sums to 1 */
    double nonblocking;          /* how often it is non-blocking, 0 to 1 */
    fd_bits never;               /* what it cannot be: descriptors seen that are of these kinds do not get there */
};

/* ---- cost profiles ---- */

/* The quantities that API entries and the cost pass refer to by name. Each is a time in ns (or, where the row says so,
 * a probability or a size). QUANTITY(id, name, unit, text); rows in quantities.def. */
enum quantity {
#define QUANTITY(id, name, unit, text) QUANTITY_##id,
#include "knowledge/quantities.def"
    QUANTITY_COUNT
};

struct amount {
    double median; /* ns (or the unit of the quantity's row) */
    double spread; /* standard deviation of ln(value); 0: exact */
};

struct profile {
    const char *name; /* "server-lan" */
    const char *description;
    const char *source;
    struct amount quantities[QUANTITY_COUNT];
    struct fd_prior fd_priors[FD_FAMILY_COUNT]; /* what a descriptor of which nothing is known may be */
};

/* ---- expectations ---- */

/* What the cost pass expects of code whose input it does not know: a number for each row of expectations.def, where its
 * meaning stands; its source stands in expectations.yaml. */
struct expectations {
#define EXPECTATION(field, name, unit, text) double field;
#include "knowledge/expectations.def"
};

/* ---- API entries ---- */

/* A condition on one argument. Constants may be written by name (O_NONBLOCK); their numbers are in constants.yaml. */
enum predicate_kind {
    PREDICATE_IS, /* equals `number` */
    PREDICATE_IS_NOT,
    PREDICATE_HAS,         /* all bits of `number` are set */
    PREDICATE_LACKS,       /* no bit of `number` is set */
    PREDICATE_BELOW,       /* < number */
    PREDICATE_ABOVE,       /* > number */
    PREDICATE_FD,          /* the descriptor is one of `fds` */
    PREDICATE_STARTS_WITH, /* a string literal that starts with `string` */
};

struct predicate {
    unsigned argument; /* from 0 */
    enum predicate_kind kind;
    int64_t number;
    fd_bits fds;
    const char *string;
    double likely; /* how likely it holds if the argument is not known and no earlier variant held; < 0: by its kind */
};

/* How long something takes: a quantity of the profile, or an argument's value, or a fixed amount. */
struct duration {
    enum { DURATION_NONE, DURATION_QUANTITY, DURATION_ARGUMENT, DURATION_FIXED } kind;
    enum quantity quantity;
    double factor;       /* times this; 1 if not given. DURATION_ARGUMENT: ns per unit of the argument */
    int argument;        /* DURATION_ARGUMENT: which */
    bool own_spread;     /* DURATION_QUANTITY: fixed.spread counts, not that of the quantity */
    struct amount fixed; /* DURATION_FIXED */
};

/* How much is worked on: an argument's value, the product of two, or the length of the string it points to. What is
 * not known counts as QUANTITY_DEFAULT_LENGTH, a number of items as QUANTITY_DEFAULT_COUNT, a string as
 * QUANTITY_DEFAULT_STRING. */
#define SIZE_UNKNOWN (-2)
struct size_from {
    int argument;       /* -1: none; SIZE_UNKNOWN: of something that the arguments do not show */
    int times_argument; /* -1: only `argument` */
    bool string;        /* the length of the string in `argument` */
};

struct api_cost_variant {
    const struct predicate *when; /* all must hold; none: always */
    unsigned when_count;
    struct duration cpu_call;
    struct duration cpu_byte;
    struct size_from bytes;
    bool waits;
    enum wait_kind wait_kind;
    bool wait_kind_from_fd;     /* the kind is that of the descriptor in `fd_argument` */
    int fd_argument;            /* -1: none */
    struct duration wait;       /* typical waiting of one call */
    struct duration wait_tail;  /* the rare long wait (cold cache, writeback, DNS time-out); DURATION_NONE: none */
    struct duration tail_share; /* how often the tail happens, 0 to 1: a quantity that is a probability, or fixed */
    struct duration at_most;    /* a time-out that bounds the waiting; DURATION_NONE: none */
};

enum effect_kind {
    EFFECT_OPENS,            /* makes a descriptor (fds): in the result (argument -1), or written through an argument */
    EFFECT_SETS_NONBLOCKING, /* the descriptor in `argument` */
    EFFECT_SETS_BLOCKING,
    EFFECT_CLOSES,           /* the descriptor in `argument` */
    EFFECT_SAME_FD,          /* the result is the same descriptor as `argument` (fdopen, fileno, dup) */
    EFFECT_RETURNS_ARGUMENT, /* the result is `argument` itself (strcpy, memcpy) */
    EFFECT_COPIES,           /* what `from_argument` points to is copied to what `argument` points to */
    EFFECT_ACQUIRES,         /* the lock in `argument` */
    EFFECT_RELEASES,
    EFFECT_TRY_ACQUIRES,
    EFFECT_GIL_RELEASES,
    EFFECT_GIL_ACQUIRES,
    EFFECT_CALLBACK,      /* `argument` is called: see `callback` */
    EFFECT_SPAWNS_THREAD, /* `argument` is the entry of a new thread, called with `data_argument` */
    EFFECT_SPAWNS_PROCESS,
    EFFECT_FORKS,
    EFFECT_RETURNS_TWICE, /* as fork does: 0 in the child */
    EFFECT_NORETURN,
    EFFECT_ALLOCATES,
    EFFECT_FREES,
    EFFECT_WRITES,         /* writes what `argument` points to */
    EFFECT_MULTIPLEXES,    /* waits for many descriptors at once: select, poll, epoll_wait */
    EFFECT_WAITS_FOR_WORK, /* a dispatcher's wait for work to arrive: accept, sigwait */
    EFFECT_COMPARES,       /* the result is 0 if two things are equal: strcmp, memcmp */
    EFFECT_ERROR_NUMBER,   /* the result points to the number of the last error: what errno stands for */
};

enum callback_when {
    CALLBACK_DURING,     /* before the call returns */
    CALLBACK_EVENT_LOOP, /* later, from an event loop */
    CALLBACK_THREAD,     /* later, in another thread */
    CALLBACK_EXIT,       /* at exit */
    CALLBACK_SIGNAL,     /* in a signal handler */
    CALLBACK_FORK,       /* around fork */
    CALLBACK_LATER,      /* during later calls of the same library */
};

struct effect {
    enum effect_kind kind;
    int argument;            /* from 0; -1: the result or none */
    int data_argument;       /* callbacks: the argument that is passed on as the callback's data; -1: none */
    int data_position;       /* callbacks: the parameter in which the callback gets it; 0 if not given */
    int from_argument;       /* EFFECT_COPIES */
    fd_bits fds;             /* EFFECT_OPENS */
    enum callback_when when; /* EFFECT_CALLBACK */
    struct size_from times;  /* CALLBACK_DURING: how often it is called; none: once */
    bool times_log;          /* … times the binary logarithm of that: qsort */
    bool log_times;          /* … or only as often as that logarithm: bsearch */
    const char *field;       /* the callback is this member of what `argument` points to (sigaction); NULL: itself */
    const struct predicate *predicates; /* the effect happens only if all hold */
    unsigned predicate_count;
    const struct effect *instead_of; /* EFFECT_OPENS: happens only where this earlier alternative does not */
};

enum thread_safety { THREAD_SAFETY_UNKNOWN, THREAD_SAFE, THREAD_SAFE_IF, THREAD_UNSAFE };

/* Who says what an entry says. */
enum api_origin {
    API_UNREVIEWED, /* nobody: only that the function exists, and perhaps what its manual page says of threads */
    API_DERIVED,    /* the analyzer, from the library's own source (`concadvise api --derive`) */
    API_WRITTEN,    /* somebody who read the page that `source` names */
};

struct api {
    const char *name;
    const char *header;  /* "unistd.h" */
    const char *library; /* "libc", "libpthread", … */
    const char *file;    /* the YAML file and line it comes from */
    unsigned line;
    unsigned argument_count;
    const enum fd_family *families; /* of each argument */
    const char *const
        *arguments; /* names; a variadic function lists the fixed ones and, if any matters, the first varying ones */
    enum thread_safety thread_safety;
    const char *thread_safety_tags; /* "race:strtok locale", "" */
    const char *thread_safety_source;
    const char *safe_since;               /* version from which on it is safe ("glibc 2.32"), or NULL */
    const struct api_cost_variant *costs; /* tried in order; the first whose conditions hold counts */
    unsigned cost_count;
    const struct effect *effects;
    unsigned effect_count;
    const char *async_form;   /* "io_uring IORING_OP_READ", "none", or NULL: not assessed */
    const char *async_caveat; /* or NULL */
    const char *since;        /* first version that has it, or NULL */
    const char *source;       /* "read(2), man-pages 6.03" */
    enum api_origin origin;
    double confidence;    /* derived: how sure the analysis is, 0 to 1; written: 1; else 0 */
    const char *reviewed; /* the documentation that the entry was checked against afterwards, or NULL */
    const char *note;     /* one line for people, or NULL */
};

struct knowledge;

/* Loads constants.yaml, aliases.yaml, expectations.yaml, shapes.yaml, attributes.yaml, reviews.yaml, apis/ and costs/
 * below `directory`, and opens the index of derived/. Mistakes are added to `problems` with file:line:column; the entry
 * is left out and the rest is loaded. NULL only if the directory cannot be read, or expectations.yaml is wrong. */
struct knowledge *knowledge_load(const char *directory, struct problems *problems);

/* Loads all of derived/ at once: for who wants every entry. */
void knowledge_load_all(struct knowledge *knowledge);

/* Mistakes in what was loaded when it was first asked for; NULL if there can be none. They stay knowledge's. */
struct problems *knowledge_late_problems(const struct knowledge *knowledge);

/* Adds a user's file of API entries; they replace entries of the same name. */
bool knowledge_add_file(struct knowledge *knowledge, const char *path, struct problems *problems);

/* Adds a user's cost profile; the name is that of the file without .yaml. What it `extends` lies beside it, or is one
 * of the shipped profiles. NULL, with a problem, if it cannot be used. */
const struct profile *knowledge_add_profile(struct knowledge *knowledge, const char *path, struct problems *problems);
void knowledge_free(struct knowledge *knowledge);

/* The entry of a function, by the name that the source or the linker uses: aliases are mapped (open64, __read_chk,
 * __isoc99_sscanf, __builtin_memcpy). NULL: not known. */
const struct api *knowledge_find(const struct knowledge *knowledge, const char *name);

/* All entries that are loaded, by name. */
size_t knowledge_count(const struct knowledge *knowledge);
const struct api *knowledge_at(const struct knowledge *knowledge, size_t index);

const struct profile *knowledge_profile(const struct knowledge *knowledge, const char *name);
size_t knowledge_profile_count(const struct knowledge *knowledge);
const struct profile *knowledge_profile_at(const struct knowledge *knowledge, size_t index);

const struct expectations *knowledge_expectations(const struct knowledge *knowledge);

/* Sets one by its name; false if there is none of that name, or the value is out of its range. */
bool knowledge_expect(struct knowledge *knowledge, const char *name, double value);

/* The descriptors that a variable of a library leads to (stdin); 0: not known. */
fd_bits knowledge_variable(const struct knowledge *knowledge, const char *name);

/* What a descriptor leads to that is open when a program starts, by its number; 0: not known. */
fd_bits knowledge_descriptor(const struct knowledge *knowledge, int64_t number);

/* Does this member of a record ("pollfd.revents") tell that a descriptor is ready? */
bool knowledge_tells_readiness(const struct knowledge *knowledge, const char *member);

/* The number of a named constant (O_NONBLOCK); false if there is none. */
bool knowledge_constant(const struct knowledge *knowledge, const char *name, int64_t *value);

/* ---- asking ---- */

/* What is known of one argument of one call. */
struct api_argument {
    int64_t constant;   /* if constant_known */
    double expected;    /* if expected_known: a typical value, for lengths */
    const char *string; /* a string literal, or NULL */
    fd_bits fds;        /* kinds that it may be; 0: nothing known */
    bool constant_known;
    bool expected_known;
    bool fds_complete; /* false: it may also be something not seen; what was seen counts all the same */
};

struct api_cost {
    struct amount cpu;              /* mean, not median, and spread */
    struct amount wait[WAIT_COUNT]; /* mean and spread by kind */
    double wait_certain;            /* share of the possibilities in which the call may wait at all, 0 to 1 */
};

/* The expected cost of one call. Arguments that are missing or unknown make a mixture of the variants that may hold,
 * with the profile's priors, and widen the spread. Means are exp(ln median + spread²/2) of the log-normal. */
void knowledge_cost(const struct api *api, const struct profile *profile, const struct api_argument *arguments,
                    unsigned argument_count, struct api_cost *cost);

/* The arguments that a call's cost depends on, a bit each (from the 33rd on: none). */
uint32_t knowledge_arguments_of_cost(const struct api *api);

/* Does what a call costs or leads to depend on an argument (from 0)? Also callbacks, their data, and what comes out
 * again as the result do. */
bool knowledge_argument_matters(const struct api *api, unsigned argument);

/* How likely an effect happens, 0 to 1; 1 if it has neither conditions nor alternatives before it. */
double knowledge_effect_likely(const struct effect *effect, const struct api_argument *arguments,
                               unsigned argument_count);

/* How often one call calls the callback of an EFFECT_CALLBACK with CALLBACK_DURING: mean and spread. */
struct amount knowledge_callback_times(const struct effect *effect, const struct profile *profile,
                                       const struct api_argument *arguments, unsigned argument_count);

/* ---- writing ---- */

/* Writes an entry as the line below `functions:` that says the same: "  NAME(ARGUMENTS): {header: …}". Library, file
 * and source are left to the head of the file. One unconditional cost at most, and effects without conditions, can be
 * written; of costs the first counts. */
void knowledge_write_entry(const struct api *api, FILE *stream);

/* Writes a string as a YAML scalar, quoted where it must be. */
void knowledge_write_scalar(const char *string, FILE *stream);

#endif
