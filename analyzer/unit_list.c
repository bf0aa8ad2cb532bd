/* From the paths that the user named to the list of translation units.
 *
 * The root that names are relative to: the directory whose database or flags file was found; with -p, the nearest
 * directory that contains both the database and the path, or, if that is /, the given directory; with flags on the
 * command line, the working directory; else the given directory. Several paths: what contains all of these.
 */
#include "analyzer/unit_list.h"

#include "analyzer/compile_database.h"
#include "analyzer/guess.h"
#include "analyzer/source_file.h"
#include "analyzer/unit_builder.h"
#include "analyzer/walk.h"
#include "base/path.h"
#include "base/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* One path that the user named. */
struct selection {
    const char *given;
    const char *path; /* real */
    bool is_directory;
    const char *directory; /* the path or its directory */
    struct clangd_config config;
    struct flag_source source;
};

struct collector {
    struct unit_list *list;
    const struct analyzer_options *options;
    struct problems *problems;
    const char *working_directory;
    ARRAY(struct selection) selections;
    ARRAY(struct compile_database) databases; /* those read so far */
    struct unit_builder builder;
    struct limited borrowed; /* files that took another file's flags */
};

static void add_error(struct collector *collector, const char *file, const char *advice, const char *message)
{
    problems_add(collector->problems, SEVERITY_ERROR, (struct place){.file = file}, advice, "%s", message);
}

/* Finds out what a path is; a missing one is reported and left out. */
static void select_path(struct collector *collector, const char *given)
{
    struct arena *arena = &collector->list->arena;
    struct selection selection = {.given = given, .path = path_real(arena, given)};
    struct stat status;
    if (!selection.path || stat(selection.path, &status) != 0) {
        add_error(collector, given, errno == ENOENT ? "check the spelling" : NULL, strerror(errno));
        return;
    }
    selection.is_directory = S_ISDIR(status.st_mode);
    selection.directory = selection.is_directory ? selection.path : path_directory(arena, selection.path);
    array_push(&collector->selections, selection);
}

/* -p: a database, or the directory that holds it. */
static struct flag_source named_database(struct collector *collector, const char *given)
{
    struct arena *arena = &collector->list->arena;
    struct flag_source source = {.kind = FLAGS_NOWHERE};
    const char *path = path_real(arena, given);
    struct stat status;
    if (path && stat(path, &status) == 0 && S_ISDIR(status.st_mode))
        path = path_real(arena, path_join(arena, path, "compile_commands.json"));
    if (!path) {
        problems_add(collector->problems, SEVERITY_ERROR, (struct place){.file = given},
                     "record one with `concadvise build -- COMMAND`", "there is no compile database: %s",
                     strerror(errno));
        return source;
    }
    return (struct flag_source){FLAGS_FROM_DATABASE, path, path_directory(arena, path)};
}

/* Decides where each selection's flags come from; false if a database that was asked for is missing. */
static bool find_flag_sources(struct collector *collector)
{
    struct arena *arena = &collector->list->arena;
    struct flag_source named = {.kind = FLAGS_NOWHERE};
    if (collector->options->database) {
        named = named_database(collector, collector->options->database);
        if (named.kind == FLAGS_NOWHERE)
            return false;
    }
    for (array_each(struct selection, selection, &collector->selections)) {
        if (collector->options->fixed_flag_count)
            continue;
        clangd_config_read(&selection->config, arena, selection->directory, collector->problems);
        selection->source = named;
        if (named.kind == FLAGS_NOWHERE)
            selection->source = flag_source_find(arena, selection->directory, &selection->config);
    }
    return true;
}

/* The nearest directory that contains both. */
static const char *common_directory(struct arena *arena, const char *a, const char *b)
{
    while (!path_is_below(a, b))
        a = path_directory(arena, a);
    return a;
}

/* The root of one selection; see the top of this file. */
static const char *selection_root(struct collector *collector, const struct selection *selection)
{
    if (collector->options->fixed_flag_count) {
        bool inside = path_is_below(collector->working_directory, selection->path);
        return inside ? collector->working_directory : selection->directory;
    }
    if (selection->source.kind == FLAGS_NOWHERE)
        return selection->directory;
    const char *both = common_directory(&collector->list->arena, selection->source.directory, selection->directory);
    return strcmp(both, "/") == 0 ? selection->directory : both;
}

