/* Reads the terms of costs and effects: durations, sizes, descriptors and conditions. */
#include "knowledge/internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct time_unit {
    const char *name;
    double ns;
};

static const struct time_unit time_units[] = {{"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}, {NULL, 0}};

static bool is_number(const char *word, double *value)
{
    char *end;
    *value = strtod(word, &end);
    return end != word && !*end;
}

/* A fixed time is followed by a unit; a bare number is a probability or a size. */
static bool read_unit(struct phrase *phrase, double *ns)
{
    for (const struct time_unit *unit = time_units; unit->name; unit++)
        if (phrase_accept(phrase, unit->name)) {
            *ns = unit->ns;
            return true;
        }
    return false;
}

static bool read_spread(struct phrase *phrase, double *spread)
{
    if (!phrase_accept(phrase, "~"))
        return true;
    if (!phrase_next(phrase) || !is_number(phrase->word, spread) || *spread < 0)
        return phrase_wrong(phrase, NULL, "a spread is a number that is not negative");
    return true;
}

static bool read_quantity(struct phrase *phrase, double factor, struct duration *duration)
{
    int quantity = phrase_choice(phrase, "a quantity or a number", quantity_names);
    if (quantity < 0)
        return false;
    *duration = (struct duration){
        .kind = DURATION_QUANTITY, .quantity = (enum quantity)quantity, .factor = factor, .argument = -1};
    phrase_at_end(phrase); /* skips spaces */
    duration->own_spread = *phrase->at == '~';
    return read_spread(phrase, &duration->fixed.spread);
}

bool parse_duration(struct phrase *phrase, struct duration *duration)
{
    struct phrase before = *phrase;
    double factor = 1;
    double unit_ns = 1;
    if (!phrase_next(phrase) || !is_number(phrase->word, &factor)) {
        *phrase = before;
        return read_quantity(phrase, 1, duration);
    }
    if (!read_unit(phrase, &unit_ns)) {
        before = *phrase;
        if (phrase_next(phrase) && strchr("+*~", phrase->word[0]) == NULL && strcmp(phrase->word, "of") != 0) {
            *phrase = before;
            return read_quantity(phrase, factor, duration);
        }
        *phrase = before; /* a bare number */
    }
    *duration =
        (struct duration){.kind = DURATION_FIXED, .factor = 1, .argument = -1, .fixed = {.median = factor * unit_ns}};
    return read_spread(phrase, &duration->fixed.spread);
}

static bool read_string_size(struct phrase *phrase, struct size_from *size)
{
    if (!phrase_accept(phrase, "("))
        return phrase_wrong(phrase, NULL, "`strlen` needs an argument in parentheses");
    if (!phrase_argument(phrase, &size->argument))
        return false;
    if (!phrase_accept(phrase, ")"))
        return phrase_wrong(phrase, NULL, "a `)` is missing");
    size->string = size->argument >= 0;
    return true;
}

bool parse_size(struct phrase *phrase, struct size_from *size)
{
    *size = (struct size_from){.argument = -1, .times_argument = -1};
    if (phrase_accept(phrase, "unknown")) {
        size->argument = SIZE_UNKNOWN;
        return true;
    }
    if (phrase_accept(phrase, "strlen"))
        return read_string_size(phrase, size);
    if (!phrase_argument(phrase, &size->argument))
        return false;
    if (!phrase_accept(phrase, "*"))
        return true;
    if (!phrase_argument(phrase, &size->times_argument))
        return false;
    if (size->argument < 0) { /* a shape's parameter that the use leaves out */
        size->argument = size->times_argument;
        size->times_argument = -1;
    }
    return true;
}

static bool add_kind(struct phrase *phrase, fd_bits *bits)
{
    if (phrase_accept(phrase, "any")) {
        *bits = FD_BLOCKING_BITS | FD_NONBLOCKING_BITS;
        return true;
    }
    int kind = phrase_choice(phrase, "a kind of descriptor", fd_kind_names);
    if (kind < 0)
        return false;
    *bits = (fd_bits)(*bits | FD_BIT(kind, false) | FD_BIT(kind, true));
    return true;
}

bool parse_descriptors(struct phrase *phrase, fd_bits *bits)
{
    *bits = 0;
    do
        if (!add_kind(phrase, bits))
            return false;
    while (phrase_accept(phrase, "|"));
    if (phrase_accept(phrase, "blocking"))
        *bits &= FD_BLOCKING_BITS;
    else if (phrase_accept(phrase, "non-blocking"))
        *bits &= FD_NONBLOCKING_BITS;
    return true;
}

/* One constant by name or number, or several joined by `|`. */
static bool read_value(struct phrase *phrase, int64_t *value)
{
    *value = 0;
    do {
        int64_t part;
        char *end;
        if (!phrase_next(phrase))
            return phrase_wrong(phrase, NULL, "a number or a constant is missing");
        errno = 0;
        part = strtoll(phrase->word, &end, 0);
        if (*end || errno) {
            if (!knowledge_constant(phrase->parse->knowledge, phrase->word, &part))
                return phrase_wrong(phrase, NULL, "`%s` is no number and no constant of constants.yaml", phrase->word);
        }
        *value |= part;
    } while (phrase_accept(phrase, "|"));
    return true;
}

static const char *const predicate_names[] = {"is",    "is-not", "has",         "lacks", "below",
                                              "above", "on",     "starts-with", NULL};

/* What is compared with, after "ARGUMENT OPERATOR". */
static bool read_operand(struct phrase *phrase, struct predicate *predicate)
{
    switch (predicate->kind) {
    case PREDICATE_FD:
        return parse_descriptors(phrase, &predicate->fds);
    case PREDICATE_STARTS_WITH:
        if (!phrase_next(phrase))
            return phrase_wrong(phrase, NULL, "the beginning of a string is missing");
        predicate->string = arena_strdup(&phrase->parse->knowledge->arena, phrase->word);
        return true;
    default:
        return read_value(phrase, &predicate->number);
    }
}

static bool read_condition(struct phrase *phrase, struct predicate *predicate, bool *applies)
{
    int argument;
    *predicate = (struct predicate){.likely = -1};
    if (!phrase_argument(phrase, &argument))
        return false;
    *applies = argument >= 0;
    predicate->argument = argument < 0 ? 0 : (unsigned)argument;
    int kind = phrase_choice(phrase, "a comparison", predicate_names);
    if (kind < 0)
        return false;
    predicate->kind = (enum predicate_kind)kind;
    if (!read_operand(phrase, predicate))
        return false;
    if (!phrase_accept(phrase, "likely"))
        return true;
    if (!phrase_next(phrase) || !is_number(phrase->word, &predicate->likely) || predicate->likely < 0 ||
        predicate->likely > 1)
        return phrase_wrong(phrase, NULL, "`likely` is followed by a number from 0 to 1");
    return true;
}

bool parse_conditions(struct phrase *phrase, const struct predicate **predicates, unsigned *count)
{
    ARRAY(struct predicate) list = {0};
    bool fine = true;
    do {
        struct predicate predicate;
        bool applies = true;
        fine = read_condition(phrase, &predicate, &applies);
        if (fine && !applies) { /* about a shape's parameter that the use leaves out: it cannot hold */
            predicate.kind = PREDICATE_FD;
            predicate.fds = 0;
        }
        if (fine)
            array_push(&list, predicate);
    } while (fine && phrase_accept(phrase, "and"));
    *count = list.count;
    *predicates =
        list.count ? arena_copy(&phrase->parse->knowledge->arena, list.items, list.count * sizeof *list.items) : NULL;
    array_free(&list);
    return fine;
}
