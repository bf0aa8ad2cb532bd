/* The list of formats. A new one is a file that ends in its descriptor, and a line here. */
#include "report/report.h"

#include "report/formats.h"

#include <string.h>

const struct report_format *const report_formats[] = {&report_full, &report_concise, &report_json, NULL};

static const char *const names[] = {"full", "concise", "json", NULL};

const char *const *report_format_names(void)
{
    return names;
}

const struct report_format *report_find(const char *name)
{
    for (unsigned i = 0; report_formats[i]; i++)
        if (strcmp(report_formats[i]->name, name) == 0)
            return report_formats[i];
    return NULL;
}
