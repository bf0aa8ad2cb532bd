/* From paths to translation units: databases, flags files, command lines, guesses, and what can be wrong with them. */
#include "analyzer/unit_list.h"
#include "base/text.h"
#include "tests/unit/analyzer/tree.h"

struct fixture {
    struct tree tree;
    struct unit_list list;
    struct problems problems;
    struct analyzer_options options;
    char *directory_before;
};

static int setup(void **state)
{
    struct fixture *fixture = must_malloc(sizeof *fixture);
    *fixture = (struct fixture){0};
    tree_make(&fixture->tree);
    fixture->directory_before = path_real(NULL, ".");
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(chdir(fixture->directory_before), 0);
    free(fixture->directory_before);
    unit_list_free(&fixture->list);
    problems_free(&fixture->problems);
    tree_remove(&fixture->tree);
    free(fixture);
    return 0;
}

/* The units of a path in the tree, a line each: "name flags…", paths in the tree without the tree's. */
static const char *units(struct fixture *fixture, const char *path)
{
    struct arena *arena = &fixture->tree.arena;
    const char *full = tree_path(&fixture->tree, path);
    fixture->options.paths = &full;
    fixture->options.path_count = 1;
    unit_list_free(&fixture->list);
    problems_free(&fixture->problems);
    bool made = unit_list_make(&fixture->list, &fixture->options, &fixture->problems);
    assert_int_equal(made, fixture->list.count > 0);
    const char *text = "";
    for (unsigned i = 0; i < fixture->list.count; i++) {
        const struct translation_unit *unit = &fixture->list.units[i];
        text = arena_printf(arena, "%s%s", text, unit->name);
        for (unsigned k = 0; k < unit->flag_count; k++) {
            const char *flag = unit->flags[k], *at = strstr(flag, fixture->tree.top);
            text = at ? arena_printf(arena, "%s %.*s%s", text, (int)(at - flag), flag, at + strlen(fixture->tree.top))
                      : arena_printf(arena, "%s %s", text, flag);
        }
        text = arena_printf(arena, "%s\n", text);
    }
    return text;
}

static const char *problems_of(struct fixture *fixture)
{
    return tree_problems(&fixture->tree, &fixture->problems);
}

/* Writes a database of lines "file|command"; paths are relative to `directory`, which is relative to the tree. */
static void write_database(struct fixture *fixture, const char *name, const char *directory, const char *lines)
{
    struct arena *arena = &fixture->tree.arena;
    const char *text = "[";
    while (*lines) {
        size_t file = strcspn(lines, "|"), command = strcspn(lines + file + 1, "\n");
        text = arena_printf(arena, "%s%s{\"directory\": \"%s\", \"file\": \"%.*s\", \"command\": \"%.*s\"}", text,
                            text[1] ? ",\n" : "", tree_path(&fixture->tree, directory), (int)file, lines, (int)command,
                            lines + file + 1);
        lines += file + command + 2;
    }
    tree_write(&fixture->tree, name, arena_printf(arena, "%s]\n", text));
}

static void write_project(struct fixture *fixture)
{
    tree_write(&fixture->tree, "p/src/a.c", "int a;\n");
    tree_write(&fixture->tree, "p/src/b.c", "int b;\n");
    tree_write(&fixture->tree, "p/lib/c.c", "int c;\n");
    tree_write(&fixture->tree, "p/lib/c.h", "int c;\n");
    tree_write(&fixture->tree, "p/src/d.cc", "int d;\n");
    write_database(
        fixture, "p/compile_commands.json", "p/src",
        "b.c|cc -DB -I../lib -c b.c\na.c|cc -DA -c a.c\n../lib/c.c|cc -DC -c ../lib/c.c\nd.cc|c++ -c d.cc\n");
}

static void test_database_above(void **state)
{
    struct fixture *fixture = *state;
    write_project(fixture);
    assert_string_equal(units(fixture, "p"), "lib/c.c -DC\nsrc/a.c -DA\nsrc/b.c -DB -I/p/lib\n");
    assert_string_equal(fixture->list.root, tree_path(&fixture->tree, "p"));
    assert_string_equal(problems_of(fixture), "note :0:0: files skipped because they are not C: 1\n");
    assert_false(fixture->list.guessed);
    assert_string_equal(units(fixture, "p/src"), "src/a.c -DA\nsrc/b.c -DB -I/p/lib\n");
    assert_string_equal(units(fixture, "p/src/a.c"), "src/a.c -DA\n");
}

