/* JSON → facts. json-c reads the values; it gives no places, so a small scan over the text, which json-c has found to
 * be JSON, finds where the keys and values of the outer object stand.
 */
#include "base/suggest.h"
#include "rules/internal.h"

#include <json-c/json.h>
#include <limits.h>
#include <math.h>
#include <string.h>

struct reader {
    struct facts *facts;
    struct arena *arena;
    const char *name;
    const char *text;
    size_t length;
    struct problems *problems;
    bool seen[FACT_COUNT];
};

static struct place place_of(const struct reader *reader, size_t offset)
{
    struct place place = {reader->name, 1, 1};
    for (size_t i = 0; i < offset && i < reader->length; i++) {
        place.column++;
        if (reader->text[i] == '\n') {
            place.line++;
            place.column = 1;
        }
    }
    return place;
}

/* ---- the scan ---- */

static size_t skip_space(const struct reader *reader, size_t at)
{
    while (at < reader->length && strchr(" \t\r\n", reader->text[at]))
        at++;
    return at;
}

/* From an opening quote to behind the closing one. */
static size_t skip_string(const struct reader *reader, size_t at)
{
    for (at++; at < reader->length && reader->text[at] != '"'; at++)
        if (reader->text[at] == '\\')
            at++;
    return at + 1;
}

/* From a value's first character to the comma or bracket that ends it. */
static size_t skip_value(const struct reader *reader, size_t at)
{
    size_t depth = 0;
    while (at < reader->length) {
        char c = reader->text[at];
        if (depth == 0 && (c == ',' || c == '}'))
            break;
        if (c == '"') {
            at = skip_string(reader, at);
            continue;
        }
        if (c == '{' || c == '[')
            depth++;
        if (c == '}' || c == ']')
            depth--;
        at++;
    }
    return at;
}

/* ---- values ---- */

static bool wrong_value(struct reader *reader, size_t at, enum fact_id fact, const char *advice)
{
    static const char *const expected[] = {
        [FACT_BOOLEAN] = "true or false",
        [FACT_NUMBER] = "a finite number",
        [FACT_WORD] = "one of its words",
        [FACT_TEXT] = "a text",
    };
    problems_add(reader->problems, SEVERITY_ERROR, place_of(reader, at), advice, "fact \"%s\" must be %s",
                 fact_name(fact), expected[fact_type(fact)]);
    return false;
}

static bool set_word(struct reader *reader, size_t at, enum fact_id fact, const char *word)
{
    const char *const *words = fact_words(fact);
    if (!words) {
        facts_set_word(reader->facts, fact, arena_strdup(reader->arena, word));
        return true;
    }
    for (size_t i = 0; words[i]; i++) {
        if (strcmp(words[i], word) != 0)
            continue;
        facts_set_word(reader->facts, fact, words[i]);
        return true;
    }
    problems_add(reader->problems, SEVERITY_ERROR, place_of(reader, at), nearest_advice(reader->arena, word, words),
                 "fact \"%s\" is never \"%s\"", fact_name(fact), word);
    return false;
}

static bool set_fact(struct reader *reader, size_t at, enum fact_id fact, json_object *value)
{
    json_type type = json_object_get_type(value);
    bool is_number = type == json_type_int || type == json_type_double;
    if (type == json_type_null)
        return wrong_value(reader, at, fact, "leave out what nothing assessed");
    if (fact_type(fact) == FACT_BOOLEAN && type == json_type_boolean)
        facts_set_boolean(reader->facts, fact, json_object_get_boolean(value));
    else if (fact_type(fact) == FACT_NUMBER && is_number && isfinite(json_object_get_double(value)))
        facts_set_number(reader->facts, fact, json_object_get_double(value));
    else if ((fact_type(fact) == FACT_WORD || fact_type(fact) == FACT_TEXT) && type == json_type_string)
        return set_word(reader, at, fact, json_object_get_string(value));
    else
        return wrong_value(reader, at, fact, NULL);
    return true;
}

