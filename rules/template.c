/* Templates: text with facts in it.
 *
 *   {fact}          the value; {fact:kind} formats a number as duration (ns), percent (of a share) or number
 *   [text {fact}]   left out as a whole if a fact in it is absent
 *   {{ }} [[ ]]     the brackets themselves
 *
 * Outside of [ ] an absent fact reads "(fact not assessed)".
 */
#include "rules/internal.h"

#include "base/suggest.h"

#include <math.h>
#include <string.h>

enum format { FORMAT_PLAIN, FORMAT_NUMBER, FORMAT_DURATION, FORMAT_PERCENT };

static const char *const format_names[] = {"", "number", "duration", "percent", NULL};

enum part_kind { PART_TEXT, PART_FACT, PART_OPTION_BEGIN, PART_OPTION_END };

struct part {
    enum part_kind kind;
    enum format format; /* PART_FACT */
    enum fact_id fact;  /* PART_FACT */
    const char *text;   /* PART_TEXT, not terminated */
    size_t length;
};

struct template
{
    const char *source;
    struct part *parts;
    size_t count;
};

/* ---- reading ---- */

struct reader {
    const struct yaml_tree *tree;
    const struct yaml_node *node;
    const char *what; /* the key of the rule, for messages */
    struct arena *arena;
    struct problems *problems;
    struct template *template;
    bool in_option;
    bool option_has_fact;
};

static void add_part(struct reader *reader, struct part part)
{
    reader->template->parts[reader->template->count++] = part;
}

static bool wrong(struct reader *reader, const char *advice, const char *message)
{
    yaml_problem(reader->tree, reader->node, reader->problems, advice, "%s: %s", reader->what, message);
    return false;
}

static bool find_fact(struct reader *reader, const char *name, enum fact_id *fact)
{
    const char *names[FACT_COUNT + 1] = {NULL};
    int found = fact_find(name);
    *fact = (enum fact_id)found;
    if (found >= 0)
        return true;
    for (int i = 0; i < FACT_COUNT; i++)
        names[i] = fact_name((enum fact_id)i);
    const char *nearest = suggest(name, names);
    const char *advice = nearest ? arena_printf(reader->arena, "did you mean {%s}?", nearest)
                                 : "`concadvise rule --all` lists the facts";
    return wrong(reader, advice, arena_printf(reader->arena, "unknown fact \"%s\" in the text", name));
}

static bool find_format(struct reader *reader, const char *name, enum fact_id fact, enum format *format)
{
    for (enum format i = FORMAT_NUMBER; format_names[i]; i++) {
        if (strcmp(format_names[i], name) != 0)
            continue;
        *format = i;
        if (fact_type(fact) == FACT_NUMBER)
            return true;
        return wrong(
            reader, arena_printf(reader->arena, "write {%s}", fact_name(fact)),
            arena_printf(reader->arena, "{%s:%s}, but \"%s\" is no number", fact_name(fact), name, fact_name(fact)));
    }
    return wrong(reader, nearest_advice(reader->arena, name, format_names + 1),
                 arena_printf(reader->arena, "unknown format \"%s\" in the text", name));
}

/* Reads "fact}" or "fact:format}"; `at` stands behind the brace, and behind the closing one afterwards. */
static bool read_fact(struct reader *reader, const char **at)
{
    const char *end = strchr(*at, '}');
    if (!end)
        return wrong(reader, "write {{ for the brace itself", "a { without its }");
    char *name = arena_strndup(reader->arena, *at, (size_t)(end - *at));
    *at = end + 1;
    char *colon = strchr(name, ':');
    if (colon)
        *colon = '\0';
    struct part part = {.kind = PART_FACT};
    if (!find_fact(reader, name, &part.fact))
        return false;
    if (colon && !find_format(reader, colon + 1, part.fact, &part.format))
        return false;
    reader->option_has_fact = true;
    add_part(reader, part);
    return true;
}

static bool begin_option(struct reader *reader)
{
    if (reader->in_option)
        return wrong(reader, "write [[ for the bracket itself", "a [ within [ ]");
    reader->in_option = true;
    reader->option_has_fact = false;
    add_part(reader, (struct part){.kind = PART_OPTION_BEGIN});
    return true;
}

