/* Measured functions: their class, and the file they are kept in. */
#include "model/observed.h"

#include "model/result.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static void test_class_has_the_borders_of_the_vocabulary(void **state)
{
    (void)state;
    assert_int_equal(observed_class(999, 1, 0), CLASS_TRIVIAL);
    assert_int_equal(observed_class(1000, 0.7, 0), CLASS_IO);
    assert_int_equal(observed_class(1000, 0.69, 0), CLASS_MIXED);
    assert_int_equal(observed_class(1000, 0.31, 0), CLASS_MIXED);
    assert_int_equal(observed_class(1000, 0.3, 0.3), CLASS_CPU);
    assert_int_equal(observed_class(1000, 0.8, 0.41), CLASS_WAIT);
    assert_int_equal(observed_class(1000, 0.8, 0.4), CLASS_IO);
    assert_int_equal(observed_class(-1, 0, 0), CLASS_CPU); /* samples know no calls: nothing is trivial */
}

static void test_io_and_wait_are_one_answer(void **state)
{
    (void)state;
    assert_true(observed_same_class(CLASS_IO, CLASS_WAIT));
    assert_true(observed_same_class(CLASS_CPU, CLASS_CPU));
    assert_false(observed_same_class(CLASS_CPU, CLASS_WAIT));
    assert_false(observed_same_class(CLASS_TRIVIAL, CLASS_UNKNOWN));
}

static void make_observed(struct observed *observed)
{
    static const char *const command[] = {"make", "check"};
    observed_init(observed);
    observed->source = "instrumented";
    observed->command = command;
    observed->command_count = 2;
    observed->processes = 3;
    observed->cut_short = 1;
    observed->threads = 4;
    observed->overhead = (struct observed_overhead){30, 400, 0.125};
    observed->functions = ARENA_ARRAY(&observed->arena, struct observed_function, 2);
    observed->function_count = 2;
    observed->functions[0] = (struct observed_function){.file = "src/b.c",
                                                        .name = "reads \"quoted\"",
                                                        .line = 7,
                                                        .calls = 12,
                                                        .outer_calls = 10,
                                                        .unfinished_calls = 1,
                                                        .wall_ns = 12345678901,
                                                        .cpu_ns = 345678901,
                                                        .wall_self_ns = 5,
                                                        .cpu_self_ns = 4,
                                                        .offcpu_share = 0.75,
                                                        .lock_share = 0.5,
                                                        .iocall_share = 0.25,
                                                        .agree = 1,
                                                        .labelled = true,
                                                        .label = CLASS_WAIT};
    observed->functions[1] = (struct observed_function){"a.c", "sampled", 0,  -1, -1, -1, 20,    20,
                                                        -1,    -1,        -1, -1, -1, -1, false, CLASS_UNKNOWN};
    observed_sort(observed);
}

/* Writes the observation to a new file; its path. */
static char *write_file(const char *text)
{
    char *path = strdup("/tmp/test-observed-XXXXXX");
    int file = mkstemp(path);
    FILE *stream = file >= 0 ? fdopen(file, "w") : NULL;
    if (!stream)
        abort();
    if (text) {
        fputs(text, stream);
    } else {
        struct observed observed;
        make_observed(&observed);
        assert_true(observed_write(&observed, "1.2.3", stream));
        observed_free(&observed);
    }
    fclose(stream);
    return path;
}

static void test_what_is_written_is_read(void **state)
{
    (void)state;
    char *path = write_file(NULL);
    struct observed observed;
    struct problems problems = {0};
    observed_init(&observed);
    assert_true(observed_read(&observed, path, &problems));
    assert_int_equal(problems.list.count, 0);
    assert_int_equal(observed.processes, 3);
    assert_int_equal(observed.cut_short, 1);
    assert_true(observed.overhead.share > 0.124 && observed.overhead.share < 0.126);
    const struct observed_function *function = observed_find(&observed, "src/b.c", "reads \"quoted\"");
    assert_non_null(function);
    assert_true(function->labelled);
    assert_int_equal(function->label, CLASS_WAIT);
    assert_int_equal((int64_t)function->wall_ns, 12345678901);
    assert_int_equal((int)function->unfinished_calls, 1);
    function = observed_find(&observed, "a.c", "sampled");
    assert_non_null(function);
    assert_false(function->labelled);
    assert_true(function->calls < 0 && function->offcpu_share < 0 && function->wall_ns > 0);
    assert_null(observed_find(&observed, "a.c", "reads \"quoted\""));
    observed_free(&observed);
    unlink(path);
    free(path);
}

