/* The table of execution models. */
#ifndef RUNTIME_MODELS_H
#define RUNTIME_MODELS_H

#include "runtime/execution.h"

#define EXECUTION_MODEL(name) extern const struct execution_model execution_##name;
#include "runtime/models.def"
#undef EXECUTION_MODEL

/* One row for `index`, NULL past the last. */
const struct execution_model *execution_model_at(size_t index);
const struct execution_model *execution_model_named(const char *name);

#endif
