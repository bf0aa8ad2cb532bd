/* Reads and writes what a function does besides costing time: "opens network", "calls compar during times nmemb log".
 */
#include "base/text.h"
#include "knowledge/internal.h"

#include <stdlib.h>
#include <string.h>

enum effect_syntax { TAKES_NOTHING, TAKES_ARGUMENT, TAKES_DESCRIPTORS, TAKES_SOURCE, TAKES_CALLBACK, TAKES_ENTRY };

struct effect_word {
    const char *name;
    enum effect_kind kind;
    enum effect_syntax syntax;
};

static const struct effect_word effect_words[] = {
    {"opens", EFFECT_OPENS, TAKES_DESCRIPTORS},
    {"sets-nonblocking", EFFECT_SETS_NONBLOCKING, TAKES_ARGUMENT},
    {"sets-blocking", EFFECT_SETS_BLOCKING, TAKES_ARGUMENT},
    {"closes", EFFECT_CLOSES, TAKES_ARGUMENT},
    {"same-fd", EFFECT_SAME_FD, TAKES_ARGUMENT},
    {"returns", EFFECT_RETURNS_ARGUMENT, TAKES_ARGUMENT},
    {"copies", EFFECT_COPIES, TAKES_SOURCE},
    {"acquires", EFFECT_ACQUIRES, TAKES_ARGUMENT},
    {"releases", EFFECT_RELEASES, TAKES_ARGUMENT},
    {"try-acquires", EFFECT_TRY_ACQUIRES, TAKES_ARGUMENT},
    {"gil-releases", EFFECT_GIL_RELEASES, TAKES_NOTHING},
    {"gil-acquires", EFFECT_GIL_ACQUIRES, TAKES_NOTHING},
    {"calls", EFFECT_CALLBACK, TAKES_CALLBACK},
    {"spawns-thread", EFFECT_SPAWNS_THREAD, TAKES_ENTRY},
    {"spawns-process", EFFECT_SPAWNS_PROCESS, TAKES_NOTHING},
    {"forks", EFFECT_FORKS, TAKES_NOTHING},
    {"returns-twice", EFFECT_RETURNS_TWICE, TAKES_NOTHING},
    {"noreturn", EFFECT_NORETURN, TAKES_NOTHING},
    {"allocates", EFFECT_ALLOCATES, TAKES_NOTHING},
    {"frees", EFFECT_FREES, TAKES_ARGUMENT},
    {"writes", EFFECT_WRITES, TAKES_ARGUMENT},
    {"multiplexes", EFFECT_MULTIPLEXES, TAKES_NOTHING},
    {"waits-for-work", EFFECT_WAITS_FOR_WORK, TAKES_NOTHING},
    {"compares", EFFECT_COMPARES, TAKES_NOTHING},
    {"error-number", EFFECT_ERROR_NUMBER, TAKES_NOTHING},
};
#define EFFECT_WORD_COUNT (sizeof effect_words / sizeof *effect_words)

static const char *const callback_times[] = {"during", "event-loop", "thread", "exit", "signal", "fork", "later", NULL};

static const struct effect_word *read_effect_word(struct phrase *phrase)
{
    const char *names[EFFECT_WORD_COUNT + 1];
    for (size_t i = 0; i < EFFECT_WORD_COUNT; i++)
        names[i] = effect_words[i].name;
    names[EFFECT_WORD_COUNT] = NULL;
    int word = phrase_choice(phrase, "an effect", names);
    return word < 0 ? NULL : &effect_words[word];
}

/* "with ARGUMENT at POSITION": what the callback gets. */
static bool read_callback_data(struct phrase *phrase, struct effect *effect)
{
    if (!phrase_accept(phrase, "with"))
        return true;
    if (!phrase_argument(phrase, &effect->data_argument))
        return false;
    if (!phrase_accept(phrase, "at"))
        return true;
    if (!phrase_next(phrase) || strspn(phrase->word, "0123456789") != strlen(phrase->word))
        return phrase_wrong(phrase, NULL, "the position of a parameter is a number from 0");
    effect->data_position = atoi(phrase->word);
    return true;
}

/* "compar during times nmemb log", "act field sa_handler signal", "cb event-loop with arg at 2" */
static bool read_callback(struct phrase *phrase, struct effect *effect)
{
    if (!phrase_argument(phrase, &effect->argument))
        return false;
    if (phrase_accept(phrase, "field")) {
        if (!phrase_next(phrase))
            return phrase_wrong(phrase, NULL, "the name of a member is missing");
        effect->field = arena_strdup(&phrase->parse->knowledge->arena, phrase->word);
    }
    int when = phrase_choice(phrase, "when it is called", callback_times);
    if (when < 0)
        return false;
    effect->when = (enum callback_when)when;
    if (phrase_accept(phrase, "times")) {
        effect->log_times = phrase_accept(phrase, "log");
        if (!parse_size(phrase, &effect->times))
            return false;
        effect->times_log = !effect->log_times && phrase_accept(phrase, "log");
    }
    return read_callback_data(phrase, effect);
}