static void test_database_in_build(void **state)
{
    struct fixture *fixture = *state;
    write_project(fixture);
    remove(tree_path(&fixture->tree, "p/compile_commands.json"));
    write_database(fixture, "p/build/compile_commands.json", "p/build", "../src/a.c|cc -I. -c ../src/a.c\n");
    assert_string_equal(units(fixture, "p/src"), "src/a.c -I/p/build\n");
    assert_string_equal(fixture->list.root, tree_path(&fixture->tree, "p"));
}

static void test_named_database(void **state)
{
    struct fixture *fixture = *state;
    write_project(fixture);
    write_database(fixture, "p/out/x/compile_commands.json", "p/src", "a.c|cc -DX -c a.c\n");
    write_database(fixture, "p-build/db.json", "p/src", "a.c|cc -DZ -c a.c\n");
    fixture->options.database = tree_path(&fixture->tree, "p/out/x");
    assert_string_equal(units(fixture, "p"), "src/a.c -DX\n");
    fixture->options.database = tree_path(&fixture->tree, "p-build/db.json");
    assert_string_equal(units(fixture, "p"), "p/src/a.c -DZ\n");
    fixture->options.database = tree_path(&fixture->tree, "p/out/x");
    assert_string_equal(units(fixture, "p/src"), "src/a.c -DX\n");
    assert_string_equal(units(fixture, "p/src/a.c"), "src/a.c -DX\n");
}

static void test_named_database_is_missing(void **state)
{
    struct fixture *fixture = *state;
    write_project(fixture);
    fixture->options.database = tree_path(&fixture->tree, "p/src");
    assert_string_equal(units(fixture, "p"), "");
    assert_contains(problems_of(fixture), "error p/src:0:0: there is no compile database: No such file");
    assert_int_equal(fixture->problems.errors, 1);
}

static void test_database_without_the_directory(void **state)
{
    struct fixture *fixture = *state;
    write_project(fixture);
    tree_write(&fixture->tree, "p/extra/e.c", "int e;\n");
    assert_contains(units(fixture, "p/extra"), "extra/e.c -std=gnu17");
    assert_true(fixture->list.guessed);
    assert_contains(problems_of(fixture),
                    "warning p/compile_commands.json:0:0: the compile database names no C file below");
    fixture->options.database = tree_path(&fixture->tree, "p");
    assert_string_equal(units(fixture, "p/extra"), "");
    assert_contains(problems_of(fixture),
                    "error p/compile_commands.json:0:0: the compile database names no C file below");
}

static void test_file_that_the_database_lacks(void **state)
{
    struct fixture *fixture = *state;
    write_project(fixture);
    tree_write(&fixture->tree, "p/src/new.c", "int n;\n");
    assert_string_equal(units(fixture, "p/src/new.c"), "src/new.c -DB -I/p/lib\n");
    assert_contains(problems_of(fixture),
                    "note src/new.c:0:0: not in the compile database; read with the flags of src/b.c");
    assert_string_equal(units(fixture, "p/lib/c.h"), "lib/c.h -DC\n");
}

static void test_gone_files(void **state)
{
    struct fixture *fixture = *state;
    tree_write(&fixture->tree, "a.c", "int a;\n");
    write_database(fixture, "compile_commands.json", ".",
                   "g1.c|cc g1.c\ng2.c|cc g2.c\na.c|cc a.c\ng3.c|cc g3.c\ng4.c|cc g4.c\ng5.c|cc g5.c\ng6.c|cc g6.c\n"
                   "g7.c|cc g7.c\n");
    assert_string_equal(units(fixture, "."), "a.c\n");
    const char *problems = problems_of(fixture);
    assert_contains(problems, "warning g5.c:0:0: the file is gone, though compile_commands.json names it");
    assert_lacks(problems, "g6.c");
    assert_contains(problems, "warning :0:0: more files that are gone: 2");
    assert_int_equal(fixture->problems.errors, 0);
}

