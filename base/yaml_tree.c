/* YAML: libyaml's events → a tree in which every node knows its place. */
#include "base/yaml_tree.h"

#include "base/path.h"
#include "base/text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#define DEEPEST 64
#define LARGEST_FILE ((size_t)64 << 20)

struct reader {
    struct yaml_tree *tree;
    struct problems *problems;
    yaml_parser_t parser;
    const char *text;
    size_t length;
    unsigned depth;
};

typedef ARRAY(struct yaml_node *) node_list;

static struct yaml_node *read_node(struct reader *reader, const yaml_event_t *event);

void yaml_problem(const struct yaml_tree *tree, const struct yaml_node *node, struct problems *problems,
                  const char *advice, const char *format, ...)
{
    struct place place = {tree->file, node ? node->line : 0, node ? node->column : 0};
    struct text message = {0};
    va_list args;
    va_start(args, format);
    text_vprintf(&message, format, args);
    va_end(args);
    problems_add(problems, SEVERITY_ERROR, place, advice, "%s", text_string(&message));
    text_free(&message);
}

static void problem_at_mark(struct reader *reader, yaml_mark_t mark, const char *advice, const char *message)
{
    struct place place = {reader->tree->file, (unsigned)mark.line + 1, (unsigned)mark.column + 1};
    problems_add(reader->problems, SEVERITY_ERROR, place, advice, "%s", message);
}

/* libyaml's reader knows only the byte at which a file stops being UTF-8. */
static void add_encoding_problem(struct reader *reader)
{
    struct place place = {.file = reader->tree->file, .line = 1, .column = 1};
    for (size_t i = 0; i < reader->parser.problem_offset && i < reader->length; i++) {
        place.column++;
        if (reader->text[i] == '\n') {
            place.line++;
            place.column = 1;
        }
    }
    problems_add(reader->problems, SEVERITY_ERROR, place, "save the file as UTF-8", "unreadable text: %s",
                 reader->parser.problem);
}

static void add_syntax_problem(struct reader *reader)
{
    const yaml_parser_t *parser = &reader->parser;
    const char *what = parser->problem ? parser->problem : "unknown mistake";
    if (parser->error == YAML_MEMORY_ERROR)
        die_out_of_memory(reader->length);
    if (parser->error == YAML_READER_ERROR) {
        add_encoding_problem(reader);
        return;
    }
    struct place place = {reader->tree->file, (unsigned)parser->problem_mark.line + 1,
                          (unsigned)parser->problem_mark.column + 1};
    if (parser->context)
        problems_add(reader->problems, SEVERITY_ERROR, place, "check indentation, quotes and brackets",
                     "no YAML: %s %s that began on line %zu", what, parser->context, parser->context_mark.line + 1);
    else
        problems_add(reader->problems, SEVERITY_ERROR, place, "check indentation, quotes and brackets", "no YAML: %s",
                     what);
}

static bool next_event(struct reader *reader, yaml_event_t *event)
{
    if (yaml_parser_parse(&reader->parser, event))
        return true;
    add_syntax_problem(reader);
    return false;
}

static struct yaml_node *node_new(struct reader *reader, enum yaml_kind kind, yaml_mark_t mark)
{
    struct yaml_node *node = ARENA_NEW(&reader->tree->arena, struct yaml_node);
    node->kind = kind;
    node->line = (unsigned)mark.line + 1;
    node->column = (unsigned)mark.column + 1;
    node->scalar = "";
    return node;
}

static bool is_null_word(const char *text)
{
    static const char *const words[] = {"", "~", "null", "Null", "NULL"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(text, words[i]) == 0)
            return true;
    return false;
}

