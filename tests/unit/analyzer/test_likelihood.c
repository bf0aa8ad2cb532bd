/* Conditions by their shape and by where their operands lie. */
#include "analyzer/frequency.h"
#include "tests/unit/analyzer/expect.h"
#include "tests/unit/analyzer/skeleton.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* How likely "slot" or "slot op 0" holds, for a slot of this kind. */
static double likely(enum slot_kind kind, enum condition_op op, enum operand_type type)
{
    struct function function = {0};
    struct arena arena;
    arena_init(&arena);
    uint32_t slot = add_slot(&function, kind, 0);
    uint32_t zero = op == CONDITION_TRUTH ? SUMMARY_NONE : add_integer(&function, 0);
    uint32_t condition = add_condition(&function, op, type, slot, zero);
    struct frequency_input input = {.function = &function, .expect = shipped_expectations()};
    struct likelihood likelihood = {&input, likelihood_slots(&input, &arena)};
    bool certain = true;
    double p = likelihood_of(&likelihood, condition, &certain);
    assert_false(certain);
    function_free(&function);
    arena_free(&arena);
    return p;
}

static void test_flags_are_mostly_for_what_is_not_used(void **state)
{
    (void)state;
    double member = likely(SLOT_FIELD, CONDITION_TRUTH, OPERAND_INTEGER),
           global = likely(SLOT_GLOBAL, CONDITION_TRUTH, OPERAND_INTEGER),
           parameter = likely(SLOT_PARAMETER, CONDITION_TRUTH, OPERAND_INTEGER);
    assert_true(member < global);
    assert_true(global < parameter);
    assert_close(parameter, 0.5, 0.05);
}

static void test_pointers_are_mostly_set(void **state)
{
    (void)state;
    static const enum slot_kind kinds[] = {SLOT_PARAMETER, SLOT_LOCAL, SLOT_GLOBAL, SLOT_FIELD};
    for (int i = 0; i < 4; i++) {
        double set = likely(kinds[i], CONDITION_TRUTH, OPERAND_POINTER);
        assert_true(set > 0.5 && set < 0.9);
        assert_close(likely(kinds[i], CONDITION_EQUAL, OPERAND_POINTER), 1 - set, 1e-9);
        assert_close(likely(kinds[i], CONDITION_NOT_EQUAL, OPERAND_POINTER), set, 1e-9);
    }
}

static void test_values_are_seldom_negative(void **state)
{
    (void)state;
    assert_true(likely(SLOT_LOCAL, CONDITION_LESS, OPERAND_INTEGER) < 0.2);
    assert_true(likely(SLOT_LOCAL, CONDITION_GREATER_EQUAL, OPERAND_INTEGER) > 0.8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_flags_are_mostly_for_what_is_not_used),
        cmocka_unit_test(test_pointers_are_mostly_set),
        cmocka_unit_test(test_values_are_seldom_negative),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
