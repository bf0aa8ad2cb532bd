/* Units become summaries in worker processes: the same ones however they are shared out, and nothing is left behind. */
#include "analyzer/workers.h"
#include "base/text.h"
#include "model/summary.h"
#include "tests/unit/analyzer/tree.h"

#include <dirent.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

enum { MOST_UNITS = 16 };

struct fixture {
    struct tree tree;
    struct analyzer_options options;
    const char *path;
    struct unit_list list;
    struct problems problems;
    struct summary_bytes summaries[MOST_UNITS];
    struct summary_bytes *prefixes;
    unsigned prefix_count;
    uint32_t progress_calls;
    char *temporary_before;
};

static int setup(void **state)
{
    struct fixture *fixture = must_malloc(sizeof *fixture);
    *fixture = (struct fixture){0};
    tree_make(&fixture->tree);
    const char *before = getenv("TMPDIR");
    fixture->temporary_before = before ? must_strdup(before) : NULL;
    tree_write(&fixture->tree, "tmp/x", "");
    remove(tree_path(&fixture->tree, "tmp/x"));
    setenv("TMPDIR", tree_path(&fixture->tree, "tmp"), 1);
    *state = fixture;
    return 0;
}

static void forget_run(struct fixture *fixture)
{
    for (unsigned i = 0; i < MOST_UNITS; i++)
        free(fixture->summaries[i].bytes);
    for (unsigned i = 0; i < fixture->prefix_count; i++)
        free(fixture->prefixes[i].bytes);
    free(fixture->prefixes);
    fixture->prefixes = NULL;
    fixture->prefix_count = 0;
    memset(fixture->summaries, 0, sizeof fixture->summaries);
    unit_list_free(&fixture->list);
    problems_free(&fixture->problems);
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    forget_run(fixture);
    if (fixture->temporary_before)
        setenv("TMPDIR", fixture->temporary_before, 1);
    else
        unsetenv("TMPDIR");
    free(fixture->temporary_before);
    tree_remove(&fixture->tree);
    free(fixture);
    return 0;
}

static unsigned files_in(const char *directory)
{
    unsigned count = 0;
    DIR *stream = opendir(directory);
    assert_non_null(stream);
    if (!stream)
        return 0;
    for (const struct dirent *entry; (entry = readdir(stream));)
        count += entry->d_name[0] != '.';
    closedir(stream);
    return count;
}

/* Reads all units below a directory of the tree, with these flags. */
static void run(struct fixture *fixture, const char *directory)
{
    static const char *const flags[] = {"-DX"};
    forget_run(fixture);
    fixture->path = tree_path(&fixture->tree, directory);
    fixture->options.paths = &fixture->path;
    fixture->options.path_count = 1;
    fixture->options.fixed_flags = flags;
    fixture->options.fixed_flag_count = 1;
    assert_true(unit_list_make(&fixture->list, &fixture->options, &fixture->problems));
    assert_in_range(fixture->list.count, 1, MOST_UNITS);
    summarize_units(&fixture->list, &fixture->options, fixture->summaries, &fixture->prefixes, &fixture->prefix_count,
                    &fixture->problems);
}

static const char *problems_of(struct fixture *fixture)
{
    return tree_problems(&fixture->tree, &fixture->problems);
}

/* A header that is worth sharing: with `static inline` code, and no guard. */
static void write_header(struct fixture *fixture, const char *name, unsigned declarations)
{
    struct text text = {0};
    text_add(&text,
             "enum { WIDTH = __LINE__ };\nextern int counter;\n"
             "static inline int helper(int x)\n{\n    while (x > WIDTH)\n        x -= counter;\n    return x;\n}\n");
    for (unsigned i = 0; i < declarations; i++)
        text_printf(&text, "int declared%u(int x);\n", i);
    tree_write(&fixture->tree, name, text.string);
    text_free(&text);
}

static void write_users(struct fixture *fixture, const char *directory, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        const char *name = arena_printf(&fixture->tree.arena, "%s/u%u.c", directory, i);
        const char *text = arena_printf(&fixture->tree.arena,
                                        "/* %u */\n#include \"all.h\"\nint use%u(int x)\n{\n    return helper(x) + "
                                        "declared%u(__LINE__) + WIDTH;\n}\n",
                                        i, i, i);
        tree_write(&fixture->tree, name, text);
    }
}

