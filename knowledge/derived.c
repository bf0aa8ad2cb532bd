/* The folder derived/: entries that the analyzer made from libraries' own sources. There are tens of thousands, and a
 * program calls few of them: index.tsv says which file has a function, and a file is read when the first of its
 * functions is asked for.
 *
 * The index has a line "NAME<tab>FILE" for each function, sorted by the bytes of the names.
 */
#include "base/path.h"
#include "knowledge/internal.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LARGEST_INDEX = 64 << 20 };

struct derived_files {
    struct arena arena;
    const char *directory;
    char *lines; /* the index */
    size_t length;
    ARRAY(const char *) loaded;
    struct problems problems;
};

struct derived_files *derived_files_open(const char *directory, struct problems *problems)
{
    struct arena arena;
    arena_init(&arena);
    const char *path = path_join(&arena, directory, "index.tsv");
    size_t length;
    char *lines = file_read(path, LARGEST_INDEX, &length);
    if (!lines) {
        if (access(path, F_OK) == 0)
            problems_add(problems, SEVERITY_ERROR, (struct place){path, 0, 0}, "install concadvise again",
                         "the index of derived entries cannot be read");
        arena_free(&arena);
        return NULL;
    }
    struct derived_files *index = must_malloc(sizeof *index);
    *index = (struct derived_files){.arena = arena, .lines = lines, .length = length};
    index->directory = arena_strdup(&index->arena, directory);
    return index;
}

void derived_files_free(struct derived_files *index)
{
    if (!index)
        return;
    array_free(&index->loaded);
    problems_free(&index->problems);
    free(index->lines);
    arena_free(&index->arena);
    free(index);
}

struct problems *derived_files_problems(struct derived_files *index)
{
    return index ? &index->problems : NULL;
}

/* Where the line begins that holds this byte. */
static size_t line_begin(const struct derived_files *index, size_t at)
{
    while (at > 0 && index->lines[at - 1] != '\n')
        at--;
    return at;
}

/* The line of a name, or NULL. */
static const char *find_line(const struct derived_files *index, const char *name)
{
    size_t length = strlen(name), low = 0, high = index->length;
    while (low < high) {
        size_t at = line_begin(index, low + (high - low) / 2);
        const char *line = index->lines + at;
        size_t width = strcspn(line, "\t\n");
        int order = strncmp(name, line, width);
        if (order == 0 && length == width)
            return line;
        if (order < 0 || (order == 0 && length < width))
            high = at;
        else
            low = at + strcspn(line, "\n") + 1;
    }
    return NULL;
}

/* The file that a line names; the string is the index's. */
static const char *file_of(struct derived_files *index, const char *line)
{
    const char *file = line + strcspn(line, "\t\n");
    file += *file == '\t';
    return arena_strndup(&index->arena, file, strcspn(file, "\n"));
}

static bool load(struct knowledge *knowledge, const char *file)
{
    struct derived_files *index = knowledge->derived;
    for (array_each(const char *, loaded, &index->loaded))
        if (strcmp(*loaded, file) == 0)
            return false;
    array_push(&index->loaded, file);
    knowledge->loading = LOADING_DERIVED;
    load_file(knowledge, path_join(&index->arena, index->directory, file), parse_api_file, &index->problems);
    knowledge->loading = LOADING_USERS;
    return true;
}

bool derived_files_load_for(struct knowledge *knowledge, const char *name)
{
    const char *line = knowledge->derived ? find_line(knowledge->derived, name) : NULL;
    if (!line || !load(knowledge, file_of(knowledge->derived, line)))
        return false;
    sort_entries(knowledge);
    return true;
}

void derived_files_load_all(struct knowledge *knowledge)
{
    struct derived_files *index = knowledge->derived;
    for (size_t at = 0; index && at < index->length; at += strcspn(index->lines + at, "\n") + 1)
        load(knowledge, file_of(index, index->lines + at));
    sort_entries(knowledge);
}
