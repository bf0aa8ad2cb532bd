/* Files of probes in the working directory. */
#include "probes/scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

int scratch_write(const char *name, const void *bytes, size_t size)
{
    int file = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0)
        return errno;
    int failed = 0;
    for (size_t at = 0; at < size && !failed;) {
        ssize_t written = write(file, (const char *)bytes + at, size - at);
        if (written > 0)
            at += (size_t)written;
        else if (errno != EINTR)
            failed = errno;
    }
    if (close(file) != 0 && !failed)
        failed = errno;
    return failed;
}

int scratch_open(void **state, const char *name, int flags)
{
    int *file = malloc(sizeof *file);
    if (!file)
        return ENOMEM;
    *file = open(name, flags | O_CLOEXEC, 0600);
    if (*file < 0) {
        int reason = errno;
        free(file);
        return reason;
    }
    *state = file;
    return 0;
}

int scratch_descriptor(const void *state)
{
    return *(const int *)state;
}

void scratch_close(void *state)
{
    close(*(int *)state);
    free(state);
}
