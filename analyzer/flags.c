/* Keeping what matters of a compiler command; splitting shell words; hashing the configuration. */
#include "analyzer/flags.h"

#include "base/path.h"
#include "base/text.h"

#include <errno.h>
#include <fnmatch.h>
#include <string.h>
#include <sys/utsname.h>
#include <xxhash.h>

enum { RESPONSE_FILE_DEPTH = 8, RESPONSE_FILE_LIMIT = 16 << 20 };

enum flag_form { ALONE, PREFIX, VALUE, NEXT };
enum flag_effect { KEEP, DROP, PATH, FILE_VALUE, LANGUAGE, PREPROCESSOR, MACHINE };

struct known_flag {
    const char *spelling;
    size_t length;
    enum flag_form form;
    enum flag_effect effect;
};

static const struct known_flag known_flags[] = {
#define FLAG(spelling, form, effect) {spelling, sizeof spelling - 1, form, effect},
#include "analyzer/flags.def"
};

struct flag_reader {
    struct path_cache *cache;
    const struct command *command;
    struct words *flags;
    struct place place;
    struct problems *problems;
    enum language language;
    bool other_machine; /* a cross compiler: its -m flags mean nothing here */
    unsigned depth;     /* of response files */
};

void words_add(struct words *words, const char *word)
{
    array_push(&words->list, word);
}

/* The end of a shell word that starts at `c`; adds its text. */
static const char *read_shell_word(const char *c, struct text *word)
{
    char quote = '\0';
    for (; *c && (quote || !strchr(" \t\r\n", *c)); c++) {
        if (quote ? *c == quote : (*c == '"' || *c == '\''))
            quote = quote ? '\0' : *c;
        else if (*c == '\\' && quote != '\'' && c[1] && (!quote || strchr("\"\\$`", c[1])))
            text_add_char(word, *++c);
        else
            text_add_char(word, *c);
    }
    return c;
}

void shell_split(struct arena *arena, const char *command, struct words *words)
{
    struct text word = {0};
    const char *c = command;
    for (;;) {
        c += strspn(c, " \t\r\n");
        if (!*c)
            break;
        text_clear(&word);
        c = read_shell_word(c, &word);
        words_add(words, arena_strdup(arena, text_string(&word)));
    }
    text_free(&word);
}

void path_cache_init(struct path_cache *cache, struct arena *arena)
{
    *cache = (struct path_cache){.arena = arena};
    names_init(&cache->asked);
}

void path_cache_free(struct path_cache *cache)
{
    names_free(&cache->asked);
    array_free(&cache->answers);
}

const char *path_cache_real(struct path_cache *cache, const char *directory, const char *path)
{
    struct text full = {0};
    if (path[0] != '/') {
        text_add(&full, directory);
        text_add_char(&full, '/');
    }
    text_add(&full, path);
    name_id id = names_add(&cache->asked, text_string(&full));
    while (cache->answers.count <= id) {
        const char *asked = names_string(&cache->asked, cache->answers.count);
        const char *answer = *asked ? path_real(cache->arena, asked) : NULL;
        array_push(&cache->answers, answer);
    }
    text_free(&full);
    return cache->answers.items[id];
}

/* The row that describes a word, or NULL. */
static const struct known_flag *find_flag(const char *word)
{
    for (size_t i = 0; i < sizeof known_flags / sizeof *known_flags; i++) {
        const struct known_flag *flag = &known_flags[i];
        if (flag->spelling[1] != word[1] || strncmp(word, flag->spelling, flag->length) != 0)
            continue;
        char after = word[flag->length];
        if (flag->form == PREFIX || flag->form == VALUE || !after || (flag->form == NEXT && after == '='))
            return flag;
    }
    return NULL;
}

static void read_words(struct flag_reader *reader, const char *const *words, unsigned count);

/* A compiler's name says which language it takes and for which machine it compiles: "arm-none-eabi-gcc", "g++-12". */
static void read_compiler_name(struct flag_reader *reader, const char *word)
{
    const char *name = path_base(word);
    const char *compiler = strstr(name, "gcc");
    if (!compiler)
        compiler = strstr(name, "clang");
    if (strstr(name, "++"))
        reader->language = LANGUAGE_OTHER;
    struct utsname machine;
    if (compiler && compiler > name && compiler[-1] == '-' && uname(&machine) == 0)
        reader->other_machine = !string_starts_with(name, machine.machine);
}

static void read_response_file(struct flag_reader *reader, const char *path)
{
    const char *real = path_cache_real(reader->cache, reader->command->directory, path);
    size_t length;
    char *content = real ? file_read(real, RESPONSE_FILE_LIMIT, &length) : NULL;
    if (!content) {
        problems_add(reader->problems, SEVERITY_WARNING, reader->place, NULL, "cannot read the response file %s: %s",
                     path, real ? strerror(errno) : strerror(ENOENT));
        return;
    }
    if (reader->depth < RESPONSE_FILE_DEPTH) {
        struct words words = {0};
        shell_split(reader->cache->arena, content, &words);
        reader->depth++;
        read_words(reader, words.list.items, words.list.count);
        reader->depth--;
        array_free(&words.list);
    }
    free(content);
}

