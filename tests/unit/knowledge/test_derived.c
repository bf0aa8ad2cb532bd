/* The folder derived/: read when first asked for, and giving way to what somebody wrote. */
#include "helpers.h"

struct derived_folder {
    char folder[64];
    struct knowledge *knowledge;
    struct problems problems;
};

static void load_with_derived(struct derived_folder *at, const char *index, const char *one, const char *two)
{
    char path[96];
    const struct small small = {.api = "library: hand\nsource: read\nfunctions:\n  written(): {cpu: 1 us}\n"
                                       "  stub(): {source: unreviewed}\n"};
    make_small(at->folder, &small);
    snprintf(path, sizeof path, "%s/derived", at->folder);
    assert_int_equal(mkdir(path, 0700), 0);
    write_file(at->folder, "derived/index.tsv", index);
    write_file(at->folder, "derived/one.yaml", one);
    write_file(at->folder, "derived/two.yaml", two);
    write_file(at->folder, "reviews.yaml", "\"{name}(3), one.h 1.0\": [one_b]\n");
    at->problems = (struct problems){0};
    at->knowledge = knowledge_load(at->folder, &at->problems);
    assert_int_equal(at->problems.list.count, 0);
}

static void unload(struct derived_folder *at)
{
    knowledge_free(at->knowledge);
    problems_free(&at->problems);
    remove_small(at->folder);
}

static const char index_lines[] = "a\tone.yaml\none_b\tone.yaml\nstub\tone.yaml\ntwo_a\ttwo.yaml\nwritten\tone.yaml\n";
static const char one_file[] = "library: one\nderived: true\nsource: derived from one\nfunctions:\n"
                               "  a(): {cpu: 1 us, confidence: 0.7}\n  one_b(x): {cpu: 2 us}\n"
                               "  written(): {cpu: 9 us}\n  stub(): {cpu: 3 us}\n";
static const char two_file[] =
    "library: two\nderived: true\nsource: derived from two\nfunctions:\n  two_a(): {cpu: 1 us}\n";

static void test_files_are_read_when_asked_for(void **state)
{
    (void)state;
    struct derived_folder at;
    load_with_derived(&at, index_lines, one_file, two_file);
    size_t before = knowledge_count(at.knowledge);
    assert_null(knowledge_find(at.knowledge, "one"));
    assert_null(knowledge_find(at.knowledge, "one_bb"));
    assert_null(knowledge_find(at.knowledge, "zzz"));
    assert_null(knowledge_find(at.knowledge, ""));
    assert_int_equal(knowledge_count(at.knowledge), before);
    const struct api *api = knowledge_find(at.knowledge, "one_b");
    assert_non_null(api);
    assert_string_equal(api->library, "one");
    assert_string_equal(api->reviewed, "one_b(3), one.h 1.0");
    assert_int_equal(api->origin, API_DERIVED);
    assert_int_equal(knowledge_count(at.knowledge), before + 2); /* a, one_b; the others are there */
    assert_near(knowledge_find(at.knowledge, "a")->confidence, 0.7);
    assert_non_null(knowledge_find(at.knowledge, "two_a"));
    assert_int_equal(knowledge_count(at.knowledge), before + 3);
    unload(&at);
}

static void test_written_entries_win(void **state)
{
    (void)state;
    struct derived_folder at;
    load_with_derived(&at, index_lines, one_file, two_file);
    const struct api *written = knowledge_find(at.knowledge, "written");
    knowledge_load_all(at.knowledge);
    assert_ptr_equal(knowledge_find(at.knowledge, "written"), written);
    assert_int_equal(written->origin, API_WRITTEN);
    assert_near(written->costs[0].cpu_call.fixed.median, 1000);
    const struct api *stub = knowledge_find(at.knowledge, "stub");
    assert_int_equal(stub->origin, API_DERIVED);
    assert_near(stub->costs[0].cpu_call.fixed.median, 3000);
    assert_int_equal(knowledge_late_problems(at.knowledge)->list.count, 0);
    unload(&at);
}

static void test_mistakes_are_told_late(void **state)
{
    (void)state;
    struct derived_folder at;
    load_with_derived(&at, "a\tone.yaml\nb\tnowhere.yaml\n", "source: s\nfunctions:\n  a(): {cpu: 1 parsec}\n",
                      two_file);
    assert_null(knowledge_find(at.knowledge, "a"));
    assert_int_equal(knowledge_late_problems(at.knowledge)->errors, 1);
    assert_int_equal(knowledge_late_problems(at.knowledge)->list.items[0].line, 3);
    assert_null(knowledge_find(at.knowledge, "b"));
    assert_int_equal(knowledge_late_problems(at.knowledge)->errors, 2);
    unload(&at);
}

static void test_an_index_may_be_anything(void **state)
{
    (void)state;
    static const char *const indexes[] = {"", "\n", "a", "a\t", "\t\t\n\n", "a\tone.yaml", "\xff\xfe\n"};
    for (size_t i = 0; i < sizeof indexes / sizeof indexes[0]; i++) {
        struct derived_folder at;
        load_with_derived(&at, indexes[i], one_file, two_file);
        knowledge_find(at.knowledge, "a");
        knowledge_find(at.knowledge, "zz");
        knowledge_load_all(at.knowledge);
        unload(&at);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_files_are_read_when_asked_for), cmocka_unit_test(test_written_entries_win),
        cmocka_unit_test(test_mistakes_are_told_late), cmocka_unit_test(test_an_index_may_be_anything)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