static const char *common_root(struct collector *collector)
{
    const char *root = NULL;
    for (array_each(struct selection, selection, &collector->selections)) {
        const char *own = selection_root(collector, selection);
        root = root ? common_directory(&collector->list->arena, root, own) : own;
    }
    return root;
}

/* The database at a path, read once; NULL if it cannot be. */
static const struct compile_database *open_database(struct collector *collector, const char *path)
{
    for (array_each(struct compile_database, known, &collector->databases))
        if (strcmp(known->path, path) == 0)
            return known->document ? known : NULL;
    struct compile_database database;
    bool opened = compile_database_open(&database, &collector->list->arena, path, collector->problems);
    if (!opened)
        database = (struct compile_database){.path = path};
    array_push(&collector->databases, database);
    return opened ? array_last(&collector->databases) : NULL;
}

static void add_database_entry(struct collector *collector, const struct selection *selection,
                               const struct database_entry *entry, const char *file)
{
    struct words words = {0};
    compile_database_words(entry, &collector->list->arena, &words);
    struct unit_entry unit = {
        .file = file,
        .directory = entry->directory,
        .words = words.list.items,
        .word_count = words.list.count,
        .config = &selection->config,
        .is_named = !selection->is_directory,
        .place = {.file = path_relative(collector->list->root, selection->source.file)},
    };
    unit_builder_add(&collector->builder, &unit);
    array_free(&words.list);
}

/* How much two paths are alike: the length of what they begin with in common; more if the names agree but for the
 * ending. */
static size_t likeness(const char *a, const char *b)
{
    size_t same = 0;
    while (a[same] && a[same] == b[same])
        same++;
    const char *name_a = path_base(a), *name_b = path_base(b);
    size_t stem = strcspn(name_a, ".");
    bool same_stem = stem == strcspn(name_b, ".") && strncmp(name_a, name_b, stem) == 0;
    return same + (same_stem ? 4096 : 0);
}

/* A file that the database does not know takes the flags of the C file that is most like it. */
static bool borrow_flags(struct collector *collector, const struct selection *selection,
                         const struct compile_database *database)
{
    const struct database_entry *best = NULL;
    for (array_each(struct database_entry, entry, &database->entries))
        if (source_file_is_c(entry->file) &&
            (!best || likeness(entry->file, selection->path) > likeness(best->file, selection->path)))
            best = entry;
    if (!best || (!source_file_is_c(selection->path) && !source_file_is_header(selection->path)))
        return false;
    const char *root = collector->list->root;
    if (limited_next(&collector->borrowed))
        problems_add(collector->problems, SEVERITY_NOTE, (struct place){.file = path_relative(root, selection->path)},
                     NULL, "not in the compile database; read with the flags of %s", path_relative(root, best->file));
    add_database_entry(collector, selection, best, selection->path);
    return true;
}

static bool is_selected(struct collector *collector, const struct selection *selection,
                        const struct database_entry *entry)
{
    if (path_is_below(selection->path, entry->file))
        return true;
    const char *real = path_cache_real(&collector->builder.cache, "/", entry->file);
    return real && path_is_below(selection->path, real);
}

/* Adds the database's files that a selection contains; false if there are none. */
static bool collect_from_database(struct collector *collector, const struct selection *selection,
                                  const struct compile_database *database)
{
    bool found = false;
    for (array_each(struct database_entry, entry, &database->entries)) {
        if (!is_selected(collector, selection, entry))
            continue;
        found = true;
        add_database_entry(collector, selection, entry, entry->file);
    }
    return found || (!selection->is_directory && borrow_flags(collector, selection, database));
}

/* Adds the selected file, or every C file of the selected directory, with the same words. */
static void collect_with_words(struct collector *collector, const struct selection *selection,
                               const struct unit_entry *pattern)
{
    struct unit_entry entry = *pattern;
    entry.is_named = !selection->is_directory;
    if (!selection->is_directory) {
        entry.file = selection->path;
        unit_builder_add(&collector->builder, &entry);
        return;
    }
    struct tree_files files = {0};
    tree_files_collect(&files, &collector->list->arena, selection->path, collector->problems);
    for (uint32_t i = 0; i < files.sources.count; i++) {
        entry.file = files.sources.items[i];
        unit_builder_add(&collector->builder, &entry);
    }
    tree_files_free(&files);
}

