/* Value flow: what may be in a value, for all calls together and for one call by its binding; bounds; registrations. */
#include "analyzer/flow.h"
#include "tests/unit/analyzer/source.h"

struct fixture {
    struct tree tree;
    struct knowledge *knowledge;
    struct problems problems;
    struct summary summary;
    struct linked linked;
    struct flow *flow;
    struct arena arena;
};

static int setup(void **state)
{
    struct fixture *fixture = must_malloc(sizeof *fixture);
    memset(fixture, 0, sizeof *fixture);
    tree_make(&fixture->tree);
    arena_init(&fixture->arena);
    fixture->knowledge = knowledge_load(SOURCE_DIR "/knowledge", &fixture->problems);
    assert_non_null(fixture->knowledge);
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    flow_free(fixture->flow);
    linked_free(&fixture->linked);
    summary_free(&fixture->summary);
    knowledge_free(fixture->knowledge);
    problems_free(&fixture->problems);
    arena_free(&fixture->arena);
    tree_remove(&fixture->tree);
    free(fixture);
    return 0;
}

static void solve(struct fixture *fixture, const char *text)
{
    source_summary(&fixture->tree, text, 0, &fixture->summary);
    link_summaries(&fixture->linked, &fixture->summary, 1, fixture->knowledge);
    assert_int_equal(fixture->linked.programs.count, 1);
    fixture->flow = flow_solve(&fixture->linked, &fixture->linked.programs.items[0], fixture->knowledge);
}

static uint32_t find(const struct fixture *fixture, const char *name)
{
    for (uint32_t i = 0; i < fixture->linked.functions.count; i++)
        if (strcmp(names_string(&fixture->linked.names, fixture->linked.functions.items[i].body.name), name) == 0)
            return i;
    fail_msg("there is no function %s", name);
    return NO_FUNCTION;
}

/* What argument `argument` of the function's call number `call` may be. */
static struct value_set argument(struct fixture *fixture, const char *name, uint32_t call, uint32_t argument,
                                 const struct binding *binding)
{
    uint32_t function = find(fixture, name);
    const struct function *body = &fixture->linked.functions.items[function].body;
    assert_true(call < body->calls.count);
    uint32_t value = body->arguments.items[body->calls.items[call].first_argument + argument];
    struct value_set set;
    flow_value(fixture->flow, function, value, binding, &fixture->arena, &set);
    return set;
}

static void targets_come_through_members(void **state)
{
    struct fixture *fixture = *state;
    solve(fixture, "struct o { int (*run)(int); int (*stop)(int); };\n"
                   "static int a(int x) { return x; }\nstatic int b(int x) { return -x; }\n"
                   "static struct o o = {.run = a, .stop = b};\n"
                   "int main(void) { struct o *p = &o; return p->run(1) + p->stop(2); }\n");
    struct call_targets targets;
    flow_call_targets(fixture->flow, find(fixture, "main"), 0, NULL, &fixture->arena, &targets);
    assert_int_equal(targets.function_count, 1);
    assert_int_equal(targets.functions[0], find(fixture, "a"));
    assert_true(targets.complete);
    struct flow_counts counts;
    flow_count(fixture->flow, &counts);
    assert_int_equal(counts.indirect_sites, 2);
    assert_int_equal(counts.indirect_resolved, 2);
}

static void a_binding_sees_one_call_alone(void **state)
{
    struct fixture *fixture = *state;
    solve(fixture, "extern int use(int);\nstatic int f(int x) { int y = x; return use(y); }\n"
                   "int main(void) { return f(1) + f(2); }\n");
    struct value_set all = argument(fixture, "f", 0, 0, NULL);
    assert_int_equal(all.constant_count, 2);
    struct value_set two = {.constants = {2}, .constant_count = 1};
    struct binding binding = {.count = 1, .values = &two};
    struct value_set one = argument(fixture, "f", 0, 0, &binding);
    assert_int_equal(one.constant_count, 1);
    assert_int_equal(one.constants[0], 2);
    assert_false(one.other);
}

