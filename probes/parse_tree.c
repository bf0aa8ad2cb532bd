/* parse-tree: a hand-written parser that allocates every node and every name. */
#include "probes/inputs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { NODES = 2000, LONGEST_NODE = 16, DEEPEST = 24 };

struct node {
    char *name;
    struct node *child, *next;
};

/* Nested lists of words: (abc(de f)(g)) */
static int tree_prepare(struct concprobe_call *call)
{
    char *text = malloc((size_t)NODES * LONGEST_NODE + DEEPEST + 1);
    if (!text)
        return ENOMEM;
    size_t at = 0, depth = 0;
    for (uint64_t i = 0; i < NODES; i++) {
        uint64_t random = concprobe_random(call, i);
        if (random % 3 == 0 && depth < DEEPEST) {
            text[at++] = '(';
            depth++;
        } else if (random % 3 == 1 && depth > 0) {
            text[at++] = ')';
            depth--;
        }
        for (uint64_t letters = 3 + (random >> 8) % 8; letters; letters--)
            text[at++] = (char)('a' + (random >> letters * 4) % 26);
        text[at++] = ' ';
    }
    for (; depth; depth--)
        text[at++] = ')';
    text[at] = '\0';
    call->run = text;
    return 0;
}

static void free_nodes(struct node *node)
{
    while (node) {
        struct node *next = node->next;
        free_nodes(node->child);
        free(node->name);
        free(node);
        node = next;
    }
}

/* Reads nodes up to a closing parenthesis or the end; `*failed` where memory is out. */
static struct node *parse_nodes(const char **text, int *failed)
{
    struct node *first = NULL, **end = &first;
    for (;;) {
        *text += strspn(*text, " ");
        if (**text == '\0' || **text == ')')
            return first;
        struct node *node = calloc(1, sizeof *node);
        if (!node) {
            *failed = ENOMEM;
            return first;
        }
        *end = node;
        end = &node->next;
        if (**text == '(') {
            (*text)++;
            node->child = parse_nodes(text, failed);
            *text += **text == ')';
        } else {
            size_t length = strcspn(*text, " ()");
            node->name = strndup(*text, length);
            *text += length;
        }
    }
}

static void count_nodes(const struct node *node, uint64_t counts[2])
{
    for (; node; node = node->next) {
        counts[0]++;
        counts[1] += node->name ? strlen(node->name) : 0;
        count_nodes(node->child, counts);
    }
}

static int tree_call(struct concprobe_call *call)
{
    const char *text = call->run;
    int failed = 0;
    struct node *tree = parse_nodes(&text, &failed);
    uint64_t counts[3] = {0, 0, call->number};
    count_nodes(tree, counts);
    free_nodes(tree);
    return failed ? failed : concprobe_result(call, counts, sizeof counts);
}

const struct concprobe_probe probe_parse_tree = {
    .abi = CONCPROBE_ABI,
    .name = "parse-tree",
    .summary = "parses 2,000 nodes, each allocated by itself",
    .stands_for = "compilers, interpreters, document trees: as much malloc and free as computing",
    .call = tree_call,
    .run_start = tree_prepare,
    .run_stop = input_free_run,
};
