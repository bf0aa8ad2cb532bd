/* The formats there are, a descriptor each; report.c lists them. */
#ifndef REPORT_FORMATS_H
#define REPORT_FORMATS_H

#include "report/report.h"

extern const struct report_format report_full;
extern const struct report_format report_concise;
extern const struct report_format report_json;

#endif
