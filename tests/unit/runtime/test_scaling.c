/* The fit of the Universal Scalability Law on data that follow it. */
#include "runtime/scaling.h"

#include "tests/unit/runtime/simulate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

enum { LEVELS = 8, ROUNDS = 20 };

static const struct concprobe_model threading = {"threading", "threading", "", true};

struct run {
    double values[LEVELS][ROUNDS];
    unsigned restarts[ROUNDS];
    struct scaling_level levels[LEVELS];
};

/* Throughput at K = 1, 2, 4, … 128 by the law, with noise. */
static void run_make(struct run *run, double lambda, double sigma, double kappa, double noise, uint64_t seed)
{
    struct random_source source;
    random_seed(&source, seed);
    for (unsigned i = 0; i < LEVELS; i++) {
        double k = 1U << i;
        double x = lambda * k / (1 + sigma * (k - 1) + kappa * k * (k - 1));
        for (unsigned j = 0; j < ROUNDS; j++) {
            run->values[i][j] = x * exp(noise * simulate_normal(&source));
            run->restarts[j] = j % 5;
        }
        run->levels[i] = (struct scaling_level){1U << i, {run->values[i], run->restarts, ROUNDS}};
    }
}

static struct concprobe_scaling fit(const struct run *run, size_t levels)
{
    struct concprobe_scaling scaling;
    scaling_fit(&threading, run->levels, levels, 1, &scaling);
    return scaling;
}

static void assert_near(double actual, double expected, double off)
{
    if (!(fabs(actual - expected) <= off)) {
        fail_msg("%.10g is not %.10g ± %g", actual, expected, off);
    }
}

static void test_exact_data(void **state)
{
    (void)state;
    const double truths[][3] = {{200, 0.05, 0.0008}, {3, 0.9, 1e-4}, {1e6, 0.001, 0.02}, {50, 0.3, 0.3}, {7, 0, 0.01}};
    for (size_t i = 0; i < sizeof truths / sizeof *truths; i++) {
        const double *truth = truths[i];
        struct run run;
        run_make(&run, truth[0], truth[1], truth[2], 0, 1);
        struct concprobe_scaling scaling = fit(&run, LEVELS);
        assert_true(scaling.fitted);
        assert_string_equal(scaling.reason, "");
        assert_near(scaling.lambda, truth[0], 1e-3 * truth[0]);
        assert_near(scaling.sigma, truth[1], 1e-3);
        assert_near(scaling.kappa, truth[2], 1e-3 * truth[2] + 1e-9);
        assert_near(scaling.best_k, fmax(1, sqrt((1 - truth[1]) / truth[2])), 0.01 * scaling.best_k);
    }
}

static void test_ends_of_the_law(void **state)
{
    (void)state;
    struct run run;
    run_make(&run, 100, 0, 0, 0, 1); /* scales without end */
    struct concprobe_scaling scaling = fit(&run, LEVELS);
    assert_near(scaling.sigma, 0, 1e-6);
    assert_near(scaling.kappa, 0, 0);
    assert_true(isinf(scaling.best_k));

    run_make(&run, 100, 1, 0, 0, 1); /* serial: the same at every K */
    scaling = fit(&run, LEVELS);
    assert_near(scaling.lambda, 100, 0.1);
    assert_near(scaling.sigma, 1, 1e-3);
}

static void test_too_few_levels(void **state)
{
    (void)state;
    struct run run;
    run_make(&run, 100, 0.1, 0.001, 0.01, 1);
    struct concprobe_scaling scaling = fit(&run, 5);
    assert_false(scaling.fitted);
    assert_non_null(strstr(scaling.reason, "5 levels of concurrency were measured; a fit needs 6"));
    assert_true(isnan(scaling.lambda) && isnan(scaling.kappa_high) && isnan(scaling.best_k));
    assert_true(fit(&run, 6).fitted);

    for (unsigned j = 1; j < ROUNDS; j++) { /* one round is left at K = 1 */
        run.values[0][j] = (double)NAN;
    }
    assert_false(fit(&run, 6).fitted);
    assert_true(fit(&run, 7).fitted);
}

static void test_bad_fit_is_said(void **state)
{
    (void)state;
    struct run run;
    run_make(&run, 100, 0.1, 0.001, 0.01, 1);
    for (unsigned j = 0; j < ROUNDS; j++) {
        run.values[3][j] *= 3;
    }
    struct concprobe_scaling scaling = fit(&run, LEVELS);
    assert_true(scaling.fitted);
    assert_non_null(strstr(scaling.reason, "fits badly"));
}

static void test_same_seed_same_fit(void **state)
{
    (void)state;
    struct run run;
    run_make(&run, 100, 0.1, 0.001, 0.05, 1);
    struct concprobe_scaling first = fit(&run, LEVELS);
    struct scaling_level swapped = run.levels[0]; /* nor does the order of the levels matter */
    run.levels[0] = run.levels[5];
    run.levels[5] = swapped;
    struct concprobe_scaling again = fit(&run, LEVELS);
    assert_true(first.kappa_low == again.kappa_low && first.sigma == again.sigma && first.lambda == again.lambda);
}

/* How many of 40 simulated runs have the truth inside of their intervals: about 38, by what is promised. */
static void test_coverage(void **state)
{
    (void)state;
    enum { RUNS = 40 };
    int lambda = 0;
    int sigma = 0;
    int kappa = 0;
    for (uint64_t i = 0; i < RUNS; i++) {
        struct run run;
        run_make(&run, 200, 0.05, 0.0008, 0.05, i);
        struct concprobe_scaling scaling = fit(&run, LEVELS);
        lambda += scaling.lambda_low <= 200 && scaling.lambda_high >= 200;
        sigma += scaling.sigma_low <= 0.05 && scaling.sigma_high >= 0.05;
        kappa += scaling.kappa_low <= 0.0008 && scaling.kappa_high >= 0.0008;
        assert_true(scaling.kappa_low > 0 && scaling.kappa_high < 0.002);
    }
    assert_true(lambda >= 35);
    assert_true(sigma >= 35);
    assert_true(kappa >= 35);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exact_data),         cmocka_unit_test(test_ends_of_the_law),
        cmocka_unit_test(test_too_few_levels),     cmocka_unit_test(test_bad_fit_is_said),
        cmocka_unit_test(test_same_seed_same_fit), cmocka_unit_test(test_coverage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
