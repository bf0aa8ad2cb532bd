/* Guessing flags.
 *
 * All units of one directory get the same flags. The #include lines of its files, and of the headers that they lead to,
 * are matched with the headers of the tree: of several that fit, the one nearest to the directory is meant. Conditions
 * around an #include are not looked at.
 */
#include "analyzer/guess.h"

#include "analyzer/include_lines.h"
#include "analyzer/source_file.h"
#include "analyzer/walk.h"
#include "base/path.h"
#include "base/text.h"

#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Bytes of a file in which #include lines are looked for: what is larger was generated, and includes at its top. */
enum { LOOKED_AT = 1 << 20 };

struct header {
    const char *path;
    const char *name; /* its last component, in `path` */
};

struct guesser {
    struct unit_builder *builder;
    struct tree_files files;
    struct header *headers;               /* sorted by name, then path */
    struct names include_names;           /* "path of the file" → its include lines */
    ARRAY(struct include_lines) includes; /* by name_id of include_names */
    struct words system;                  /* directories of system headers */
};

/* What one directory's units include. */
struct search {
    struct guesser *guesser;
    const char *directory;
    struct names seen;    /* files that were followed */
    struct words pending; /* files to follow */
    struct words found;   /* include directories, in the order in which they were needed */
};

static int by_name_then_path(const void *a, const void *b)
{
    const struct header *left = a, *right = b;
    int order = strcmp(left->name, right->name);
    return order ? order : strcmp(left->path, right->path);
}

static void index_headers(struct guesser *guesser)
{
    uint32_t count = guesser->files.headers.count;
    guesser->headers = must_malloc((count + 1) * sizeof *guesser->headers);
    for (uint32_t i = 0; i < count; i++) {
        const char *path = guesser->files.headers.items[i];
        guesser->headers[i] = (struct header){path, path_base(path)};
    }
    qsort(guesser->headers, count, sizeof *guesser->headers, by_name_then_path);
}

