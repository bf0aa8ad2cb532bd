/* Mistakes in files: the message names what is wrong, its place and the nearest valid name; the rest is loaded. */
#include "helpers.h"

#include "base/text.h"

struct mistake {
    const char *api; /* the file's text */
    unsigned line;   /* where the problem is */
    unsigned column;
    const char *message; /* a part of it */
    const char *advice;  /* a part of it, or NULL */
};

/* Every text ends in a good entry, which must be there all the same. */
#define GOOD "  good(): {cpu: system-call, source: s}\n"

static const struct mistake mistakes[] = {
    {"functions:\n  f(): {cpu: sistem-call, source: s}\n" GOOD, 2, 14, "`sistem-call` is not a quantity",
     "`system-call`"},
    {"functions:\n  f(): {cpu: \"sistem-call\", source: s}\n" GOOD, 2, 15, "`sistem-call`", NULL},
    {"functions:\n  f(n): {cpu: 1 ns * m, source: s}\n" GOOD, 2, 22, "`m` is no argument", "use one of: n"},
    {"functions:\n  f(): {cpu: 1 ns * m, source: s}\n" GOOD, 2, 21, "the entry names none", NULL},
    {"functions:\n  f(): {cpu: 1 ns + 2 ns, source: s}\n" GOOD, 2, 23, "only one time a call", NULL},
    {"functions:\n  f(): {cpu: 1 ns 2, source: s}\n" GOOD, 2, 19, "nothing is expected here", NULL},
    {"functions:\n  f(): {wait: disk for 1 ns, source: s}\n" GOOD, 2, 8, "the CPU time is missing", "cpu"},
    {"functions:\n  f(): {cpu: call, wait: netwrk for 1 ns, source: s}\n" GOOD, 2, 26, "`netwrk`", "`network`"},
    {"functions:\n  f(): {cpu: call, wait: network, source: s}\n" GOOD, 2, 26, "the waiting has no length", NULL},
    {"functions:\n  f(): {cpu: call, wait: disk or 2 of 1 ns, source: s}\n" GOOD, 2, 34, "a probability", NULL},
    {"functions:\n  f(): {cpu: call, wait: disk or disk-sync of 1 ns, source: s}\n" GOOD, 2, 34, "a probability", NULL},
    {"functions:\n  f(): {cpu: call, wait: disk or 0.1, source: s}\n" GOOD, 2, 34, "`of` and a time", NULL},
    {"functions:\n  f(x): {cpu: call, wait: sleep for disk-sync * x, source: s}\n" GOOD, 2, 47, "only a fixed time",
     NULL},
    {"functions:\n  f(x): {cpu: call, wait: kind-of x for 1 ns, source: s}\n" GOOD, 2, 27, "in parentheses", NULL},
    {"functions:\n  f(x): {cpu: 1 ns ~ y, source: s}\n" GOOD, 2, 22, "a spread is a number", NULL},
    {"functions:\n  f(x): {costs: [{when: x starts-wth 0, cpu: call}, {cpu: call}], source: s}\n" GOOD, 2, 27,
     "`starts-wth` is not a comparison", "`starts-with`"},
    {"functions:\n  f(x): {costs: [{when: x is NOWHERE, cpu: call}, {cpu: call}], source: s}\n" GOOD, 2, 30,
     "`NOWHERE` is no number", NULL},
    {"functions:\n  f(x): {costs: [{when: x on disc, cpu: call}, {cpu: call}], source: s}\n" GOOD, 2, 30, "`disc`",
     "`disk`"},
    {"functions:\n  f(x): {costs: [{when: x is 0 likely 2, cpu: call}, {cpu: call}], source: s}\n" GOOD, 2, 39,
     "from 0 to 1", NULL},
    {"functions:\n  f(x): {costs: [{cpu: call}, {when: x is 0, cpu: call}], source: s}\n" GOOD, 2, 31, "never reached",
     "last"},
    {"functions:\n  f(x): {costs: {cpu: call}, source: s}\n" GOOD, 2, 17, "a list of variants", NULL},
    {"functions:\n  f(x): {costs: [{cpu: call}], cpu: call, source: s}\n" GOOD, 2, 17, "exclude each other", NULL},
    {"functions:\n  f(x): {cost: lok, source: s}\n" GOOD, 2, 16, "there is no shape `lok`", NULL},
    {"shapes:\n  s(a): [{cpu: call}]\nfunctions:\n  f(x): {cost: \"s(x, x)\", source: s}\n" GOOD, 4, 22,
     "only 1 parameter", NULL},
    {"shapes:\n  s(a): [{cpu: 1 ns * b}]\nfunctions:\n" GOOD, 2, 23, "`b` is no argument", "use one of: a"},
    {"shapes:\n  s(a: [{cpu: call}]\nfunctions:\n" GOOD, 2, 6, "a `)` is missing", NULL},
    {"functions:\n  f(x): {cpu: call, effects: [open disk], source: s}\n" GOOD, 2, 31, "`open` is not an effect",
     "`opens`"},
    {"functions:\n  f(x): {cpu: call, effects: [closes y], source: s}\n" GOOD, 2, 38, "`y` is no argument", NULL},
    {"functions:\n  f(x): {cpu: call, effects: [calls x sometimes], source: s}\n" GOOD, 2, 39,
     "`sometimes` is not when", NULL},
    {"functions:\n  f(x): {cpu: call, effects: [copies x x], source: s}\n" GOOD, 2, 38, "copies SOURCE to TARGET",
     NULL},
    {"functions:\n  f(x): {cpu: call, effects: noreturn, source: s}\n" GOOD, 2, 30, "effects are a list", NULL},
    {"functions:\n  f(x): {cpu: call, effects: [calls x during with x at y], source: s}\n" GOOD, 2, 56,
     "a number from 0", NULL},
    {"functions:\n  f(x): {cpu: call, sorce: s}\n" GOOD, 2, 21, "sorce", "source"},
    {"functions:\n  f(x): {cpu: call}\n" GOOD, 2, 9, "the source is missing", "unreviewed"},
    {"functions:\n  f(x: {cpu: call, source: s}\n" GOOD, 2, 6, "a `)` is missing", NULL},
    {"functions:\n  f(x:sock): {cpu: call, source: s}\n" GOOD, 2, 7, "`sock` is not a family", "`socket`"},
    {"functions:\n  (x): {cpu: call, source: s}\n" GOOD, 2, 3, "the name of the function is missing", NULL},
    {"functions:\n  f(x): {cpu: call, source: s, thread-safety: MT-Save}\n" GOOD, 2, 47, "`MT-Save`", "`MT-Safe`"},
    {"functions:\n  f(x): {cpu: [call], source: s}\n" GOOD, 2, 15, "cpu must be a string", NULL},
    {"functions:\n  f(x): [call]\n" GOOD, 2, 9, "an entry", NULL},
};

