/* Which recommendation counts: weights, ties, what is forbidden, and the order of the outcome. */
#include "helpers.h"

/* Applies rules to no facts but class io; the outcome's strings live in the arena. */
static void apply(const struct rules *rules, struct arena *arena, struct outcome *outcome)
{
    struct facts facts;
    good_facts(&facts, arena, "{\"class\": \"io\"}");
    rules_apply(rules, &facts, arena, outcome);
}

#define ON_IO "summary: s, when: {class: io}, because: b"

static void the_heaviest_counts_and_the_rest_is_overruled(void **state)
{
    (void)state;
    struct rules *rules = good_rules("rules:\n"
                                     "  - {id: c, recommend: serial, weight: 10, " ON_IO "}\n"
                                     "  - {id: a, recommend: threading, weight: 20, " ON_IO "}\n"
                                     "  - {id: b, recommend: async, weight: 30, " ON_IO "}\n"
                                     "  - {id: d, recommend: async, weight: 5, " ON_IO "}\n");
    struct arena arena;
    struct outcome outcome;
    arena_init(&arena);
    apply(rules, &arena, &outcome);
    char *text = outcome_text(&outcome);
    assert_string_equal(text, "async by b\n"
                              "b 0 async 0 0: b / \n"
                              "a 0 threading 0 1: b / \n"
                              "c 0 serial 0 1: b / \n"
                              "d 0 async 0 0: b / \n");
    assert_ptr_equal(outcome.chosen, &outcome.fired.items[0]);
    free(text);
    outcome_free(&outcome);
    arena_free(&arena);
    rules_free(rules);
}

static void ties_go_to_the_least_change(void **state)
{
    static const char *const models[] = {"hybrid", "async", "multiprocessing", "threading", "serial"};
    (void)state;
    struct text yaml = {0};
    struct arena arena;
    arena_init(&arena);
    text_add(&yaml, "rules:\n");
    for (size_t i = 0; i < sizeof models / sizeof *models; i++) {
        struct outcome outcome;
        text_printf(&yaml, "  - {id: r%zu, recommend: %s, weight: 7, " ON_IO "}\n", i, models[i]);
        struct rules *rules = good_rules(yaml.string);
        apply(rules, &arena, &outcome);
        assert_string_equal(model_name(outcome.model), models[i]);
        outcome_free(&outcome);
        rules_free(rules);
    }
    arena_free(&arena);
    text_free(&yaml);
}

static void what_is_forbidden_stays_as_overruled_and_the_next_counts(void **state)
{
    (void)state;
    struct rules *rules = good_rules("rules:\n"
                                     "  - {id: e, report: info, do: look, " ON_IO "}\n"
                                     "  - {id: d, report: warning, " ON_IO "}\n"
                                     "  - {id: c, forbid: [hybrid, async], " ON_IO "}\n"
                                     "  - {id: b, recommend: async, weight: 9, " ON_IO "}\n"
                                     "  - {id: a, recommend: threading, weight: 2, " ON_IO "}\n");
    struct arena arena;
    struct outcome outcome;
    arena_init(&arena);
    apply(rules, &arena, &outcome);
    char *text = outcome_text(&outcome);
    assert_string_equal(text, "threading by a\n"
                              "b 0 async 0 1: b / \n"
                              "a 0 threading 0 0: b / \n"
                              "c 1 async 0 0: b / \n"
                              "c 1 hybrid 0 0: b / \n"
                              "d 2 serial 1 0: b / \n"
                              "e 2 serial 0 0: b / look\n");
    free(text);
    outcome_free(&outcome);
    arena_free(&arena);
    rules_free(rules);
}

static void serial_remains_when_all_is_forbidden(void **state)
{
    (void)state;
    struct rules *rules = good_rules("rules:\n"
                                     "  - {id: a, recommend: async, weight: 9, " ON_IO "}\n"
                                     "  - {id: b, forbid: async, " ON_IO "}\n");
    struct arena arena;
    struct outcome outcome;
    arena_init(&arena);
    apply(rules, &arena, &outcome);
    assert_int_equal(outcome.model, MODEL_SERIAL);
    assert_null(outcome.chosen);
    assert_true(outcome.fired.items[0].overruled);
    outcome_free(&outcome);
    arena_free(&arena);
    rules_free(rules);
}

static void undecided_rules_are_listed_by_id(void **state)
{
    (void)state;
    struct rules *rules = good_rules("rules:\n"
                                     "  - {id: b, summary: s, when: {class: io, gil: held}, report: info, because: b}\n"
                                     "  - {id: a, summary: s, when: {class: io, k: 5}, report: info, because: b}\n"
                                     "  - {id: c, summary: s, when: {class: cpu, k: 5}, report: info, because: b}\n");
    struct arena arena;
    struct outcome outcome;
    arena_init(&arena);
    apply(rules, &arena, &outcome);
    char *text = outcome_text(&outcome);
    assert_string_equal(text, "serial by nothing\nundecided a k\nundecided b gil\n");
    free(text);
    outcome_free(&outcome);
    arena_free(&arena);
    rules_free(rules);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_heaviest_counts_and_the_rest_is_overruled),
        cmocka_unit_test(ties_go_to_the_least_change),
        cmocka_unit_test(what_is_forbidden_stays_as_overruled_and_the_next_counts),
        cmocka_unit_test(serial_remains_when_all_is_forbidden),
        cmocka_unit_test(undecided_rules_are_listed_by_id),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
