/* Paths as strings, and reading whole files. */
#include "base/path.h"

#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The string itself, or its copy in the arena. */
static char *hand_over(struct arena *arena, char *string)
{
    if (!arena || !string)
        return string;
    char *copy = arena_strdup(arena, string);
    free(string);
    return copy;
}

/* Where the last component of a folded path begins. */
static size_t last_component(const struct text *path)
{
    size_t at = path->length;
    while (at > 0 && path->string[at - 1] != '/')
        at--;
    return at;
}

static void go_up(struct text *path)
{
    size_t last = last_component(path);
    if (path->length == 0 || strcmp(path->string + last, "..") == 0) {
        text_add(path, path->length ? "/.." : "..");
        return;
    }
    if (last == path->length) /* the root has no parent */
        return;
    path->length = last > 1 ? last - 1 : last; /* the root keeps its slash */
    path->string[path->length] = '\0';
}

/* Appends the components of `path`; "." vanishes, ".." removes the one before it. */
static void add_folded(struct text *folded, const char *path)
{
    while (*path) {
        size_t length = strcspn(path, "/");
        if (length == 2 && path[0] == '.' && path[1] == '.') {
            go_up(folded);
        } else if (length && !(length == 1 && path[0] == '.')) {
            if (folded->length && folded->string[folded->length - 1] != '/')
                text_add_char(folded, '/');
            text_add_length(folded, path, length);
        }
        path += length + (path[length] == '/');
    }
}

char *path_join(struct arena *arena, const char *directory, const char *path)
{
    struct text folded = {0};
    if (path[0] == '/' || directory[0] == '/')
        text_add_char(&folded, '/');
    if (path[0] != '/')
        add_folded(&folded, directory);
    add_folded(&folded, path);
    if (!folded.length)
        text_add_char(&folded, '.');
    return hand_over(arena, folded.string);
}

bool path_is_below(const char *root, const char *path)
{
    size_t length = strlen(root);
    if (strncmp(root, path, length) != 0)
        return false;
    return path[length] == '\0' || path[length] == '/' || (length > 0 && root[length - 1] == '/');
}

const char *path_relative(const char *root, const char *path)
{
    if (!path_is_below(root, path))
        return path;
    const char *rest = path + strlen(root);
    if (*rest == '/')
        rest++;
    return *rest ? rest : ".";
}

const char *path_base(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

char *path_directory(struct arena *arena, const char *path)
{
    const char *slash = strrchr(path, '/');
    struct text directory = {0};
    if (!slash)
        text_add_char(&directory, '.');
    else if (slash == path)
        text_add_char(&directory, '/');
    else
        text_add_length(&directory, path, (size_t)(slash - path));
    return hand_over(arena, directory.string);
}

char *path_real(struct arena *arena, const char *path)
{
    return hand_over(arena, realpath(path, NULL));
}

/* Reads to the end of the file; false with errno set. */
static bool read_all(int fd, size_t limit, struct text *content)
{
    char buffer[1 << 16];
    for (;;) {
        ssize_t got = read(fd, buffer, sizeof buffer);
        if (got == 0)
            return true;
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return false;
        if (content->length + (size_t)got > limit) {
            errno = EFBIG;
            return false;
        }
        text_add_length(content, buffer, (size_t)got);
    }
}

char *file_read(const char *path, size_t limit, size_t *length)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return NULL;
    struct text content = {0};
    text_add(&content, ""); /* an empty file is an empty string, not NULL */
    bool done = read_all(fd, limit, &content);
    int error = errno;
    close(fd);
    if (!done) {
        text_free(&content);
        errno = error;
        return NULL;
    }
    *length = content.length;
    return content.string;
}
