/* Looking at a source file's kind, size and first bytes. */
#include "analyzer/source_file.h"

#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LOOKED_AT = 8192 };

/* The same for a file that is open. */
static const char *refuse_open_file(int fd)
{
    struct stat status;
    if (fstat(fd, &status) != 0)
        return strerror(errno);
    if (!S_ISREG(status.st_mode))
        return "not a regular file";
    if (status.st_size > (off_t)SOURCE_LIMIT_MIB << 20)
        return "larger than 64 MiB";
    char bytes[LOOKED_AT];
    ssize_t got = read(fd, bytes, sizeof bytes);
    if (got < 0)
        return strerror(errno);
    return memchr(bytes, '\0', (size_t)got) ? "binary data, not C source" : NULL;
}

const char *source_file_refuse(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a pipe of that name would make open() wait */
    if (fd < 0)
        return strerror(errno);
    const char *reason = refuse_open_file(fd);
    close(fd);
    return reason;
}

bool source_file_is_c(const char *path)
{
    return string_ends_with(path, ".c");
}

bool source_file_is_header(const char *path)
{
    return string_ends_with(path, ".h");
}
