/* The walls around what a probe does: namespaces, a working directory of its own, limits, and where output goes.
 *
 * Every wall that the machine forbids is left out; what is never left out are the separate processes and the limits.
 */
#ifndef RUNTIME_SANDBOX_H
#define RUNTIME_SANDBOX_H

#include "runtime/instance.h"

/* In a new instance's process: its own group, limits, output to a bounded sink, signals as after exec. */
void sandbox_enter_instance(const struct instance_plan *plan);

#endif
