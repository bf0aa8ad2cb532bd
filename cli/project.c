/* What a tree itself brings along for concadvise. */
#include "cli/project.h"

#include "base/path.h"
#include "base/text.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static bool is_directory(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* The nearest .concadvise/apis, or NULL. */
static const char *find_apis(struct arena *arena, const char *path)
{
    const char *directory = path_real(arena, path);
    if (directory && !is_directory(directory))
        directory = path_directory(arena, directory);
    while (directory) {
        const char *apis = path_join(arena, directory, ".concadvise/apis");
        if (is_directory(apis))
            return apis;
        if (strcmp(directory, "/") == 0)
            break;
        directory = path_directory(arena, directory);
    }
    return NULL;
}

static int is_yaml(const struct dirent *entry)
{
    return entry->d_name[0] != '.' && string_ends_with(entry->d_name, ".yaml");
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

void project_load_apis(struct session *session, const char *path)
{
    const char *directory = find_apis(&session->arena, path);
    struct dirent **entries;
    int count = directory ? scandir(directory, &entries, is_yaml, by_bytes) : 0;
    if (!directory || count < 0)
        return;
    for (int i = 0; i < count; i++) {
        knowledge_add_file(session->knowledge, path_join(&session->arena, directory, entries[i]->d_name),
                           &session->problems);
        free(entries[i]);
    }
    free(entries);
    if (count)
        session_add_apis(session);
}