static void more_constants_than_the_bound_are_any(void **state)
{
    struct fixture *fixture = *state;
    solve(fixture, "extern int use(int);\nstatic int f(int x) { return use(x); }\n"
                   "int main(void) { return f(1) + f(2) + f(3) + f(4) + f(5); }\n");
    struct value_set set = argument(fixture, "f", 0, 0, NULL);
    assert_true(set.other);
    assert_int_equal(set.constant_count, 0);
}

static void descriptors_have_kinds_and_modes(void **state)
{
    struct fixture *fixture = *state;
    solve(fixture, "extern int socket(int, int, int), pipe(int *), fcntl(int, int, ...);\n"
                   "extern long read(int, void *, unsigned long);\n"
                   "static void unblock(int fd) { fcntl(fd, 4, fcntl(fd, 3) | 04000); }\n"
                   "int main(void) { int e[2]; char c; int s = socket(2, 1, 0), n = socket(2, 1, 0);\n"
                   "  pipe(e); unblock(n); read(s, &c, 1); read(n, &c, 1); read(e[0], &c, 1); return 0; }\n");
    assert_int_equal(argument(fixture, "main", 4, 0, NULL).fds, FD_BIT(FD_NETWORK, false));
    assert_int_equal(argument(fixture, "main", 5, 0, NULL).fds, FD_BIT(FD_NETWORK, true));
    struct value_set end = argument(fixture, "main", 6, 0, NULL);
    assert_int_equal(end.fds, FD_BIT(FD_PIPE, false));
    assert_false(end.other);
}

static void pointers_move_in_their_object(void **state)
{
    struct fixture *fixture = *state;
    solve(fixture, "static int a(void) { return 1; }\nstatic int b(void) { return 2; }\n"
                   "static int (*table[])(void) = {a, b};\n"
                   "int main(int n, char **v) { int (**p)(void) = table + n; p++; return (*p)() + !v; }\n");
    struct call_targets targets;
    flow_call_targets(fixture->flow, find(fixture, "main"), 0, NULL, &fixture->arena, &targets);
    assert_int_equal(targets.function_count, 2);
    assert_true(targets.complete);
}

static void what_nobody_filled_is_any(void **state)
{
    struct fixture *fixture = *state;
    solve(fixture, "extern int use(int), outside; extern void set(int *);\n"
                   "int f(int x) { int y = 0; set(&y); use(x); use(outside); return use(y); }\n");
    assert_true(argument(fixture, "f", 1, 0, NULL).other);
    assert_true(argument(fixture, "f", 2, 0, NULL).other);
    struct value_set filled = argument(fixture, "f", 3, 0, NULL);
    assert_true(filled.other);
    assert_int_equal(filled.constant_count, 1);
}

static void threads_are_registered_with_their_data(void **state)
{
    struct fixture *fixture = *state;
    solve(fixture, "extern int pthread_create(unsigned long *, const void *, void *(*)(void *), void *);\n"
                   "extern void use(void *);\nstatic int g;\n"
                   "static void *run(void *p) { use(p); return p; }\n"
                   "int main(void) { unsigned long t; return pthread_create(&t, 0, run, &g); }\n");
    uint32_t count;
    const struct registration *entries = flow_registrations(fixture->flow, &count);
    assert_int_equal(count, 1);
    assert_int_equal(entries[0].function, find(fixture, "run"));
    assert_int_equal(entries[0].when, CALLBACK_THREAD);
    assert_int_equal(entries[0].registrar, find(fixture, "main"));
    assert_int_equal(argument(fixture, "run", 0, 0, NULL).address_count, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(targets_come_through_members, setup, teardown),
        cmocka_unit_test_setup_teardown(a_binding_sees_one_call_alone, setup, teardown),
        cmocka_unit_test_setup_teardown(more_constants_than_the_bound_are_any, setup, teardown),
        cmocka_unit_test_setup_teardown(descriptors_have_kinds_and_modes, setup, teardown),
        cmocka_unit_test_setup_teardown(pointers_move_in_their_object, setup, teardown),
        cmocka_unit_test_setup_teardown(what_nobody_filled_is_any, setup, teardown),
        cmocka_unit_test_setup_teardown(threads_are_registered_with_their_data, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