/* "-Wp,-DA,-Iinc": the preprocessor's own flags, with commas for spaces. */
static void read_preprocessor_flags(struct flag_reader *reader, const char *value)
{
    struct words words = {0};
    while (*value) {
        size_t length = strcspn(value, ",");
        words_add(&words, arena_strndup(reader->cache->arena, value, length));
        value += length + (value[length] == ',');
    }
    read_words(reader, words.list.items, words.list.count);
    array_free(&words.list);
}

static void keep_with_value(struct flag_reader *reader, const struct known_flag *flag, const char *value)
{
    const char *equals = flag->form == NEXT ? "=" : "";
    const char *word = arena_printf(reader->cache->arena, "%s%s%s", flag->spelling, equals, value);
    words_add(reader->flags, word);
}

static void apply_flag(struct flag_reader *reader, const struct known_flag *flag, const char *word, const char *value)
{
    const char *real = NULL;
    switch (flag->effect) {
    case KEEP:
        if (flag->form == ALONE || flag->form == PREFIX)
            words_add(reader->flags, arena_strdup(reader->cache->arena, word));
        else
            keep_with_value(reader, flag, value);
        break;
    case MACHINE:
        if (!reader->other_machine)
            words_add(reader->flags, arena_strdup(reader->cache->arena, word));
        break;
    case PATH:
    case FILE_VALUE:
        if (value[0] != '=') /* else it is relative to the system root */
            real = path_cache_real(reader->cache, reader->command->directory, value);
        if (real || flag->effect == FILE_VALUE || value[0] == '=')
            keep_with_value(reader, flag, real ? real : value);
        break;
    case LANGUAGE:
        if (strcmp(value, "none") == 0)
            reader->language = LANGUAGE_BY_NAME;
        else
            reader->language = strcmp(value, "c") == 0 ? LANGUAGE_C : LANGUAGE_OTHER;
        break;
    case PREPROCESSOR:
        read_preprocessor_flags(reader, flag->form == PREFIX ? word + flag->length : value);
        break;
    case DROP:
        break;
    }
}

static void read_words(struct flag_reader *reader, const char *const *words, unsigned count)
{
    bool flags_began = reader->depth > 0;
    for (unsigned i = 0; i < count; i++) {
        const char *word = words[i];
        if (word[0] == '@' && word[1]) {
            read_response_file(reader, word + 1);
            continue;
        }
        if (word[0] != '-' || !word[1]) {
            if (!flags_began) /* "ccache gcc": wrappers, then the compiler */
                read_compiler_name(reader, word);
            continue;
        }
        flags_began = true;
        const struct known_flag *flag = find_flag(word);
        if (!flag) {
            if (reader->command->keep_unknown)
                words_add(reader->flags, arena_strdup(reader->cache->arena, word));
            continue;
        }
        const char *value = "";
        if (flag->form == VALUE || flag->form == NEXT) {
            value = word + flag->length;
            if (*value == '\0') {
                if (++i == count)
                    return; /* its value is missing: the compiler would have refused it */
                value = words[i];
            } else if (flag->form == NEXT) {
                value++;
            }
        }
        apply_flag(reader, flag, word, value);
    }
}

enum language flags_keep(struct path_cache *cache, const struct command *command, struct words *flags,
                         struct place place, struct problems *problems)
{
    struct flag_reader reader = {
        .cache = cache,
        .command = command,
        .flags = flags,
        .place = place,
        .problems = problems,
        .language = LANGUAGE_BY_NAME,
    };
    read_words(&reader, command->words, command->word_count);
    return reader.language;
}

void flags_remove(struct words *flags, const char *const *patterns, unsigned pattern_count)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < flags->list.count; i++) {
        const char *flag = flags->list.items[i];
        bool removed = false;
        for (unsigned p = 0; p < pattern_count && !removed; p++) {
            const struct known_flag *known = patterns[p][0] == '-' ? find_flag(patterns[p]) : NULL;
            bool whole_family = known && known->form == VALUE && strcmp(known->spelling, patterns[p]) == 0;
            removed = fnmatch(patterns[p], flag, 0) == 0 || (whole_family && string_starts_with(flag, patterns[p]));
        }
        if (!removed)
            flags->list.items[kept++] = flag;
    }
    flags->list.count = kept;
}

/* Adds a flag with every mention of the root's path taken out. */
static void add_without_root(struct text *text, const char *root, const char *flag)
{
    size_t length = strlen(root);
    const char *at;
    while (length > 1 && (at = strstr(flag, root))) {
        text_add_length(text, flag, (size_t)(at - flag));
        flag = at + length;
        text_add(text, *flag == '/' || *flag == '\0' || *flag == '"' ? "\1" : root);
    }
    text_add(text, flag);
    text_add_char(text, '\n');
}

const char *flags_key(struct arena *arena, const char *root, const char *const *flags, unsigned flag_count)
{
    struct text text = {0};
    for (unsigned i = 0; i < flag_count; i++)
        add_without_root(&text, root, flags[i]);
    const char *key = arena_printf(arena, "%016llx", (unsigned long long)XXH3_64bits(text_string(&text), text.length));
    text_free(&text);
    return key;
}
