/* Walking a directory tree. */
#include "analyzer/walk.h"

#include "analyzer/limited.h"
#include "analyzer/source_file.h"
#include "base/names.h"
#include "base/path.h"

#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct walk {
    struct tree_files *files;
    struct arena *arena;
    const char *top;
    struct problems *problems;
    struct limited unreadable;
    ARRAY(const char *) pending; /* directories to visit, the next one last */
    struct names visited;        /* "device:inode": mounts can make a directory its own descendant */
};

/* A build tree is recognised by what its generator leaves in it. */
static bool is_build_output(struct arena *arena, const char *directory)
{
    static const char *const marks[] = {"CMakeCache.txt", "build.ninja", "meson-private", "CACHEDIR.TAG"};
    static const char *const names[] = {"CMakeFiles", "node_modules", "autom4te.cache", "__pycache__"};
    const char *name = path_base(directory);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    struct stat status;
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (stat(path_join(arena, directory, marks[i]), &status) == 0)
            return true;
    return false;
}

static bool visited_before(struct walk *walk, const struct stat *status)
{
    char id[64];
    snprintf(id, sizeof id, "%ju:%ju", (uintmax_t)status->st_dev, (uintmax_t)status->st_ino);
    if (names_find(&walk->visited, id))
        return true;
    names_add(&walk->visited, id);
    return false;
}

static void count_link(struct walk *walk, const char *path)
{
    const char *target = path_real(walk->arena, path);
    if (target && !path_is_below(walk->top, target))
        walk->files->outside_links++;
}

static void see_directory(struct walk *walk, const char *path, bool is_link)
{
    if (is_link)
        count_link(walk, path);
    else if (!is_build_output(walk->arena, path))
        array_push(&walk->pending, path);
}

static void see_file(struct walk *walk, const char *path, const char *name)
{
    if (source_file_is_c(name)) {
        array_push(&walk->files->sources, path);
    } else if (source_file_is_header(name)) {
        array_push(&walk->files->headers, path);
    } else if (strcmp(name, "compile_commands.json") == 0 && !walk->files->database) {
        walk->files->database = path;
    }
}

static void see_entry(struct walk *walk, const char *directory, const char *name)
{
    if (name[0] == '.')
        return;
    const char *path = path_join(walk->arena, directory, name);
    struct stat status, target;
    if (lstat(path, &status) != 0)
        return; /* gone since the directory was read */
    bool is_link = S_ISLNK(status.st_mode);
    if (is_link && stat(path, &target) == 0)
        status = target;
    if (S_ISDIR(status.st_mode))
        see_directory(walk, path, is_link);
    else
        see_file(walk, path, name);
}

static int later_name_first(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*b)->d_name, (*a)->d_name);
}

static void report_unreadable(struct walk *walk, const char *directory, int error)
{
    if (limited_next(&walk->unreadable))
        problems_add(walk->problems, SEVERITY_WARNING, (struct place){.file = directory}, NULL,
                     "cannot read the directory: %s", strerror(error));
}

static void visit_directory(struct walk *walk, const char *directory)
{
    struct stat status;
    struct dirent **entries = NULL;
    if (stat(directory, &status) != 0) {
        report_unreadable(walk, directory, errno);
        return;
    }
    if (visited_before(walk, &status))
        return;
    int count = scandir(directory, &entries, NULL, later_name_first);
    if (count < 0) {
        report_unreadable(walk, directory, errno);
        return;
    }
    for (int i = 0; i < count; i++) {
        see_entry(walk, directory, entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
}

static int by_string(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void tree_files_collect(struct tree_files *files, struct arena *arena, const char *top, struct problems *problems)
{
    struct walk walk = {.files = files, .arena = arena, .top = top, .problems = problems};
    names_init(&walk.visited);
    array_push(&walk.pending, top);
    while (walk.pending.count)
        visit_directory(&walk, walk.pending.items[--walk.pending.count]);
    if (limited_rest(&walk.unreadable))
        problems_add(problems, SEVERITY_WARNING, (struct place){.file = top}, NULL,
                     "more directories below that cannot be read: %u", limited_rest(&walk.unreadable));
    if (files->sources.count)
        qsort(files->sources.items, files->sources.count, sizeof *files->sources.items, by_string);
    if (files->headers.count)
        qsort(files->headers.items, files->headers.count, sizeof *files->headers.items, by_string);
    array_free(&walk.pending);
    names_free(&walk.visited);
}

void tree_files_free(struct tree_files *files)
{
    array_free(&files->sources);
    array_free(&files->headers);
    *files = (struct tree_files){0};
}
