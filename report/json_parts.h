/* The objects that the JSON reports share. Each call writes into an object or array that is open. */
#ifndef REPORT_JSON_PARTS_H
#define REPORT_JSON_PARTS_H

#include "base/json_writer.h"
#include "model/result.h"
#include "report/index.h"

#include <stdbool.h>

/* Keys: version, root, profile, coverage. */
void json_head(struct json_writer *json, const struct result *result, const char *version);

/* Keys of function number `number`; `reasons`: with what `explain` adds. */
void json_function(struct json_writer *json, const struct result *result, const struct advice_index *index,
                   uint32_t number, bool reasons);

/* One object; `with_function`: it stands outside its function and names it. */
void json_advice(struct json_writer *json, const struct result *result, const struct advice *advice, bool with_function,
                 bool reasons);

/* One object. */
void json_finding(struct json_writer *json, const struct finding *finding);

#endif
