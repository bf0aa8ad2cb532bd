/* Units of work of a small tree: kinds, sites, owners, trip counts, and to which unit other functions belong. */
#include "analyzer/analyzer.h"
#include "tests/unit/analyzer/tree.h"

struct fixture {
    struct tree tree;
    struct knowledge *knowledge;
    struct problems problems;
    struct result result;
};

static int setup(void **state)
{
    struct fixture *fixture = must_malloc(sizeof *fixture);
    memset(fixture, 0, sizeof *fixture);
    tree_make(&fixture->tree);
    fixture->knowledge = knowledge_load(SOURCE_DIR "/knowledge", &fixture->problems);
    assert_non_null(fixture->knowledge);
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    result_free(&fixture->result);
    knowledge_free(fixture->knowledge);
    problems_free(&fixture->problems);
    tree_remove(&fixture->tree);
    free(fixture);
    return 0;
}

static void run(struct fixture *fixture, const char *text, const char *named)
{
    const char *paths[] = {tree_write(&fixture->tree, "unit.c", text)};
    const char *flags[] = {"cc", "-std=gnu17"};
    struct analyzer_options options = {.paths = paths,
                                       .path_count = 1,
                                       .fixed_flags = flags,
                                       .fixed_flag_count = 2,
                                       .workers = 1,
                                       .named_units = &named,
                                       .named_unit_count = named != NULL};
    assert_true(analyze(&options, fixture->knowledge, &fixture->result));
}

static const char *name_of(const struct fixture *fixture, uint32_t function)
{
    return fixture->result.functions[function].name;
}

#define PRELUDE                                                                                                        \
    "extern unsigned sleep(unsigned);\n"                                                                               \
    "extern int pthread_create(unsigned long *, const void *, void *(*)(void *), void *);\n"                           \
    "struct pollfd { int fd; short events, revents; };\n"                                                              \
    "extern int poll(struct pollfd *, unsigned long, int);\n"                                                          \
    "static int helper(int x) { sleep(1); return x; }\n"

static void calls_in_loops(void **state)
{
    struct fixture *fixture = *state;
    run(fixture,
        PRELUDE "static int item(int x) { return helper(x); }\n"
                "int main(void) {\n"
                "  int n = 0;\n"
                "  for (int i = 0; i < 12; i++)\n"
                "    n += item(i);\n"
                "  return n; }\n",
        NULL);
    assert_int_equal(fixture->result.unit_count, 1);
    const struct unit *unit = &fixture->result.units[0];
    assert_int_equal(unit->kind, UNIT_LOOP_CALL);
    assert_string_equal(name_of(fixture, unit->function), "item");
    assert_string_equal(name_of(fixture, unit->owner), "main");
    assert_int_equal(unit->site.line, 10);
    assert_true(unit->trip_known);
    assert_float_equal(unit->trip_count, 12, 0.01);
    assert_string_equal(unit->blocking_call, "sleep");
    for (uint32_t i = 0; i < fixture->result.function_count; i++) {
        const struct function_result *function = &fixture->result.functions[i];
        bool belongs = strcmp(function->name, "main") != 0;
        assert_int_equal(function->belongs_to, belongs ? 0 : -1);
    }
}

static void what_a_turn_passes_to_the_next_is_no_unit(void **state)
{
    struct fixture *fixture = *state;
    run(fixture,
        PRELUDE "int main(void) {\n"
                "  int state = 1;\n"
                "  for (int i = 0; i < 12; i++) {\n"
                "    int next = helper(state);\n"
                "    state = next + 1;\n"
                "  }\n"
                "  return state; }\n",
        NULL);
    assert_int_equal(fixture->result.unit_count, 0);
}

static void threads_and_handlers(void **state)
{
    struct fixture *fixture = *state;
    run(fixture,
        PRELUDE "struct source { void (*ready)(int); };\n"
                "static struct source sources[4];\n"
                "static void ready(int fd) { helper(fd); }\n"
                "static void *entry(void *p) { helper(2); return p; }\n"
                "int main(void) {\n"
                "  struct pollfd p[4]; unsigned long t;\n"
                "  pthread_create(&t, 0, entry, 0);\n"
                "  sources[0].ready = ready;\n"
                "  while (poll(p, 4, -1) > 0)\n"
                "    for (int i = 0; i < 4; i++)\n"
                "      sources[i].ready(p[i].fd);\n"
                "  return 0; }\n",
        NULL);
    assert_int_equal(fixture->result.unit_count, 2);
    bool handler = false, thread = false;
    for (uint32_t i = 0; i < 2; i++) {
        const struct unit *unit = &fixture->result.units[i];
        const char *name = name_of(fixture, unit->function);
        handler =
            handler || (unit->kind == UNIT_HANDLER && unit->context == CONTEXT_EVENT_LOOP && !strcmp(name, "ready"));
        thread =
            thread || (unit->kind == UNIT_THREAD_ENTRY && unit->context == CONTEXT_NATIVE && !strcmp(name, "entry"));
    }
    assert_true(handler);
    assert_true(thread);
}

static void what_the_user_names(void **state)
{
    struct fixture *fixture = *state;
    run(fixture, PRELUDE "int main(void) { return helper(1); }\n", "helper");
    assert_int_equal(fixture->result.unit_count, 1);
    assert_int_equal(fixture->result.units[0].kind, UNIT_NAMED);
    assert_string_equal(name_of(fixture, fixture->result.units[0].function), "helper");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(calls_in_loops, setup, teardown),
        cmocka_unit_test_setup_teardown(what_a_turn_passes_to_the_next_is_no_unit, setup, teardown),
        cmocka_unit_test_setup_teardown(threads_and_handlers, setup, teardown),
        cmocka_unit_test_setup_teardown(what_the_user_names, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
