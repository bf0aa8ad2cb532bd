/* The parts of the full text, one for each view, and what they share. */
#ifndef REPORT_FULL_H
#define REPORT_FULL_H

#include "report/printer.h"
#include "report/report.h"

void full_check(const struct printer *printer, const struct result *result, const struct report_options *options);
void full_classify(const struct printer *printer, const struct result *result, const struct report_options *options);
void full_explain(const struct printer *printer, const struct result *result, const struct report_options *options);

/* The columns of a label: "Touches  ". */
enum { FULL_INDENT = 4, FULL_LABEL = 9 };

/* The colour of a model, and of a class. */
enum tint full_model_tint(enum model model);
enum tint full_class_tint(enum class_kind class_kind);

/* A line "    Label    text" that is left out where the text is empty. The text is cleared. */
void full_line(const struct printer *printer, const char *label, struct text *text);

/* The steps of a chain, a line each: place, then what happens there. With `brief`, the middle of a long one is counted.
 */
void full_chain(const struct printer *printer, unsigned indent, const struct evidence *steps, uint32_t count,
                bool brief);

/* What an advice says: for which K, why, what to do, what to look at first, what that touches, and what is ruled out.
 */
void full_advice(const struct printer *printer, const struct result *result, const struct advice *advice);

#endif
