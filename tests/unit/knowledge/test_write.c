/* What is written is read again as the same, and scalars are quoted where YAML would read something else. */
#include "helpers.h"

static char *written(const struct api *api)
{
    char *text;
    size_t size;
    FILE *stream = open_memstream(&text, &size);
    knowledge_write_entry(api, stream);
    assert_int_equal(fclose(stream), 0);
    return text;
}

static const char *const lines[] = {
    "  f(a, b): {header: x.h, cpu: 1.2 us ~ 0.8 + 3 ns ~ 0.5 * b, thread-safety: MT-Safe race:a, confidence: 0.80}\n",
    "  f(a): {header: x.h, cpu: 5 ns, wait: network for 2 network-wait ~ 1.4, confidence: 0.00}\n",
    "  f(a): {header: x.h, cpu: 5 ns, wait: disk or 0.001 of 1.5 disk-sync, confidence: 0.00}\n",
    "  f(a): {header: x.h, cpu: 5 ns, wait: disk or disk-read-miss of 3 disk-read-wait, confidence: 0.00}\n",
    "  f(a): {header: x.h, cpu: 250 ms, wait: sleep for 1 s * a at-most 2 s, confidence: 0.00}\n",
    "  f(cb, d, s): {header: x.h, cpu: 5 ns, effects: [calls cb during times unknown with d at 1, calls s field go "
    "later, calls cb during times log unknown, calls cb during times s log, writes s, frees d, opens network|pipe in "
    "s, opens disk non-blocking, copies d to s, spawns-thread cb with d, "
    "noreturn], confidence: 0.00}\n",
    "  f(): {header: \"\", cpu: 5 ns, thread-safety: MT-Unsafe race:x, confidence: 0.50, async: \"none: not one\", "
    "note: "
    "\"a, \\\"b\\\"\"}\n",
};

static void test_what_is_written_is_read_again(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        char file[4096];
        snprintf(file, sizeof file, "library: l\nderived: true\nsource: s\nfunctions:\n%s", lines[i]);
        struct knowledge *knowledge = good_small(file);
        const struct api *api = knowledge_find(knowledge, "f");
        assert_non_null(api);
        assert_int_equal(api->origin, API_DERIVED);
        char *text = written(api);
        assert_string_equal(text, lines[i]);
        free(text);
        knowledge_free(knowledge);
    }
}

static void test_scalars(void **state)
{
    (void)state;
    static const char *const cases[][2] = {{"plain text", "plain text"}, {"a: b", "\"a: b\""},  {"", "\"\""},
                                           {"a, b", "\"a, b\""},         {"#x", "\"#x\""},      {"x\ny", "\"x\\x0ay\""},
                                           {"[x]", "\"[x]\""},           {"a\\b", "\"a\\\\b\""}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *text;
        size_t size;
        FILE *stream = open_memstream(&text, &size);
        knowledge_write_scalar(cases[i][0], stream);
        fclose(stream);
        assert_string_equal(text, cases[i][1]);
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_what_is_written_is_read_again),
                                       cmocka_unit_test(test_scalars)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
