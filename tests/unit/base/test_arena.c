/* Arenas: zeroed, aligned, separate, copied. */
#include "base/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

static void test_memory_is_zeroed_aligned_and_separate(void **state)
{
    (void)state;
    struct arena arena;
    unsigned char *all[2000];
    size_t sizes[2000], total = 0;
    arena_init(&arena);
    for (unsigned i = 0; i < 2000; i++) {
        sizes[i] = (i * 37) % 3000;
        all[i] = arena_alloc(&arena, sizes[i]);
        total += sizes[i];
        assert_non_null(all[i]);
        assert_int_equal((uintptr_t)all[i] % _Alignof(max_align_t), 0);
        for (size_t j = 0; j < sizes[i]; j++)
            assert_int_equal(all[i][j], 0);
        memset(all[i], (int)(i % 255) + 1, sizes[i]);
    }
    for (unsigned i = 0; i < 2000; i++)
        for (size_t j = 0; j < sizes[i]; j++)
            assert_int_equal(all[i][j], i % 255 + 1);
    assert_int_equal(arena.total, total);
    arena_free(&arena);
    assert_null(arena.blocks);
    assert_int_equal(arena.total, 0);
}

static void test_large_request_leaves_small_ones_alone(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena);
    char *small = arena_strdup(&arena, "before");
    char *large = arena_alloc(&arena, (size_t)5 << 20);
    large[((size_t)5 << 20) - 1] = 'x';
    char *after = arena_strdup(&arena, "after");
    assert_string_equal(small, "before");
    assert_string_equal(after, "after");
    arena_free(&arena);
}

static void test_copies(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena);
    assert_string_equal(arena_strndup(&arena, "abcdef", 3), "abc");
    assert_string_equal(arena_strndup(&arena, NULL, 0), "");
    assert_string_equal(arena_printf(&arena, "%s-%03d", "x", 7), "x-007");
    assert_string_equal(arena_printf(&arena, "%s", ""), "");
    int numbers[] = {1, 2, 3};
    int *copy = arena_copy(&arena, numbers, sizeof numbers);
    assert_memory_equal(copy, numbers, sizeof numbers);
    assert_ptr_not_equal(copy, numbers);
    assert_non_null(arena_copy(&arena, NULL, 0));
    arena_free(&arena);
}

static void test_must_functions_give_memory_for_nothing(void **state)
{
    (void)state;
    char *memory = must_malloc(0);
    assert_non_null(memory);
    memory = must_realloc(memory, 10);
    memcpy(memory, "nine char", 10);
    char *copy = must_strdup(memory);
    assert_string_equal(copy, "nine char");
    free(memory);
    free(copy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_memory_is_zeroed_aligned_and_separate),
        cmocka_unit_test(test_large_request_leaves_small_ones_alone),
        cmocka_unit_test(test_copies),
        cmocka_unit_test(test_must_functions_give_memory_for_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