static struct yaml_node *read_scalar(struct reader *reader, const yaml_event_t *event)
{
    const char *value = (const char *)event->data.scalar.value;
    size_t length = event->data.scalar.length;
    bool plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    if (memchr(value, '\0', length)) {
        problem_at_mark(reader, event->start_mark, "remove it", "a zero byte in a string");
        return NULL;
    }
    if (plain && is_null_word(value))
        return node_new(reader, YAML_NULL, event->start_mark);
    struct yaml_node *node = node_new(reader, YAML_SCALAR, event->start_mark);
    node->scalar = arena_strndup(&reader->tree->arena, value, length);
    node->quoted = !plain;
    return node;
}

static void store_items(struct reader *reader, const node_list *from, size_t *count, struct yaml_node ***to)
{
    *count = from->count;
    *to = arena_copy(&reader->tree->arena, from->items, from->count * sizeof *from->items);
}

/* Adds the nodes up to the end of the list or map; false on a mistake. In a map, every other one is a key. */
static bool read_children(struct reader *reader, yaml_event_type_t end, node_list *children)
{
    for (;;) {
        yaml_event_t event;
        if (!next_event(reader, &event))
            return false;
        bool done = event.type == end;
        struct yaml_node *child = done ? NULL : read_node(reader, &event);
        yaml_event_delete(&event);
        if (done)
            return true;
        if (!child)
            return false;
        array_push(children, child);
    }
}

static struct yaml_node *read_list(struct reader *reader, yaml_mark_t mark)
{
    node_list items = {0};
    struct yaml_node *list = NULL;
    if (read_children(reader, YAML_SEQUENCE_END_EVENT, &items)) {
        list = node_new(reader, YAML_LIST, mark);
        store_items(reader, &items, &list->count, &list->items);
    }
    array_free(&items);
    return list;
}

static int compare_keys(const void *a, const void *b)
{
    const struct yaml_node *left = *(struct yaml_node *const *)a, *right = *(struct yaml_node *const *)b;
    int order = strcmp(left->scalar, right->scalar);
    if (order)
        return order;
    if (left->line != right->line)
        return left->line < right->line ? -1 : 1;
    return (left->column > right->column) - (left->column < right->column);
}

/* Keys must be plain names, each once. `sorted` is scratch: it gets reordered. */
static bool keys_are_good(struct reader *reader, node_list *sorted)
{
    const struct yaml_tree *tree = reader->tree;
    for (uint32_t i = 0; i < sorted->count; i++) {
        const struct yaml_node *key = sorted->items[i];
        if (key->kind != YAML_SCALAR) {
            yaml_problem(tree, key, reader->problems, "write a name before the colon", "a key must be a name");
            return false;
        }
        if (!key->quoted && strcmp(key->scalar, "<<") == 0) {
            yaml_problem(tree, key, reader->problems, "write the keys out", "merge keys are not supported");
            return false;
        }
    }
    if (sorted->count)
        qsort(sorted->items, sorted->count, sizeof *sorted->items, compare_keys);
    for (uint32_t i = 1; i < sorted->count; i++) {
        const struct yaml_node *key = sorted->items[i], *first = sorted->items[i - 1];
        if (strcmp(key->scalar, first->scalar) == 0) {
            yaml_problem(tree, key, reader->problems, "remove one of them", "the key \"%s\" is already on line %u",
                         key->scalar, first->line);
            return false;
        }
    }
    return true;
}

static struct yaml_node *read_map(struct reader *reader, yaml_mark_t mark)
{
    node_list children = {0}, keys = {0}, items = {0};
    struct yaml_node *map = NULL;
    if (!read_children(reader, YAML_MAPPING_END_EVENT, &children))
        goto done;
    for (uint32_t i = 0; i + 1 < children.count; i += 2) {
        array_push(&keys, children.items[i]);
        array_push(&items, children.items[i + 1]);
    }
    map = node_new(reader, YAML_MAP, mark);
    store_items(reader, &items, &map->count, &map->items);
    store_items(reader, &keys, &map->count, &map->keys);
    if (!keys_are_good(reader, &keys))
        map = NULL;
done:
    array_free(&children);
    array_free(&keys);
    array_free(&items);
    return map;
}

