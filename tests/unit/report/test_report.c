/* Reports of a made-up result are, to the letter, the files in tests/fixtures/report. After a wanted change:
 * UPDATE=1 build/…/test_report_report, and read the difference. */
#include "report/report.h"

#include "base/path.h"
#include "made_up.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const uint32_t all_functions[] = {0, 1, 2, 3, 4, 5};

/* What a format writes; malloc'ed. */
static char *write_report(const struct result *result, const char *format, const struct report_options *options)
{
    char *text = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&text, &length);
    assert_non_null(stream);
    assert_true(report_find(format)->write(result, options, stream));
    fclose(stream);
    return text;
}

static void compare(const char *file, const char *text)
{
    char path[512];
    snprintf(path, sizeof path, SOURCE_DIR "/tests/fixtures/report/%s", file);
    if (getenv("UPDATE")) {
        FILE *stream = fopen(path, "w");
        if (stream) {
            fputs(text, stream);
            fclose(stream);
        }
    }
    size_t length;
    char *expected = file_read(path, 1 << 20, &length);
    assert_non_null(expected);
    assert_string_equal(text, expected);
    free(expected);
}

static void check_report(const char *format, const struct report_options *options, const char *file)
{
    struct result result;
    make_up_result(&result);
    char *text = write_report(&result, format, options);
    compare(file, text);
    free(text);
    result_free(&result);
}

static void test_check(void **state)
{
    (void)state;
    struct report_options options = {.view = REPORT_CHECK, .width = 100, .version = "1.2.3"};
    check_report("full", &options, "check.txt");
    check_report("concise", &options, "check-concise.txt");
    check_report("json", &options, "check.json");
}

static void test_classify(void **state)
{
    (void)state;
    struct report_options options = {
        .view = REPORT_CLASSIFY, .width = 100, .version = "1.2.3", .functions = all_functions, .function_count = 6};
    check_report("full", &options, "classify.txt");
    check_report("concise", &options, "classify-concise.txt");
    check_report("json", &options, "classify.json");
}

static void test_explain(void **state)
{
    (void)state;
    struct report_options options = {
        .view = REPORT_EXPLAIN, .width = 100, .version = "1.2.3", .functions = all_functions, .function_count = 6};
    check_report("full", &options, "explain.txt");
    check_report("concise", &options, "explain-concise.txt");
    check_report("json", &options, "explain.json");
}

/* A mean that few calls make reads as a contradiction to the share unless it is said. */
static void test_seldom_waits(void **state)
{
    (void)state;
    struct result result;
    make_up_result(&result);
    static const uint32_t first = 0;
    result.functions[0].wait_share = 0.01;
    struct report_options options = {.view = REPORT_EXPLAIN, .width = 200, .functions = &first, .function_count = 1};
    char *text = write_report(&result, "full", &options);
    assert_non_null(strstr(text, "on average: few calls wait, and these for long"));
    free(text);
    result.functions[0].wait_share = 0.9;
    text = write_report(&result, "full", &options);
    assert_null(strstr(text, "on average"));
    free(text);
    result_free(&result);
}

static void test_only_ten_unless_all(void **state)
{
    (void)state;
    enum { MANY = 25 };
    struct result result;
    make_up_result(&result);
    struct function_result *functions = ARENA_ARRAY(&result.arena, struct function_result, MANY);
    struct unit *units = ARENA_ARRAY(&result.arena, struct unit, MANY);
    struct advice *advice = ARENA_ARRAY(&result.arena, struct advice, MANY);
    for (uint32_t i = 0; i < MANY; i++) {
        functions[i] = result.functions[0];
        units[i] = result.units[0];
        units[i].function = i;
        units[i].owner = i;
        advice[i] = result.advice[0];
        advice[i].unit = i;
    }
    result.functions = functions;
    result.units = units;
    result.advice = advice;
    result.function_count = result.unit_count = result.advice_count = MANY;
    struct report_options options = {.view = REPORT_CHECK, .width = 100};
    char *text = write_report(&result, "full", &options);
    assert_non_null(strstr(text, "10. fetch_page"));
    assert_null(strstr(text, "11. fetch_page"));
    assert_non_null(strstr(text, "15 more functions with advice (--all shows all)"));
    free(text);
    options.all = true;
    text = write_report(&result, "full", &options);
    assert_non_null(strstr(text, "25. fetch_page"));
    assert_null(strstr(text, "--all"));
    free(text);
    result_free(&result);
}

/* What saves next to nothing, and threads that stay threads, are counted; what keeps large units serial is named. */
static void test_small_advice_is_counted(void **state)
{
    (void)state;
    struct result result;
    make_up_result(&result);
    result.advice_count = 3;
    for (uint32_t i = 0; i < 3; i++) {
        result.units[i] = result.units[0];
        result.units[i].function = result.units[i].owner = i;
        result.advice[i] = result.advice[0];
        result.advice[i].unit = i;
    }
    result.advice[0].worth = 1000;
    result.units[1].kind = UNIT_THREAD_ENTRY;
    result.units[1].unsafe_call = NULL;
    result.advice[1].model = MODEL_THREADING;
    result.advice[2].model = MODEL_SERIAL;
    result.units[2].shared_names = "total, cache";
    result.functions[2].wait_ns = 1e9;
    struct report_options options = {.view = REPORT_CHECK, .width = 200};
    char *text = write_report(&result, "full", &options);
    assert_non_null(strstr(text, "No advice worth acting on."));
    assert_non_null(strstr(text, "1 unit may save less than 1 ms; 1 unit runs in threads already, and should; "
                                 "1 unit is best left as it is."));
    assert_non_null(strstr(text, "In the way of the largest of them: "));
    assert_non_null(strstr(text, "writes total, cache."));
    free(text);
    result.units[2].shared_names = NULL;
    result.units[2].dependence = "the loop also calls move, which writes node.slots, which the call uses";
    text = write_report(&result, "full", &options);
    assert_non_null(strstr(text, "): the loop also calls move, which writes node.slots, which the call uses."));
    free(text);
    result_free(&result);
}

