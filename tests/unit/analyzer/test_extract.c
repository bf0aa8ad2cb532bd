/* The extractor: the skeletons, values and flows of C text; the fixtures of tests/fixtures/analysis cover the language
 * at large. */
#include "tests/unit/analyzer/source.h"

static int setup(void **state)
{
    struct tree *tree = must_malloc(sizeof *tree);
    tree_make(tree);
    *state = tree;
    return 0;
}

static int teardown(void **state)
{
    tree_remove(*state);
    free(*state);
    return 0;
}

/* The body and flows of the function f in the text: what the dump prints behind "body:". */
static void expect_body(struct tree *tree, const char *text, const char *body)
{
    struct summary summary;
    source_summary(tree, text, 0, &summary);
    const char *dump = strstr(source_dump(tree, &summary, "f"), "  body:\n");
    assert_non_null(dump);
    assert_string_equal(dump, body);
    summary_free(&summary);
}

static void events_come_in_the_order_of_evaluation(void **state)
{
    expect_body(*state, "extern int a(int), b(int);\nvoid f(int x) { a(b(x)); b(1); }\n",
                "  body:\n"
                "    call b(param x) used\n"
                "    call a(result of b)\n"
                "    call b(1)\n");
}

static void branches_hold_what_is_conditional(void **state)
{
    expect_body(*state, "extern int a(int);\nint f(int x) { if (x > 3) a(1); else a(2); return x; }\n",
                "  body:\n"
                "    operations simple 1, memory 0, floating 0, division 0\n"
                "    branch param x > 3 line 2\n"
                "      call a(1)\n"
                "    else\n"
                "      call a(2)\n"
                "    return param x\n"
                "  flows:\n"
                "    return <- param x\n");
}

static void loops_have_their_kind_and_trip_count(void **state)
{
    struct tree *tree = *state;
    struct summary summary;
    source_summary(tree,
                   "struct n { struct n *next; };\n"
                   "void f(struct n *p, const char *s, int k)\n"
                   "{\n"
                   "    for (int i = 0; i < 10; i += 2) ;\n"
                   "    for (; p; p = p->next) ;\n"
                   "    while (*s) s++;\n"
                   "    for (;;) if (k) break;\n"
                   "    do k++; while (0);\n"
                   "again: if (k--) goto again;\n"
                   "}\n"
                   "void g(int k, int end) { if (k < 0) k = 0x7fffffff; while (k-- > 0 && !end) ; }\n",
                   0, &summary);
    const char *dump = source_dump(tree, &summary, "f");
    assert_contains(dump, "loop counted trip=5");
    assert_null(strstr(source_dump(tree, &summary, "g"), "trip=")); /* INT_MAX stands for: no limit */
    assert_contains(dump, "loop list");
    assert_contains(dump, "loop string");
    assert_contains(dump, "loop endless");
    assert_contains(dump, "loop once");
    assert_contains(dump, "loop goto");
    summary_free(&summary);
}

static void accesses_of_shared_objects_are_told(void **state)
{
    struct tree *tree = *state;
    struct summary summary;
    source_summary(tree,
                   "static int g, t[4]; static const int c = 1; static _Thread_local int l; static int *p;\n"
                   "extern void take(int *);\n"
                   "void f(int i) { g = c + l; t[i] = 1; *p = 2; take(&g); }\n",
                   0, &summary);
    const char *dump = source_dump(tree, &summary, "f");
    assert_contains(dump, "write global unit.c#c:unit.c@g\n");
    assert_contains(dump, "write global unit.c#c:unit.c@t\n");
    assert_contains(dump, "read global unit.c#c:unit.c@p\n");
    assert_lacks(dump, "unit.c@c\n");
    assert_lacks(dump, "unit.c@l\n");
    assert_lacks(dump, "read global unit.c#c:unit.c@g\n");
    summary_free(&summary);
}

