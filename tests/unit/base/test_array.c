/* Growable arrays. */
#include "base/array.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct point {
    int x, y;
};

static void test_push_keeps_items_in_order(void **state)
{
    (void)state;
    ARRAY(struct point) points = {0};
    for (int i = 0; i < 1000; i++)
        array_push(&points, (struct point){i, -i});
    assert_int_equal(points.count, 1000);
    assert_int_equal(array_last(&points)->x, 999);
    int expected = 0;
    for (array_each(struct point, point, &points)) {
        assert_int_equal(point->x, expected);
        assert_int_equal(point->y, -expected);
        expected++;
    }
    assert_int_equal(expected, 1000);
    array_free(&points);
    assert_int_equal(points.count, 0);
    assert_null(points.items);
}

static void test_an_empty_array_has_no_turns(void **state)
{
    (void)state;
    ARRAY(int) numbers = {0};
    int turns = 0;
    for (array_each(int, number, &numbers))
        turns += *number + 1;
    assert_int_equal(turns, 0);
    array_free(&numbers);
}

static void test_reserve_makes_room_without_items(void **state)
{
    (void)state;
    ARRAY(int) numbers = {0};
    array_reserve(&numbers, 100);
    assert_int_equal(numbers.count, 0);
    assert_true(numbers.capacity >= 100);
    int *storage = numbers.items;
    for (int i = 0; i < 100; i++)
        array_push(&numbers, i);
    assert_ptr_equal(numbers.items, storage);
    array_free(&numbers);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_push_keeps_items_in_order),
        cmocka_unit_test(test_an_empty_array_has_no_turns),
        cmocka_unit_test(test_reserve_makes_room_without_items),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