static void add_functions(struct text *text, const struct summary_bytes *bytes)
{
    struct summary summary;
    assert_true(summary_read(&summary, bytes->bytes, bytes->size));
    FILE *stream;
    char *printed;
    size_t length;
    stream = open_memstream(&printed, &length);
    assert_non_null(stream);
    for (uint32_t i = 0; i < summary.functions.count; i++)
        if (!(summary.functions.items[i].flags & FUNCTION_INITIALISERS))
            summary_print_function(&summary.names, &summary.functions.items[i], stream);
    fclose(stream);
    text_add(text, printed);
    free(printed);
    summary_free(&summary);
}

/* What a unit's functions are, with those of the header that it shares before them. */
static char *functions_of(struct fixture *fixture, unsigned unit)
{
    struct text text = {0};
    if (fixture->summaries[unit].prefix >= 0)
        add_functions(&text, &fixture->prefixes[fixture->summaries[unit].prefix]);
    add_functions(&text, &fixture->summaries[unit]);
    return text.string;
}

static void test_sharing_changes_nothing(void **state)
{
    struct fixture *fixture = *state;
    write_header(fixture, "p/all.h", 400);
    write_users(fixture, "p", 5);
    char *alone[5];
    fixture->options.no_prefix_sharing = true;
    run(fixture, "p");
    assert_int_equal(fixture->prefix_count, 0);
    for (unsigned i = 0; i < 5; i++) {
        assert_int_equal(fixture->summaries[i].prefix, -1);
        alone[i] = functions_of(fixture, i);
        assert_contains(alone[i], "helper");
    }
    fixture->options.no_prefix_sharing = false;
    run(fixture, "p");
    assert_int_equal(fixture->prefix_count, 1);
    assert_true(fixture->prefixes[0].from_prefix);
    for (unsigned i = 0; i < 5; i++) {
        assert_int_equal(fixture->summaries[i].prefix, 0);
        char *together = functions_of(fixture, i);
        assert_string_equal(together, alone[i]);
        free(together);
        free(alone[i]);
    }
    assert_string_equal(problems_of(fixture), "");
    assert_int_equal(files_in(tree_path(&fixture->tree, "tmp")), 0);
}

static void test_small_or_rare_headers_are_not_shared(void **state)
{
    struct fixture *fixture = *state;
    write_header(fixture, "small/all.h", 20);
    write_users(fixture, "small", 5);
    write_header(fixture, "rare/all.h", 400);
    write_users(fixture, "rare", 2);
    run(fixture, "small");
    assert_int_equal(fixture->prefix_count, 0);
    run(fixture, "rare");
    assert_int_equal(fixture->prefix_count, 0);
}

static void test_headers_with_errors_are_not_shared(void **state)
{
    struct fixture *fixture = *state;
    write_header(fixture, "p/real.h", 400);
    tree_write(&fixture->tree, "p/all.h", "#include \"real.h\"\n#include \"gone.h\"\n");
    write_users(fixture, "p", 4);
    run(fixture, "p");
    assert_int_equal(fixture->prefix_count, 0);
    for (unsigned i = 0; i < 4; i++) {
        char *functions = functions_of(fixture, i);
        assert_contains(functions, "helper");
        free(functions);
    }
    assert_contains(problems_of(fixture),
                    "warning all.h:2:10: 'gone.h' file not found (analysed in spite of 1 error in ");
}

static void test_units_with_errors_read_the_header_themselves(void **state)
{
    struct fixture *fixture = *state;
    write_header(fixture, "p/all.h", 400);
    write_users(fixture, "p", 4);
    tree_write(&fixture->tree, "p/u2.c", "#include \"all.h\"\nint broken(int x)\n{\n    return helper(x) + ;\n}\n");
    run(fixture, "p");
    assert_int_equal(fixture->prefix_count, 1);
    assert_int_equal(fixture->summaries[1].prefix, 0);
    assert_int_equal(fixture->summaries[2].prefix, -1);
    char *functions = functions_of(fixture, 2);
    assert_contains(functions, "helper");
    assert_contains(functions, "broken");
    free(functions);
    assert_contains(problems_of(fixture), "warning u2.c:4:24: expected expression (analysed in spite of 1 error in ");
    assert_int_equal(fixture->problems.errors, 0);
}