static void test_only_gone_files(void **state)
{
    struct fixture *fixture = *state;
    write_database(fixture, "compile_commands.json", ".", "g1.c|cc g1.c\n");
    assert_string_equal(units(fixture, "."), "");
    assert_contains(problems_of(fixture), "there is no C file to analyse");
    assert_int_equal(fixture->problems.errors, 1);
}

static void test_same_file_twice(void **state)
{
    struct fixture *fixture = *state;
    tree_write(&fixture->tree, "a.c", "int a;\n");
    write_database(fixture, "compile_commands.json", ".",
                   "a.c|cc -DA -o a.o a.c\na.c|gcc -fPIC -DPIC -DA -o .libs/a.o a.c\n./a.c|cc -DB a.c\n");
    assert_string_equal(units(fixture, "."), "a.c -DA\na.c -DB\n");
    assert_string_not_equal(fixture->list.units[0].flags_key, fixture->list.units[1].flags_key);
}

static void test_links_are_the_same_file(void **state)
{
    struct fixture *fixture = *state;
    tree_write(&fixture->tree, "real/a.c", "#include \"x.h\"\n");
    tree_write(&fixture->tree, "farm/x.h", "\n");
    assert_int_equal(symlink("../real/a.c", tree_path(&fixture->tree, "farm/a.c")), 0);
    assert_int_equal(symlink("real", tree_path(&fixture->tree, "same")), 0);
    write_database(fixture, "compile_commands.json", ".", "real/a.c|cc a.c\nsame/a.c|cc a.c\nfarm/a.c|cc a.c\n");
    assert_string_equal(units(fixture, "."), "real/a.c\nreal/a.c -iquote/farm\n");
    assert_string_equal(units(fixture, "same"), "real/a.c\nreal/a.c -iquote/farm\n");
}

static void test_two_places_give_the_same(void **state)
{
    struct fixture *fixture = *state;
    const char *names[2], *keys[2];
    static const char *const places[] = {"one", "some/where/else"};
    for (unsigned i = 0; i < 2; i++) {
        struct arena *arena = &fixture->tree.arena;
        const char *place = places[i];
        tree_write(&fixture->tree, arena_printf(arena, "%s/src/a.c", place), "int a;\n");
        tree_write(&fixture->tree, arena_printf(arena, "%s/inc/a.h", place), "int a;\n");
        const char *line =
            arena_printf(arena, "src/a.c|cc -Iinc -DHERE=\\\"%s/x\\\" src/a.c\n", tree_path(&fixture->tree, place));
        write_database(fixture, arena_printf(arena, "%s/compile_commands.json", place), place, line);
        units(fixture, place);
        assert_int_equal(fixture->list.count, 1);
        assert_int_equal(fixture->list.units[0].flag_count, 2);
        names[i] = arena_strdup(arena, fixture->list.units[0].name);
        keys[i] = arena_strdup(arena, fixture->list.units[0].flags_key);
    }
    assert_string_equal(names[0], names[1]);
    assert_string_equal(keys[0], keys[1]);
}

static void test_outside_the_root(void **state)
{
    struct fixture *fixture = *state;
    const char *outside = tree_write(&fixture->tree, "gen/g.c", "int g;\n");
    write_database(fixture, "p/compile_commands.json", "p", "../gen/g.c|cc ../gen/g.c\n");
    tree_write(&fixture->tree, "p/a.c", "int a;\n");
    assert_string_equal(units(fixture, "p/a.c"), "a.c\n"); /* takes the flags of g.c */
    fixture->options.database = tree_path(&fixture->tree, "p");
    units(fixture, "gen");
    assert_int_equal(fixture->list.count, 1);
    assert_string_equal(fixture->list.units[0].path, outside);
}

