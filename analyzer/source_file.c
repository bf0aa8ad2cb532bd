/* Looking at a source file's kind, size and first bytes. */
#include "analyzer/source_file.h"

#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LOOKED_AT = 8192 };

static enum source_state state_of_open_file(int fd)
{
    struct stat status;
    if (fstat(fd, &status) != 0)
        return SOURCE_UNREADABLE;
    if (!S_ISREG(status.st_mode))
        return SOURCE_IRREGULAR;
    if (status.st_size > (off_t)SOURCE_LIMIT_MIB << 20)
        return SOURCE_TOO_LARGE;
    char bytes[LOOKED_AT];
    ssize_t got = read(fd, bytes, sizeof bytes);
    if (got < 0)
        return SOURCE_UNREADABLE;
    return memchr(bytes, '\0', (size_t)got) ? SOURCE_BINARY : SOURCE_GOOD;
}

enum source_state source_file_state(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a pipe of that name would make open() wait */
    if (fd < 0)
        return SOURCE_UNREADABLE;
    enum source_state state = state_of_open_file(fd);
    int error = errno;
    close(fd);
    errno = error;
    return state;
}

bool source_file_is_c(const char *path)
{
    return string_ends_with(path, ".c");
}

bool source_file_is_header(const char *path)
{
    return string_ends_with(path, ".h");
}
