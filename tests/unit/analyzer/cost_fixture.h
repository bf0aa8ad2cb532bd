/* Small programs that are built by hand, solved with the shipped knowledge and the real value flow, and what they cost.
 */
#ifndef TESTS_COST_FIXTURE_H
#define TESTS_COST_FIXTURE_H

#include "analyzer/cost.h"
#include "tests/unit/analyzer/skeleton.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#define MOST_FUNCTIONS 16

struct fixture {
    struct knowledge *knowledge;
    struct problems problems;
    struct summary summary;
    struct linked linked;
    struct flow *flow;
    struct costs *costs;
};

UNUSED_FUNCTION static int begin(void **state)
{
    struct fixture *fixture = must_malloc(sizeof *fixture);
    *fixture = (struct fixture){0};
    fixture->knowledge = knowledge_load(SOURCE_DIR "/knowledge", &fixture->problems);
    assert_non_null(fixture->knowledge);
    summary_init(&fixture->summary);
    fixture->summary.unit = names_add(&fixture->summary.names, "a.c");
    array_reserve(&fixture->summary.functions, MOST_FUNCTIONS); /* pointers to functions stay good */
    *state = fixture;
    return 0;
}

UNUSED_FUNCTION static int end(void **state)
{
    struct fixture *fixture = *state;
    costs_free(fixture->costs);
    flow_free(fixture->flow);
    linked_free(&fixture->linked);
    summary_free(&fixture->summary);
    knowledge_free(fixture->knowledge);
    problems_free(&fixture->problems);
    free(fixture);
    return 0;
}

/* ---- building ---- */

/* A function with an open body; close_function ends it. */
UNUSED_FUNCTION static struct function *open_function(struct fixture *fixture, const char *name, uint32_t parameters)
{
    struct names *names = &fixture->summary.names;
    struct function function = {.line = 10 * (fixture->summary.functions.count + 1)};
    struct text id = {0};
    text_printf(&id, "a.c#%s", name);
    function.id = names_add(names, id.string);
    text_free(&id);
    function.name = function.symbol = names_add(names, name);
    function.file = fixture->summary.unit;
    function.flags = strcmp(name, "main") == 0 ? FUNCTION_MAIN : 0;
    for (uint32_t i = 0; i < parameters; i++)
        array_push(&function.parameters, (struct parameter){.name = names_add(names, "p")});
    open_node(&function, NODE_SEQUENCE, 0, 0);
    assert_true(fixture->summary.functions.count < MOST_FUNCTIONS);
    array_push(&fixture->summary.functions, function);
    return array_last(&fixture->summary.functions);
}

UNUSED_FUNCTION static void close_function(struct fixture *fixture, struct function *function)
{
    close_node(function, 0);
    assert_null(function_check(function));
    function->body_hash = function_body_hash(&fixture->summary.names, function);
}

UNUSED_FUNCTION static uint32_t function_value(struct fixture *fixture, struct function *function, const char *name)
{
    name_id symbol = names_add(&fixture->summary.names, name);
    array_push(&function->values, (struct value){.kind = VALUE_FUNCTION, .name = symbol});
    return function->values.count - 1;
}

/* Calls a function by name with at most two arguments (SUMMARY_NONE: absent). */
UNUSED_FUNCTION static void add_named_call(struct fixture *fixture, struct function *function, const char *name,
                                           uint32_t first, uint32_t second)
{
    add_call(function, function_value(fixture, function, name));
    if (first != SUMMARY_NONE)
        add_argument(function, first);
    if (second != SUMMARY_NONE)
        add_argument(function, second);
}

UNUSED_FUNCTION static void define(struct fixture *fixture, const char *name, const char *callee)
{
    struct function *function = open_function(fixture, name, 0);
    if (callee)
        add_named_call(fixture, function, callee, SUMMARY_NONE, SUMMARY_NONE);
    close_function(fixture, function);
}

UNUSED_FUNCTION static void solve(struct fixture *fixture)
{
    link_summaries(&fixture->linked, &fixture->summary, 1, fixture->knowledge);
    const struct program *program = &fixture->linked.programs.items[0];
    fixture->flow = flow_solve(&fixture->linked, program, fixture->knowledge);
    fixture->costs = costs_solve(&fixture->linked, program, fixture->flow, fixture->knowledge,
                                 knowledge_profile(fixture->knowledge, "server-lan"));
}

/* ---- asking ---- */

UNUSED_FUNCTION static const struct cost_entry *entry_of(const struct fixture *fixture, const char *name)
{
    for (uint32_t i = 0; i < fixture->linked.functions.count; i++)
        if (strcmp(names_string(&fixture->linked.names, fixture->linked.functions.items[i].body.name), name) == 0)
            return costs_function(fixture->costs, i);
    fail_msg("no function %s", name);
    return NULL;
}

UNUSED_FUNCTION static enum class_kind class_of(const struct fixture *fixture, const char *name)
{
    struct classification classification;
    classify(knowledge_expectations(fixture->knowledge), &entry_of(fixture, name)->total, 1, &classification);
    return classification.class_kind;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

#endif