static void test_flags_file(void **state)
{
    struct fixture *fixture = *state;
    tree_write(&fixture->tree, "p/compile_flags.txt", "-DA\n-I\ninc\n\n-Wall\r\n");
    tree_write(&fixture->tree, "p/inc/x.h", "");
    tree_write(&fixture->tree, "p/src/a.c", "int a;\n");
    tree_write(&fixture->tree, "p/b.c", "int b;\n");
    assert_string_equal(units(fixture, "p"), "b.c -DA -I/p/inc\nsrc/a.c -DA -I/p/inc\n");
    assert_string_equal(units(fixture, "p/src/a.c"), "src/a.c -DA -I/p/inc\n");
    assert_false(fixture->list.guessed);
}

static void test_fixed_flags(void **state)
{
    struct fixture *fixture = *state;
    static const char *const with_compiler[] = {"gcc", "-DA", "-Iinc", "-Wall"}, *const alone[] = {"-DB"};
    write_project(fixture);
    tree_write(&fixture->tree, "inc/x.h", "");
    assert_int_equal(chdir(fixture->tree.top), 0);
    fixture->options.fixed_flags = with_compiler;
    fixture->options.fixed_flag_count = 4;
    assert_string_equal(units(fixture, "p/src/a.c"), "p/src/a.c -DA -I/inc\n");
    fixture->options.fixed_flags = alone;
    fixture->options.fixed_flag_count = 1;
    assert_string_equal(units(fixture, "p/src"), "p/src/a.c -DB\np/src/b.c -DB\n");
    assert_string_equal(units(fixture, "p/lib/c.h"), "p/lib/c.h -DB\n");
}

static void test_extra_flags(void **state)
{
    struct fixture *fixture = *state;
    static const char *const extra[] = {"-DX", "-fsomething-new"};
    write_project(fixture);
    fixture->options.extra_flags = extra;
    fixture->options.extra_flag_count = 2;
    assert_string_equal(units(fixture, "p/src/a.c"), "src/a.c -DA -DX -fsomething-new\n");
}

static void test_clangd_configuration(void **state)
{
    struct fixture *fixture = *state;
    write_project(fixture);
    write_database(fixture, "p/odd/compile_commands.json", "p/src", "a.c|cc -DODD -DZ=1 -c a.c\n");
    tree_write(&fixture->tree, "p/.clangd",
               "CompileFlags:\n  CompilationDatabase: odd\n  Add: [-DNEW, -Wall]\n  Remove: [-DZ=*]\nIndex:\n"
               "  Background: Skip\n");
    assert_string_equal(units(fixture, "p/src"), "src/a.c -DODD -DNEW -Wall\n");
    tree_write(&fixture->tree, "p/.clangd", "CompileFlags:\n  CompilationDatabase: None\n");
    assert_contains(units(fixture, "p/src/a.c"), "a.c -std=gnu17");
}

static void test_broken_clangd_configuration(void **state)
{
    struct fixture *fixture = *state;
    write_project(fixture);
    tree_write(&fixture->tree, "p/.clangd", "CompileFlags: [\n");
    assert_string_equal(units(fixture, "p/src/a.c"), "src/a.c -DA\n");
    assert_contains(problems_of(fixture), "warning p/.clangd:");
    assert_int_equal(fixture->problems.errors, 0);
}

static void test_broken_database(void **state)
{
    struct fixture *fixture = *state;
    tree_write(&fixture->tree, "a.c", "int a;\n");
    tree_write(&fixture->tree, "compile_commands.json", "[{]");
    assert_string_equal(units(fixture, "."), "");
    assert_contains(problems_of(fixture), "error compile_commands.json:1:3: no valid JSON");
    assert_int_equal(fixture->problems.errors, 1);
}

static void test_missing_path(void **state)
{
    struct fixture *fixture = *state;
    assert_string_equal(units(fixture, "nowhere"), "");
    assert_contains(problems_of(fixture), "error nowhere:0:0: No such file or directory");
    assert_int_equal(fixture->problems.errors, 1);
}

static void test_nothing_to_analyse(void **state)
{
    struct fixture *fixture = *state;
    assert_string_equal(units(fixture, "."), "");
    assert_contains(problems_of(fixture), ": there is no C file to analyse");
    tree_write(&fixture->tree, "a.txt", "text\n");
    tree_write(&fixture->tree, "a.cpp", "int x;\n");
    assert_string_equal(units(fixture, "."), "");
    assert_contains(problems_of(fixture), ": there is no C file to analyse");
    assert_string_equal(units(fixture, "a.cpp"), "");
    assert_contains(problems_of(fixture), ": there is no C file to analyse");
}

