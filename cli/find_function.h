/* Functions of a result by what people call them: a name, "file:name", or an id. */
#ifndef CLI_FIND_FUNCTION_H
#define CLI_FIND_FUNCTION_H

#include "base/array.h"
#include "model/result.h"

struct function_matches {
    ARRAY(uint32_t) list; /* indexes into result.functions; release with array_free */
    bool same_id;         /* all are one function, seen from several programs */
};

void find_functions(const struct result *result, const char *name, struct function_matches *matches);

/* "did you mean 'x'?", or NULL. */
const char *nearest_function(struct arena *arena, const struct result *result, const char *name);

#endif
