/* Names of system calls, from their table. */
#include "runtime/async/system_call_names.h"

#include <stddef.h>

static const char *const names[] = {
#if defined(__x86_64__)
#define SYSTEM_CALL(number, name) [number] = #name,
#include "runtime/async/system_call_names.def"
#undef SYSTEM_CALL
#else
    NULL,
#endif
};

const char *system_call_name(long number)
{
    return number >= 0 && (size_t)number < sizeof names / sizeof names[0] ? names[number] : NULL;
}