static void identities_are_relative_and_statics_carry_their_file(void **state)
{
    struct tree *tree = *state;
    struct summary summary;
    source_summary(tree, "static int f(void) { return 1; }\nint g(void) { return f(); }\n", 0, &summary);
    const struct function *f = source_function(&summary, "f"), *g = source_function(&summary, "g");
    assert_string_equal(names_string(&summary.names, f->id), "unit.c#c:unit.c@F@f");
    assert_string_equal(names_string(&summary.names, f->symbol), "unit.c#c:unit.c@F@f");
    assert_string_equal(names_string(&summary.names, g->symbol), "g");
    assert_int_equal(f->flags & FUNCTION_STATIC, FUNCTION_STATIC);
    assert_int_equal(g->line, 2);
    summary_free(&summary);
}

static void bodies_that_differ_have_other_hashes(void **state)
{
    struct tree *tree = *state;
    const char *texts[] = {"int f(int x) { return x + 1; }\n", "\n\n  int f(int x) { return x + 1; }\n",
                           "extern int a(int);\nint f(int x) { return a(x); }\n"};
    uint64_t hashes[3];
    for (int i = 0; i < 3; i++) {
        struct summary summary;
        source_summary(tree, texts[i], 0, &summary);
        hashes[i] = source_function(&summary, "f")->body_hash;
        summary_free(&summary);
    }
    assert_true(hashes[0] != hashes[2]);
    assert_true(hashes[1] != hashes[2]);
}

static void initialisers_are_flows_of_their_own(void **state)
{
    struct tree *tree = *state;
    struct summary summary;
    source_summary(tree,
                   "struct in { int n; int (*run)(void); };\n"
                   "struct out { struct in in; int (*last)(void); };\n"
                   "static int a(void) { return 1; }\nstatic int b(void) { return 2; }\n"
                   "struct out flat = {1, a, b}, named = {.last = a, .in.run = b};\n"
                   "int (*table[])(void) = {[1] = b, a};\n",
                   0, &summary);
    const char *dump = source_dump(tree, &summary, "(initialisers)");
    assert_contains(dump, "field c:@S@in@FI@run <- function unit.c#c:unit.c@F@a");
    assert_contains(dump, "field c:@S@in@FI@run <- function unit.c#c:unit.c@F@b");
    assert_contains(dump, "field c:@S@out@FI@last <- function unit.c#c:unit.c@F@b");
    assert_contains(dump, "field c:@S@out@FI@last <- function unit.c#c:unit.c@F@a");
    assert_contains(dump, "global table <- function unit.c#c:unit.c@F@b");
    summary_free(&summary);
}

static void errors_leave_the_rest(void **state)
{
    struct tree *tree = *state;
    struct summary summary;
    source_summary(tree,
                   "extern int a(int);\nint f(int x) { a(x); return undeclared; }\nint g(void) { return a(2); }\n", 1,
                   &summary);
    assert_int_equal(summary.errors, 1);
    assert_contains(source_dump(tree, &summary, "f"), "call a(param x)");
    assert_contains(source_dump(tree, &summary, "g"), "call a(2)");
    summary_free(&summary);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(events_come_in_the_order_of_evaluation, setup, teardown),
        cmocka_unit_test_setup_teardown(branches_hold_what_is_conditional, setup, teardown),
        cmocka_unit_test_setup_teardown(loops_have_their_kind_and_trip_count, setup, teardown),
        cmocka_unit_test_setup_teardown(accesses_of_shared_objects_are_told, setup, teardown),
        cmocka_unit_test_setup_teardown(identities_are_relative_and_statics_carry_their_file, setup, teardown),
        cmocka_unit_test_setup_teardown(bodies_that_differ_have_other_hashes, setup, teardown),
        cmocka_unit_test_setup_teardown(initialisers_are_flows_of_their_own, setup, teardown),
        cmocka_unit_test_setup_teardown(errors_leave_the_rest, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
