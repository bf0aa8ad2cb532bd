/* Conditions: what holds, what does not, and what an absent fact leaves undecided. */
#include "helpers.h"

/* What the rule with this `when` does with these facts: "fires", "silent", or the fact that it misses. */
static const char *result_of(const char *when, const char *json)
{
    struct text yaml = {0};
    text_printf(&yaml, "rules:\n  - {id: a, summary: s, when: %s, report: info, because: b}\n", when);
    struct rules *rules = good_rules(yaml.string);
    struct arena arena;
    struct facts facts;
    struct outcome outcome;
    arena_init(&arena);
    good_facts(&facts, &arena, json);
    rules_apply(rules, &facts, &arena, &outcome);
    const char *result = outcome.fired.count       ? "fires"
                         : outcome.undecided.count ? fact_name(outcome.undecided.items[0].missing)
                                                   : "silent";
    outcome_free(&outcome);
    arena_free(&arena);
    rules_free(rules);
    text_free(&yaml);
    return result;
}

struct condition_case {
    const char *when;
    const char *facts;
    const char *result;
};

static void check(const struct condition_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *result = result_of(cases[i].when, cases[i].facts);
        if (strcmp(result, cases[i].result) != 0)
            fail_msg("%s on %s: %s, not %s", cases[i].when, cases[i].facts, result, cases[i].result);
    }
}

static void comparisons(void **state)
{
    static const struct condition_case cases[] = {
        {"{class: io}", "{\"class\": \"io\"}", "fires"},
        {"{class: io}", "{\"class\": \"cpu\"}", "silent"},
        {"{class: [cpu, io]}", "{\"class\": \"io\"}", "fires"},
        {"{class: [cpu, io]}", "{\"class\": \"mixed\"}", "silent"},
        {"{unsafe_call: strtok}", "{\"unsafe_call\": \"strtok\"}", "fires"},
        {"{unsafe_call: [strtok, rand]}", "{\"unsafe_call\": \"gmtime\"}", "silent"},
        {"{enough_work: true}", "{\"enough_work\": true}", "fires"},
        {"{enough_work: false}", "{\"enough_work\": true}", "silent"},
        {"{k: {at_least: 5, below: 9}}", "{\"k\": 4.99}", "silent"},
        {"{k: {at_least: 5, below: 9}}", "{\"k\": 5}", "fires"},
        {"{k: {at_least: 5, below: 9}}", "{\"k\": 8.99}", "fires"},
        {"{k: {at_least: 5, below: 9}}", "{\"k\": 9}", "silent"},
        {"{k: {at_least: 5}}", "{\"k\": 1e300}", "fires"},
        {"{k: {below: 5}}", "{\"k\": -1e300}", "fires"},
        {"{cores: 1}", "{\"cores\": 1}", "fires"},
        {"{cores: 1}", "{\"cores\": 1.001}", "silent"},
        {"{cores: 1}", "{\"cores\": 2}", "silent"},
        {"{gil: {present: true}}", "{\"gil\": \"none\"}", "fires"},
        {"{gil: {present: true}}", "{}", "silent"},
        {"{gil: {present: false}}", "{}", "fires"},
        {"{gil: {present: false}}", "{\"gil\": \"none\"}", "silent"},
    };
    (void)state;
    check(cases, sizeof cases / sizeof *cases);
}

static void logic_of_three_values(void **state)
{
    static const struct condition_case cases[] = {
        {"{class: io}", "{}", "class"},
        {"{not: {class: io}}", "{}", "class"},
        {"{not: {class: io}}", "{\"class\": \"cpu\"}", "fires"},
        {"{not: {class: io}}", "{\"class\": \"io\"}", "silent"},
        {"{not: {not: {class: io}}}", "{\"class\": \"io\"}", "fires"},
        /* one "no" decides an all, whatever is absent */
        {"{all: [{gil: held}, {class: io}]}", "{\"class\": \"cpu\"}", "silent"},
        {"{all: [{gil: held}, {class: io}]}", "{\"class\": \"io\"}", "gil"},
        {"{all: [{class: io}, {gil: held}, {k: 1}]}", "{\"class\": \"io\"}", "gil"},
        {"{all: [{class: io}, {gil: held}]}", "{\"class\": \"io\", \"gil\": \"held\"}", "fires"},
        /* a map holds when each of its entries does */
        {"{class: io, gil: held}", "{\"class\": \"io\", \"gil\": \"none\"}", "silent"},
        {"{class: io, gil: held}", "{\"class\": \"io\"}", "gil"},
        {"{class: io, any: [{k: 1}, {gil: held}]}", "{\"class\": \"io\", \"k\": 1}", "fires"},
        /* one "yes" decides an any, whatever is absent */
        {"{any: [{gil: held}, {class: io}]}", "{\"class\": \"io\"}", "fires"},
        {"{any: [{gil: held}, {class: io}]}", "{\"class\": \"cpu\"}", "gil"},
        {"{any: [{gil: held}, {class: io}]}", "{\"class\": \"cpu\", \"gil\": \"none\"}", "silent"},
        {"{not: {any: [{gil: held}, {class: io}]}}", "{\"class\": \"cpu\"}", "gil"},
        {"{not: {all: [{gil: held}, {class: io}]}}", "{\"class\": \"cpu\"}", "fires"},
    };
    (void)state;
    check(cases, sizeof cases / sizeof *cases);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comparisons),
        cmocka_unit_test(logic_of_three_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