static void test_sharing_goes_with_included_flags(void **state)
{
    struct fixture *fixture = *state;
    const char *first = tree_write(&fixture->tree, "first.h", "struct first { int x; };\nstatic int once = 1;\n");
    const char *flags[] = {"-DX", arena_printf(&fixture->tree.arena, "-include%s", first)};
    write_header(fixture, "p/all.h", 400);
    write_users(fixture, "p", 4);
    fixture->path = tree_path(&fixture->tree, "p");
    fixture->options = (struct analyzer_options){
        .paths = &fixture->path, .path_count = 1, .fixed_flags = flags, .fixed_flag_count = 2};
    assert_true(unit_list_make(&fixture->list, &fixture->options, &fixture->problems));
    summarize_units(&fixture->list, &fixture->options, fixture->summaries, &fixture->prefixes, &fixture->prefix_count,
                    &fixture->problems);
    assert_int_equal(fixture->prefix_count, 1);
    for (unsigned i = 0; i < 4; i++)
        assert_int_equal(fixture->summaries[i].prefix, 0);
    assert_string_equal(problems_of(fixture), "");
}

static void test_one_header_seen_from_several_directories(void **state)
{
    struct fixture *fixture = *state;
    static const char *const flags[] = {"-Ip"};
    write_header(fixture, "p/all.h", 400);
    write_users(fixture, "p", 2);
    write_users(fixture, "p/deep", 2);
    write_header(fixture, "p/other/all.h", 400);
    write_users(fixture, "p/other", 1);
    forget_run(fixture);
    assert_int_equal(chdir(fixture->tree.top), 0);
    fixture->path = tree_path(&fixture->tree, "p");
    fixture->options = (struct analyzer_options){
        .paths = &fixture->path, .path_count = 1, .fixed_flags = flags, .fixed_flag_count = 1};
    assert_true(unit_list_make(&fixture->list, &fixture->options, &fixture->problems));
    summarize_units(&fixture->list, &fixture->options, fixture->summaries, &fixture->prefixes, &fixture->prefix_count,
                    &fixture->problems);
    assert_int_equal(chdir(SOURCE_DIR), 0);
    assert_int_equal(fixture->list.count, 5);
    assert_int_equal(fixture->prefix_count, 1);
    static const int32_t shared[] = {0, 0, -1, 0, 0}; /* deep, deep, other, top, top */
    for (unsigned i = 0; i < 5; i++)
        assert_int_equal(fixture->summaries[i].prefix, shared[i]);
}

static void test_workers_and_place_change_nothing(void **state)
{
    struct fixture *fixture = *state;
    static const char *const places[] = {"one", "some/where/else", "one"};
    struct summary_bytes first[6] = {0};
    for (unsigned round = 0; round < 3; round++) {
        write_header(fixture, arena_printf(&fixture->tree.arena, "%s/all.h", places[round]), 400);
        write_users(fixture, places[round], 5);
        tree_write(&fixture->tree, arena_printf(&fixture->tree.arena, "%s/v.c", places[round]),
                   "int puts(const char *);\nint where(void)\n{\n    return puts(__FILE__);\n}\n");
        assert_int_equal(chdir(tree_path(&fixture->tree, places[round])), 0);
        fixture->options.workers = round + 1;
        run(fixture, places[round]);
        assert_int_equal(fixture->list.count, 6);
        for (unsigned i = 0; i < 6; i++) {
            if (round == 0) {
                first[i] = fixture->summaries[i];
                fixture->summaries[i].bytes = NULL;
                continue;
            }
            assert_int_equal(fixture->summaries[i].size, first[i].size);
            assert_memory_equal(fixture->summaries[i].bytes, first[i].bytes, first[i].size);
        }
    }
    for (unsigned i = 0; i < 6; i++)
        free(first[i].bytes);
    assert_int_equal(chdir(SOURCE_DIR), 0);
}