/* An anchor or a tag changes what a node means: refused, never ignored. */
static bool is_decorated(const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_SCALAR_EVENT:
        return event->data.scalar.anchor || event->data.scalar.tag;
    case YAML_SEQUENCE_START_EVENT:
        return event->data.sequence_start.anchor || event->data.sequence_start.tag;
    case YAML_MAPPING_START_EVENT:
        return event->data.mapping_start.anchor || event->data.mapping_start.tag;
    default:
        return event->type == YAML_ALIAS_EVENT;
    }
}

/* The node that an event begins, or NULL after a mistake. */
static struct yaml_node *read_node(struct reader *reader, const yaml_event_t *event)
{
    if (is_decorated(event)) {
        problem_at_mark(reader, event->start_mark, "write the value out",
                        "anchors (&), aliases (*) and tags (!) are not supported");
        return NULL;
    }
    if (event->type == YAML_SCALAR_EVENT)
        return read_scalar(reader, event);
    if (reader->depth == DEEPEST) {
        problem_at_mark(reader, event->start_mark, "make it flatter", "nested more than 64 levels deep");
        return NULL;
    }
    reader->depth++;
    struct yaml_node *node = event->type == YAML_SEQUENCE_START_EVENT ? read_list(reader, event->start_mark)
                                                                      : read_map(reader, event->start_mark);
    reader->depth--;
    return node;
}

/* Reads up to the end of the stream: nothing, or one document. */
static bool read_stream(struct reader *reader)
{
    unsigned documents = 0;
    for (;;) {
        yaml_event_t event;
        if (!next_event(reader, &event))
            return false;
        bool good = true, done = event.type == YAML_STREAM_END_EVENT;
        if (event.type == YAML_DOCUMENT_START_EVENT) {
            good = ++documents == 1;
            if (!good)
                problem_at_mark(reader, event.start_mark, "split the file", "a second document");
        } else if (!done && event.type != YAML_STREAM_START_EVENT && event.type != YAML_DOCUMENT_END_EVENT) {
            reader->tree->root = read_node(reader, &event);
            good = reader->tree->root != NULL;
        }
        yaml_event_delete(&event);
        if (done || !good)
            return good;
    }
}

static void tree_begin(struct yaml_tree *tree, const char *name)
{
    *tree = (struct yaml_tree){0};
    arena_init(&tree->arena);
    tree->file = arena_strdup(&tree->arena, name);
}

bool yaml_read_string(struct yaml_tree *tree, const char *name, const char *text, size_t length,
                      struct problems *problems)
{
    struct reader reader = {.tree = tree, .problems = problems, .text = text, .length = length};
    tree_begin(tree, name);
    if (!yaml_parser_initialize(&reader.parser))
        die_out_of_memory(sizeof reader.parser);
    yaml_parser_set_input_string(&reader.parser, (const unsigned char *)text, length);
    bool good = read_stream(&reader);
    yaml_parser_delete(&reader.parser);
    if (!good)
        yaml_tree_free(tree);
    else if (tree->root && tree->root->kind == YAML_NULL)
        tree->root = NULL;
    return good;
}

bool yaml_read_file(struct yaml_tree *tree, const char *path, struct problems *problems)
{
    size_t length;
    char *text = file_read(path, LARGEST_FILE, &length);
    if (!text) {
        *tree = (struct yaml_tree){0};
        problems_add(problems, SEVERITY_ERROR, (struct place){.file = path},
                     errno == EFBIG ? "split it into files below 64 MiB" : "check the path and its permissions",
                     "cannot be read: %s", strerror(errno));
        return false;
    }
    bool good = yaml_read_string(tree, path, text, length, problems);
    free(text);
    return good;
}

void yaml_tree_free(struct yaml_tree *tree)
{
    arena_free(&tree->arena);
    *tree = (struct yaml_tree){0};
}
