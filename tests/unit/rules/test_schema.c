/* The schema of rule files names every fact and every word, and no other. */
#include "helpers.h"

static json_object *definitions(json_object **root)
{
    size_t length;
    char *text = file_read(SOURCE_DIR "/rules/schema/rule.schema.json", 1 << 20, &length);
    assert_non_null(text);
    *root = json_tokener_parse(text);
    assert_non_null(*root);
    free(text);
    return json_object_object_get(*root, "$defs");
}

static json_object *member(json_object *object, const char *key)
{
    json_object *value = json_object_object_get(object, key);
    if (!value)
        fail_msg("the schema has no %s", key);
    return value;
}

static void check_words(json_object *defs, enum fact_id fact, const char *reference)
{
    json_object *choices = member(member(defs, reference), "anyOf");
    json_object *one = member(json_object_array_get_idx(choices, 0), "enum");
    json_object *several = member(member(json_object_array_get_idx(choices, 1), "items"), "enum");
    const char *const *words = fact_words(fact);
    size_t count = 0;
    for (; words[count]; count++) {
        assert_string_equal(json_object_get_string(json_object_array_get_idx(one, count)), words[count]);
        assert_string_equal(json_object_get_string(json_object_array_get_idx(several, count)), words[count]);
    }
    assert_int_equal(json_object_array_length(one), count);
    assert_int_equal(json_object_array_length(several), count);
}

static void the_schema_and_the_facts_agree(void **state)
{
    static const char *const definition_of[] = {
        [FACT_BOOLEAN] = "boolean", [FACT_NUMBER] = "number", [FACT_TEXT] = "text", [FACT_WORD] = NULL};
    (void)state;
    json_object *root;
    json_object *defs = definitions(&root);
    json_object *properties = member(member(defs, "condition"), "properties");
    for (int i = 0; i < FACT_COUNT; i++) {
        enum fact_id fact = (enum fact_id)i;
        json_object *property = member(properties, fact_name(fact));
        assert_string_equal(json_object_get_string(member(property, "description")), fact_text(fact));
        const char *reference = json_object_get_string(member(property, "$ref")) + strlen("#/$defs/");
        if (fact_type(fact) == FACT_WORD)
            check_words(defs, fact, reference);
        else
            assert_string_equal(reference, definition_of[fact_type(fact)]);
    }
    assert_int_equal(json_object_object_length(properties), FACT_COUNT + 3); /* all, any, not */
    json_object_put(root);
}

static void the_schema_and_the_models_agree(void **state)
{
    (void)state;
    json_object *root;
    json_object *defs = definitions(&root);
    json_object *models = member(member(defs, "model"), "enum");
    json_object *forbiddable = member(member(defs, "forbiddable"), "enum");
    assert_int_equal(json_object_array_length(models), MODEL_COUNT);
    assert_int_equal(json_object_array_length(forbiddable), MODEL_COUNT - 1);
    for (size_t i = 0; i < MODEL_COUNT; i++)
        assert_string_equal(json_object_get_string(json_object_array_get_idx(models, i)), model_name(i));
    for (size_t i = 1; i < MODEL_COUNT; i++)
        assert_string_equal(json_object_get_string(json_object_array_get_idx(forbiddable, i - 1)), model_name(i));
    json_object_put(root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_schema_and_the_facts_agree),
        cmocka_unit_test(the_schema_and_the_models_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