static void check(const struct mistake *mistake)
{
    struct problems problems = {0};
    struct small small = {.api = mistake->api};
    struct knowledge *knowledge = load_small(&small, &problems);
    const struct problem *problem = problems.list.items;
    if (problems.list.count != 1) {
        problems_print(&problems, stderr);
        fail_msg("%u problems in:\n%s", problems.list.count, mistake->api);
    }
    if (problem->line != mistake->line || problem->column != mistake->column ||
        !strstr(problem->message, mistake->message) ||
        (mistake->advice && (!problem->advice || !strstr(problem->advice, mistake->advice)))) {
        problems_print(&problems, stderr);
        fail_msg("expected %u:%u %s; %s", mistake->line, mistake->column, mistake->message,
                 mistake->advice ? mistake->advice : "");
    }
    assert_true(string_ends_with(problem->file, "/apis/test.yaml"));
    assert_null(knowledge_find(knowledge, "f"));
    assert_non_null(knowledge_find(knowledge, "good"));
    problems_free(&problems);
    knowledge_free(knowledge);
}

static void each_mistake_has_its_message_and_its_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++)
        check(&mistakes[i]);
}

static void a_second_entry_of_the_same_name_is_a_mistake(void **state)
{
    (void)state;
    struct problems problems = {0};
    struct small small = {.api = "functions:\n  f g(): {cpu: call, source: s}\n  g(): {cpu: 9 call, source: s}\n"};
    struct knowledge *knowledge = load_small(&small, &problems);
    assert_int_equal(problems.list.count, 1);
    assert_int_equal(problems.list.items[0].line, 3);
    assert_non_null(strstr(problems.list.items[0].message, "`g` is there already"));
    assert_int_equal(knowledge_find(knowledge, "g")->line, 2);
    problems_free(&problems);
    knowledge_free(knowledge);
}

