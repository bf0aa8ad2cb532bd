/* The environment of a recorded command: compilers that instrument, and a place for the records. */
#include "cli/observe_run.h"

#include "base/path.h"
#include "base/text.h"
#include "cli/child.h"
#include "model/observed.h"
#include "runtime/recorder/record.h"

#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The names that compilers of C have. */
static const char *const compiler_patterns[] = {"cc",         "gcc",          "clang",   "c[89]9",         "c1[17]",
                                                "gcc-[0-9]*", "clang-[0-9]*", "*-*-gcc", "*-*-gcc-[0-9]*", NULL};

/* Where the recorder is, seen from the program. */
static const char *recorder_file(struct session *session, const char *name)
{
    const char *program = path_real(&session->arena, "/proc/self/exe");
    const char *bin = program ? path_directory(&session->arena, program) : ".";
    return path_join(&session->arena, bin,
                     arena_printf(&session->arena, "../%s/concadvise/%s", CONCADVISE_LIBDIR, name));
}

static int is_compiler(const struct dirent *entry)
{
    for (unsigned i = 0; compiler_patterns[i]; i++)
        if (fnmatch(compiler_patterns[i], entry->d_name, 0) == 0)
            return 1;
    return 0;
}

/* A link for each compiler of a folder on PATH. */
static void link_compilers(const char *folder, const char *compilers, const char *wrapper)
{
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, is_compiler, NULL);
    for (int i = 0; i < count; i++) {
        char *link = path_join(NULL, compilers, entries[i]->d_name);
        unlink(link);
        if (symlink(wrapper, link) != 0 && errno != EEXIST)
            fprintf(stderr, "warning: cannot make %s: %s\n", link, strerror(errno));
        free(link);
        free(entries[i]);
    }
    free((void *)entries);
}

/* A folder with a stand-in for every compiler on PATH. It stays where it is: build systems remember compilers by path.
 */
static const char *make_compilers(struct session *session)
{
    const char *wrapper = recorder_file(session, "concadvise-cc");
    if (access(wrapper, X_OK) != 0) {
        session_mistake(session, "install concadvise again", "the recorder's %s is missing", wrapper);
        return NULL;
    }
    const char *here = path_real(&session->arena, ".");
    const char *compilers = path_join(&session->arena, here ? here : "/", OBSERVED_DIRECTORY "/compilers");
    if ((mkdir(OBSERVED_DIRECTORY, 0777) != 0 && errno != EEXIST) || (mkdir(compilers, 0777) != 0 && errno != EEXIST)) {
        session_mistake(session, NULL, "cannot make %s: %s", compilers, strerror(errno));
        return NULL;
    }
    const char *path = getenv("PATH");
    char *folders = must_strdup(path ? path : "/usr/bin:/bin"), *rest = folders, *folder;
    while ((folder = strsep(&rest, ":")))
        if (*folder == '/' && strcmp(folder, compilers) != 0)
            link_compilers(folder, compilers, wrapper);
    free(folders);
    return compilers;
}

/* A directory that processes under other users may write to as well. */
static const char *make_records(struct session *session)
{
    const unsigned everybody = 01777;
    const char *temporary = getenv("TMPDIR");
    char *records =
        arena_printf(&session->arena, "%s/concadvise-XXXXXX", temporary && *temporary == '/' ? temporary : "/tmp");
    if (mkdtemp(records) && chmod(records, everybody) == 0)
        return records;
    session_mistake(session, "set TMPDIR to a directory with room", "cannot make %s: %s", records, strerror(errno));
    return NULL;
}

static void set_environment(const char *compilers, const char *records)
{
    const char *path = getenv("PATH");
    struct text value = {0};
    text_printf(&value, "%s:%s", compilers, path ? path : "/usr/bin:/bin");
    setenv("PATH", text_string(&value), 1);
    const char *compiler = getenv("CC");
    if (compiler && *compiler == '/') { /* past PATH: the stand-in of that name */
        text_clear(&value);
        text_printf(&value, "%s/%s", compilers, path_base(compiler));
        if (access(text_string(&value), X_OK) == 0)
            setenv("CC", text_string(&value), 1);
    }
    setenv(RECORD_VARIABLE, records, 1);
    text_free(&value);
}

bool observe_run(struct session *session, const char **records, int *status)
{
    const char *compilers = make_compilers(session);
    *records = compilers ? make_records(session) : NULL;
    if (!*records)
        return false;
    set_environment(compilers, *records);
    char *const *command = session->options.after_dashes;
    pid_t child;
    int failed = child_start(&child, command);
    unsetenv(RECORD_VARIABLE);
    if (failed) {
        session_mistake(session, NULL, "cannot run %s: %s", command[0], strerror(failed));
        observe_remove(*records);
        return false;
    }
    *status = child_wait(child);
    return true;
}

void observe_remove(const char *records)
{
    struct dirent **entries = NULL;
    int count = scandir(records, &entries, NULL, NULL);
    for (int i = 0; i < count; i++) {
        char *path = path_join(NULL, records, entries[i]->d_name);
        if (entries[i]->d_name[0] != '.')
            unlink(path);
        free(path);
        free(entries[i]);
    }
    free((void *)entries);
    rmdir(records);
}
