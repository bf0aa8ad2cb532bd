/* What the knowledge base says of a function, in words. */
#include "cli/api_words.h"

#include <inttypes.h>

static const char *const quantity_names[] = {
#define QUANTITY(id, name, unit, text) name,
#include "knowledge/quantities.def"
};

/* Each effect: its word, and how it reads before the name of its argument. */
static const struct {
    const char *word;
    const char *phrase;
} effects[] = {
    [EFFECT_OPENS] = {"opens", "opens a descriptor in"},
    [EFFECT_SETS_NONBLOCKING] = {"sets-nonblocking", "makes non-blocking"},
    [EFFECT_SETS_BLOCKING] = {"sets-blocking", "makes blocking"},
    [EFFECT_CLOSES] = {"closes", "closes"},
    [EFFECT_SAME_FD] = {"same-descriptor", "gives the same descriptor as"},
    [EFFECT_RETURNS_ARGUMENT] = {"returns-argument", "returns"},
    [EFFECT_COPIES] = {"copies", "copies to"},
    [EFFECT_ACQUIRES] = {"acquires", "acquires"},
    [EFFECT_RELEASES] = {"releases", "releases"},
    [EFFECT_TRY_ACQUIRES] = {"try-acquires", "acquires, if it is free,"},
    [EFFECT_GIL_RELEASES] = {"gil-releases", "releases the GIL"},
    [EFFECT_GIL_ACQUIRES] = {"gil-acquires", "acquires the GIL"},
    [EFFECT_CALLBACK] = {"calls-back", "calls"},
    [EFFECT_SPAWNS_THREAD] = {"spawns-thread", "starts a thread with"},
    [EFFECT_SPAWNS_PROCESS] = {"spawns-process", "starts a process"},
    [EFFECT_FORKS] = {"forks", "forks"},
    [EFFECT_RETURNS_TWICE] = {"returns-twice", "returns 0 in the child"},
    [EFFECT_NORETURN] = {"noreturn", "does not return"},
    [EFFECT_ALLOCATES] = {"allocates", "allocates memory"},
    [EFFECT_FREES] = {"frees", "frees"},
    [EFFECT_WRITES] = {"writes", "writes to"},
    [EFFECT_MULTIPLEXES] = {"multiplexes", "waits for many descriptors at once"},
    [EFFECT_WAITS_FOR_WORK] = {"waits-for-work", "waits for work to arrive"},
    [EFFECT_COMPARES] = {"compares", "compares: 0 means equal"},
    [EFFECT_ERROR_NUMBER] = {"error-number", "points to the number of the last error"},
};

const char *api_effect_word(enum effect_kind kind)
{
    return effects[kind].word;
}

const char *api_thread_safety_word(enum thread_safety safety)
{
    static const char *const words[] = {[THREAD_SAFETY_UNKNOWN] = "unknown",
                                        [THREAD_SAFE] = "safe",
                                        [THREAD_SAFE_IF] = "conditional",
                                        [THREAD_UNSAFE] = "unsafe"};
    return words[safety];
}

/* An argument's name; those that the entry does not name are numbered. */
static void add_argument(struct text *text, const struct api *api, int argument)
{
    if (argument < 0)
        text_add(text, "its result");
    else if ((unsigned)argument < api->argument_count)
        text_add(text, api->arguments[argument]);
    else
        text_printf(text, "argument %d", argument + 1);
}

/* "network or disk, non-blocking" */
static void add_descriptors(struct text *text, fd_bits fds)
{
    const fd_bits every = FD_BLOCKING_BITS | FD_NONBLOCKING_BITS;
    unsigned added = 0;
    bool blocking = fds & FD_BLOCKING_BITS, nonblocking = fds & FD_NONBLOCKING_BITS;
    if (((fds | fds << 1 | fds >> 1) & every) == every)
        text_printf(text, "%s", added++ ? "" : "any kind");
    for (unsigned kind = 0; kind < FD_KIND_COUNT && !added; kind++)
        if (fds & (FD_BIT(kind, false) | FD_BIT(kind, true)))
            text_printf(text, "%s%s", added++ ? " or " : "", fd_kind_name((enum fd_kind)kind));
    if (blocking != nonblocking)
        text_add(text, blocking ? ", blocking" : ", non-blocking");
}

void api_add_conditions(struct text *text, const struct api *api, const struct predicate *predicates, unsigned count)
{
    static const char *const words[] = {
        [PREDICATE_IS] = "is",       [PREDICATE_IS_NOT] = "is not",          [PREDICATE_HAS] = "has",
        [PREDICATE_LACKS] = "lacks", [PREDICATE_BELOW] = "is below",         [PREDICATE_ABOVE] = "is above",
        [PREDICATE_FD] = "is",       [PREDICATE_STARTS_WITH] = "starts with"};
    for (unsigned i = 0; i < count; i++) {
        const struct predicate *predicate = &predicates[i];
        text_add(text, i ? " and " : "");
        add_argument(text, api, (int)predicate->argument);
        text_printf(text, " %s ", words[predicate->kind]);
        if (predicate->kind == PREDICATE_FD)
            add_descriptors(text, predicate->fds);
        else if (predicate->kind == PREDICATE_STARTS_WITH)
            text_printf(text, "\"%s\"", predicate->string);
        else
            text_printf(text, "%" PRId64, predicate->number);
    }
}

