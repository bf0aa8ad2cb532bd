/* Names: aliases by rule, constants, variables, several names of one entry, what attributes add. */
#include "helpers.h"

static const char *found(const struct knowledge *knowledge, const char *name)
{
    const struct api *api = knowledge_find(knowledge, name);
    return api ? api->name : "none";
}

static void shipped_rules_find_the_function(void **state)
{
    static const char *const pairs[][2] = {
        {"open64", "open"},
        {"__read_chk", "read"},
        {"__isoc99_sscanf", "sscanf"},
        {"__isoc23_strtol", "strtol"},
        {"__builtin_memcpy", "memcpy"},
        {"__builtin___memcpy_chk", "memcpy"},
        {"__builtin___snprintf_chk", "snprintf"},
        {"__builtin_expect", "__builtin_expect"},
        {"__GI_strlen", "strlen"},
        {"_IO_getc", "getc"},
        {"__libc_malloc", "malloc"},
        {"__xstat", "stat"},
        {"__xstat64", "stat"},
        {"__fxstat", "fstat"},
        {"__fxstat64", "fstat"},
        {"__lxstat", "lstat"},
        {"__open64_2", "open"},
        {"__xpg_strerror_r", "strerror_r"},
        {"fopen64", "fopen"},
        {"pread64", "pread"},
        {"fwrite_unlocked", "fwrite_unlocked"}, /* the manual pages have it: its own thread safety, fwrite's cost */
        {"strtod_l", "strtod"},
        {"__printf_chk", "printf"},
        {"__vsnprintf_chk", "vsnprintf"},
        {"__sigsetjmp", "sigsetjmp"},
        {"__sync_add_and_fetch_8", "__sync_add_and_fetch"},
        {"_mm_add_epi64", "__builtin_shuffle"},
        {"my_read", "none"},
        {"64", "none"},
        {"", "none"},
    };
    (void)state;
    struct problems problems = {0};
    struct knowledge *knowledge = knowledge_load(SHIPPED, &problems);
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        if (strcmp(found(knowledge, pairs[i][0]), pairs[i][1]) != 0)
            fail_msg("%s: found %s, not %s", pairs[i][0], found(knowledge, pairs[i][0]), pairs[i][1]);
    const struct api *unlocked = knowledge_find(knowledge, "fwrite_unlocked");
    assert_true(unlocked->cost_count > 1);
    assert_int_equal(unlocked->thread_safety, THREAD_SAFE_IF);
    assert_int_equal(knowledge_find(knowledge, "fwrite")->thread_safety, THREAD_SAFE);
    problems_free(&problems);
    knowledge_free(knowledge);
}

static void rules_apply_one_after_the_other_but_not_for_ever(void **state)
{
    (void)state;
    struct problems problems = {0};
    struct small small = {.aliases =
                              "- {prefix: x_}\n- {suffix: _y}\n- {prefix: old_, add: new_}\n- {prefix: l, add: l}\n"
                              "- {prefix: q_, means: f}\n",
                          .api = "source: s\nfunctions:\n  f(): {cpu: call}\n  new_g(): {cpu: call}\n"
                                 "  x_h(): {cpu: call}\n"};
    struct knowledge *knowledge = load_small(&small, &problems);
    assert_int_equal(problems.list.count, 0);
    assert_string_equal(found(knowledge, "x_f"), "f");
    assert_string_equal(found(knowledge, "x_f_y"), "f");
    assert_string_equal(found(knowledge, "x_x_x_f"), "f");
    assert_string_equal(found(knowledge, "x_x_x_x_f"), "none");
    assert_string_equal(found(knowledge, "old_g"), "new_g");
    assert_string_equal(found(knowledge, "x_h"), "x_h");
    assert_string_equal(found(knowledge, "loop"), "none");
    assert_string_equal(found(knowledge, "x_"), "none");
    assert_string_equal(found(knowledge, "q_anything"), "f");
    assert_string_equal(found(knowledge, "q_"), "none");
    knowledge_free(knowledge);
}

