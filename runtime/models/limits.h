/* How many threads and processes this machine lets a model have. */
#ifndef RUNTIME_MODELS_LIMITS_H
#define RUNTIME_MODELS_LIMITS_H

#include "runtime/concprobe.h"

/* For execution_model.available: do K threads (with stacks of their own), or K processes, fit into half of the memory
 * and under the kernel's limits? false with the reason. */
bool threads_fit(const struct concprobe_options *options, unsigned k, char *reason, size_t size);
bool processes_fit(const struct concprobe_options *options, unsigned k, char *reason, size_t size);

#endif
