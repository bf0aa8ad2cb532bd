/* Reads the small sentences in which costs and effects are written, word by word, and says where a word is wrong. */
#include "base/suggest.h"
#include "base/text.h"
#include "knowledge/internal.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool phrase_begin(struct phrase *phrase, struct parse *parse, const struct scope *scope, const struct yaml_node *node,
                  const char *what)
{
    const char *text;
    if (!yaml_string(parse->tree, node, what, &text, parse->problems))
        return false;
    *phrase = (struct phrase){.parse = parse, .node = node, .scope = scope, .at = text, .word_at = text};
    return true;
}

static bool is_mark(char c)
{
    switch (c) {
    case '(':
    case ')':
    case '|':
    case '*':
    case '+':
    case ',':
    case '~':
        return true;
    default:
        return false;
    }
}

bool phrase_next(struct phrase *phrase)
{
    const char *at = phrase->at;
    while (isspace((unsigned char)*at))
        at++;
    phrase->word_at = at;
    size_t length = 0;
    if (is_mark(*at))
        length = 1;
    else
        while (at[length] && !isspace((unsigned char)at[length]) && !is_mark(at[length]))
            length++;
    phrase->at = at + length;
    if (length >= sizeof phrase->word)
        length = sizeof phrase->word - 1;
    memcpy(phrase->word, at, length);
    phrase->word[length] = '\0';
    return length > 0;
}

bool phrase_accept(struct phrase *phrase, const char *word)
{
    const char *at = phrase->at;
    while (isspace((unsigned char)*at))
        at++;
    if (*at != *word) /* most often: spares the rest */
        return false;
    struct phrase ahead = *phrase;
    if (!phrase_next(&ahead) || strcmp(ahead.word, word) != 0)
        return false;
    *phrase = ahead;
    return true;
}

bool phrase_at_end(struct phrase *phrase)
{
    while (isspace((unsigned char)*phrase->at))
        phrase->at++;
    return !*phrase->at;
}

bool phrase_wrong(struct phrase *phrase, const char *const *candidates, const char *format, ...)
{
    struct text message = {0};
    struct text advice = {0};
    va_list args;
    va_start(args, format);
    text_vprintf(&message, format, args);
    va_end(args);
    const char *nearest = candidates && phrase->word[0] ? suggest(phrase->word, candidates) : NULL;
    if (nearest)
        text_printf(&advice, "did you mean `%s`?", nearest);
    else if (candidates)
        for (unsigned i = 0; candidates[i] && i < 12; i++)
            text_printf(&advice, "%s%s", i ? ", " : "use one of: ", candidates[i]);
    const struct yaml_node *node = phrase->node;
    struct place place = {phrase->parse->tree->file, node->line,
                          node->column + (node->quoted ? 1u : 0u) + (unsigned)(phrase->word_at - node->scalar)};
    problems_add(phrase->parse->problems, SEVERITY_ERROR, place, advice.length ? advice.string : NULL, "%s",
                 text_string(&message));
    text_free(&message);
    text_free(&advice);
    return false;
}

bool phrase_finish(struct phrase *phrase)
{
    if (!phrase_next(phrase))
        return true;
    return phrase_wrong(phrase, NULL, "nothing is expected here, but there is `%s`", phrase->word);
}

int phrase_choice(struct phrase *phrase, const char *what, const char *const *names)
{
    if (!phrase_next(phrase)) {
        phrase_wrong(phrase, names, "%s is missing", what);
        return -1;
    }
    for (int i = 0; names[i]; i++)
        if (names[i][0] == phrase->word[0] && strcmp(names[i], phrase->word) == 0)
            return i;
    phrase_wrong(phrase, names, "`%s` is not %s", phrase->word, what);
    return -1;
}

/* Scopes are no NULL-terminated lists, suggestions want one. */
static bool wrong_argument(struct phrase *phrase)
{
    const char *candidates[33];
    unsigned count = 0;
    for (; count < phrase->scope->count && count < 32; count++)
        candidates[count] = phrase->scope->names[count];
    candidates[count] = NULL;
    if (!count)
        return phrase_wrong(phrase, NULL, "`%s` is no argument: the entry names none", phrase->word);
    return phrase_wrong(phrase, candidates, "`%s` is no argument", phrase->word);
}

bool phrase_argument(struct phrase *phrase, int *index)
{
    if (!phrase_next(phrase))
        return phrase_wrong(phrase, NULL, "the name of an argument is missing");
    for (unsigned i = 0; i < phrase->scope->count; i++)
        if (strcmp(phrase->scope->names[i], phrase->word) == 0) {
            *index = phrase->scope->indexes ? phrase->scope->indexes[i] : (int)i;
            return true;
        }
    return wrong_argument(phrase);
}
