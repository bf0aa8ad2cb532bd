/* The gauge gives plausible numbers, and sees a CPU that it must share. */
#include "runtime/gauge.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static void test_plausible(void **state)
{
    (void)state;
    struct gauge gauge;
    gauge_begin(&gauge);
    assert_true(gauge.spin_ns > 1e4 && gauge.spin_ns < 1e10);
    gauge_end(&gauge);
    assert_true(isnan(gauge.run_delay_ns) || gauge.run_delay_ns >= 0);

    assert_true(isnan(gauge.stolen) && isnan(gauge_others(&gauge, 0))); /* too short to tell */

    gauge_begin(&gauge);
    usleep(60000);
    gauge_end(&gauge);
    assert_true(gauge.wall_ns >= 6e7);
    assert_true(isnan(gauge.stolen) || (gauge.stolen >= 0 && gauge.stolen <= 1));
    assert_true(isnan(gauge.busy_ns) || gauge.busy_ns >= 0);
}

/* Another process on the same CPU: this thread stands ready without it, and the gauge says so. */
static void test_sees_a_neighbour(void **state)
{
    (void)state;
    cpu_set_t before;
    cpu_set_t one;
    assert_int_equal(sched_getaffinity(0, sizeof before, &before), 0);
    CPU_ZERO(&one);
    CPU_SET((size_t)sched_getcpu(), &one);
    if (sched_setaffinity(0, sizeof one, &one) != 0 || access("/proc/thread-self/schedstat", R_OK) != 0) {
        skip();
    }
    pid_t neighbour = fork();
    if (neighbour == 0) {
        for (;;) {
            __asm__ volatile("");
        }
    }
    assert_true(neighbour > 0);
    struct gauge gauge;
    double delay = 0;
    for (int i = 0; i < 200 && delay == 0; i++) { /* until a slice of the neighbour's falls into the spin */
        gauge_begin(&gauge);
        gauge_end(&gauge);
        delay = gauge.run_delay_ns;
    }
    kill(neighbour, SIGKILL);
    waitpid(neighbour, NULL, 0);
    sched_setaffinity(0, sizeof before, &before);
    assert_true(delay > 0);
}

static void test_others(void **state)
{
    (void)state;
    double cpus = (double)sysconf(_SC_NPROCESSORS_ONLN);
    struct gauge gauge = {.wall_ns = 1e9, .busy_ns = 0.75e9 * cpus, .spin_ns = 0};
    assert_true(fabs(gauge_others(&gauge, 0.25e9 * cpus) - 0.5) < 1e-9);
    assert_true(gauge_others(&gauge, 0.8e9 * cpus) == 0); /* ticks that were rounded */
    gauge.busy_ns = (double)NAN;
    assert_true(isnan(gauge_others(&gauge, 0)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plausible),
        cmocka_unit_test(test_sees_a_neighbour),
        cmocka_unit_test(test_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
