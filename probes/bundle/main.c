/* Packs a program of probes into one file, and is the beginning of that file, which unpacks and runs it. */
#include "probes/bundle/bundle.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>

int bundle_fail(const char *format, ...)
{
    const int failed = 2;
    va_list values;
    va_start(values, format);
    fputs("error: ", stderr);
    vfprintf(stderr, format, values);
    putc('\n', stderr);
    va_end(values);
    return failed;
}

unsigned char *bundle_read_file(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rbe");
    if (!file)
        return NULL;
    unsigned char *bytes = NULL;
    long length = fseek(file, 0, SEEK_END) == 0 ? ftell(file) : -1;
    if (length >= 0)
        bytes = malloc((size_t)length + 1);
    const bool whole =
        bytes && fseek(file, 0, SEEK_SET) == 0 && fread(bytes, 1, (size_t)length, file) == (size_t)length;
    (void)fclose(file);
    if (!whole) {
        free(bytes);
        bytes = NULL;
        errno = EIO;
    }
    *size = (size_t)length;
    return bytes;
}

static bool read_trailer(FILE *file, struct bundle_trailer *trailer)
{
    return fseek(file, -(long)sizeof *trailer, SEEK_END) == 0 && fread(trailer, sizeof *trailer, 1, file) == 1 &&
           memcmp(trailer->magic, BUNDLE_MAGIC, sizeof trailer->magic) == 0 &&
           trailer->entry_count <= BUNDLE_MOST_FILES && trailer->probe[sizeof trailer->probe - 1] == '\0';
}

int main(int count, char **arguments)
{
    /* The path that this program was started by, known without /proc. */
    const char *self = (const char *)getauxval(AT_EXECFN); /* NOLINT(performance-no-int-to-ptr) */
    if (count == 5 && strcmp(arguments[1], "--pack") == 0)
        return bundle_pack(self, arguments[2], arguments[3], arguments[4]);
    FILE *file = fopen(self, "rbe");
    if (!file)
        return bundle_fail("cannot read %s, which is this program: %s", self, strerror(errno));
    struct bundle_trailer trailer;
    if (!read_trailer(file, &trailer)) {
        fclose(file);
        return bundle_fail("%s holds no probe, or only a part of it; 'concadvise probe --bundle NAME -o FILE' makes "
                           "such files",
                           self);
    }
    int status = bundle_run(self, file, &trailer, count, arguments);
    fclose(file);
    return status;
}
