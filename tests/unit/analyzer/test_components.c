/* Strongly connected components, and orders of what is recursive. */
#include "analyzer/components.h"
#include "analyzer/recursion.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void test_components_come_bottom_up(void **state)
{
    (void)state;
    /* 0 → 1 ⇄ 2 → 3, 4 alone, 5 → 5 */
    static const uint32_t first[] = {0, 1, 2, 4, 4, 4, 5}, edges[] = {1, 2, 1, 3, 5};
    struct arena arena;
    struct components found;
    arena_init(&arena);
    components_find(&(struct graph){6, first, edges}, &arena, &found);
    assert_int_equal(found.count, 5);
    assert_int_equal(found.of[1], found.of[2]);
    assert_true(found.of[3] < found.of[1]);
    assert_true(found.of[1] < found.of[0]);
    assert_int_not_equal(found.of[4], found.of[5]);
    assert_int_equal(found.first[0], 0);
    assert_int_equal(found.first[5], 6);
    for (uint32_t i = 0; i < 6; i++) {
        assert_int_equal(found.position[found.order[i]], i);
        assert_true(found.first[found.of[found.order[i]]] <= i && i < found.first[found.of[found.order[i]] + 1]);
    }
    arena_free(&arena);
}

static void test_long_chains_need_no_stack(void **state)
{
    (void)state;
    enum { COUNT = 300000 };
    struct arena arena;
    struct components found;
    arena_init(&arena);
    uint32_t *first = ARENA_ARRAY(&arena, uint32_t, COUNT + 1), *edges = ARENA_ARRAY(&arena, uint32_t, COUNT);
    for (uint32_t i = 0; i < COUNT; i++) {
        first[i] = i;
        edges[i] = (i + 1) % COUNT; /* one ring */
    }
    first[COUNT] = COUNT;
    components_find(&(struct graph){COUNT, first, edges}, &arena, &found);
    assert_int_equal(found.count, 1);
    arena_free(&arena);
}

static uint32_t place_of(const uint32_t *order, uint32_t count, uint32_t vertex)
{
    for (uint32_t i = 0; i < count; i++)
        if (order[i] == vertex)
            return i;
    fail_msg("vertex %u is missing", vertex);
    return 0;
}

static void test_the_rarest_call_is_left_for_later(void **state)
{
    (void)state;
    /* a ring in which 2 calls 0 seldom: 0 calls 1 calls 2 */
    static const struct weighted_edge edges[] = {{0, 1, 1}, {1, 2, 0.9}, {2, 0, 0.01}, {1, 1, 1}};
    uint32_t order[3];
    struct arena arena;
    arena_init(&arena);
    recursion_order(3, edges, 4, &arena, order);
    assert_int_equal(place_of(order, 3, 2), 0);
    assert_int_equal(place_of(order, 3, 1), 1);
    assert_int_equal(place_of(order, 3, 0), 2);
    arena_free(&arena);
}

static void test_without_circles_callees_come_first(void **state)
{
    (void)state;
    static const struct weighted_edge edges[] = {{0, 3, 0.1}, {3, 1, 0.1}, {0, 2, 5}, {2, 1, 1}, {0, 1, 1}};
    uint32_t order[4];
    struct arena arena;
    arena_init(&arena);
    recursion_order(4, edges, 5, &arena, order);
    for (uint32_t i = 0; i < 5; i++)
        assert_true(place_of(order, 4, edges[i].to) < place_of(order, 4, edges[i].from));
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_components_come_bottom_up),
        cmocka_unit_test(test_long_chains_need_no_stack),
        cmocka_unit_test(test_the_rarest_call_is_left_for_later),
        cmocka_unit_test(test_without_circles_callees_come_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
