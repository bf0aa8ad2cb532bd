/* Small trees of summaries to link, and questions to the result. */
#ifndef TESTS_UNIT_ANALYZER_LINKED_TREE_H
#define TESTS_UNIT_ANALYZER_LINKED_TREE_H

#include "analyzer/program.h"
#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

/* ---- summaries to link ---- */

#define MOST_UNITS 16

struct tree {
    struct summary summaries[MOST_UNITS];
    unsigned count;
};

static inline struct summary *add_unit_with(struct tree *tree, const char *name, const char *flags_key)
{
    assert_true(tree->count < MOST_UNITS);
    struct summary *summary = &tree->summaries[tree->count++];
    summary_init(summary);
    for (unsigned i = 0; i < tree->count; i++) /* the same string gets another number in each unit */
        names_add_length(&summary->names, "0123456789abcdef", i);
    summary->unit = names_add(&summary->names, name);
    summary->flags_key = names_add(&summary->names, flags_key);
    return summary;
}

static inline struct summary *add_unit(struct tree *tree, const char *name)
{
    return add_unit_with(tree, name, "");
}

/* A function of a file with calls of `callees` (separated by blanks); "&g" refers to a variable instead. A callee with
 * '#' is the id of a static function. `weight` makes bodies differ. */
static inline struct function *add_function(struct summary *summary, const char *file, const char *name, uint32_t flags,
                                            const char *callees, int64_t weight)
{
    struct names *names = &summary->names;
    struct function function = {.flags = flags, .line = 10 + summary->functions.count};
    struct text id = {0};
    text_printf(&id, "%s#%s", file, name);
    function.file = names_add(names, file);
    function.id = names_add(names, id.string);
    function.name = names_add(names, name);
    function.symbol = flags & FUNCTION_STATIC ? function.id : function.name;
    if (strcmp(file, names_string(names, summary->unit)) != 0)
        function.flags |= FUNCTION_IN_HEADER;
    array_push(&function.values, (struct value){.kind = VALUE_INTEGER, .number = weight});
    array_push(&function.nodes, (struct node){.kind = NODE_SEQUENCE, .end = 1});
    char *copy = must_strdup(callees), *rest = copy;
    for (char *callee; (callee = strtok_r(rest, " ", &rest));) {
        if (*callee == '&') {
            array_push(&function.slots, (struct slot){SLOT_GLOBAL, SLOT_ANY, 0, names_add(names, callee + 1)});
            continue;
        }
        array_push(&function.values, (struct value){.kind = VALUE_FUNCTION, .name = names_add(names, callee)});
        array_push(&function.calls, (struct call){.callee = function.values.count - 1, .line = function.line});
        array_push(&function.nodes, (struct node){.kind = NODE_CALL,
                                                  .line = function.line,
                                                  .end = function.nodes.count + 1,
                                                  .a = function.calls.count - 1});
        function.nodes.items[0].end = function.nodes.count;
    }
    free(copy);
    text_free(&id);
    assert_null(function_check(&function));
    function.body_hash = function_body_hash(names, &function);
    array_push(&summary->functions, function);
    return array_last(&summary->functions);
}

static inline void define(struct summary *summary, const char *name, const char *callees)
{
    const char *unit = names_string(&summary->names, summary->unit);
    add_function(summary, unit, name, strcmp(name, "main") == 0 ? FUNCTION_MAIN : 0, callees, 0);
}

static inline void link_tree(struct linked *linked, struct tree *tree)
{
    link_summaries(linked, tree->summaries, tree->count, NULL);
}

static inline void free_all(struct linked *linked, struct tree *tree)
{
    linked_free(linked);
    for (unsigned i = 0; i < tree->count; i++)
        summary_free(&tree->summaries[i]);
}

/* ---- asking the result ---- */

static inline const struct program *program_of(const struct linked *linked, const char *name)
{
    for (array_each(const struct program, program, &linked->programs))
        if (strcmp(names_string(&linked->names, program->name), name) == 0)
            return program;
    fail_msg("no program %s", name);
    return NULL;
}

/* Units of a program, separated by blanks. */
static inline void assert_units(const struct linked *linked, const char *program, const char *expected)
{
    struct text units = {0};
    for (array_each(const uint32_t, unit, &program_of(linked, program)->units))
        text_printf(&units, "%s%s", units.length ? " " : "",
                    names_string(&linked->names, linked->units.items[*unit].name));
    assert_string_equal(text_string(&units), expected);
    text_free(&units);
}

static inline void assert_functions(const struct linked *linked, const char *program, const char *expected)
{
    struct text ids = {0};
    for (array_each(const uint32_t, function, &program_of(linked, program)->functions))
        text_printf(&ids, "%s%s", ids.length ? " " : "",
                    names_string(&linked->names, linked->functions.items[*function].body.id));
    assert_string_equal(text_string(&ids), expected);
    text_free(&ids);
}

/* The id of what a symbol means in a program; "" for nothing. */
static inline const char *meaning(const struct linked *linked, const char *program, const char *symbol)
{
    uint32_t function = program_definition(program_of(linked, program), names_find(&linked->names, symbol));
    return function == NO_FUNCTION ? "" : names_string(&linked->names, linked->functions.items[function].body.id);
}

static inline const struct linked_function *function_of(const struct linked *linked, const char *id)
{
    for (array_each(const struct linked_function, function, &linked->functions))
        if (strcmp(names_string(&linked->names, function->body.id), id) == 0)
            return function;
    fail_msg("no function %s", id);
    return NULL;
}

#endif