/* Warnings are all printed; of what only informs, three causes. A long chain shows its ends. */
static void test_findings_are_few(void **state)
{
    (void)state;
    enum { WARNINGS = 12, MANY = 20, STEPS = 9 };
    static const char *const places[] = {"s0.c", "s1.c", "s2.c", "s3.c", "s4.c", "s5.c", "s6.c", "s7.c", "s8.c"};
    struct result result;
    make_up_result(&result);
    struct finding *findings = ARENA_ARRAY(&result.arena, struct finding, MANY);
    for (uint32_t i = 0; i < MANY; i++) {
        struct evidence *chain = ARENA_ARRAY(&result.arena, struct evidence, STEPS);
        for (unsigned step = 0; step < STEPS; step++)
            chain[step] = (struct evidence){"calls on", {places[step], i + 1, 1}, 1};
        findings[i] = result.findings[i < WARNINGS ? 0 : 2];
        findings[i].chain = chain;
        findings[i].chain_count = STEPS;
    }
    result.findings = findings;
    result.finding_count = MANY;
    struct report_options options = {.view = REPORT_CHECK, .width = 100};
    char *text = write_report(&result, "full", &options);
    assert_non_null(strstr(text, "s1.c:12:1"));
    assert_null(strstr(text, "s2.c"));
    assert_non_null(strstr(text, "(5 steps between)"));
    assert_null(strstr(text, "s6.c"));
    assert_non_null(strstr(text, "s7.c:15:1"));
    assert_null(strstr(text, "s7.c:16:1"));
    assert_non_null(strstr(text, "Findings: 12 warnings, 8 for information (5 more with --all)."));
    free(text);
    options.all = true;
    text = write_report(&result, "full", &options);
    assert_non_null(strstr(text, "s7.c:20:1"));
    free(text);
    result_free(&result);
}

static void test_nothing(void **state)
{
    (void)state;
    struct result result;
    result_init(&result);
    result.root = "/";
    result.profile = "server-lan";
    struct report_options options = {.view = REPORT_CHECK, .width = 100, .version = "1"};
    char *text = write_report(&result, "full", &options);
    assert_non_null(strstr(text, "No advice"));
    assert_non_null(strstr(text, "Findings: none."));
    free(text);
    text = write_report(&result, "concise", &options);
    assert_string_equal(text, "");
    free(text);
    result_free(&result);
}

static void test_color_only_where_asked(void **state)
{
    (void)state;
    struct result result;
    make_up_result(&result);
    struct report_options options = {.view = REPORT_CHECK, .color = true, .width = 100};
    char *text = write_report(&result, "full", &options);
    assert_non_null(strstr(text, "\033[1;33mwarning: \033[0m"));
    free(text);
    text = write_report(&result, "concise", &options);
    assert_null(strchr(text, '\033'));
    free(text);
    result_free(&result);
}

/* A file's name can hold what a terminal obeys, and bytes that are no text. */
static void test_hostile_names(void **state)
{
    (void)state;
    struct result result;
    make_up_result(&result);
    result.functions[0].name = "evil\033]0;owned\007\xff";
    struct report_options options = {
        .view = REPORT_CLASSIFY, .width = 100, .version = "1", .functions = all_functions, .function_count = 1};
    static const char *const formats[] = {"full", "concise", "json"};
    for (unsigned i = 0; i < 3; i++) {
        char *text = write_report(&result, formats[i], &options);
        assert_null(strchr(text, '\033'));
        assert_null(strchr(text, '\007'));
        assert_null(strchr(text, '\xff'));
        assert_non_null(strstr(text, "evil"));
        free(text);
    }
    result_free(&result);
}

static void test_full_disk(void **state)
{
    (void)state;
    struct result result;
    make_up_result(&result);
    struct report_options options = {.view = REPORT_CHECK, .version = "1"};
    static const char *const formats[] = {"full", "concise", "json"};
    for (unsigned i = 0; i < 3; i++) {
        FILE *full = fopen("/dev/full", "w");
        if (full) {
            setvbuf(full, NULL, _IONBF, 0);
            assert_false(report_find(formats[i])->write(&result, &options, full));
            fclose(full);
        }
    }
    result_free(&result);
}

static void test_names(void **state)
{
    (void)state;
    const char *const *names = report_format_names();
    unsigned count = 0;
    for (; names[count]; count++) {
        assert_non_null(report_formats[count]);
        assert_string_equal(report_formats[count]->name, names[count]);
        assert_ptr_equal(report_find(names[count]), report_formats[count]);
    }
    assert_null(report_formats[count]);
    assert_null(report_find("xml"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_check),
        cmocka_unit_test(test_classify),
        cmocka_unit_test(test_explain),
        cmocka_unit_test(test_seldom_waits),
        cmocka_unit_test(test_only_ten_unless_all),
        cmocka_unit_test(test_small_advice_is_counted),
        cmocka_unit_test(test_findings_are_few),
        cmocka_unit_test(test_nothing),
        cmocka_unit_test(test_color_only_where_asked),
        cmocka_unit_test(test_hostile_names),
        cmocka_unit_test(test_full_disk),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
