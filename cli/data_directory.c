/* Where the data files are. */
#include "cli/data_directory.h"

#include "base/path.h"

#include <stdlib.h>
#include <sys/stat.h>

const char *data_root(struct arena *arena)
{
    const char *given = getenv("CONCADVISE_DATA");
    if (given && *given)
        return arena_strdup(arena, given);
    const char *program = path_real(arena, "/proc/self/exe");
    if (!program)
        return "../share/concadvise";
    return path_join(arena, path_directory(arena, program), "../share/concadvise");
}

const char *data_directory(struct arena *arena, const char *name, struct problems *problems)
{
    const char *directory = arena_printf(arena, "%s/%s", data_root(arena), name);
    struct stat status;
    if (stat(directory, &status) == 0 && S_ISDIR(status.st_mode))
        return directory;
    problems_add(problems, SEVERITY_ERROR, (struct place){NULL, 0, 0},
                 "install concadvise again, or set CONCADVISE_DATA to the directory that has it",
                 "the data directory %s is missing", directory);
    return NULL;
}