static void collect_from_flags_file(struct collector *collector, const struct selection *selection)
{
    struct words words = {0};
    if (flags_file_read(&collector->list->arena, selection->source.file, &words, collector->problems)) {
        struct unit_entry pattern = {
            .directory = selection->source.directory,
            .words = words.list.items,
            .word_count = words.list.count,
            .config = &selection->config,
            .place = {.file = path_relative(collector->list->root, selection->source.file)},
        };
        collect_with_words(collector, selection, &pattern);
    }
    array_free(&words.list);
}

static void collect_with_fixed_flags(struct collector *collector, const struct selection *selection)
{
    struct unit_entry pattern = {
        .directory = collector->working_directory,
        .words = collector->options->fixed_flags,
        .word_count = collector->options->fixed_flag_count,
    };
    collect_with_words(collector, selection, &pattern);
}

static void collect_guessed(struct collector *collector, const struct selection *selection)
{
    if (guess_units(&collector->builder, selection->path, selection->is_directory, &selection->config))
        collector->list->guessed = true;
}

static void collect(struct collector *collector, const struct selection *selection)
{
    if (collector->options->fixed_flag_count) {
        collect_with_fixed_flags(collector, selection);
        return;
    }
    if (selection->source.kind == FLAGS_FROM_FILE) {
        collect_from_flags_file(collector, selection);
        return;
    }
    if (selection->source.kind == FLAGS_NOWHERE) {
        collect_guessed(collector, selection);
        return;
    }
    const struct compile_database *database = open_database(collector, selection->source.file);
    if (!database || collect_from_database(collector, selection, database))
        return;
    bool asked_for = collector->options->database != NULL;
    problems_add(collector->problems, asked_for ? SEVERITY_ERROR : SEVERITY_WARNING,
                 (struct place){.file = selection->source.file},
                 asked_for ? "build what you want analysed, with this database recorded" : NULL,
                 "the compile database names no C file %s %s", selection->is_directory ? "below" : "like",
                 selection->given);
    if (!asked_for)
        collect_guessed(collector, selection);
}

static bool collect_all(struct collector *collector)
{
    for (unsigned i = 0; i < collector->options->path_count; i++)
        select_path(collector, collector->options->paths[i]);
    if (!collector->options->path_count)
        select_path(collector, ".");
    if (!find_flag_sources(collector) || !collector->selections.count)
        return false;
    collector->list->root = common_root(collector);
    unit_builder_init(&collector->builder, &collector->list->arena, collector->list->root, collector->options,
                      collector->problems);
    for (array_each(struct selection, selection, &collector->selections))
        collect(collector, selection);
    if (limited_rest(&collector->borrowed))
        problems_add(collector->problems, SEVERITY_NOTE, (struct place){0}, NULL,
                     "more files that are not in the compile database: %u", limited_rest(&collector->borrowed));
    unit_builder_finish(&collector->builder, collector->list);
    unit_builder_free(&collector->builder);
    return true;
}

bool unit_list_make(struct unit_list *list, const struct analyzer_options *options, struct problems *problems)
{
    *list = (struct unit_list){0};
    arena_init(&list->arena);
    struct collector collector = {.list = list, .options = options, .problems = problems};
    unsigned errors_before = problems->errors;
    collector.working_directory = path_real(&list->arena, ".");
    if (!collector.working_directory)
        add_error(&collector, ".", "change to a directory that exists", strerror(errno));
    else if (collect_all(&collector) && !list->count && problems->errors == errors_before)
        add_error(&collector, collector.selections.items[0].given, "name a directory or a file with C source",
                  "there is no C file to analyse");
    for (array_each(struct selection, selection, &collector.selections))
        clangd_config_free(&selection->config);
    for (array_each(struct compile_database, database, &collector.databases))
        compile_database_close(database);
    array_free(&collector.selections);
    array_free(&collector.databases);
    return list->count > 0;
}

void unit_list_free(struct unit_list *list)
{
    arena_free(&list->arena);
    *list = (struct unit_list){0};
}