static void add_duration(struct text *text, const struct api *api, const struct duration *duration)
{
    switch (duration->kind) {
    case DURATION_NONE:
        text_add(text, "nothing");
        break;
    case DURATION_QUANTITY:
        if (duration->factor < 1 || duration->factor > 1)
            text_printf(text, "%g × ", duration->factor);
        text_add(text, quantity_names[duration->quantity]);
        break;
    case DURATION_ARGUMENT:
        add_argument(text, api, duration->argument);
        break;
    case DURATION_FIXED:
        text_add_duration(text, duration->fixed.median);
        break;
    }
}

static void add_size(struct text *text, const struct api *api, const struct size_from *size)
{
    if (size->argument < 0)
        return;
    text_add(text, size->string ? " of the string " : " of ");
    add_argument(text, api, size->argument);
    if (size->times_argument >= 0) {
        text_add(text, " × ");
        add_argument(text, api, size->times_argument);
    }
}

static void add_waiting(struct text *text, const struct api *api, const struct api_cost_variant *variant)
{
    text_add(text, "; waits for ");
    if (variant->wait_kind_from_fd) {
        text_add(text, "what ");
        add_argument(text, api, variant->fd_argument);
        text_add(text, " leads to");
    } else {
        text_add(text, wait_name(variant->wait_kind));
    }
    text_add(text, ": ");
    add_duration(text, api, &variant->wait);
    if (variant->wait_tail.kind != DURATION_NONE) {
        text_add(text, ", sometimes ");
        add_duration(text, api, &variant->wait_tail);
    }
    if (variant->at_most.kind != DURATION_NONE) {
        text_add(text, ", at most ");
        add_duration(text, api, &variant->at_most);
    }
}

void api_add_variant(struct text *text, const struct api *api, const struct api_cost_variant *variant)
{
    if (variant->when_count) {
        text_add(text, "if ");
        api_add_conditions(text, api, variant->when, variant->when_count);
        text_add(text, ": ");
    }
    text_add(text, "computes ");
    add_duration(text, api, &variant->cpu_call);
    if (variant->cpu_byte.kind != DURATION_NONE) {
        text_add(text, " + ");
        add_duration(text, api, &variant->cpu_byte);
        text_add(text, " for each byte");
        add_size(text, api, &variant->bytes);
    }
    if (variant->waits)
        add_waiting(text, api, variant);
}

static bool has_argument(enum effect_kind kind)
{
    switch (kind) {
    case EFFECT_GIL_RELEASES:
    case EFFECT_GIL_ACQUIRES:
    case EFFECT_SPAWNS_PROCESS:
    case EFFECT_FORKS:
    case EFFECT_RETURNS_TWICE:
    case EFFECT_NORETURN:
    case EFFECT_ALLOCATES:
    case EFFECT_MULTIPLEXES:
    case EFFECT_WAITS_FOR_WORK:
    case EFFECT_COMPARES:
    case EFFECT_ERROR_NUMBER:
        return false;
    default:
        return true;
    }
}

void api_add_effect(struct text *text, const struct api *api, const struct effect *effect)
{
    static const char *const when[] = {
        [CALLBACK_DURING] = "before it returns",        [CALLBACK_EVENT_LOOP] = "later, from an event loop",
        [CALLBACK_THREAD] = "later, in another thread", [CALLBACK_EXIT] = "at exit",
        [CALLBACK_SIGNAL] = "in a signal handler",      [CALLBACK_FORK] = "around fork",
        [CALLBACK_LATER] = "during later calls"};
    text_add(text, effects[effect->kind].phrase);
    if (has_argument(effect->kind)) {
        text_add(text, " ");
        if (effect->field)
            text_printf(text, "%s of ", effect->field);
        add_argument(text, api, effect->argument);
    }
    if (effect->kind == EFFECT_OPENS) {
        text_add(text, " (");
        add_descriptors(text, effect->fds);
        text_add(text, ")");
    }
    if (effect->kind == EFFECT_COPIES) {
        text_add(text, " from ");
        add_argument(text, api, effect->from_argument);
    }
    if (effect->kind == EFFECT_CALLBACK)
        text_printf(text, " %s", when[effect->when]);
    if (effect->predicate_count) {
        text_add(text, " if ");
        api_add_conditions(text, api, effect->predicates, effect->predicate_count);
    }
}

void api_add_thread_safety(struct text *text, const struct api *api)
{
    static const char *const words[] = {[THREAD_SAFETY_UNKNOWN] = "not known whether safe",
                                        [THREAD_SAFE] = "safe",
                                        [THREAD_SAFE_IF] = "safe under conditions",
                                        [THREAD_UNSAFE] = "not safe"};
    text_add(text, words[api->thread_safety]);
    if (api->thread_safety_tags && *api->thread_safety_tags)
        text_printf(text, ": %s", api->thread_safety_tags);
    if (api->safe_since)
        text_printf(text, "; safe since %s", api->safe_since);
    if (api->thread_safety_source)
        text_printf(text, " (%s)", api->thread_safety_source);
}
