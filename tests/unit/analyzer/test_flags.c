/* Of any compiler's command, what matters for reading C is kept. */
#include "analyzer/flags.h"
#include "tests/unit/analyzer/tree.h"

struct fixture {
    struct tree tree;
    struct path_cache cache;
    struct problems problems;
    enum language language;
};

static int setup(void **state)
{
    struct fixture *fixture = must_malloc(sizeof *fixture);
    *fixture = (struct fixture){0};
    tree_make(&fixture->tree);
    path_cache_init(&fixture->cache, &fixture->tree.arena);
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    path_cache_free(&fixture->cache);
    problems_free(&fixture->problems);
    tree_remove(&fixture->tree);
    free(fixture);
    return 0;
}

/* What is kept of a command, a space behind each flag; the tree's path is left out. */
static const char *kept(struct fixture *fixture, const char *command, bool keep_unknown)
{
    struct arena *arena = &fixture->tree.arena;
    struct words words = {0}, flags = {0};
    shell_split(arena, command, &words);
    struct command split = {.directory = fixture->tree.top,
                            .words = words.list.items,
                            .word_count = words.list.count,
                            .keep_unknown = keep_unknown};
    fixture->language = flags_keep(&fixture->cache, &split, &flags, (struct place){0}, &fixture->problems);
    const char *text = "";
    for (uint32_t i = 0; i < flags.list.count; i++) {
        const char *flag = flags.list.items[i], *at = strstr(flag, fixture->tree.top);
        if (at)
            flag = arena_printf(arena, "%.*s%s", (int)(at - flag), flag, at + strlen(fixture->tree.top));
        text = arena_printf(arena, "%s%s ", text, flag);
    }
    array_free(&words.list);
    array_free(&flags.list);
    return text;
}

static void assert_kept(struct fixture *fixture, const char *command, const char *expected)
{
    assert_string_equal(kept(fixture, command, false), expected);
}

static void test_shell_words(void **state)
{
    struct fixture *fixture = *state;
    struct words words = {0};
    shell_split(&fixture->tree.arena, " cc  '-DA=\"x y\"' -DB=\\\"q\\\" \"-DC=a\\\"b\\$\\n\"\t-D'E F'G ''", &words);
    static const char *const expected[] = {"cc", "-DA=\"x y\"", "-DB=\"q\"", "-DC=a\"b$\\n", "-DE FG", ""};
    assert_int_equal(words.list.count, 6);
    for (uint32_t i = 0; i < 6; i++)
        assert_string_equal(words.list.items[i], expected[i]);
    array_free(&words.list);
}

static void test_keeps_what_matters(void **state)
{
    struct fixture *fixture = *state;
    assert_kept(fixture, "gcc -std=gnu99 -DA -D B=1 -UC -m32 -pthread -funsigned-char -c a.c -o a.o",
                "-std=gnu99 -DA -DB=1 -UC -m32 -pthread -funsigned-char ");
    assert_kept(fixture, "gcc -include first.h -ffreestanding -nostdinc -fopenmp a.c",
                "-includefirst.h -ffreestanding -nostdinc -fopenmp ");
}

static void test_drops_the_rest(void **state)
{
    struct fixture *fixture = *state;
    assert_kept(
        fixture,
        "gcc -O2 -g3 -Wall -Wno-such-thing -fno-tree-vectorize --param max-inline=3 -specs=x -MD -MF a.d -MT a.o "
        "-Wl,-rpath,/x -lfoo -L /lib -T script -Xlinker --as-needed -march=native -mno-avx a.c b.c",
        "-march=native ");
    assert_kept(fixture, "gcc -D_FORTIFY_SOURCE=3 -DPIC -fPIC -DPICTURE", "-DPICTURE ");
    assert_kept(fixture, "gcc -DA -o", "-DA ");
}

static void test_paths_become_absolute(void **state)
{
    struct fixture *fixture = *state;
    tree_write(&fixture->tree, "include/a.h", "");
    tree_write(&fixture->tree, "config.h", "");
    assert_int_equal(symlink("include", tree_path(&fixture->tree, "link")), 0);
    assert_kept(fixture, "gcc -Iinclude -I ./include/../link -isystem include -iquote. -Inowhere -include config.h",
                "-I/include -I/include -isystem/include -iquote -include/config.h ");
    assert_kept(fixture, "gcc --sysroot=include -I=/usr/include", "--sysroot=/include -I=/usr/include ");
}

