/* Measured classes beside estimated ones: which are wrong. */
#ifndef CLI_OBSERVE_COMPARE_H
#define CLI_OBSERVE_COMPARE_H

#include "model/observed.h"
#include "model/result.h"
#include "report/printer.h"

/* Prints how many estimates the measurements bear out, and those that they refute: what took the most time, and was the
 * surest, first; twenty of them, or `all`. io and wait count as one; near 1 µs a call, cpu and trivial do as well. */
void observe_compare(const struct printer *printer, const struct observed *observed, const struct result *result,
                     bool all);

#endif