static bool read_objects(struct phrase *phrase, enum effect_syntax syntax, struct effect *effect)
{
    switch (syntax) {
    case TAKES_NOTHING:
        return true;
    case TAKES_ARGUMENT:
        return phrase_argument(phrase, &effect->argument);
    case TAKES_DESCRIPTORS:
        return parse_descriptors(phrase, &effect->fds) &&
               (!phrase_accept(phrase, "in") || phrase_argument(phrase, &effect->argument));
    case TAKES_SOURCE:
        if (!phrase_argument(phrase, &effect->from_argument))
            return false;
        if (!phrase_accept(phrase, "to"))
            return phrase_wrong(phrase, NULL, "write `copies SOURCE to TARGET`");
        return phrase_argument(phrase, &effect->argument);
    case TAKES_CALLBACK:
        return read_callback(phrase, effect);
    case TAKES_ENTRY:
        effect->when = CALLBACK_THREAD;
        return phrase_argument(phrase, &effect->argument) && read_callback_data(phrase, effect);
    }
    return false;
}

static bool parse_effect(struct parse *parse, const struct scope *scope, const struct yaml_node *node,
                         struct effect *effect)
{
    struct phrase phrase;
    if (!phrase_begin(&phrase, parse, scope, node, "an effect"))
        return false;
    const struct effect_word *word = read_effect_word(&phrase);
    if (!word)
        return false;
    *effect = (struct effect){
        .kind = word->kind, .argument = -1, .data_argument = -1, .from_argument = -1, .times = {-1, -1, false}};
    if (!read_objects(&phrase, word->syntax, effect))
        return false;
    if (phrase_accept(&phrase, "if") && !parse_conditions(&phrase, &effect->predicates, &effect->predicate_count))
        return false;
    return phrase_finish(&phrase);
}

/* The `opens` before this one that is about the same descriptor, or NULL. */
static const struct effect *last_alternative(const struct effect *effects, size_t index)
{
    if (effects[index].kind != EFFECT_OPENS)
        return NULL;
    for (size_t i = index; i-- > 0;)
        if (effects[i].kind == EFFECT_OPENS && effects[i].argument == effects[index].argument)
            return &effects[i];
    return NULL;
}

bool parse_effect_list(struct parse *parse, const struct scope *scope, const struct yaml_node *list,
                       const struct effect **effects, unsigned *count)
{
    if (list->kind != YAML_LIST) {
        yaml_problem(parse->tree, list, parse->problems, "write `effects: [EFFECT, …]`", "effects are a list");
        return false;
    }
    struct effect *read = ARENA_ARRAY(&parse->knowledge->arena, struct effect, list->count);
    for (size_t i = 0; i < list->count; i++) {
        if (!parse_effect(parse, scope, list->items[i], &read[i]))
            return false;
        read[i].instead_of = last_alternative(read, i);
    }
    *effects = read;
    *count = (unsigned)list->count;
    return true;
}

/* ---- writing ---- */

static void write_descriptors(struct text *text, fd_bits fds)
{
    const char *separator = " ";
    for (int kind = 0; kind < FD_KIND_COUNT; kind++) {
        if (!(fds & (FD_BIT(kind, false) | FD_BIT(kind, true))))
            continue;
        text_printf(text, "%s%s", separator, fd_kind_names[kind]);
        separator = "|";
    }
    if (!(fds & FD_NONBLOCKING_BITS))
        text_add(text, " blocking");
    else if (!(fds & FD_BLOCKING_BITS))
        text_add(text, " non-blocking");
}

static void write_data(struct text *text, const struct api *api, const struct effect *effect)
{
    if (effect->data_argument < 0)
        return;
    text_printf(text, " with %s", api->arguments[effect->data_argument]);
    if (effect->data_position > 0)
        text_printf(text, " at %d", effect->data_position);
}

static void write_callback(struct text *text, const struct api *api, const struct effect *effect)
{
    text_printf(text, " %s", api->arguments[effect->argument]);
    if (effect->field)
        text_printf(text, " field %s", effect->field);
    text_printf(text, " %s", callback_times[effect->when]);
    if (effect->times.argument == SIZE_UNKNOWN || effect->times.argument >= 0)
        text_printf(text, " times %s%s%s", effect->log_times ? "log " : "",
                    effect->times.argument < 0 ? "unknown" : api->arguments[effect->times.argument],
                    effect->times_log ? " log" : "");
    write_data(text, api, effect);
}

void effect_write(struct text *text, const struct api *api, const struct effect *effect)
{
    const struct effect_word *word = effect_words;
    while (word->kind != effect->kind)
        word++;
    text_add(text, word->name);
    switch (word->syntax) {
    case TAKES_NOTHING:
        break;
    case TAKES_ARGUMENT:
        text_printf(text, " %s", api->arguments[effect->argument]);
        break;
    case TAKES_DESCRIPTORS:
        write_descriptors(text, effect->fds);
        if (effect->argument >= 0)
            text_printf(text, " in %s", api->arguments[effect->argument]);
        break;
    case TAKES_SOURCE:
        text_printf(text, " %s to %s", api->arguments[effect->from_argument], api->arguments[effect->argument]);
        break;
    case TAKES_CALLBACK:
        write_callback(text, api, effect);
        break;
    case TAKES_ENTRY:
        text_printf(text, " %s", api->arguments[effect->argument]);
        write_data(text, api, effect);
        break;
    }
}
