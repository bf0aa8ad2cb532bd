/* Typed values of a YAML tree. */
#include "base/suggest.h"
#include "base/text.h"
#include "base/yaml_tree.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

const struct yaml_node *yaml_get(const struct yaml_node *map, const char *key)
{
    if (!map || map->kind != YAML_MAP)
        return NULL;
    for (size_t i = 0; i < map->count; i++)
        if (strcmp(map->keys[i]->scalar, key) == 0)
            return map->items[i];
    return NULL;
}

/* "a list", "\"abc\"": what a node is, for the message. */
static void add_found(struct text *text, const struct yaml_node *node)
{
    if (!node || node->kind == YAML_NULL)
        text_add(text, "nothing");
    else if (node->kind == YAML_LIST)
        text_add(text, "a list");
    else if (node->kind == YAML_MAP)
        text_add(text, "a map");
    else
        text_printf(text, "%s\"%.40s\"", node->quoted ? "the string " : "", node->scalar);
}

static bool wrong_type(const struct yaml_tree *tree, const struct yaml_node *node, const char *what, const char *wanted,
                       struct problems *problems)
{
    struct text found = {0};
    add_found(&found, node);
    yaml_problem(tree, node, problems, NULL, "%s must be %s, and here is %s", what, wanted, text_string(&found));
    text_free(&found);
    return false;
}

static bool is_plain_scalar(const struct yaml_node *node)
{
    return node && node->kind == YAML_SCALAR && !node->quoted;
}

bool yaml_string(const struct yaml_tree *tree, const struct yaml_node *node, const char *what, const char **value,
                 struct problems *problems)
{
    if (!node || node->kind != YAML_SCALAR)
        return wrong_type(tree, node, what, "a string", problems);
    *value = node->scalar;
    return true;
}

bool yaml_number(const struct yaml_tree *tree, const struct yaml_node *node, const char *what, double *value,
                 struct problems *problems)
{
    /* strtod would also take hexadecimal, "inf" and "nan". */
    if (is_plain_scalar(node) && strspn(node->scalar, "0123456789+-.eE") == strlen(node->scalar)) {
        char *end;
        double number = strtod(node->scalar, &end);
        if (end != node->scalar && *end == '\0' && isfinite(number)) {
            *value = number;
            return true;
        }
    }
    return wrong_type(tree, node, what, "a number", problems);
}

/* Decimal, or hexadecimal after 0x. A leading zero is octal to some and decimal to others: neither here. */
static bool parse_integer(const char *text, int64_t *value)
{
    const char *digits = text + (*text == '-' || *text == '+');
    bool hexadecimal = digits[0] == '0' && (digits[1] == 'x' || digits[1] == 'X');
    const char *first = digits + (hexadecimal ? 2 : 0);
    const char *allowed = hexadecimal ? "0123456789abcdefABCDEF" : "0123456789";
    if (*first == '\0' || strspn(first, allowed) != strlen(first))
        return false;
    if (!hexadecimal && digits[0] == '0' && digits[1] != '\0')
        return false;
    errno = 0;
    *value = strtoll(text, NULL, hexadecimal ? 16 : 10);
    return errno == 0;
}

bool yaml_integer(const struct yaml_tree *tree, const struct yaml_node *node, const char *what, int64_t *value,
                  struct problems *problems)
{
    int64_t number;
    if (is_plain_scalar(node) && parse_integer(node->scalar, &number)) {
        *value = number;
        return true;
    }
    return wrong_type(tree, node, what, "a whole number (decimal, or hexadecimal after 0x)", problems);
}

bool yaml_boolean(const struct yaml_tree *tree, const struct yaml_node *node, const char *what, bool *value,
                  struct problems *problems)
{
    bool is_true = is_plain_scalar(node) && strcmp(node->scalar, "true") == 0;
    bool is_false = is_plain_scalar(node) && strcmp(node->scalar, "false") == 0;
    if (!is_true && !is_false)
        return wrong_type(tree, node, what, "true or false", problems);
    *value = is_true;
    return true;
}

static bool is_one_of(const char *name, const char *const *allowed)
{
    for (; *allowed; allowed++)
        if (strcmp(name, *allowed) == 0)
            return true;
    return false;
}

static void add_unknown_key(const struct yaml_tree *tree, const struct yaml_node *key, const char *what,
                            const char *const *allowed, struct problems *problems)
{
    struct text advice = {0};
    const char *near = suggest(key->scalar, allowed);
    if (near) {
        text_printf(&advice, "did you mean \"%s\"?", near);
    } else {
        text_add(&advice, "it may have:");
        for (size_t i = 0; allowed[i]; i++)
            text_printf(&advice, "%s %s", i ? "," : "", allowed[i]);
    }
    yaml_problem(tree, key, problems, text_string(&advice), "%s has no key \"%.60s\"", what, key->scalar);
    text_free(&advice);
}

bool yaml_check_keys(const struct yaml_tree *tree, const struct yaml_node *node, const char *what,
                     const char *const *allowed, struct problems *problems)
{
    if (!node || node->kind != YAML_MAP)
        return wrong_type(tree, node, what, "a map (key: value)", problems);
    bool good = true;
    for (size_t i = 0; i < node->count; i++) {
        if (is_one_of(node->keys[i]->scalar, allowed))
            continue;
        add_unknown_key(tree, node->keys[i], what, allowed, problems);
        good = false;
    }
    return good;
}