/* Macros that grow into 10^10 tokens. */
static void write_endless(struct fixture *fixture, const char *name)
{
    struct text text = {0};
    text_add(&text, "#define M0 x\n");
    for (unsigned i = 0; i < 10; i++)
        text_printf(&text, "#define M%u M%u M%u M%u M%u M%u M%u M%u M%u M%u M%u\n", i + 1, i, i, i, i, i, i, i, i, i,
                    i);
    text_add(&text, "int f(void) { return M10; }\n");
    tree_write(&fixture->tree, name, text.string);
    text_free(&text);
}

static void count_progress(void *data, uint32_t done, uint32_t total, const char *file)
{
    struct fixture *fixture = data;
    fixture->progress_calls++;
    assert_int_equal(done, fixture->progress_calls);
    assert_int_equal(total, 3);
    assert_non_null(file);
}

static void test_timeout_costs_one_unit(void **state)
{
    struct fixture *fixture = *state;
    write_header(fixture, "p/all.h", 10);
    write_users(fixture, "p", 2);
    write_endless(fixture, "p/endless.c");
    fixture->options.timeout = 1.5;
    fixture->options.progress = count_progress;
    fixture->options.progress_data = fixture;
    run(fixture, "p");
    assert_int_equal(fixture->progress_calls, 3);
    assert_int_equal(fixture->summaries[0].size, 0);
    assert_true(fixture->summaries[1].size > 0);
    assert_true(fixture->summaries[2].size > 0);
    assert_string_equal(problems_of(fixture), "error endless.c:0:0: not analysed: it took longer than 1.5 s\n");
}

static void test_no_place_for_shared_headers(void **state)
{
    struct fixture *fixture = *state;
    write_header(fixture, "p/all.h", 400);
    write_users(fixture, "p", 4);
    setenv("TMPDIR", tree_path(&fixture->tree, "nowhere"), 1);
    run(fixture, "p");
    assert_int_equal(fixture->prefix_count, 0);
    for (unsigned i = 0; i < 4; i++)
        assert_true(fixture->summaries[i].size > 0);
    assert_contains(problems_of(fixture), "note nowhere:0:0: headers are not shared between files");
    assert_int_equal(fixture->problems.list.count, 1);
}

/* In a child: reads units of which one never ends. */
static _Noreturn void read_endlessly(struct fixture *fixture)
{
    fixture->options.workers = 2;
    run(fixture, "p");
    _exit(99);
}

static void pause_for(double seconds)
{
    struct timespec time = {(time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9)};
    nanosleep(&time, NULL);
}

static void test_interrupt_leaves_nothing(void **state)
{
    struct fixture *fixture = *state;
    write_header(fixture, "p/all.h", 400);
    write_users(fixture, "p", 4);
    write_endless(fixture, "p/endless.c");
    pid_t pid = fork();
    if (pid == 0)
        read_endlessly(fixture);
    for (unsigned tries = 0; tries < 1000 && files_in(tree_path(&fixture->tree, "tmp")) == 0; tries++)
        pause_for(0.02);
    assert_int_equal(files_in(tree_path(&fixture->tree, "tmp")), 1);
    kill(pid, SIGTERM);
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGTERM);
    assert_int_equal(files_in(tree_path(&fixture->tree, "tmp")), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_sharing_changes_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(test_small_or_rare_headers_are_not_shared, setup, teardown),
        cmocka_unit_test_setup_teardown(test_headers_with_errors_are_not_shared, setup, teardown),
        cmocka_unit_test_setup_teardown(test_units_with_errors_read_the_header_themselves, setup, teardown),
        cmocka_unit_test_setup_teardown(test_sharing_goes_with_included_flags, setup, teardown),
        cmocka_unit_test_setup_teardown(test_one_header_seen_from_several_directories, setup, teardown),
        cmocka_unit_test_setup_teardown(test_workers_and_place_change_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(test_timeout_costs_one_unit, setup, teardown),
        cmocka_unit_test_setup_teardown(test_no_place_for_shared_headers, setup, teardown),
        cmocka_unit_test_setup_teardown(test_interrupt_leaves_nothing, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
