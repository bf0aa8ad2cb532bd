/* What serial calls wait for, by system call, and the class that follows. */
#include "runtime/wait_profile.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static int nap(struct concprobe_call *call)
{
    usleep(5000);
    return concprobe_result(call, &call->number, sizeof call->number);
}

static int child(struct concprobe_call *call)
{
    (void)call;
    return system("sleep 0.02");
}

static int spin(struct concprobe_call *call)
{
    uint64_t value = call->number;
    for (int i = 0; i < 2000000; i++)
        value = value * 6364136223846793005U + 1;
    return concprobe_result(call, &value, sizeof value);
}

static int pipe_to_self(struct concprobe_call *call)
{
    int ends[2];
    char byte = 'x';
    (void)call;
    if (pipe(ends))
        return 1;
    bool well = write(ends[1], &byte, 1) == 1 && read(ends[0], &byte, 1) == 1;
    close(ends[0]);
    close(ends[1]);
    return well ? 0 : 1;
}

static struct wait_profile profile_of(concprobe_function *call)
{
    char reason[REASON_BYTES] = "";
    const struct concprobe_probe probe = {.abi = CONCPROBE_ABI, .name = "profiled", .call = call};
    const struct concprobe_options options = {0};
    const struct concprobe_model model = {.name = "serial", .model = "serial"};
    const struct execution_model serial = {.about = model};
    const struct execution execution = {
        .probe = &probe, .model = &serial, .options = &options, .k = 1, .cpus = 1, .reason = reason};
    struct wait_profile profile;
    assert_int_equal(wait_profile_measure(&execution, 0.2, &profile), 0);
    assert_true(profile.share >= 0 && profile.share <= 1 && profile.wall_ns > 0);
    return profile;
}

static void test_sleeping_is_waiting(void **state)
{
    (void)state;
    struct wait_profile profile = profile_of(nap);
    assert_string_equal(profile.class_name, "io");
    assert_true(profile.share > 0.9);
    if (profile.count == 0)
        skip(); /* calls cannot be caught here: the share alone is known */
    assert_string_equal(profile.waits[0].name, "clock_nanosleep");
    assert_true(profile.waits[0].share > 0.8);
    assert_true(fabs(profile.waits[0].calls - 1) < 0.01);
}

static void test_waiting_for_a_child_is_passive(void **state)
{
    (void)state;
    struct wait_profile profile = profile_of(child);
    if (profile.count == 0)
        skip();
    bool of_children = !strcmp(profile.waits[0].name, "wait4") || !strcmp(profile.waits[0].name, "vfork");
    assert_true(of_children); /* for its end; on a busy machine, longer for its begin */
    assert_string_equal(profile.class_name, "wait");
}

static void test_computing_does_not_wait(void **state)
{
    (void)state;
    struct wait_profile profile = profile_of(spin);
    assert_string_equal(profile.class_name, "cpu");
    assert_true(profile.share < 0.3);
}

static void test_rows_add_up_to_the_share(void **state)
{
    (void)state;
    struct wait_profile profile = profile_of(pipe_to_self);
    double sum = 0;
    for (size_t i = 0; i < profile.count; i++) {
        sum += profile.waits[i].share;
        assert_true(i == 0 || profile.waits[i].share <= profile.waits[i - 1].share);
    }
    assert_true(sum <= profile.share + 1e-9);
}

static void test_borders_of_the_classes(void **state)
{
    (void)state;
    assert_string_equal(wait_profile_class(999, 1, 0), "trivial");
    assert_string_equal(wait_profile_class(1000, 0.3, 0), "cpu");
    assert_string_equal(wait_profile_class(1000, 0.31, 1), "mixed");
    assert_string_equal(wait_profile_class(1000, 0.69, 0), "mixed");
    assert_string_equal(wait_profile_class(1000, 0.7, 0.5), "io");
    assert_string_equal(wait_profile_class(1000, 0.7, 0.51), "wait");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sleeping_is_waiting),     cmocka_unit_test(test_waiting_for_a_child_is_passive),
        cmocka_unit_test(test_computing_does_not_wait), cmocka_unit_test(test_rows_add_up_to_the_share),
        cmocka_unit_test(test_borders_of_the_classes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
