/* Statistics against closed forms, and intervals against simulated data with a known median. */
#include "runtime/statistics.h"

#include "tests/unit/runtime/simulate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void assert_near(double actual, double expected, double off)
{
    if (!(fabs(actual - expected) <= off)) {
        fail_msg("%.10g is not %.10g ± %g", actual, expected, off);
    }
}

/* The first outputs of xoshiro256** from the state 1, 2, 3, 4, as its authors' reference code prints them. */
static void test_generator(void **state)
{
    (void)state;
    struct random_source source = {{1, 2, 3, 4}};
    assert_int_equal(random_next(&source), 11520);
    assert_int_equal(random_next(&source), 0);
    assert_int_equal(random_next(&source), 1509978240);
    assert_int_equal(random_next(&source), 1215971899390074240);

    random_seed(&source, 0); /* splitmix64 of 0 begins with this number */
    assert_true(source.state[0] == 0xe220a8397b1dcdaf);

    size_t seen[3] = {0};
    double sum = 0;
    for (int i = 0; i < 30000; i++) {
        seen[random_below(&source, 3)]++;
        double unit = random_unit(&source);
        assert_true(unit >= 0 && unit < 1);
        sum += unit;
    }
    for (int i = 0; i < 3; i++) {
        assert_near((double)seen[i], 10000, 400);
    }
    assert_near(sum / 30000, 0.5, 0.01);
}

static void test_median_and_quantiles(void **state)
{
    (void)state;
    double odd[] = {3, 1, 2};
    double even[] = {4, 1, 3, 2};
    assert_near(median(odd, 3), 2, 0);
    assert_near(median(even, 4), 2.5, 0);
    assert_near(quantile(even, 4, 0), 1, 0);
    assert_near(quantile(even, 4, 1), 4, 0);
    assert_near(quantile(even, 4, 0.9), 3.7, 1e-12);
    assert_true(isnan(median(odd, 0)));
}

/* Tables of Student's t; one degree of freedom is the Cauchy distribution. */
static void test_student(void **state)
{
    (void)state;
    assert_near(student_probability(1, 1), 0.75, 1e-12);
    assert_near(student_probability(-1, 1), 0.25, 1e-12);
    assert_near(student_probability(0, 7), 0.5, 1e-12);
    assert_near(student_quantile(0.975, 1), 12.7062, 1e-3);
    assert_near(student_quantile(0.975, 2), 4.30265, 1e-4);
    assert_near(student_quantile(0.975, 4), 2.77645, 1e-4);
    assert_near(student_quantile(0.995, 5), 4.03214, 1e-4);
    assert_near(student_quantile(0.975, 30), 2.04227, 1e-4);
    assert_near(student_quantile(0.025, 59), -2.00100, 1e-4);
    assert_near(student_quantile(0.975, 100000), 1.95996, 1e-3);
}

static void test_few_values(void **state)
{
    (void)state;
    const double values[] = {(double)NAN, 5};
    const unsigned restarts[] = {0, 1};
    struct estimate none = estimate_median(&(struct sample){values, restarts, 1}, 1);
    assert_true(isnan(none.median) && isnan(none.error) && none.count == 0);
    struct estimate one = estimate_median(&(struct sample){values, restarts, 2}, 1);
    assert_near(one.median, 5, 0);
    assert_true(isnan(one.error) && isnan(estimate_interval(&one, 0.05).low));
    assert_near(estimate_above(&one, 0), 1, 0);
}

static void test_same_seed_same_interval(void **state)
{
    (void)state;
    const double values[] = {1, 2, 4, 3, 9, 2.5, 3.5, 1.5};
    const unsigned restarts[] = {0, 0, 1, 1, 2, 2, 3, 3};
    const struct sample sample = {values, restarts, 8};
    struct estimate first = estimate_median(&sample, 5);
    struct estimate again = estimate_median(&sample, 5);
    struct estimate other = estimate_median(&sample, 6);
    assert_true(first.error == again.error && first.median == again.median);
    assert_true(first.error != other.error);
    assert_near(other.error, first.error, 0.2 * first.error);
    assert_int_equal(first.freedom, 3);
    assert_int_equal(first.restarts, 4);
}

