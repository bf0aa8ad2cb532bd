/* YAML as a tree in which every node knows its place (libyaml's parser, our tree).
 *
 * Ownership: the tree owns its nodes and strings; yaml_tree_free releases all. Anchors, aliases and merge keys ("<<")
 * are refused with a message, as are duplicate keys. Depth is limited to 64, size to 64 MiB.
 */
#ifndef BASE_YAML_TREE_H
#define BASE_YAML_TREE_H

#include "base/arena.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum yaml_kind { YAML_NULL, YAML_SCALAR, YAML_LIST, YAML_MAP };

struct yaml_node {
    enum yaml_kind kind;
    unsigned line;      /* from 1 */
    unsigned column;    /* from 1 */
    const char *scalar; /* YAML_SCALAR: its text; YAML_NULL: "" */
    bool quoted;        /* a quoted scalar is a string whatever it looks like */
    size_t count;       /* items of a list, pairs of a map */
    struct yaml_node **items;
    struct yaml_node **keys; /* YAML_MAP: scalars, same order as items */
};

struct yaml_tree {
    struct arena arena;
    const char *file;
    struct yaml_node *root; /* NULL: an empty document */
};

/* Reads one document. On a mistake: adds a problem with file:line:column and returns false; `tree` is then empty. */
bool yaml_read_file(struct yaml_tree *tree, const char *path, struct problems *problems);
bool yaml_read_string(struct yaml_tree *tree, const char *name, const char *text, size_t length,
                      struct problems *problems);
void yaml_tree_free(struct yaml_tree *tree);
#define yaml_free yaml_tree_free /* the name itself is taken by libyaml */

/* A map's value, or NULL. */
const struct yaml_node *yaml_get(const struct yaml_node *map, const char *key);

/* Typed readers: false, with a problem at the node's place, if it is something else. `what` names it for the message.
 */
bool yaml_string(const struct yaml_tree *tree, const struct yaml_node *node, const char *what, const char **value,
                 struct problems *problems);
bool yaml_number(const struct yaml_tree *tree, const struct yaml_node *node, const char *what, double *value,
                 struct problems *problems);
bool yaml_integer(const struct yaml_tree *tree, const struct yaml_node *node, const char *what, int64_t *value,
                  struct problems *problems);
bool yaml_boolean(const struct yaml_tree *tree, const struct yaml_node *node, const char *what, bool *value,
                  struct problems *problems);

/* Checks that a node is a map with these keys only (NULL-terminated); an unknown key is a problem that names the
 * nearest valid one. */
bool yaml_check_keys(const struct yaml_tree *tree, const struct yaml_node *node, const char *what,
                     const char *const *allowed, struct problems *problems);

/* Adds a problem at a node's place. */
void yaml_problem(const struct yaml_tree *tree, const struct yaml_node *node, struct problems *problems,
                  const char *advice, const char *format, ...) __attribute__((format(printf, 5, 6)));

#endif
