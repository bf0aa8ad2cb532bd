/* For tests of coroutines. Bodies run on stacks of their own, which cmocka must not jump out of: they note what is
 * wrong, and the test fails after all have returned. */
#ifndef TESTS_ASYNC_TEST_H
#define TESTS_ASYNC_TEST_H

#include "runtime/async/event_loop.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static int async_failures;

#define CHECK(condition)                                                                                               \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);                                    \
            async_failures++;                                                                                          \
        }                                                                                                              \
    } while (0)

/* A descriptor that was opened; ends the program where it was not. */
static inline int opened(int descriptor)
{
    if (descriptor < 0)
        abort();
    return descriptor;
}

/* Runs body(argument, 0 … count − 1) in coroutines; the milliseconds that it took. Fails the test where a CHECK did. */
static inline double run_async(unsigned count, void (*body)(void *argument, unsigned index), void *argument)
{
    char reason[160] = "";
    struct event_loop *loop = event_loop_start(count, 0, reason, sizeof reason);
    if (!loop)
        fail_msg("no event loop: %s", reason);
    async_failures = 0;
    uint64_t begin = now_ns();
    event_loop_run(loop, body, argument);
    double milliseconds = (double)(now_ns() - begin) / 1e6;
    event_loop_stop(loop);
    assert_int_equal(async_failures, 0);
    return milliseconds;
}

/* Ends the test program as skipped where coroutines cannot run. */
static inline void need_async(void)
{
    char reason[160];
    if (!event_loop_available(64, 0, reason, sizeof reason)) {
        printf("skipped: async is unavailable, because %s\n", reason);
        exit(77);
    }
}

#endif
