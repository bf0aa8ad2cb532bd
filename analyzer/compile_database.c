/* Reading compile_commands.json with json-c. */
#include "analyzer/compile_database.h"

#include "analyzer/limited.h"
#include "base/path.h"

#include <errno.h>
#include <json-c/json.h>
#include <limits.h>
#include <string.h>

enum { NESTING_LIMIT = 256 };

/* Line and column, from 1, of a byte. */
static struct place place_of_offset(const char *file, const char *text, size_t offset)
{
    struct place place = {.file = file, .line = 1, .column = 1};
    for (size_t i = 0; i < offset; i++) {
        place.column++;
        if (text[i] == '\n') {
            place.line++;
            place.column = 1;
        }
    }
    return place;
}

/* The parsed text, or NULL with a problem. Lenient where tools are: a comma before the closing bracket is no mistake.
 */
static struct json_object *parse_json(const char *path, const char *text, size_t length, struct problems *problems)
{
    struct json_tokener *tokener = json_tokener_new_ex(NESTING_LIMIT);
    if (!tokener)
        die_out_of_memory(sizeof tokener);
    struct json_object *document = json_tokener_parse_ex(tokener, text, (int)length);
    enum json_tokener_error error = json_tokener_get_error(tokener);
    size_t end = json_tokener_get_parse_end(tokener);
    while (end < length && strchr(" \t\r\n", text[end]))
        end++;
    const char *wrong = NULL;
    if (error == json_tokener_continue)
        wrong = "the file ends in the middle of a value";
    else if (error != json_tokener_success)
        wrong = json_tokener_error_desc(error);
    else if (end < length)
        wrong = "there is more behind the end of the list";
    if (wrong) {
        problems_add(problems, SEVERITY_ERROR, place_of_offset(path, text, end < length ? end : length),
                     "build again to record a new compile database", "no valid JSON: %s", wrong);
        json_object_put(document);
        document = NULL;
    }
    json_tokener_free(tokener);
    return document;
}

static const char *member_string(struct json_object *object, const char *key)
{
    struct json_object *value = NULL;
    if (!json_object_object_get_ex(object, key, &value) || !json_object_is_type(value, json_type_string))
        return NULL;
    return json_object_get_string(value);
}

/* The command of an entry: "arguments", a list of strings, or "command", one string; NULL if neither is there. */
static struct json_object *entry_command(struct json_object *object)
{
    struct json_object *command = NULL;
    if (json_object_object_get_ex(object, "arguments", &command) && json_object_is_type(command, json_type_array)) {
        for (size_t i = 0; i < json_object_array_length(command); i++)
            if (!json_object_is_type(json_object_array_get_idx(command, i), json_type_string))
                return NULL;
        return command;
    }
    if (json_object_object_get_ex(object, "command", &command) && json_object_is_type(command, json_type_string))
        return command;
    return NULL;
}

/* What is wrong with an entry, or NULL; fills `entry`. */
static const char *read_entry(struct json_object *object, struct arena *arena, const char *base,
                              struct database_entry *entry)
{
    if (!json_object_is_type(object, json_type_object))
        return "it is no object";
    const char *file = member_string(object, "file");
    const char *directory = member_string(object, "directory");
    if (!file || !*file)
        return "\"file\" is missing or no string";
    if (!directory)
        return "\"directory\" is missing or no string";
    entry->command = entry_command(object);
    if (!entry->command)
        return "neither \"arguments\", a list of strings, nor \"command\", a string, is there";
    entry->directory = path_join(arena, base, directory);
    entry->file = path_join(arena, entry->directory, file);
    return NULL;
}

static void read_entries(struct compile_database *database, struct arena *arena, struct problems *problems)
{
    const char *base = path_directory(arena, database->path);
    struct limited wrong_entries = {0};
    size_t count = json_object_array_length(database->document);
    for (size_t i = 0; i < count; i++) {
        struct database_entry entry = {0};
        const char *wrong = read_entry(json_object_array_get_idx(database->document, i), arena, base, &entry);
        if (!wrong)
            array_push(&database->entries, entry);
        else if (limited_next(&wrong_entries))
            problems_add(problems, SEVERITY_WARNING, (struct place){.file = database->path}, NULL,
                         "entry %zu is skipped: %s", i + 1, wrong);
    }
    if (limited_rest(&wrong_entries))
        problems_add(problems, SEVERITY_WARNING, (struct place){.file = database->path}, NULL,
                     "more entries skipped for such reasons: %u", limited_rest(&wrong_entries));
}

bool compile_database_open(struct compile_database *database, struct arena *arena, const char *path,
                           struct problems *problems)
{
    *database = (struct compile_database){.path = path};
    struct place place = {.file = path};
    size_t length = 0;
    char *text = file_read(path, INT_MAX, &length);
    if (!text) {
        problems_add(problems, SEVERITY_ERROR, place, NULL, "cannot read the compile database: %s", strerror(errno));
        return false;
    }
    database->document = parse_json(path, text, length, problems);
    free(text);
    if (!database->document)
        return false;
    if (!json_object_is_type(database->document, json_type_array)) {
        problems_add(problems, SEVERITY_ERROR, place, "build again to record a new compile database",
                     "a compile database is a list of entries; this is none");
        compile_database_close(database);
        return false;
    }
    read_entries(database, arena, problems);
    return true;
}

void compile_database_close(struct compile_database *database)
{
    json_object_put(database->document);
    array_free(&database->entries);
    *database = (struct compile_database){0};
}

void compile_database_words(const struct database_entry *entry, struct arena *arena, struct words *words)
{
    if (json_object_is_type(entry->command, json_type_string)) {
        shell_split(arena, json_object_get_string(entry->command), words);
        return;
    }
    size_t count = json_object_array_length(entry->command);
    for (size_t i = 0; i < count; i++) {
        const char *word = json_object_get_string(json_object_array_get_idx(entry->command, i));
        words_add(words, arena_strdup(arena, word));
    }
}
