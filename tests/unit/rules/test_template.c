/* Templates: every kind of value and format, absent facts, optional parts. */
#include "helpers.h"

struct template_case {
    const char *because;
    const char *filled;
};

static const char *const facts_json =
    "{\"class\": \"io\", \"cpu_ns\": 35000, \"wait_ns\": 2500000000, \"wait_share\": 0.984, \"confidence\": 0.004,"
    " \"k\": 32, \"trip_count\": 1.23456, \"cores\": 1e20, \"enough_work\": true, \"k_assumed\": false,"
    " \"blocking_call\": \"recv\"}";

static void check(const char *because, const char *filled)
{
    struct text yaml = {0};
    text_printf(&yaml,
                "rules:\n  - id: a\n    summary: s\n    when: {class: io}\n    report: info\n    because: \"%s\"\n",
                because);
    struct rules *rules = good_rules(yaml.string);
    struct arena arena;
    struct facts facts;
    struct outcome outcome;
    arena_init(&arena);
    good_facts(&facts, &arena, facts_json);
    rules_apply(rules, &facts, &arena, &outcome);
    assert_string_equal(outcome.fired.items[0].because, filled);
    outcome_free(&outcome);
    arena_free(&arena);
    rules_free(rules);
    text_free(&yaml);
}

static void values_are_filled_in(void **state)
{
    static const struct template_case cases[] = {
        {"plain text", "plain text"},
        {"{class}", "io"},
        {"{class} work in {blocking_call}.", "io work in recv."},
        {"{enough_work}, {k_assumed}", "yes, no"},
        {"{cpu_ns:duration} and {wait_ns:duration}", "35 µs and 2.5 s"},
        {"{wait_share:percent}", "98 %"},
        {"{confidence:percent}", "below 1 %"},
        {"{k}, {k:number}", "32, 32"},
        {"{trip_count}", "1.23"},
        {"{cores}", "1e+20"},
        {"{{class}} [[{class}]]", "{class} [io]"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check(cases[i].because, cases[i].filled);
}

static void absent_facts_say_so_or_leave_their_part_out(void **state)
{
    static const struct template_case cases[] = {
        {"in {async_missing}", "in (async_missing not assessed)"},
        {"it waits[ in {async_missing}].", "it waits."},
        {"it waits[ in {blocking_call}].", "it waits in recv."},
        {"[{async_missing} and {blocking_call}]x", "x"},
        {"[{blocking_call} and {async_missing}]x", "x"},
        {"[a {gil}][b {class}][c {gil}]", "b io"},
        {"{gil}[ {class}]", "(gil not assessed) io"},
        {"[{gil}]", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check(cases[i].because, cases[i].filled);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_filled_in),
        cmocka_unit_test(absent_facts_say_so_or_leave_their_part_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