static bool unknown_fact(struct reader *reader, size_t at, const char *name)
{
    const char *names[FACT_COUNT + 1] = {NULL};
    for (int fact = 0; fact < FACT_COUNT; fact++)
        names[fact] = fact_name((enum fact_id)fact);
    const char *nearest = suggest(name, names);
    const char *advice = nearest ? arena_printf(reader->arena, "did you mean \"%s\"?", nearest)
                                 : "`concadvise rule --all` lists the facts";
    problems_add(reader->problems, SEVERITY_ERROR, place_of(reader, at), advice, "unknown fact \"%s\"", name);
    return false;
}

/* One member: the key from key_at to key_end, quotes included; its value begins at value_at. */
static bool read_member(struct reader *reader, json_object *object, size_t key_at, size_t key_end, size_t value_at)
{
    char *quoted = arena_strndup(reader->arena, reader->text + key_at, key_end - key_at);
    json_object *key = json_tokener_parse(quoted); /* undoes its escapes */
    if (!key)
        die_out_of_memory(key_end - key_at);
    const char *name = json_object_get_string(key);
    int fact = fact_find(name);
    bool good = true;
    if (fact < 0) {
        good = unknown_fact(reader, key_at, name);
    } else if (reader->seen[fact]) {
        problems_add(reader->problems, SEVERITY_ERROR, place_of(reader, key_at), NULL, "fact \"%s\" is given twice",
                     name);
        good = false;
    } else {
        reader->seen[fact] = true;
        good = set_fact(reader, value_at, (enum fact_id)fact, json_object_object_get(object, name));
    }
    json_object_put(key);
    return good;
}

static bool read_members(struct reader *reader, json_object *object)
{
    bool good = true;
    size_t at = skip_space(reader, 0) + 1; /* behind the brace */
    for (;;) {
        size_t key_at = skip_space(reader, at);
        if (key_at >= reader->length || reader->text[key_at] != '"')
            return good;
        size_t key_end = skip_string(reader, key_at);
        size_t value_at = skip_space(reader, skip_space(reader, key_end) + 1); /* behind the colon */
        good &= read_member(reader, object, key_at, key_end, value_at);
        at = skip_value(reader, value_at);
        if (at >= reader->length || reader->text[at] != ',')
            return good;
        at++;
    }
}

/* The parsed text, or NULL with a problem. */
static json_object *parse(struct reader *reader)
{
    if (reader->length > INT_MAX - 1) {
        problems_add(reader->problems, SEVERITY_ERROR, (struct place){reader->name, 0, 0}, NULL, "too long");
        return NULL;
    }
    json_tokener *tokener = json_tokener_new();
    if (!tokener)
        die_out_of_memory(reader->length);
    json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
    json_object *object = json_tokener_parse_ex(tokener, reader->text, (int)reader->length);
    enum json_tokener_error error = json_tokener_get_error(tokener);
    size_t end = json_tokener_get_parse_end(tokener);
    json_tokener_free(tokener);
    if (error == json_tokener_continue)
        problems_add(reader->problems, SEVERITY_ERROR, place_of(reader, reader->length), NULL,
                     "not JSON: it ends too early");
    else if (error != json_tokener_success)
        problems_add(reader->problems, SEVERITY_ERROR, place_of(reader, end), NULL, "not JSON: %s",
                     json_tokener_error_desc(error));
    return object;
}

bool facts_read_json(struct facts *facts, struct arena *arena, const char *name, const char *text, size_t length,
                     struct problems *problems)
{
    struct reader reader = {facts, arena, name, text, length, problems, {false}};
    unsigned errors = problems->errors;
    json_object *object = parse(&reader);
    if (problems->errors != errors)
        return false;
    bool good = json_object_is_type(object, json_type_object);
    if (good)
        good = read_members(&reader, object);
    else
        problems_add(problems, SEVERITY_ERROR, place_of(&reader, skip_space(&reader, 0)),
                     "for example {\"class\": \"io\"}", "facts are an object");
    json_object_put(object);
    return good;
}
