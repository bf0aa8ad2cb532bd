/* Stacks from other tools: names, times, kinds, and text that is none. */
#include "cli/observe_stacks.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define assert_time(value, wanted) assert_true(fabs((value) - (wanted)) < 1)

static void test_names_lose_what_tools_append(void **state)
{
    (void)state;
    struct stacks stacks;
    struct problems problems = {0};
    stacks_init(&stacks);
    assert_true(stacks_read_folded(&stacks, "f", "a.part.0;b+0x1f;c_[k];d@plt;e@@GLIBC_2.17;[unknown];- 2\n", STACK_ON,
                                   &problems));
    for (const char *name = "abcde"; *name; name++)
        assert_non_null(stacks_find(&stacks, (char[]){*name, '\0'}));
    assert_int_equal(stacks.times.count, 5);
    assert_int_equal(problems.list.count, 0);
    stacks_free(&stacks);
}

static void test_recursion_counts_once(void **state)
{
    (void)state;
    struct stacks stacks;
    struct problems problems = {0};
    stacks_init(&stacks);
    stacks.sample_ns = 10;
    assert_true(stacks_read_folded(&stacks, "f", "a;b;a;b 3\na 1.5", STACK_ON, &problems));
    assert_time(stacks_find(&stacks, "a")->on_ns, 45);
    assert_time(stacks_find(&stacks, "b")->on_ns, 30);
    stacks_free(&stacks);
}

static void test_waits_for_threads_are_locks(void **state)
{
    (void)state;
    struct stacks stacks;
    struct problems problems = {0};
    stacks_init(&stacks);
    assert_true(stacks_read_folded(&stacks, "f",
                                   "a;pthread_join;schedule 5\nb;__GI___pthread_mutex_lock;schedule 5\n"
                                   "c;futex_wait_[k];schedule_[k] 5\nd;recv;schedule 5\n",
                                   STACK_OFF, &problems));
    assert_time(stacks_find(&stacks, "a")->lock_ns, 5);
    assert_time(stacks_find(&stacks, "b")->lock_ns, 5);
    assert_time(stacks_find(&stacks, "c")->lock_ns, 5);
    assert_time(stacks_find(&stacks, "d")->lock_ns, 0);
    assert_time(stacks_find(&stacks, "d")->off_ns, 5);
    stacks_free(&stacks);
}

static void test_kinds_are_found_out(void **state)
{
    (void)state;
    assert_true(stacks_is_perf("# head\n\nsite 1 2.500000: cycles: \n\t 1f main+0x1 (x)\n"));
    assert_true(stacks_is_perf("my site 1/2 [003] 2.500000:  99 cpu-clock:u: \n"));
    assert_false(stacks_is_perf("site;main;work 12\n"));
    assert_false(stacks_is_perf(""));
    assert_true(stacks_is_off_cpu("a;read;schedule 1\nb;finish_task_switch.isra.0 9\n"));
    assert_false(stacks_is_off_cpu("a;read 1\nb;finish_task_switch 9\n"));
    assert_false(stacks_is_off_cpu(""));
}

static void test_clock_samples_are_time_and_others_are_not(void **state)
{
    (void)state;
    static const char text[] = "x 1 1.000000:     500000 task-clock: \n\t 1f first+0x1 (x)\n\n"
                               "x 1 1.100000:  123456789 cycles:P: \n\t 1f second+0x1 (x)\n\n"
                               ":-1 -1 [000] 1.200000: cycles: \n\t 1f second+0x1 (x)\n\t 2f first (x)\n";
    struct stacks stacks;
    struct problems problems = {0};
    stacks_init(&stacks);
    stacks.sample_ns = 1000;
    assert_true(stacks_read_perf(&stacks, "f", text, &problems));
    assert_int_equal(problems.list.count, 0);
    assert_time(stacks_find(&stacks, "first")->on_ns, 501000);
    assert_time(stacks_find(&stacks, "second")->on_ns, 2000);
    stacks_free(&stacks);
}

static void test_sleep_ends_with_any_sign_of_life(void **state)
{
    (void)state;
    static const char text[] =
        "x 7 1.000000: sched:sched_switch: prev_comm=x prev_pid=7 prev_prio=1 prev_state=S ==> next_comm=y next_pid=8\n"
        "\t 1f first+0x1 (x)\n\n"
        "x 7 1.250000: 1 cpu-clock: \n\t 1f second+0x1 (x)\n\n"
        "x 7 1.300000: sched:sched_switch: prev_comm=x prev_pid=7 prev_prio=1 prev_state=R ==> next_comm=y next_pid=8\n"
        "\t 1f third+0x1 (x)\n\n"
        "y 8 1.400000: sched:sched_switch: prev_comm=y prev_pid=8 prev_prio=1 prev_state=S ==> next_comm=x "
        "next_pid=7\n";
    struct stacks stacks;
    struct problems problems = {0};
    stacks_init(&stacks);
    assert_true(stacks_read_perf(&stacks, "f", text, &problems));
    assert_time(stacks_find(&stacks, "first")->off_ns, 2.5e8);
    assert_time(stacks_find(&stacks, "third")->off_ns, 0); /* preempted */
    stacks_free(&stacks);
}

static void test_faults_have_their_lines(void **state)
{
    (void)state;
    struct stacks stacks;
    struct problems problems = {0};
    stacks_init(&stacks);
    assert_false(stacks_read_folded(&stacks, "f", "x\nx \n x\nx -1\nx 1e999\nx 1 y\nx inf\n\n", STACK_ON, &problems));
    assert_int_equal(problems.list.count, 6); /* five with their place, and the count */
    assert_int_equal(problems.list.items[0].line, 1);
    assert_int_equal(problems.list.items[4].line, 5);
    assert_string_equal(problems.list.items[5].message, "7 lines in all are left out");
    problems_free(&problems);
    assert_false(stacks_read_perf(&stacks, "f", "\t 1f main (x)\nx: y: z:\nx 1 1.5 a:\n", &problems));
    assert_int_equal(problems.list.count, 4);
    assert_int_equal(problems.list.items[2].line, 3);
    problems_free(&problems);
    assert_int_equal(stacks.count, 0);
    stacks_free(&stacks);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_lose_what_tools_append),
        cmocka_unit_test(test_recursion_counts_once),
        cmocka_unit_test(test_waits_for_threads_are_locks),
        cmocka_unit_test(test_kinds_are_found_out),
        cmocka_unit_test(test_clock_samples_are_time_and_others_are_not),
        cmocka_unit_test(test_sleep_ends_with_any_sign_of_life),
        cmocka_unit_test(test_faults_have_their_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
