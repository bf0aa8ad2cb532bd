/* What a run writes down, in memory that supervisor, chambers and instances share. All of it is allocated before the
 * first chamber, lies at the same address in every process, and survives whatever happens to them.
 *
 * Who writes what: the chamber of the moment writes levels, cells and rounds; an instance writes only its own box and,
 * during its block, the call records; the supervisor reads between chambers.
 */
#ifndef RUNTIME_LEDGER_H
#define RUNTIME_LEDGER_H

#include "runtime/execution.h"
#include "runtime/latency.h"
#include "runtime/verdict.h"
#include "runtime/wait_profile.h"

/* What is known of one measured block, a figure a row. All per call but for the throughputs. */
enum figure {
    FIGURE_CALLS_PER_SECOND,
    FIGURE_CORRECTED, /* calls per second, without the tax */
    FIGURE_WALL_NS,
    FIGURE_CPU_NS,
    FIGURE_VOLUNTARY,
    FIGURE_INVOLUNTARY,
    FIGURE_INTERCEPTED,
    FIGURE_TAX_NS,
    FIGURE_TRANSFER_NS_PER_KIB, /* NaN where nothing was transferred */
    FIGURE_COUNT
};

struct measured_block {
    double figures[FIGURE_COUNT];
};

/* A model at one K, over all restarts. */
struct ledger_cell {
    enum concprobe_status status;
    char reason[REASON_BYTES];
    double call_ns; /* wall time of a block over its calls, as last seen: sizes the next block; 0: not known */
    uint64_t calls, failed_calls;
    unsigned call_error;           /* of the last failed call */
    unsigned starts;               /* how many restarts have a set-up time, a memory size, and rounds */
    double *setup_ns;              /* [starts] */
    double *memory_bytes;          /* [starts], of the instance's whole process tree */
    struct measured_block *rounds; /* [round of the level]; NaN where missing */
    struct latencies *latencies;
};

struct ledger_level {
    unsigned k;
    unsigned round_count;
    uint64_t spent_ns; /* wall time, set-ups included */
    uint64_t compared; /* results that could be compared between serial and another model */
    struct verdict_round *rounds;
    struct ledger_cell *cells; /* [model], and the twin of serial last */
};

enum instance_order { ORDER_START, ORDER_RUN, ORDER_WEIGH, ORDER_PROFILE, ORDER_STOP };

/* Where the chamber tells an instance what to do, and the instance how it went. `asked` and `answered` count orders and
 * are waited on; all else belongs to the instance while they differ, to the chamber otherwise. */
struct instance_box {
    _Atomic uint32_t asked, answered;
    enum instance_order order;
    int error;
    char reason[REASON_BYTES];
    uint64_t took_ns;    /* the order: set-up, or the block's wall time */
    struct usage usage;  /* in the block */
    double memory_bytes; /* weighed */
    unsigned open_files; /* of the instance's process, after the order; 0: not known */
    struct wait_profile profile;
    struct block block;
};

/* About a chamber as a whole. */
struct chamber_report {
    _Atomic uint64_t deadline_ns; /* until when the chamber must come back from what it does; 0: none */
    unsigned walls;               /* enum walls: the strongest that stand here */
    bool profiled;                /* is `profile` filled? */
    struct wait_profile profile;  /* what a serial call waits for */
    char error[200];              /* why there are no results, run_start and so on; "" if none */
};

struct ledger {
    size_t level_count, model_count;
    unsigned max_rounds;
    struct ledger_level *levels;
    struct instance_box *boxes; /* [model], the twin's, the profile's; used by one level after another */
    size_t record_count;
    struct call_record *records; /* of the running block */
    struct chamber_report *report;
    void *memory;
    size_t size;
};

/* `concurrency` holds level_count values. 0, or ENOMEM. */
int ledger_create(struct ledger *ledger, const unsigned *concurrency, size_t level_count, size_t model_count,
                  unsigned max_rounds);
void ledger_destroy(struct ledger *ledger);

/* A new row of rounds at this level, all of them missing. NULL where the level is full. */
struct verdict_round *ledger_add_round(struct ledger *ledger, struct ledger_level *level, unsigned restart);

/* A cell is over: it keeps the first status that ends it. */
void cell_end(struct ledger_cell *cell, enum concprobe_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
bool cell_ended(const struct ledger_cell *cell);

#endif
