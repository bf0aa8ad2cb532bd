/* For tests that run small probes: quick options, and looking at cells. */
#ifndef TESTS_RUN_PROBE_H
#define TESTS_RUN_PROBE_H

#include "runtime/concprobe.h"
#include "tests/unit/runtime/cell_of.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

static const unsigned two[] = {2};

/* One restart, two short rounds at K = 2; ended by its rounds, not by the budget. */
static struct concprobe_options quick_options(const char *const *models, size_t count)
{
    return (struct concprobe_options){.models = models,
                                      .model_count = count,
                                      .concurrency = two,
                                      .concurrency_count = 1,
                                      .budget_seconds = 60,
                                      .restarts = 1,
                                      .min_rounds = 2,
                                      .max_rounds = 2,
                                      .block_seconds = 0.003};
}

static struct concprobe_outcome *run_quick(const struct concprobe_probe *probe)
{
    static const char *const models[] = {"threading", "threading per-call", "multiprocessing"};
    struct concprobe_options options = quick_options(models, 3);
    char error[200] = "";
    struct concprobe_outcome *outcome = concprobe_run(probe, &options, error);
    assert_non_null(outcome);
    return outcome;
}

/* With the reason where it fails. */
static void assert_status(const struct concprobe_outcome *outcome, const char *model, enum concprobe_status status,
                          const char *reason_holds)
{
    const struct concprobe_cell *cell = cell_of(outcome, model);
    if (cell->status != status || !strstr(cell->reason, reason_holds))
        fail_msg("%s: status %d, \"%s\"; error \"%s\"", model, (int)cell->status, cell->reason, outcome->error);
}

#endif
