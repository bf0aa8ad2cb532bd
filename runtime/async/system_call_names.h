/* Names of system calls. */
#ifndef RUNTIME_ASYNC_SYSTEM_CALL_NAMES_H
#define RUNTIME_ASYNC_SYSTEM_CALL_NAMES_H

/* "recvfrom"; NULL for a number that is not known. */
const char *system_call_name(long number);

#endif