/* The first of the headers with this name. */
static uint32_t first_header(const struct guesser *guesser, const char *name)
{
    uint32_t low = 0, high = guesser->files.headers.count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (strcmp(guesser->headers[middle].name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static size_t common_length(const char *a, const char *b)
{
    size_t same = 0;
    while (a[same] && a[same] == b[same])
        same++;
    return same;
}

/* The tree's header that `spelling` ("foo/bar.h") means to the units of a directory, or NULL. */
static const char *nearest_header(const struct guesser *guesser, const char *directory, const char *spelling)
{
    const char *best = NULL;
    const char *name = path_base(spelling);
    struct text ending = {0};
    text_add_char(&ending, '/');
    text_add(&ending, spelling);
    for (uint32_t i = first_header(guesser, name); i < guesser->files.headers.count; i++) {
        const char *path = guesser->headers[i].path;
        if (strcmp(guesser->headers[i].name, name) != 0)
            break;
        if (!string_ends_with(path, ending.string))
            continue;
        size_t near = common_length(path, directory);
        size_t best_near = best ? common_length(best, directory) : 0;
        if (!best || near > best_near || (near == best_near && strlen(path) < strlen(best)))
            best = path;
    }
    text_free(&ending);
    return best;
}

/* Where system headers are, with those of the machine (/usr/include/x86_64-linux-gnu) and of the compilers. */
static void find_system_directories(struct guesser *guesser)
{
    static const char *const patterns[] = {
        "/usr/include",
        "/usr/local/include",
        "/usr/include/*-linux-*",
        "/usr/lib/gcc/*/*/include",
        "/usr/lib/llvm-*/lib/clang/*/include",
    };
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        glob_t found = {0};
        if (glob(patterns[i], 0, NULL, &found) == 0)
            for (size_t k = 0; k < found.gl_pathc; k++)
                words_add(&guesser->system, arena_strdup(guesser->builder->arena, found.gl_pathv[k]));
        globfree(&found);
    }
}

static bool is_system_header(struct guesser *guesser, const char *spelling)
{
    for (uint32_t i = 0; i < guesser->system.list.count; i++)
        if (path_cache_real(&guesser->builder->cache, guesser->system.list.items[i], spelling))
            return true;
    return false;
}

static const struct include_lines *includes_of(struct guesser *guesser, const char *path)
{
    name_id id = names_add(&guesser->include_names, path);
    while (guesser->includes.count <= id)
        array_push(&guesser->includes, (struct include_lines){0});
    struct include_lines *lines = &guesser->includes.items[id];
    if (!lines->was_read)
        include_lines_read(lines, guesser->builder->arena, path, LOOKED_AT);
    return lines;
}

static void follow_later(struct search *search, const char *path)
{
    if (names_find(&search->seen, path))
        return;
    names_add(&search->seen, path);
    words_add(&search->pending, path);
}

static void add_directory(struct search *search, const char *directory)
{
    for (uint32_t i = 0; i < search->found.list.count; i++)
        if (strcmp(search->found.list.items[i], directory) == 0)
            return;
    words_add(&search->found, directory);
}

/* Finds the header that an #include line in `file` means, and the directory that it needs. */
static void follow_include(struct search *search, const char *file, const struct include_line *line)
{
    struct guesser *guesser = search->guesser;
    struct arena *arena = guesser->builder->arena;
    const char *beside = path_join(arena, path_directory(arena, file), line->spelling);
    if (line->quoted && path_cache_real(&guesser->builder->cache, "/", beside)) {
        follow_later(search, beside);
        return;
    }
    if (!line->quoted && is_system_header(guesser, line->spelling))
        return;
    const char *header = nearest_header(guesser, search->directory, line->spelling);
    if (!header)
        return;
    size_t length = strlen(header) - strlen(line->spelling);
    add_directory(search, arena_strndup(arena, header, length > 1 ? length - 1 : length));
    follow_later(search, header);
}

static void follow_all(struct search *search)
{
    for (uint32_t i = 0; i < search->pending.list.count; i++) {
        const char *file = search->pending.list.items[i];
        const struct include_lines *lines = includes_of(search->guesser, file);
        for (uint32_t k = 0; k < lines->count; k++)
            follow_include(search, file, &lines->lines[k]);
    }
}

/* The flags of a directory's units. */
static void guess_flags(struct search *search, struct words *words)
{
    struct arena *arena = search->guesser->builder->arena;
    words_add(words, "-std=gnu17");
    words_add(words, "-D_GNU_SOURCE");
    for (uint32_t i = 0; i < search->found.list.count; i++)
        words_add(words, arena_printf(arena, "-I%s", search->found.list.items[i]));
    const char *config = nearest_header(search->guesser, search->directory, "config.h");
    if (config) {
        words_add(words, "-DHAVE_CONFIG_H");
        words_add(words, arena_printf(arena, "-I%s", path_directory(arena, config)));
    }
}

/* Adds the units `files`, which lie in one directory. */
static void add_units_of_directory(struct guesser *guesser, const char *const *files, uint32_t count, bool is_named,
                                   const struct clangd_config *config)
{
    struct search search = {.guesser = guesser, .directory = path_directory(guesser->builder->arena, files[0])};
    names_init(&search.seen);
    for (uint32_t i = 0; i < count; i++)
        follow_later(&search, files[i]);
    follow_all(&search);
    struct words words = {0};
    guess_flags(&search, &words);
    for (uint32_t i = 0; i < count; i++) {
        struct unit_entry entry = {
            .file = files[i],
            .directory = search.directory,
            .words = words.list.items,
            .word_count = words.list.count,
            .config = config,
            .is_named = is_named,
        };
        unit_builder_add(guesser->builder, &entry);
    }
    array_free(&words.list);
    array_free(&search.pending.list);
    array_free(&search.found.list);
    names_free(&search.seen);
}

static size_t directory_length(const char *path)
{
    return (size_t)(path_base(path) - path);
}

/* Whether two files lie in the same directory. */
static bool are_siblings(const char *a, const char *b)
{
    size_t length = directory_length(a);
    return length == directory_length(b) && memcmp(a, b, length) == 0;
}

static int by_directory_then_name(const void *a, const void *b)
{
    const char *left = *(const char *const *)a, *right = *(const char *const *)b;
    size_t left_length = directory_length(left), right_length = directory_length(right);
    int order = memcmp(left, right, left_length < right_length ? left_length : right_length);
    if (!order && left_length != right_length)
        return left_length < right_length ? -1 : 1;
    return order ? order : strcmp(left, right);
}

static void add_sources(struct guesser *guesser, const struct clangd_config *config)
{
    uint32_t count = guesser->files.sources.count;
    const char **sources = guesser->files.sources.items;
    if (count)
        qsort(sources, count, sizeof *sources, by_directory_then_name);
    for (uint32_t i = 0, end; i < count; i = end) {
        for (end = i + 1; end < count && are_siblings(sources[i], sources[end]); end++)
            continue;
        add_units_of_directory(guesser, sources + i, end - i, false, config);
    }
}

/* The tree that a single file belongs to: up to the repository's top, where there is one. */
static const char *tree_of_file(struct arena *arena, const char *path)
{
    const char *directory = path_directory(arena, path);
    for (const char *at = directory; strcmp(at, "/") != 0; at = path_directory(arena, at))
        if (access(path_join(arena, at, ".git"), F_OK) == 0)
            return at;
    return directory;
}

static void note_guess(struct guesser *guesser)
{
    struct problems *problems = guesser->builder->problems;
    problems_add(problems, SEVERITY_NOTE, (struct place){0}, "record one with `concadvise build -- COMMAND`",
                 "no compile database: flags are guessed, so code under #if may be missed or wrong and confidence is "
                 "lower");
    if (guesser->files.database)
        problems_add(problems, SEVERITY_NOTE, (struct place){.file = guesser->files.database}, "use it with -p",
                     "there is a compile database further down");
    if (guesser->files.outside_links)
        problems_add(problems, SEVERITY_NOTE, (struct place){0}, NULL,
                     "links to directories outside the tree, not followed: %u", guesser->files.outside_links);
}

bool guess_units(struct unit_builder *builder, const char *path, bool is_directory, const struct clangd_config *config)
{
    struct guesser guesser = {.builder = builder};
    uint32_t before = builder->units.count;
    names_init(&guesser.include_names);
    tree_files_collect(&guesser.files, builder->arena, is_directory ? path : tree_of_file(builder->arena, path),
                       builder->problems);
    index_headers(&guesser);
    find_system_directories(&guesser);
    if (is_directory)
        add_sources(&guesser, config);
    else
        add_units_of_directory(&guesser, &path, 1, true, config);
    bool added = builder->units.count > before;
    if (added)
        note_guess(&guesser);
    tree_files_free(&guesser.files);
    free(guesser.headers);
    names_free(&guesser.include_names);
    array_free(&guesser.includes);
    array_free(&guesser.system.list);
    return added;
}