static void constants_and_variables_have_values(void **state)
{
    (void)state;
    int64_t value = 0;
    struct knowledge *knowledge = good_small("functions: {}\n");
    assert_true(knowledge_constant(knowledge, "O_NONBLOCK", &value));
    assert_int_equal(value, 0x800);
    assert_true(knowledge_constant(knowledge, "NULL", &value));
    assert_int_equal(value, 0);
    assert_false(knowledge_constant(knowledge, "O_NOTHING", &value));
    assert_int_equal(knowledge_variable(knowledge, "input"), FD_BIT(FD_PIPE, false));
    assert_int_equal(knowledge_variable(knowledge, "output"), 0);
    assert_int_equal(knowledge_descriptor(knowledge, 0), FD_BIT(FD_PIPE, false)); /* a variable that is a constant */
    assert_int_equal(knowledge_descriptor(knowledge, 1), 0);
    assert_int_equal(knowledge_descriptor(knowledge, 3), 0);
    assert_int_equal(knowledge_descriptor(knowledge, -1), 0);
    assert_true(knowledge_tells_readiness(knowledge, "asked.answer"));
    assert_false(knowledge_tells_readiness(knowledge, "asked.question"));
    assert_false(knowledge_tells_readiness(knowledge, "input"));
    knowledge_free(knowledge);
}

static void several_names_share_one_entry(void **state)
{
    (void)state;
    struct knowledge *knowledge =
        good_small("library: lib\nheader: h.h\nsource: \"{name}(3), book\"\nthread-safety: MT-Safe\nfunctions:\n"
                   "  a b(fd:socket, n): {cpu: 1 ns * n, async: other, caveat: c, note: t, since: v2, header: i.h}\n"
                   "  c: {cpu: call, source: page, thread-safety: \"MT-Unsafe race:c (since v3)\"}\n");
    const struct api *a = knowledge_find(knowledge, "a");
    const struct api *b = knowledge_find(knowledge, "b");
    const struct api *c = knowledge_find(knowledge, "c");
    assert_string_equal(a->source, "a(3), book");
    assert_string_equal(b->source, "b(3), book");
    assert_int_equal(a->line, 6);
    assert_int_equal(b->argument_count, 2);
    assert_string_equal(b->arguments[0], "fd");
    assert_int_equal(b->families[0], FD_FAMILY_SOCKET);
    assert_int_equal(b->families[1], FD_FAMILY_ANY);
    assert_string_equal(b->library, "lib");
    assert_string_equal(b->header, "i.h");
    assert_string_equal(b->async_form, "other");
    assert_string_equal(b->async_caveat, "c");
    assert_string_equal(b->since, "v2");
    assert_string_equal(b->note, "t");
    assert_int_equal(b->thread_safety, THREAD_SAFE);
    assert_string_equal(b->thread_safety_source, "b(3), book");
    assert_int_equal(c->argument_count, 0);
    assert_string_equal(c->header, "h.h");
    assert_int_equal(c->thread_safety, THREAD_UNSAFE);
    assert_string_equal(c->thread_safety_tags, "race:c");
    assert_string_equal(c->safe_since, "v3");
    assert_null(c->async_form);
    knowledge_free(knowledge);
}

static void an_entry_outweighs_its_page_and_the_page_its_file(void **state)
{
    (void)state;
    struct problems problems = {0};
    struct small small = {.attributes = "\"MT-Unsafe race\": {p(3): [own, page, alone64, alone]}\n",
                          .api = "source: s\nthread-safety: MT-Safe\nfunctions:\n"
                                 "  own(): {cpu: 9 ns, thread-safety: MT-Safe x}\n  page(): {cpu: 9 ns}\n"
                                 "  file(): {cpu: 9 ns}\n"};
    struct knowledge *knowledge = load_small(&small, &problems);
    assert_int_equal(problems.list.count, 0);
    assert_int_equal(knowledge_find(knowledge, "own")->thread_safety, THREAD_SAFE_IF);
    assert_int_equal(knowledge_find(knowledge, "page")->thread_safety, THREAD_UNSAFE);
    assert_string_equal(knowledge_find(knowledge, "page")->thread_safety_source, "p(3), man-pages 6.03");
    assert_int_equal(knowledge_find(knowledge, "file")->thread_safety, THREAD_SAFE);
    assert_int_equal(knowledge_find(knowledge, "alone")->origin, API_UNREVIEWED);
    assert_string_equal(knowledge_find(knowledge, "alone")->source, "unreviewed");
    assert_int_equal(knowledge_count(knowledge), 5);
    knowledge_free(knowledge);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shipped_rules_find_the_function),
        cmocka_unit_test(rules_apply_one_after_the_other_but_not_for_ever),
        cmocka_unit_test(constants_and_variables_have_values),
        cmocka_unit_test(several_names_share_one_entry),
        cmocka_unit_test(an_entry_outweighs_its_page_and_the_page_its_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
