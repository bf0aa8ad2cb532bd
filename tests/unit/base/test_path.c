/* Paths are folded as strings; files are read whole. */
#include "base/path.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void assert_joined(const char *directory, const char *path, const char *expected)
{
    char *joined = path_join(NULL, directory, path);
    assert_string_equal(joined, expected);
    free(joined);
}

static void assert_directory(const char *path, const char *expected)
{
    char *directory = path_directory(NULL, path);
    assert_string_equal(directory, expected);
    free(directory);
}

static void test_join_folds(void **state)
{
    (void)state;
    assert_joined("/src", "a.c", "/src/a.c");
    assert_joined("/src/", "./lib//a.c", "/src/lib/a.c");
    assert_joined("/src/build", "../lib/a.c", "/src/lib/a.c");
    assert_joined("/src", "../../../etc", "/etc");
    assert_joined("/src", "..", "/");
    assert_joined("/", "a", "/a");
    assert_joined("/src", "/usr/include/stdio.h", "/usr/include/stdio.h");
    assert_joined("src", "../..", "..");
    assert_joined("src", "../../../x", "../../x");
    assert_joined(".", "a.c", "a.c");
    assert_joined("a/b", "../..", ".");
    assert_joined("/src", "", "/src");
    assert_joined("", "", ".");
    assert_joined("/a", "..b/.c/...", "/a/..b/.c/...");
}

static void test_join_in_an_arena(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena);
    assert_string_equal(path_join(&arena, "/a", "b"), "/a/b");
    assert_string_equal(path_directory(&arena, "/a/b"), "/a");
    arena_free(&arena);
}

static void test_relative_and_below(void **state)
{
    (void)state;
    assert_string_equal(path_relative("/src", "/src/lib/a.c"), "lib/a.c");
    assert_string_equal(path_relative("/src", "/srcs/a.c"), "/srcs/a.c");
    assert_string_equal(path_relative("/src", "/usr/a.c"), "/usr/a.c");
    assert_string_equal(path_relative("/src", "/src"), ".");
    assert_string_equal(path_relative("/", "/a.c"), "a.c");
    assert_true(path_is_below("/src", "/src/a.c"));
    assert_true(path_is_below("/src", "/src"));
    assert_true(path_is_below("/", "/src"));
    assert_false(path_is_below("/src", "/sr"));
    assert_false(path_is_below("/src", "/src2/a.c"));
}

static void test_parts(void **state)
{
    (void)state;
    assert_string_equal(path_base("/src/a.c"), "a.c");
    assert_string_equal(path_base("a.c"), "a.c");
    assert_directory("/src/a.c", "/src");
    assert_directory("/a.c", "/");
    assert_directory("a.c", ".");
}

static void test_real_path(void **state)
{
    (void)state;
    char *real = path_real(NULL, "/usr/../");
    assert_string_equal(real, "/");
    free(real);
    assert_null(path_real(NULL, "/no/such/path"));
}

static void test_file_read(void **state)
{
    (void)state;
    char path[] = "/tmp/concadvise-test-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    size_t length = 99;
    char *content = file_read(path, 100, &length);
    assert_string_equal(content, "");
    assert_int_equal(length, 0);
    free(content);

    assert_int_equal(write(fd, "a\0b\n", 4), 4);
    close(fd);
    content = file_read(path, 4, &length);
    assert_int_equal(length, 4);
    assert_memory_equal(content, "a\0b\n", 5);
    free(content);
    errno = 0;
    assert_null(file_read(path, 3, &length));
    assert_int_equal(errno, EFBIG);
    unlink(path);
    assert_null(file_read(path, 100, &length));
    assert_int_equal(errno, ENOENT);
    assert_null(file_read("/", 100, &length));
    assert_int_equal(errno, EISDIR);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_join_folds),         cmocka_unit_test(test_join_in_an_arena),
        cmocka_unit_test(test_relative_and_below), cmocka_unit_test(test_parts),
        cmocka_unit_test(test_real_path),          cmocka_unit_test(test_file_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
