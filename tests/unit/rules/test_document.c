/* Rules for people and as JSON; and that what is shipped is documented to the end. */
#include "helpers.h"

static const char *const example =
    "rules:\n"
    "  - id: example\n"
    "    summary: an example\n"
    "    why: a reason\n"
    "    when:\n"
    "      class: [io, mixed]\n"
    "      k: {at_least: 5, below: 9}\n"
    "      any: [{enough_work: true}, {cores: 1}, {not: {gil: held}}]\n"
    "      trip_count: {below: 3}\n"
    "      unsafe_call: {present: false}\n"
    "    recommend: threading\n"
    "    weight: 50\n"
    "    because: \"{class} work\"\n"
    "    do: do it\n"
    "  - {id: ban, summary: s, when: {gil: held}, forbid: [async, hybrid], because: b}\n"
    "  - {id: news, summary: s, when: {k: {at_least: 2}}, report: warning, because: b}\n";

static void one_rule_for_people(void **state)
{
    (void)state;
    struct rules *rules = good_rules(example);
    char *text = NULL;
    size_t size;
    FILE *stream = open_memstream(&text, &size);
    assert_false(rules_document(rules, "exampel", stream));
    assert_true(rules_document(rules, "example", stream));
    fclose(stream);
    assert_string_equal(text,
                        "## example\n\nan example\n\nRecommends threading, with weight 50.\n\n"
                        "When:\n"
                        "- `class` is io or mixed\n"
                        "- `k` is at least 5 and below 9\n"
                        "- at least one of:\n"
                        "  - `enough_work` is true\n"
                        "  - `cores` is 1\n"
                        "  - not:\n"
                        "    - `gil` is held\n"
                        "- `trip_count` is below 3\n"
                        "- `unsafe_call` is not assessed\n\n"
                        "Because: {class} work\n\nWhat to do: do it\n\nWhy: a reason\n\n"
                        "Facts:\n\n| fact | values | meaning |\n|---|---|---|\n"
                        "| `class` | unknown, trivial, cpu, mixed, io, wait | the unit's class |\n"
                        "| `k` | number | how many independent calls are meant |\n"
                        "| `cores` | number | processors to plan for |\n"
                        "| `trip_count` | number | turns of the loop around the call; absent where it is not known "
                        "|\n"
                        "| `gil` | none, held, released, partial, conditional | what happens to the GIL during the "
                        "call |\n"
                        "| `unsafe_call` | text | a library call that is documented as not thread-safe, reached from "
                        "the unit |\n"
                        "| `enough_work` | true or false | what a call can overlap with others (of the class cpu: its "
                        "CPU time) exceeds what handing it to a worker costs: 10 µs with waking one, 2 µs for a named "
                        "function of native code, whose calls keep the workers busy |\n");
    free(text);
    rules_free(rules);
}

static void all_rules_and_facts_for_people(void **state)
{
    (void)state;
    struct rules *rules = shipped_rules();
    char *text = NULL;
    size_t size;
    FILE *stream = open_memstream(&text, &size);
    rules_document_all(rules, stream);
    fclose(stream);
    struct arena arena;
    arena_init(&arena);
    for (const char *const *ids = rules_ids(rules); *ids; ids++)
        assert_non_null(strstr(text, arena_printf(&arena, "## %s\n", *ids)));
    for (int fact = 0; fact < FACT_COUNT; fact++)
        assert_non_null(strstr(text, arena_printf(&arena, "\n| `%s` |", fact_name((enum fact_id)fact))));
    arena_free(&arena);
    free(text);
    rules_free(rules);
}

static json_object *rules_as_json(const struct rules *rules)
{
    char *text = NULL;
    size_t size;
    struct json_writer json;
    FILE *stream = open_memstream(&text, &size);
    json_begin(&json, stream, true);
    rules_write_json(rules, &json);
    assert_true(json_finish(&json));
    fclose(stream);
    json_object *root = json_tokener_parse(text);
    assert_non_null(root);
    free(text);
    return root;
}

static const char *rule_as_json(json_object *root, size_t number)
{
    json_object *rule = json_object_array_get_idx(json_object_object_get(root, "rules"), number);
    return json_object_to_json_string_ext(rule, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
}

static void rules_as_data(void **state)
{
    (void)state;
    struct rules *rules = good_rules(example);
    json_object *root = rules_as_json(rules);
    assert_string_equal(rule_as_json(root, 0), "{\"id\":\"ban\",\"summary\":\"s\",\"when\":{\"gil\":[\"held\"]},"
                                               "\"forbid\":[\"async\",\"hybrid\"],\"because\":\"b\"}");
    assert_string_equal(rule_as_json(root, 1),
                        "{\"id\":\"example\",\"summary\":\"an example\",\"why\":\"a reason\",\"when\":{\"all\":["
                        "{\"class\":[\"io\",\"mixed\"]},{\"k\":{\"at_least\":5,\"below\":9}},"
                        "{\"any\":[{\"enough_work\":true},{\"cores\":1},{\"not\":{\"gil\":[\"held\"]}}]},"
                        "{\"trip_count\":{\"below\":3}},{\"unsafe_call\":{\"present\":false}}]},"
                        "\"recommend\":\"threading\",\"weight\":50,\"because\":\"{class} work\",\"do\":\"do it\"}");
    assert_string_equal(rule_as_json(root, 2), "{\"id\":\"news\",\"summary\":\"s\",\"when\":{\"k\":{\"at_least\":2}},"
                                               "\"report\":\"warning\",\"because\":\"b\"}");
    json_object *facts = json_object_object_get(root, "facts");
    assert_int_equal(json_object_array_length(facts), FACT_COUNT);
    assert_string_equal(
        json_object_to_json_string_ext(json_object_array_get_idx(facts, FACT_SHARED_STATE), JSON_C_TO_STRING_PLAIN),
        "{\"name\":\"shared_state\",\"type\":\"word\",\"values\":[\"none\",\"scratch\",\"product\",\"big-lock\"],"
        "\"text\":\"what shared state the calls write\"}");
    json_object_put(root);
    rules_free(rules);
}

static void every_shipped_rule_says_why_and_what_to_do(void **state)
{
    (void)state;
    struct rules *rules = shipped_rules();
    json_object *root = rules_as_json(rules);
    json_object *list = json_object_object_get(root, "rules");
    for (size_t i = 0; i < json_object_array_length(list); i++) {
        json_object *rule = json_object_array_get_idx(list, i);
        const char *id = json_object_get_string(json_object_object_get(rule, "id"));
        if (!json_object_object_get(rule, "why") || !json_object_object_get(rule, "do"))
            fail_msg("%s says not why, or not what to do", id);
        if (strchr(json_object_get_string(json_object_object_get(rule, "summary")), '\n'))
            fail_msg("the summary of %s is more than a line", id);
    }
    json_object_put(root);
    rules_free(rules);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_rule_for_people),
        cmocka_unit_test(all_rules_and_facts_for_people),
        cmocka_unit_test(rules_as_data),
        cmocka_unit_test(every_shipped_rule_says_why_and_what_to_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
