/* The interposed functions of libc. They stand under their libc names; the library needs nothing of them but that they
 * are linked in.
 */
#ifndef RUNTIME_ASYNC_HOOKS_H
#define RUNTIME_ASYNC_HOOKS_H

#include <stddef.h>

/* How many functions are interposed: 0 in builds with a sanitizer, which interposes them itself. */
size_t hooks_count(void);

#endif
