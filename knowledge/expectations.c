/* Reads what the cost pass expects: a number with its source for every row of expectations.def. */
#include "knowledge/internal.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

struct row {
    const char *name;
    const char *unit;
    size_t offset; /* of its number in struct expectations */
};

static const struct row rows[] = {
#define EXPECTATION(field, name, unit, text) {name, unit, offsetof(struct expectations, field)},
#include "knowledge/expectations.def"
};

#define ROW_COUNT (sizeof rows / sizeof rows[0])

static const char *const row_names[] = {
#define EXPECTATION(field, name, unit, text) name,
#include "knowledge/expectations.def"
    NULL};

bool knowledge_expect(struct knowledge *knowledge, const char *name, double value)
{
    for (size_t row = 0; row < ROW_COUNT; row++) {
        if (strcmp(rows[row].name, name) != 0)
            continue;
        bool share = strcmp(rows[row].unit, "probability") == 0;
        if (!isfinite(value) || value < 0 || (share ? value > 1 : value == 0))
            return false;
        memcpy((char *)&knowledge->expectations + rows[row].offset, &value, sizeof value);
        return true;
    }
    return false;
}

/* {value: 0.95, source: "…"} */
static bool parse_expectation(struct parse *parse, const struct yaml_node *key, const struct yaml_node *node)
{
    static const char *const keys[] = {"value", "source", NULL};
    const char *source;
    double value;
    if (!yaml_check_keys(parse->tree, node, key->scalar, keys, parse->problems))
        return false;
    const struct yaml_node *number = yaml_get(node, "value"), *text = yaml_get(node, "source");
    if (!number || !text) {
        yaml_problem(parse->tree, node, parse->problems, NULL, "`%s` needs a `value` and a `source`", key->scalar);
        return false;
    }
    if (!yaml_number(parse->tree, number, "value", &value, parse->problems) ||
        !yaml_string(parse->tree, text, "source", &source, parse->problems))
        return false;
    if (knowledge_expect(parse->knowledge, key->scalar, value))
        return true;
    yaml_problem(parse->tree, number, parse->problems, "a probability is from 0 to 1, any other number above 0",
                 "`%s` is out of range", key->scalar);
    return false;
}

bool parse_expectations(struct parse *parse)
{
    const struct yaml_node *root = parse->tree->root;
    if (!yaml_check_keys(parse->tree, root, "the expectations", row_names, parse->problems))
        return false;
    bool fine = true;
    for (size_t i = 0; i < root->count; i++)
        fine = parse_expectation(parse, root->keys[i], root->items[i]) && fine;
    for (size_t row = 0; row < ROW_COUNT; row++) {
        if (yaml_get(root, rows[row].name))
            continue;
        yaml_problem(parse->tree, root, parse->problems, "add it: every number counts",
                     "the expectation `%s` is missing", rows[row].name);
        fine = false;
    }
    return fine;
}

const struct expectations *knowledge_expectations(const struct knowledge *knowledge)
{
    return &knowledge->expectations;
}
