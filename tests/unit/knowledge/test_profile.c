/* Profiles: what they must have, what they extend, and their mistakes. */
#include "helpers.h"

static struct knowledge *load_profiles(const char *first, const char *second, struct problems *problems)
{
    char folder[64];
    char costs[96];
    struct small small = {0};
    make_small(folder, &small);
    snprintf(costs, sizeof costs, "%s/costs", folder);
    write_file(costs, "a-first.yaml", first);
    if (second)
        write_file(costs, "second.yaml", second);
    struct knowledge *knowledge = knowledge_load(folder, problems);
    remove_small(folder);
    assert_non_null(knowledge);
    return knowledge;
}

static void a_profile_extends_another_whatever_the_order_of_files(void **state)
{
    (void)state;
    struct problems problems = {0};
    struct knowledge *knowledge = load_profiles("description: d\nsource: s\nextends: second\n"
                                                "quantities: {disk-sync: 9 ms ~ 0.25}\n",
                                                "description: e\nsource: s\nextends: plain\n"
                                                "quantities: {disk-sync: 8 ms, disk-read-miss: 0.5}\n"
                                                "descriptors: {socket: {pipe: 1, non-blocking: 1}}\n",
                                                &problems);
    problems_print(&problems, stderr);
    assert_int_equal(problems.list.count, 0);
    assert_int_equal(knowledge_profile_count(knowledge), 3);
    const struct profile *first = knowledge_profile(knowledge, "a-first");
    assert_string_equal(first->description, "d");
    assert_near(first->quantities[QUANTITY_DISK_SYNC].median, 9e6);
    assert_near(first->quantities[QUANTITY_DISK_SYNC].spread, 0.25);
    assert_near(first->quantities[QUANTITY_DISK_READ_MISS].median, 0.5);
    assert_near(first->quantities[QUANTITY_NETWORK_WAIT].median, 4e6);
    assert_near(first->fd_priors[FD_FAMILY_SOCKET].kinds[FD_PIPE], 1);
    assert_near(first->fd_priors[FD_FAMILY_SOCKET].nonblocking, 1);
    assert_near(first->fd_priors[FD_FAMILY_ANY].kinds[FD_DISK], 0.5);
    assert_near(knowledge_profile(knowledge, "second")->quantities[QUANTITY_DISK_SYNC].median, 8e6);
    assert_null(knowledge_profile(knowledge, "third"));
    knowledge_free(knowledge);
}

static void profiles_that_extend_each_other_are_left_out(void **state)
{
    (void)state;
    struct problems problems = {0};
    struct knowledge *knowledge = load_profiles("description: d\nsource: s\nextends: second\n",
                                                "description: e\nsource: s\nextends: a-first\n", &problems);
    assert_int_equal(knowledge_profile_count(knowledge), 1);
    assert_int_equal(problems.list.count, 2);
    assert_non_null(strstr(problems.list.items[0].message, "no usable profile `a-first`"));
    problems_free(&problems);
    knowledge_free(knowledge);
}

static void mistakes_have_their_place(void **state)
{
    static const struct {
        const char *text;
        unsigned line, column;
        const char *message;
    } cases[] = {
        {"description: d\nsource: s\nquantities: {call: 1 ns}\n", 1, 1, "the quantity `operation` is missing"},
        {"description: d\nsource: s\nextends: none\n", 3, 10, "no usable profile `none`"},
        {"description: d\nextends: plain\n", 1, 1, "`source` is missing"},
        {"source: s\nextends: plain\n", 1, 1, "`description` is missing"},
        {"description: d\nsource: s\nextends: plain\nquantities: {cal: 1 ns}\n", 4, 14, "cal"},
        {"description: d\nsource: s\nextends: plain\nquantities: {call: load}\n", 4, 20, "not another quantity"},
        {"description: d\nsource: s\nextends: plain\nquantities: {call: 5 parsecs}\n", 4, 22, "`parsecs`"},
        {"description: d\nsource: s\nextends: plain\nquantities: {call: -5 ns}\n", 4, 23, "out of range"},
        {"description: d\nsource: s\nextends: plain\nquantities: {disk-read-miss: 2}\n", 4, 30, "out of range"},
        {"description: d\nsource: s\nextends: plain\ndescriptors: {any: {disk: 0.5}}\n", 4, 20, "sum to 0.5"},
        {"description: d\nsource: s\nextends: plain\ndescriptors: {any: {disk: 2}}\n", 4, 27, "from 0 to 1"},
        {"description: d\nsource: s\nextends: plain\ndescriptors: {any: {disc: 1}}\n", 4, 21, "disc"},
        {"description: d\nsource: s\nextends: plain\ndescriptors: {all: {disk: 1}}\n", 4, 15, "all"},
        {"description: d\nsource: s\nprofile: x\n", 3, 1, "profile"},
        {"", 0, 0, "the profile is empty"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct problems problems = {0};
        struct knowledge *knowledge = load_profiles(cases[i].text, NULL, &problems);
        const struct problem *problem = problems.list.items;
        if (problems.list.count != 1 || problem->line != cases[i].line || problem->column != cases[i].column ||
            !strstr(problem->message, cases[i].message)) {
            problems_print(&problems, stderr);
            fail_msg("expected %u:%u %s", cases[i].line, cases[i].column, cases[i].message);
        }
        assert_int_equal(knowledge_profile_count(knowledge), 1);
        problems_free(&problems);
        knowledge_free(knowledge);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_profile_extends_another_whatever_the_order_of_files),
        cmocka_unit_test(profiles_that_extend_each_other_are_left_out),
        cmocka_unit_test(mistakes_have_their_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