static bool end_option(struct reader *reader)
{
    if (!reader->in_option)
        return wrong(reader, "write ]] for the bracket itself", "a ] without its [");
    if (!reader->option_has_fact)
        return wrong(reader, "text between [ ] is left out if a fact in it is absent; write [[ for the bracket itself",
                     "a [ ] without a fact in it");
    reader->in_option = false;
    add_part(reader, (struct part){.kind = PART_OPTION_END});
    return true;
}

static bool read_bracket(struct reader *reader, const char **at)
{
    char bracket = *(*at)++;
    switch (bracket) {
    case '{':
        return read_fact(reader, at);
    case '[':
        return begin_option(reader);
    case ']':
        return end_option(reader);
    default:
        return wrong(reader, "write }} for the brace itself", "a } without its {");
    }
}

static bool read_parts(struct reader *reader, const char *at)
{
    while (*at) {
        size_t length = strcspn(at, "{}[]");
        bool doubled = at[length] && at[length + 1] == at[length];
        if (doubled)
            length++; /* the first of the two is text */
        if (length)
            add_part(reader, (struct part){.kind = PART_TEXT, .text = at, .length = length});
        at += length;
        if (doubled)
            at++;
        else if (*at && !read_bracket(reader, &at))
            return false;
    }
    if (reader->in_option)
        return wrong(reader, "write [[ for the bracket itself", "a [ without its ]");
    return true;
}

const struct template *template_parse(const struct yaml_tree *tree, const struct yaml_node *node, const char *what,
                                      struct arena *arena, struct problems *problems)
{
    const char *source;
    if (!yaml_string(tree, node, what, &source, problems))
        return NULL;
    struct template *template = ARENA_NEW(arena, struct template);
    template->source = arena_strdup(arena, source);
    template->parts = ARENA_ARRAY(arena, struct part, strlen(source)); /* a part is at least one character */
    struct reader reader = {
        .tree = tree, .node = node, .what = what, .arena = arena, .problems = problems, .template = template};
    if (!*source) {
        wrong(&reader, NULL, "the text is empty");
        return NULL;
    }
    return read_parts(&reader, template->source) ? template : NULL;
}

const char *template_source(const struct template *template)
{
    return template->source;
}

/* ---- filling ---- */

static void add_percent(struct text *text, double share)
{
    double percent = share * 100;
    if (percent > 0 && percent < 1)
        text_add(text, "below 1 %");
    else
        text_printf(text, "%.0f %%", percent);
}

static void add_number(struct text *text, double number)
{
    if (number == floor(number) && fabs(number) < 1e15)
        text_printf(text, "%.0f", number);
    else
        text_printf(text, "%.3g", number);
}

static void add_value(struct text *text, const struct part *part, const struct fact_value *value)
{
    enum fact_type type = fact_type(part->fact);
    if (type == FACT_BOOLEAN)
        text_add(text, value->boolean ? "yes" : "no");
    else if (type != FACT_NUMBER)
        text_add(text, value->word);
    else if (part->format == FORMAT_DURATION)
        text_add_duration(text, value->number);
    else if (part->format == FORMAT_PERCENT)
        add_percent(text, value->number);
    else
        add_number(text, value->number);
}

static void shorten(struct text *text, size_t length)
{
    text->length = length;
    if (text->string)
        text->string[length] = '\0';
}

const char *template_fill(const struct template *template, const struct facts *facts, struct arena *arena)
{
    struct text text = {0};
    size_t option_start = 0;
    bool incomplete = false; /* a fact of this [ ] is absent */
    for (const struct part *part = template->parts; part < template->parts + template->count; part++) {
        const struct fact_value *value = &facts->values[part->fact];
        if (part->kind == PART_TEXT) {
            text_add_length(&text, part->text, part->length);
        } else if (part->kind == PART_OPTION_BEGIN) {
            option_start = text.length;
            incomplete = false;
        } else if (part->kind == PART_OPTION_END) {
            if (incomplete)
                shorten(&text, option_start);
        } else if (value->present) {
            add_value(&text, part, value);
        } else {
            incomplete = true;
            text_printf(&text, "(%s not assessed)", fact_name(part->fact));
        }
    }
    const char *filled = arena_strndup(arena, text_string(&text), text.length);
    text_free(&text);
    return filled;
}
