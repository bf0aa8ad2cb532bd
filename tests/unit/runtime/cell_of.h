/* The cell of a variant in what a run found. */
#ifndef TESTS_CELL_OF_H
#define TESTS_CELL_OF_H

#include "runtime/concprobe.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

static const struct concprobe_cell *cell_of(const struct concprobe_outcome *outcome, const char *model)
{
    for (size_t i = 0; i < outcome->cell_count; i++)
        if (!strcmp(outcome->cells[i].model->name, model))
            return &outcome->cells[i];
    fail_msg("no cell of %s", model);
    return NULL;
}

#endif