/* Three values, each a cluster: the bootstrap's median has a closed form. Of 27 draws it is the least in 7, the middle
 * one in 13, the greatest in 7; for −1, 0, 1 its variance is 14/27, and the factor 3/2 goes with it. */
static void test_error_of_three(void **state)
{
    (void)state;
    const double values[] = {-1, 0, 1};
    const unsigned restarts[] = {7, 8, 9};
    struct estimate estimate = estimate_median(&(struct sample){values, restarts, 3}, 3);
    assert_near(estimate.error, sqrt(14.0 / 27 * 1.5), 0.04);
    struct interval interval = estimate_interval(&estimate, 0.05);
    assert_near(interval.high, estimate.error * 4.30265, 1e-3);
    assert_near(interval.low, -interval.high, 1e-9);
    assert_near(estimate_above(&estimate, -estimate.error), 1 - student_probability(1, 2), 1e-9);
}

/* The share of simulated runs whose 95 % interval holds the true median. */
static double coverage(unsigned restarts, unsigned rounds, double between, double within, bool heavy)
{
    enum { RUNS = 200, MOST = 64 };
    struct random_source source;
    random_seed(&source, 11);
    int held = 0;
    for (int run = 0; run < RUNS; run++) {
        double values[MOST];
        unsigned clusters[MOST];
        size_t count = 0;
        for (unsigned restart = 0; restart < restarts; restart++) {
            double shift = between * simulate_normal(&source);
            for (unsigned round = 0; round < rounds; round++) {
                double scale = heavy && random_unit(&source) < 0.2 ? 6 : 1; /* a neighbour wakes up */
                values[count] = 10 + shift + scale * within * simulate_normal(&source);
                clusters[count++] = restart;
            }
        }
        struct estimate estimate = estimate_median(&(struct sample){values, clusters, count}, (uint64_t)run);
        struct interval interval = estimate_interval(&estimate, 0.05);
        held += interval.low <= 10 && interval.high >= 10;
    }
    return (double)held / (double)RUNS;
}

/* 200 runs know a share of 0.95 to ± 0.03 (two standard errors). */
static void test_coverage(void **state)
{
    (void)state;
    assert_true(coverage(5, 4, 0, 1, false) >= 0.91);
    assert_true(coverage(5, 4, 0, 1, true) >= 0.91);
    assert_true(coverage(5, 4, 1, 1, false) >= 0.91);
    assert_true(coverage(5, 6, 1, 0.1, false) >= 0.91);
    assert_true(coverage(10, 6, 0.5, 1, true) >= 0.91);
    assert_true(coverage(1, 20, 0, 1, false) >= 0.91);
}

/* Were restarts taken for independent rounds, the interval would be too narrow: what clustering is for. */
static void test_clusters_matter(void **state)
{
    (void)state;
    double values[20];
    unsigned clusters[20];
    unsigned alone[20];
    for (unsigned i = 0; i < 20; i++) {
        clusters[i] = i / 4;
        alone[i] = i;
        values[i] = (double)clusters[i] + 0.01 * (double)(i % 4);
    }
    struct estimate clustered = estimate_median(&(struct sample){values, clusters, 20}, 1);
    struct estimate naive = estimate_median(&(struct sample){values, alone, 20}, 1);
    assert_true(clustered.error > 1.5 * naive.error);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_generator),      cmocka_unit_test(test_median_and_quantiles),
        cmocka_unit_test(test_student),        cmocka_unit_test(test_few_values),
        cmocka_unit_test(test_error_of_three), cmocka_unit_test(test_same_seed_same_interval),
        cmocka_unit_test(test_coverage),       cmocka_unit_test(test_clusters_matter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
