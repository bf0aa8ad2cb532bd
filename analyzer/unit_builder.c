/* Making translation units of files and commands. */
#include "analyzer/unit_builder.h"

#include "analyzer/source_file.h"
#include "base/path.h"
#include "base/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void unit_builder_init(struct unit_builder *builder, struct arena *arena, const char *root,
                       const struct analyzer_options *options, struct problems *problems)
{
    *builder = (struct unit_builder){.arena = arena, .root = root, .options = options, .problems = problems};
    path_cache_init(&builder->cache, arena);
    names_init(&builder->flag_set_names);
}

void unit_builder_free(struct unit_builder *builder)
{
    path_cache_free(&builder->cache);
    names_free(&builder->flag_set_names);
    array_free(&builder->flag_sets);
    array_free(&builder->units);
}

/* The set that these flags are, made if it is new. */
static const struct flag_set *share_flags(struct unit_builder *builder, const struct words *flags)
{
    struct text lines = {0};
    for (uint32_t i = 0; i < flags->list.count; i++) {
        text_add(&lines, flags->list.items[i]);
        text_add_char(&lines, '\n');
    }
    name_id id = names_add(&builder->flag_set_names, text_string(&lines));
    text_free(&lines);
    while (builder->flag_sets.count <= id)
        array_push(&builder->flag_sets, (struct flag_set){0});
    struct flag_set *set = &builder->flag_sets.items[id];
    if (!set->key) {
        set->count = flags->list.count;
        set->flags = arena_copy(builder->arena, flags->list.items, set->count * sizeof *set->flags);
        set->key = flags_key(builder->arena, builder->root, set->flags, set->count);
    }
    return set;
}

/* Appends flags that the user wrote for us. */
static void keep_own_flags(struct unit_builder *builder, const struct unit_entry *entry, const char *const *words,
                           unsigned count, struct words *flags)
{
    struct command command = {.directory = entry->directory, .words = words, .word_count = count, .keep_unknown = true};
    flags_keep(&builder->cache, &command, flags, entry->place, builder->problems);
}

/* A file behind a link is analysed under its own name, but its compiler looks for "x.h" beside the link. */
static void add_directory_of_link(struct unit_builder *builder, const char *file, const char *real, struct words *flags)
{
    const char *seen_in = path_cache_real(&builder->cache, "/", path_directory(builder->arena, file));
    if (seen_in && strcmp(seen_in, path_directory(builder->arena, real)) != 0)
        words_add(flags, arena_printf(builder->arena, "-iquote%s", seen_in));
}

/* Collects the flags of an entry; false if the file is not C. */
static bool collect_flags(struct unit_builder *builder, const struct unit_entry *entry, struct words *flags)
{
    struct command command = {
        .directory = entry->directory,
        .words = entry->words,
        .word_count = entry->word_count,
        .keep_unknown = entry->keep_unknown,
    };
    enum language language = flags_keep(&builder->cache, &command, flags, entry->place, builder->problems);
    bool named_like_c = source_file_is_c(entry->file) || (entry->is_named && source_file_is_header(entry->file));
    if (language == LANGUAGE_OTHER || (language == LANGUAGE_BY_NAME && !named_like_c))
        return false;
    if (entry->config) {
        const struct words *removed = &entry->config->remove, *added = &entry->config->add;
        flags_remove(flags, removed->list.items, removed->list.count);
        keep_own_flags(builder, entry, added->list.items, added->list.count, flags);
    }
    keep_own_flags(builder, entry, builder->options->extra_flags, builder->options->extra_flag_count, flags);
    return true;
}

static void report_gone(struct unit_builder *builder, const struct unit_entry *entry)
{
    if (limited_next(&builder->gone))
        problems_add(builder->problems, SEVERITY_WARNING,
                     (struct place){.file = path_relative(builder->root, entry->file)}, NULL,
                     "the file is gone, though %s names it",
                     entry->place.file ? path_base(entry->place.file) : "the command");
}

/* Whether the file can be read as C; if not, says why. */
static bool accept_file(struct unit_builder *builder, const char *real)
{
    static const char *const reasons[] = {
        [SOURCE_IRREGULAR] = "it is not a regular file",
        [SOURCE_TOO_LARGE] = "it is larger than 64 MiB",
        [SOURCE_BINARY] = "it holds binary data, not C source",
    };
    struct place place = {.file = path_relative(builder->root, real)};
    enum source_state state = source_file_state(real);
    if (state == SOURCE_UNREADABLE) {
        builder->unreadable++;
        problems_add(builder->problems, SEVERITY_ERROR, place, NULL, "not analysed: %s", strerror(errno));
    } else if (state != SOURCE_GOOD && limited_next(&builder->refused)) {
        problems_add(builder->problems, SEVERITY_WARNING, place, NULL, "skipped: %s", reasons[state]);
    }
    return state == SOURCE_GOOD;
}

void unit_builder_add(struct unit_builder *builder, const struct unit_entry *entry)
{
    struct words flags = {0};
    if (!collect_flags(builder, entry, &flags)) {
        builder->other_language++;
        array_free(&flags.list);
        return;
    }
    const char *real = path_cache_real(&builder->cache, entry->directory, entry->file);
    if (!real) {
        report_gone(builder, entry);
    } else if (accept_file(builder, real)) {
        add_directory_of_link(builder, entry->file, real, &flags);
        const struct flag_set *set = share_flags(builder, &flags);
        struct translation_unit unit = {
            .path = real,
            .name = path_relative(builder->root, real),
            .directory = arena_strdup(builder->arena, entry->directory),
            .flags = set->flags,
            .flag_count = set->count,
            .flags_key = set->key,
        };
        array_push(&builder->units, unit);
    }
    array_free(&flags.list);
}

static int by_name_and_key(const void *a, const void *b)
{
    const struct translation_unit *left = a, *right = b;
    int order = strcmp(left->name, right->name);
    return order ? order : strcmp(left->flags_key, right->flags_key);
}

static void report_counted(struct unit_builder *builder)
{
    if (limited_rest(&builder->gone))
        problems_add(builder->problems, SEVERITY_WARNING, (struct place){0},
                     "build again to record a new compile database", "more files that are gone: %u",
                     limited_rest(&builder->gone));
    if (limited_rest(&builder->refused))
        problems_add(builder->problems, SEVERITY_WARNING, (struct place){0}, NULL,
                     "more files skipped for such reasons: %u", limited_rest(&builder->refused));
    if (builder->other_language)
        problems_add(builder->problems, SEVERITY_NOTE, (struct place){0}, NULL,
                     "files skipped because they are not C: %u", builder->other_language);
}

void unit_builder_finish(struct unit_builder *builder, struct unit_list *list)
{
    report_counted(builder);
    uint32_t count = builder->units.count, kept = 0;
    struct translation_unit *units = ARENA_ARRAY(builder->arena, struct translation_unit, count);
    if (count) {
        qsort(builder->units.items, count, sizeof *units, by_name_and_key);
        for (uint32_t i = 0; i < count; i++)
            if (!kept || by_name_and_key(&units[kept - 1], &builder->units.items[i]) != 0)
                units[kept++] = builder->units.items[i];
    }
    list->units = units;
    list->count = kept;
    list->unreadable = builder->unreadable;
}