static void test_wrappers_and_languages(void **state)
{
    struct fixture *fixture = *state;
    assert_kept(fixture, "ccache distcc gcc-12 -DA a.c", "-DA ");
    assert_int_equal(fixture->language, LANGUAGE_BY_NAME);
    kept(fixture, "ccache g++-12 a.c", false);
    assert_int_equal(fixture->language, LANGUAGE_OTHER);
    kept(fixture, "g++ -x c a.c", false);
    assert_int_equal(fixture->language, LANGUAGE_C);
    kept(fixture, "gcc -xassembler-with-cpp a.c", false);
    assert_int_equal(fixture->language, LANGUAGE_OTHER);
}

static void test_cross_compilers_lose_machine_flags(void **state)
{
    struct fixture *fixture = *state;
    assert_kept(fixture, "/opt/bin/sparc-none-elf-gcc -mcpu=leon3 -DA", "-DA ");
    assert_kept(fixture, "gcc -mcpu=leon3", "-mcpu=leon3 ");
}

static void test_preprocessor_flags(void **state)
{
    struct fixture *fixture = *state;
    assert_kept(fixture, "gcc -Wp,-MD,a.d,-DA=1 -Xpreprocessor -DB", "-DA=1 -DB ");
}

static void test_response_files(void **state)
{
    struct fixture *fixture = *state;
    tree_write(&fixture->tree, "flags.rsp", "-DA '-DB=x y'\n@more.rsp -O2");
    tree_write(&fixture->tree, "more.rsp", "-DC @flags.rsp");
    const char *text = kept(fixture, "gcc @flags.rsp @gone.rsp", false);
    assert_contains(text, "-DA -DB=x y -DC ");
    assert_contains(tree_problems(&fixture->tree, &fixture->problems), "cannot read the response file gone.rsp");
}

static void test_own_flags_are_kept_unknown(void **state)
{
    struct fixture *fixture = *state;
    assert_string_equal(kept(fixture, "-fnew-flag -DA -Wall", true), "-fnew-flag -DA -Wall ");
}

static void test_remove(void **state)
{
    (void)state;
    static const char *const all[] = {"-DA", "-DAB=1", "-I/x", "-std=c99", "-pthread"};
    static const char *const patterns[] = {"-DA*", "-I", "-pthread"};
    struct words flags = {0};
    for (size_t i = 0; i < 5; i++)
        array_push(&flags.list, all[i]);
    flags_remove(&flags, patterns, 3);
    assert_int_equal(flags.list.count, 1);
    assert_string_equal(flags.list.items[0], "-std=c99");
    array_free(&flags.list);
}

static void test_key_does_not_see_the_root(void **state)
{
    struct fixture *fixture = *state;
    struct arena *arena = &fixture->tree.arena;
    static const char *const here[] = {"-I/home/a/src", "-DDIR=\"/home/a\"", "-I/home/ab"};
    static const char *const there[] = {"-I/tmp/src", "-DDIR=\"/tmp\"", "-I/home/ab"};
    static const char *const other[] = {"-I/tmp/src", "-DDIR=\"/tmp\"", "-I/tmp/b"};
    const char *key = flags_key(arena, "/home/a", here, 3);
    assert_string_equal(key, flags_key(arena, "/tmp", there, 3));
    assert_string_not_equal(key, flags_key(arena, "/tmp", other, 3));
    assert_string_not_equal(key, flags_key(arena, "/home/a", here, 2));
    assert_string_not_equal(flags_key(arena, "/", here, 3), flags_key(arena, "/", there, 3));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_shell_words, setup, teardown),
        cmocka_unit_test_setup_teardown(test_keeps_what_matters, setup, teardown),
        cmocka_unit_test_setup_teardown(test_drops_the_rest, setup, teardown),
        cmocka_unit_test_setup_teardown(test_paths_become_absolute, setup, teardown),
        cmocka_unit_test_setup_teardown(test_wrappers_and_languages, setup, teardown),
        cmocka_unit_test_setup_teardown(test_cross_compilers_lose_machine_flags, setup, teardown),
        cmocka_unit_test_setup_teardown(test_preprocessor_flags, setup, teardown),
        cmocka_unit_test_setup_teardown(test_response_files, setup, teardown),
        cmocka_unit_test_setup_teardown(test_own_flags_are_kept_unknown, setup, teardown),
        cmocka_unit_test(test_remove),
        cmocka_unit_test_setup_teardown(test_key_does_not_see_the_root, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