static void test_files_that_are_no_source(void **state)
{
    struct fixture *fixture = *state;
    tree_write(&fixture->tree, "good.c", "int g;\n");
    tree_write_bytes(&fixture->tree, "binary.c",
                     "\x7f"
                     "ELF\0\0\0",
                     7);
    tree_write(&fixture->tree, "empty.c", "");
    const char *large = tree_write(&fixture->tree, "large.c", "int l;\n");
    assert_int_equal(truncate(large, (65 << 20)), 0);
    assert_int_equal(mkfifo(tree_path(&fixture->tree, "pipe.c"), 0666), 0);
    assert_int_equal(symlink("loop.c", tree_path(&fixture->tree, "loop.c")), 0);
    static const char *const flags[] = {"-DA"};
    fixture->options.fixed_flags = flags;
    fixture->options.fixed_flag_count = 1;
    assert_int_equal(chdir(fixture->tree.top), 0);
    assert_string_equal(units(fixture, "."), "empty.c -DA\ngood.c -DA\n");
    const char *problems = problems_of(fixture);
    assert_contains(problems, "warning binary.c:0:0: skipped: it holds binary data");
    assert_contains(problems, "warning large.c:0:0: skipped: it is larger than 64 MiB");
    assert_contains(problems, "warning pipe.c:0:0: skipped: it is not a regular file");
    assert_contains(problems, "warning loop.c:0:0: the file is gone");
    assert_int_equal(fixture->list.unreadable, 0);
}

static void test_unreadable(void **state)
{
    struct fixture *fixture = *state;
    if (geteuid() == 0)
        skip(); /* root reads everything */
    tree_write(&fixture->tree, "good.c", "int g;\n");
    chmod(tree_write(&fixture->tree, "secret.c", "int s;\n"), 0);
    tree_write(&fixture->tree, "closed/c.c", "int c;\n");
    chmod(tree_path(&fixture->tree, "closed"), 0);
    assert_contains(units(fixture, "."), "good.c ");
    assert_int_equal(fixture->list.count, 1);
    assert_int_equal(fixture->list.unreadable, 1);
    assert_contains(problems_of(fixture), "error secret.c:0:0: not analysed: Permission denied");
    assert_contains(problems_of(fixture), "warning closed:0:0: cannot read the directory: Permission denied");
    chmod(tree_path(&fixture->tree, "closed"), 0755);
}

static void test_names_that_are_no_utf8(void **state)
{
    struct fixture *fixture = *state;
    tree_write(&fixture->tree, "caf\xe9/\xff.c", "int x;\n");
    assert_contains(units(fixture, "."), "caf\xe9/\xff.c -std=gnu17");
}

static void test_walk(void **state)
{
    struct fixture *fixture = *state;
    tree_write(&fixture->tree, "t/b/z.c", "int z;\n");
    tree_write(&fixture->tree, "t/a.c", "int a;\n");
    tree_write(&fixture->tree, "t/.git/g.c", "int g;\n");
    tree_write(&fixture->tree, "t/out/CMakeCache.txt", "");
    tree_write(&fixture->tree, "t/out/o.c", "int o;\n");
    tree_write(&fixture->tree, "outside/x.c", "int x;\n");
    assert_int_equal(symlink("..", tree_path(&fixture->tree, "t/b/up")), 0);
    assert_int_equal(symlink("../outside", tree_path(&fixture->tree, "t/link")), 0);
    assert_int_equal(symlink("a.c", tree_path(&fixture->tree, "t/again.c")), 0);
    units(fixture, "t");
    assert_int_equal(fixture->list.count, 2);
    assert_string_equal(fixture->list.units[0].name, "a.c");
    assert_string_equal(fixture->list.units[1].name, "b/z.c");
    assert_contains(problems_of(fixture), "note :0:0: links to directories outside the tree, not followed: 1");
}