static void a_users_file_replaces_entries_and_may_be_wrong(void **state)
{
    (void)state;
    struct problems problems = {0};
    char folder[64];
    char path[128];
    struct small small = {.api = "functions:\n" GOOD};
    make_small(folder, &small);
    struct knowledge *knowledge = knowledge_load(folder, &problems);
    snprintf(path, sizeof path, "%s/mine.yaml", folder);
    write_file(folder, "mine.yaml",
               "shapes:\n  twice(): [{cpu: 2 call}]\nfunctions:\n  good(): {cost: twice, source: mine}\n"
               "  new(): {cost: twice, source: mine}\n");
    assert_true(knowledge_add_file(knowledge, path, &problems));
    assert_string_equal(knowledge_find(knowledge, "good")->source, "mine");
    assert_non_null(knowledge_find(knowledge, "new"));
    assert_int_equal(knowledge_count(knowledge), 2);
    assert_string_equal(knowledge_at(knowledge, 1)->name, "new");
    write_file(folder, "mine.yaml", "functions: {f(): {cpu: twice, source: s}\n");
    assert_false(knowledge_add_file(knowledge, path, &problems));
    assert_int_equal(problems.list.count, 1);
    write_file(folder, "mine.yaml", "- a list\n");
    assert_false(knowledge_add_file(knowledge, path, &problems));
    assert_int_equal(problems.list.count, 2);
    snprintf(path, sizeof path, "%s/none.yaml", folder);
    assert_false(knowledge_add_file(knowledge, path, &problems));
    assert_int_equal(problems.list.count, 3);
    assert_non_null(knowledge_find(knowledge, "good"));
    remove_small(folder);
    problems_free(&problems);
    knowledge_free(knowledge);
}

static void a_folder_that_is_not_there_gives_nothing(void **state)
{
    (void)state;
    struct problems problems = {0};
    assert_null(knowledge_load("/nonexistent/knowledge", &problems));
    assert_true(problems.errors > 0);
    problems_free(&problems);
}

static void tables_have_messages_too(void **state)
{
    static const struct {
        struct small small;
        unsigned line, column;
        const char *message;
    } cases[] = {
        {{.constants = "constants: {A: b}\n"}, 1, 16, "A must be"},
        {{.constants = "variables: {stdin: disc}\n"}, 1, 20, "`disc`"},
        {{.constants = "const: {}\n"}, 1, 1, "const"},
        {{.constants = "readiness: {pollfd.revents: 1}\n"}, 1, 12, "a list of members"},
        {{.constants = "readiness: [revents]\n"}, 1, 13, "`revents` is no member: write RECORD.MEMBER"},
        {{.aliases = "{}\n"}, 0, 0, "a list of rules"},
        {{.aliases = "- {add: x}\n"}, 1, 3, "a prefix or a suffix"},
        {{.aliases = "- {prefx: x}\n"}, 1, 4, "prefx"},
        {{.attributes = "\"MT-Sure\": {a(3): [a]}\n"}, 1, 2, "`MT-Sure`"},
        {{.attributes = "\"MT-Safe\": {a(3): a}\n"}, 1, 19, "a list of functions"},
        {{.attributes = "\"MT-Safe\": [a]\n"}, 1, 12, "a map is expected"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct problems problems = {0};
        knowledge_free(load_small(&cases[i].small, &problems));
        const struct problem *problem = problems.list.items;
        if (problems.list.count != 1 || problem->line != cases[i].line || problem->column != cases[i].column ||
            !strstr(problem->message, cases[i].message)) {
            problems_print(&problems, stderr);
            fail_msg("expected %u:%u %s", cases[i].line, cases[i].column, cases[i].message);
        }
        problems_free(&problems);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_mistake_has_its_message_and_its_place),
        cmocka_unit_test(a_second_entry_of_the_same_name_is_a_mistake),
        cmocka_unit_test(a_users_file_replaces_entries_and_may_be_wrong),
        cmocka_unit_test(a_folder_that_is_not_there_gives_nothing),
        cmocka_unit_test(tables_have_messages_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
