/* Inside the recorder: the hooks that compilers call with -finstrument-functions, and who keeps which time.
 *
 * How it stays cheap and yet true. Every hook reads CLOCK_MONOTONIC, which needs no system call. The thread's CPU
 * clock, which does, is read only when more than SAMPLE_AFTER_NS went by since the last time (a "sample"): a thread
 * cannot block and come back in less, so between closer hooks it was on a processor. Where a sample finds more wall
 * than CPU time, /proc/thread-self/schedstat tells whether the thread was switched out at all, and how long it then
 * waited for a processor; the rest it slept of its own will. The hooks' own cost is measured at start and taken out of
 * all times. A function that proves short and never waits is only counted from then on, which bounds the cost of hot
 * ones.
 *
 * Threads: each writes its own slot; nothing here takes a lock of the program's. Signals: a hook that interrupts a hook
 * does nothing. Memory: mappings only, never malloc: the recorded program may be an allocator.
 */
#ifndef RUNTIME_RECORDER_RECORDER_H
#define RUNTIME_RECORDER_RECORDER_H

#include "runtime/recorder/record.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <time.h>

enum {
    SAMPLE_AFTER_NS = 2000,
    CLOCK_NOISE_NS = 3000,      /* smaller differences of wall and CPU time mean nothing */
    COUNT_ONLY_AFTER = 1 << 15, /* calls after which a function may prove short … */
    COUNT_ONLY_BELOW_NS = 300   /* … if they took less than this on average, and none waited */
};

/* A thread that is recorded; private to the process, unlike its slot in the file. */
struct recorded_thread {
    struct recorded_thread *next;      /* all there ever were */
    struct recorded_thread *next_free; /* those whose thread has ended */
    struct record_thread *slot;        /* NULL: lost in a fork */
    int number;                        /* the system's */
    volatile bool busy;                /* inside a hook */
    bool alive;
    bool in_wait, in_call; /* inside a wait or a call that call_wrappers know */
    bool jumped;           /* longjmp left frames behind */
    uint64_t call_started;
    uint64_t sample_overhead;       /* of the last sample, beyond the usual, not accounted yet */
    uint64_t wall, cpu;             /* at the last sample */
    uint64_t queue_delay, switches; /* schedstat at the last sample that found a gap */
    uint64_t jump_time;
    struct record_account jump_account;
};

enum recorder_status { RECORDER_OFF, RECORDER_READY, RECORDER_STARTING, RECORDER_ON };

/* All that the recorder knows of its process. */
struct recorder {
    int status; /* enum recorder_status, atomic */
    struct record_header *header;
    struct recorded_thread *threads, *free_threads;
    pthread_mutex_t lock; /* of the two lists and of the file's growth */
    pthread_key_t at_thread_end;
    char directory[RECORD_PATH];
    char file[RECORD_PATH + 64];
};
extern struct recorder recorder;

static inline uint64_t clock_ns(clockid_t clock)
{
    struct timespec now;
    return clock_gettime(clock, &now) ? 0 : (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* recorder.c: the life of a record */
bool recorder_start(void);
void recorder_seal(enum record_ending ending); /* brings all threads up to now; async-signal-safe */

/* record_map.c: the file */
bool record_create(void);
struct record_thread *record_map_slot(void); /* NULL: no room; recorder.lock is held */
void record_unmap_slot(struct record_thread *slot);
void record_note_modules(void);
bool record_knows_address(uint64_t address);

/* threads.c */
struct recorded_thread *thread_current(void); /* begins to record a new thread; NULL: not recorded */
struct recorded_thread *thread_known(void);   /* NULL also for a new one */
void thread_hide(void);                       /* the calling thread is not recorded … */
void thread_show(void);                       /* … until here */
bool threads_prepare(void);                   /* what is to happen at thread end and fork */

/* account.c */
void account_sample(struct recorded_thread *thread, uint64_t now);
void account_sample_other(struct recorded_thread *thread, uint64_t now);
void account_restart(struct recorded_thread *thread);
void account_charge_sample(struct recorded_thread *thread);

/* frames.c */
void frames_prepare(void); /* before the first hook records */
uint32_t function_number(struct recorded_thread *thread, uint64_t address);
void frame_pop(struct recorded_thread *thread, uint64_t now);
void frames_close(struct recorded_thread *thread, uint64_t now);

/* calibrate.c */
void calibrate(struct recorded_thread *thread);

// NOLINTBEGIN(bugprone-reserved-identifier): compilers and linkers make these names
void __cyg_profile_func_enter(void *function, void *site);
void __cyg_profile_func_exit(void *function, void *site);

/* The same under names that no C library has: what --wrap makes of the above, so that glibc's empty ones never win. */
void __wrap___cyg_profile_func_enter(void *function, void *site);
void __wrap___cyg_profile_func_exit(void *function, void *site);
// NOLINTEND(bugprone-reserved-identifier)

#endif