static void test_guess_includes(void **state)
{
    struct fixture *fixture = *state;
    tree_write(&fixture->tree, "src/a.c", "#include \"near.h\"\n#include <foo/bar.h>\n#include <stdio.h>\n");
    tree_write(&fixture->tree, "src/near.h", "#ifdef X\n#include \"deep.h\"\n#endif\n");
    tree_write(&fixture->tree, "include/foo/bar.h", "#include \"baz.h\"\n");
    tree_write(&fixture->tree, "include/foo/baz.h", "");
    tree_write(&fixture->tree, "src/parts/deep.h", "");
    tree_write(&fixture->tree, "zzz/deep.h", "");
    tree_write(&fixture->tree, "compat/stdio.h", "");
    tree_write(&fixture->tree, "other/b.c", "#include \"deep.h\"\n");
    assert_string_equal(units(fixture, "."), "other/b.c -std=gnu17 -D_GNU_SOURCE -I/zzz\n"
                                             "src/a.c -std=gnu17 -D_GNU_SOURCE -I/include -I/src/parts\n");
    assert_true(fixture->list.guessed);
    assert_contains(problems_of(fixture), "note :0:0: no compile database: flags are guessed");
    assert_string_equal(units(fixture, "other/b.c"), "b.c -std=gnu17 -D_GNU_SOURCE\n");
    tree_write(&fixture->tree, ".git/HEAD", "");
    assert_string_equal(units(fixture, "other/b.c"), "b.c -std=gnu17 -D_GNU_SOURCE -I/zzz\n");
}

static void test_guess_config(void **state)
{
    struct fixture *fixture = *state;
    tree_write(&fixture->tree, "config.h", "");
    tree_write(&fixture->tree, "src/a.c", "#ifdef HAVE_CONFIG_H\n#include <config.h>\n#endif\n");
    assert_contains(units(fixture, "."), "-DHAVE_CONFIG_H");
    tree_write(&fixture->tree, "deep/down/compile_commands.json", "[]");
    units(fixture, ".");
    assert_contains(problems_of(fixture),
                    "note deep/down/compile_commands.json:0:0: there is a compile database further");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_database_above, setup, teardown),
        cmocka_unit_test_setup_teardown(test_database_in_build, setup, teardown),
        cmocka_unit_test_setup_teardown(test_named_database, setup, teardown),
        cmocka_unit_test_setup_teardown(test_named_database_is_missing, setup, teardown),
        cmocka_unit_test_setup_teardown(test_database_without_the_directory, setup, teardown),
        cmocka_unit_test_setup_teardown(test_file_that_the_database_lacks, setup, teardown),
        cmocka_unit_test_setup_teardown(test_gone_files, setup, teardown),
        cmocka_unit_test_setup_teardown(test_only_gone_files, setup, teardown),
        cmocka_unit_test_setup_teardown(test_same_file_twice, setup, teardown),
        cmocka_unit_test_setup_teardown(test_links_are_the_same_file, setup, teardown),
        cmocka_unit_test_setup_teardown(test_two_places_give_the_same, setup, teardown),
        cmocka_unit_test_setup_teardown(test_outside_the_root, setup, teardown),
        cmocka_unit_test_setup_teardown(test_flags_file, setup, teardown),
        cmocka_unit_test_setup_teardown(test_fixed_flags, setup, teardown),
        cmocka_unit_test_setup_teardown(test_extra_flags, setup, teardown),
        cmocka_unit_test_setup_teardown(test_clangd_configuration, setup, teardown),
        cmocka_unit_test_setup_teardown(test_broken_clangd_configuration, setup, teardown),
        cmocka_unit_test_setup_teardown(test_broken_database, setup, teardown),
        cmocka_unit_test_setup_teardown(test_missing_path, setup, teardown),
        cmocka_unit_test_setup_teardown(test_nothing_to_analyse, setup, teardown),
        cmocka_unit_test_setup_teardown(test_files_that_are_no_source, setup, teardown),
        cmocka_unit_test_setup_teardown(test_unreadable, setup, teardown),
        cmocka_unit_test_setup_teardown(test_names_that_are_no_utf8, setup, teardown),
        cmocka_unit_test_setup_teardown(test_walk, setup, teardown),
        cmocka_unit_test_setup_teardown(test_guess_includes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_guess_config, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