static void test_mistakes(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        unsigned line;
        const char *message;
    } cases[] = {
        {"", 1, ""},
        {"{\"source\": \"x\",\n \"functions\": [}", 2, "unexpected"},
        {"3", 0, "no list 'functions'"},
        {"{\"source\": \"x\", \"functions\": {}}", 0, "no list 'functions'"},
        {"{\"functions\": []}", 0, "head"},
        {"{\"source\": \"x\", \"processes\": -1, \"functions\": []}", 0, "head"},
        {"{\"source\": \"x\", \"functions\": [7]}", 0, "function number 1"},
        {"{\"source\": \"x\", \"functions\": [{\"file\": \"a\", \"name\": \"b\"}, {\"file\": \"a\"}]}", 0,
         "function number 2"},
        {"{\"source\": \"x\", \"functions\": [{\"file\": \"a\", \"name\": \"b\", \"calls\": \"3\"}]}", 0, "number 1"},
        {"{\"source\": \"x\", \"functions\": [{\"file\": \"a\", \"name\": \"b\", \"label\": \"quick\"}]}", 0,
         "number 1"},
    };
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *path = write_file(cases[i].text);
        struct observed observed;
        struct problems problems = {0};
        observed_init(&observed);
        assert_false(observed_read(&observed, path, &problems));
        assert_int_equal(problems.list.count, 1);
        assert_int_equal(problems.errors, 0); /* the analysis goes on without it */
        assert_string_equal(problems.list.items[0].file, path);
        assert_int_equal(problems.list.items[0].line, cases[i].line);
        assert_non_null(strstr(problems.list.items[0].message, cases[i].message));
        problems_free(&problems);
        observed_free(&observed);
        unlink(path);
        free(path);
    }
}

static void test_no_file_is_no_problem(void **state)
{
    (void)state;
    struct observed observed;
    struct problems problems = {0};
    observed_init(&observed);
    assert_false(observed_read(&observed, "/nowhere/observed.json", &problems));
    assert_int_equal(problems.list.count, 0);
    observed_free(&observed);
}

static void test_result_gets_its_trees_measurements(void **state)
{
    (void)state;
    char root[] = "/tmp/test-observed-XXXXXX", directory[64], file[64];
    assert_non_null(mkdtemp(root));
    snprintf(directory, sizeof directory, "%s/" OBSERVED_DIRECTORY, root);
    snprintf(file, sizeof file, "%s/" OBSERVED_FILE, root);
    assert_int_equal(mkdir(directory, 0700), 0);
    char *written = write_file(NULL);
    assert_int_equal(rename(written, file), 0);
    struct function_result functions[] = {{.file = "a.c", .name = "sampled"}, {.file = "b.c", .name = "sampled"}};
    struct result result;
    result_init(&result);
    result.root = root;
    result.functions = functions;
    result.function_count = 2;
    result_add_observed(&result);
    assert_non_null(functions[0].measured);
    assert_null(functions[1].measured);
    result_free(&result);
    unlink(file);
    rmdir(directory);
    rmdir(root);
    free(written);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_class_has_the_borders_of_the_vocabulary),
        cmocka_unit_test(test_io_and_wait_are_one_answer),
        cmocka_unit_test(test_what_is_written_is_read),
        cmocka_unit_test(test_mistakes),
        cmocka_unit_test(test_no_file_is_no_problem),
        cmocka_unit_test(test_result_gets_its_trees_measurements),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
