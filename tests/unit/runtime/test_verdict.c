/* Verdicts on made-up rounds: each rule of verdict.h once, and the rates of right and wrong ones on simulated runs. */
#include "runtime/compare.h"

#include "tests/unit/runtime/simulate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

enum { MODELS = 4, RESTARTS = 5, ROUNDS = 20 };

static const struct concprobe_model serial = {"serial", "serial", "", true};
static const struct concprobe_model per_call = {"threading per-call", "threading", "", false};
static const struct concprobe_model async = {"async", "async", "", true};
static const struct concprobe_model threading = {"threading", "threading", "", true};
static const struct concprobe_model *const models[MODELS] = {&serial, &per_call, &async, &threading};

/* One run: rounds with noise around true speeds. */
struct run {
    struct verdict_round rounds[ROUNDS];
    double throughput[ROUNDS * MODELS], corrected[ROUNDS * MODELS];
    struct verdict_input input;
};

static void run_make(struct run *run, const double speeds[MODELS], double noise, uint64_t seed)
{
    struct random_source source;
    random_seed(&source, seed);
    for (size_t i = 0; i < ROUNDS; i++) {
        double drift = exp(0.3 * simulate_normal(&source)); /* of the whole round: must cancel out */
        run->rounds[i] = (struct verdict_round){.restart = (unsigned)(i % RESTARTS), .spin_ns = 1e6, .stolen = 0};
        for (size_t j = 0; j < MODELS; j++) {
            double value = speeds[j] * drift * exp(noise * simulate_normal(&source));
            run->throughput[i * MODELS + j] = run->corrected[i * MODELS + j] = value;
        }
        run->rounds[i].twin = speeds[0] * drift * exp(noise * simulate_normal(&source));
    }
    run->input = (struct verdict_input){.k = 8,
                                        .seed = seed,
                                        .model_count = MODELS,
                                        .round_count = ROUNDS,
                                        .models = models,
                                        .rounds = run->rounds,
                                        .throughput = run->throughput,
                                        .twin_of = 0};
}

static struct concprobe_verdict judge(const struct run *run)
{
    struct concprobe_verdict verdict;
    verdict_judge(&run->input, &verdict);
    return verdict;
}

static void assert_says(const struct concprobe_verdict *verdict, const char *words)
{
    if (strstr(verdict->reason, words) == NULL) {
        fail_msg("\"%s\" does not say \"%s\"", verdict->reason, words);
    }
}

static void test_win(void **state)
{
    (void)state;
    struct run run;
    run_make(&run, (double[]){100, 900, 300, 150}, 0.02, 1);
    struct concprobe_verdict verdict = judge(&run);
    assert_int_equal(verdict.decision, CONCPROBE_WIN);
    assert_ptr_equal(verdict.best, &async); /* the thread per call is faster, but does not compete */
    assert_true(verdict.lead_low < 2 && verdict.lead_high > 2 && verdict.lead_low > 1.9);
    assert_true(verdict.over_serial_low < 3 && verdict.over_serial_high > 3);
    assert_true(verdict.aa_low < 1 && verdict.aa_high > 1);
    assert_true(fabs(verdict.gauge) < 1e-9);
    assert_says(&verdict, "times as fast as threading");
    assert_true(verdict_enough(&run.input));

    double middle = 0;
    double low = 0;
    double high = 0;
    verdict_throughput(&run.input, 2, &middle, &low, &high);
    assert_true(low < 300 && high > 300 && low < middle && middle < high);
}

static void test_tie_goes_to_the_simplest(void **state)
{
    (void)state;
    struct run run;
    run_make(&run, (double[]){50, 1, 101, 100}, 0.01, 2);
    struct concprobe_verdict verdict = judge(&run);
    assert_int_equal(verdict.decision, CONCPROBE_TIE);
    assert_ptr_equal(verdict.best, &threading); /* comes after async in the list, before it in the vocabulary */
    assert_true(verdict.lead_low > 0.95 && verdict.lead_high < 1.01);
    assert_says(&verdict, "threading and async are equal within 5 %");

    run_make(&run, (double[]){100, 1, 100, 100}, 0.01, 3);
    assert_ptr_equal(judge(&run).best, &serial);
}

static void test_between_is_inconclusive(void **state)
{
    (void)state;
    struct run run;
    run_make(&run, (double[]){50, 1, 105, 100}, 0.03, 4);
    struct concprobe_verdict verdict = judge(&run);
    assert_int_equal(verdict.decision, CONCPROBE_INCONCLUSIVE);
    assert_ptr_equal(verdict.best, &async);
    assert_says(&verdict, "neither 5 % ahead nor equal");

    run_make(&run, (double[]){50, 1, 120, 100}, 0.5, 5);
    assert_int_equal(judge(&run).decision, CONCPROBE_INCONCLUSIVE);
    assert_false(verdict_enough(&run.input));
}

/* A model that is more of a change only has to be shown not to be faster. */
static void test_a_costlier_kind_need_not_be_beaten(void **state)
{
    (void)state;
    struct run run;
    run_make(&run, (double[]){50, 1, 100, 104.5}, 0.03, 4); /* threading may lead async by 5 %, or not */
    struct concprobe_verdict verdict = judge(&run);
    assert_int_equal(verdict.decision, CONCPROBE_TIE);
    assert_ptr_equal(verdict.best, &threading);
    assert_true(verdict.lead_low < 1.05 && verdict.lead_high > 1.05);
    assert_says(&verdict, "no other is 5 % faster than threading");

    run_make(&run, (double[]){50, 1, 120, 100}, 0.5, 4); /* but too much noise shows nothing */
    assert_int_equal(judge(&run).decision, CONCPROBE_INCONCLUSIVE);
}

/* Variants of the best kind do not compete with each other for the win; the simplest of equal ones is named. */
static void test_variants_of_one_kind(void **state)
{
    (void)state;
    static const struct concprobe_model loops = {"async loops", "async", "", true};
    static const struct concprobe_model *const four[MODELS] = {&serial, &threading, &async, &loops};
    struct run run;
    run_make(&run, (double[]){50, 100, 200, 201}, 0.01, 12);
    run.input.models = four;
    struct concprobe_verdict verdict = judge(&run);
    assert_int_equal(verdict.decision, CONCPROBE_WIN);
    assert_ptr_equal(verdict.best, &async);
    assert_true(verdict.lead_low > 1.9 && verdict.lead_low < 2 && verdict.lead_high > 2);
    assert_says(&verdict, "async is 2.0");
    assert_says(&verdict, "as fast as threading, the next");
}

static void test_who_is_far_behind(void **state)
{
    (void)state;
    struct run run;
    run_make(&run, (double[]){100, 1, 300, 250}, 0.02, 13);
    run.input.corrected = run.corrected;
    bool far[MODELS] = {false};
    verdict_far_behind(&run.input, far);
    assert_true(far[0]);
    assert_false(far[1] || far[2] || far[3]); /* the one that does not compete is not judged */

    for (size_t i = 0; i < ROUNDS; i++) {
        run.corrected[i * MODELS] *= 2.5; /* without the tax it is near */
    }
    memset(far, 0, sizeof far);
    verdict_far_behind(&run.input, far);
    assert_false(far[0]);
}

static void blank(struct run *run, size_t model, size_t from)
{
    for (size_t i = from; i < ROUNDS; i++) {
        run->throughput[i * MODELS + model] = run->corrected[i * MODELS + model] = (double)NAN;
    }
}

static void test_missing_models(void **state)
{
    (void)state;
    struct run run;
    run_make(&run, (double[]){100, 1, 300, 100}, 0.02, 6);
    blank(&run, 2, 0); /* disqualified */
    struct concprobe_verdict verdict = judge(&run);
    assert_int_equal(verdict.decision, CONCPROBE_TIE);
    assert_ptr_equal(verdict.best, &serial);

    blank(&run, 3, 4); /* 4 rounds are left */
    verdict = judge(&run);
    assert_int_equal(verdict.decision, CONCPROBE_INCONCLUSIVE);
    assert_says(&verdict, "4 rounds in common");

    blank(&run, 3, 0);
    verdict = judge(&run);
    assert_int_equal(verdict.decision, CONCPROBE_INCONCLUSIVE);
    assert_ptr_equal(verdict.best, &serial);
    assert_says(&verdict, "only serial was measured");

    blank(&run, 0, 0);
    verdict = judge(&run);
    assert_int_equal(verdict.decision, CONCPROBE_INCONCLUSIVE);
    assert_null(verdict.best);
    assert_says(&verdict, "no model could be measured");
}

static void test_the_tax_may_decide(void **state)
{
    (void)state;
    struct run run;
    run_make(&run, (double[]){50, 1, 100, 120}, 0.01, 7);
    run.input.corrected = run.corrected;
    assert_int_equal(judge(&run).decision, CONCPROBE_WIN);
    for (size_t i = 0; i < ROUNDS; i++) {
        run.corrected[i * MODELS + 2] *= 1.5;
    }
    struct concprobe_verdict verdict = judge(&run);
    assert_int_equal(verdict.decision, CONCPROBE_INCONCLUSIVE);
    assert_says(&verdict, "threading with it, async without");

    for (size_t i = 0; i < ROUNDS; i++) {
        run.corrected[i * MODELS + 2] *= 0.8; /* 1.2 × the raw one: as fast as threading */
    }
    verdict = judge(&run);
    assert_int_equal(verdict.decision, CONCPROBE_TIE);
    assert_ptr_equal(verdict.best, &threading);
}

static void test_twin(void **state)
{
    (void)state;
    struct run run;
    run_make(&run, (double[]){100, 1, 300, 150}, 0.01, 8);
    for (size_t i = 0; i < ROUNDS; i++) {
        run.rounds[i].twin = run.throughput[i * MODELS] * (1.1 + 0.001 * (double)i);
    }
    struct concprobe_verdict verdict = judge(&run);
    assert_int_equal(verdict.decision, CONCPROBE_INCONCLUSIVE);
    assert_says(&verdict, "but serial over itself was 1.1");

    for (size_t i = 0; i < ROUNDS; i++) {
        run.rounds[i].twin = run.throughput[i * MODELS] * (1.005 + 0.0001 * (double)i);
    }
    verdict = judge(&run);
    assert_int_equal(verdict.decision, CONCPROBE_WIN);
    assert_says(&verdict, "; serial over itself was 1.00");

    run.input.twin_of = VERDICT_NO_TWIN;
    verdict = judge(&run);
    assert_int_equal(verdict.decision, CONCPROBE_WIN);
    assert_true(isnan(verdict.aa_ratio));
}

static void test_busy_machine(void **state)
{
    (void)state;
    struct run run;
    run_make(&run, (double[]){100, 1, 300, 250}, 0.01, 9);
    for (size_t i = 0; i < ROUNDS; i++) {
        run.rounds[i].spin_ns = i % 2 ? 1e6 : 1.8e6;
    }
    struct concprobe_verdict verdict = judge(&run);
    assert_int_equal(verdict.decision, CONCPROBE_INCONCLUSIVE); /* 1.2 does not clear a spread of 80 % */
    assert_true(fabs(verdict.gauge - 0.8) < 1e-9);
    assert_says(&verdict, "too busy");

    for (size_t i = 0; i < ROUNDS; i++) {
        run.throughput[i * MODELS + 3] = run.throughput[i * MODELS];
    }
    assert_int_equal(judge(&run).decision, CONCPROBE_WIN); /* 3 does */

    for (size_t i = 0; i < ROUNDS; i++) {
        run.rounds[i].spin_ns = i % 2 ? 1e6 : 1.2e6;
        run.rounds[i].stolen = 0.1;
        run.rounds[i].others = 0.4;
    }
    verdict = judge(&run);
    assert_int_equal(verdict.decision, CONCPROBE_WIN);
    assert_says(&verdict, "not quiet");
    assert_says(&verdict, "10 % of its time was stolen");
    assert_says(&verdict, "others used 40 % of the CPUs");
}

/* Holm: of three comparisons the surest gets a level of 0.05/3, the next 0.05/2, the last 0.05; behind one that is open
 * all are. */
static void test_levels_of_holm(void **state)
{
    (void)state;
    static const struct concprobe_model hybrid = {"hybrid", "hybrid", "", true};
    static const struct concprobe_model *const four[MODELS] = {&serial, &hybrid, &async, &threading};
    struct run run;
    run_make(&run, (double[]){150, 50, 300, 295}, 0.05, 10);
    run.input.models = four;
    struct comparisons comparisons = compare_all(&run.input, run.throughput, VERDICT_ALPHA);
    assert_int_equal(comparisons.count, 3);
    for (size_t i = 0; i < 3; i++) {
        const struct comparison *other = &comparisons.others[i];
        double level = 0.05 / (double)(3 - i);
        double half = student_quantile(1 - level / 2, RESTARTS - 1) * other->lead.error;
        assert_true(fabs(other->interval.high - other->lead.median - half) < 1e-9);
        assert_true(i == 0 || other->p >= comparisons.others[i - 1].p);
        assert_true(other->state == (i < 2 ? COMPARISON_BEATEN : COMPARISON_OPEN));
    }
    free(comparisons.others);
}

/* How often 100 simulated runs are decided for a model that is said to be wrong, and for the right one. */
static void count_verdicts(const double speeds[MODELS], double noise, const struct concprobe_model *right, int *rights,
                           int *wrongs)
{
    *rights = *wrongs = 0;
    for (uint64_t i = 0; i < 100; i++) {
        struct run run;
        run_make(&run, speeds, noise, 100 + i);
        struct concprobe_verdict verdict = judge(&run);
        bool won = verdict.decision == CONCPROBE_WIN;
        *rights += won && verdict.best == right;
        *wrongs += won && verdict.best != right;
    }
}

static void test_rates(void **state)
{
    (void)state;
    int rights = 0;
    int wrongs = 0;
    count_verdicts((double[]){50, 1, 110, 100}, 0.02, &async, &rights, &wrongs);
    assert_int_equal(wrongs, 0);
    assert_true(rights >= 60); /* of noise 2 % in 20 rounds; more rounds decide more */
    count_verdicts((double[]){100, 1, 100, 100}, 0.02, NULL, &rights, &wrongs);
    assert_int_equal(wrongs, 0);
    count_verdicts((double[]){100, 1, 100, 100}, 0.5, NULL, &rights, &wrongs); /* noise far above the margin */
    assert_true(wrongs <= 2);
    count_verdicts((double[]){100, 1, 1000, 100}, 0.2, &async, &rights, &wrongs); /* far below a large lead */
    assert_true(rights >= 95);
}

static void test_same_seed_same_verdict(void **state)
{
    (void)state;
    struct run run;
    run_make(&run, (double[]){100, 1, 300, 150}, 0.05, 11);
    struct concprobe_verdict first = judge(&run);
    struct concprobe_verdict again = judge(&run);
    assert_memory_equal(&first, &again, sizeof first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_win),
        cmocka_unit_test(test_tie_goes_to_the_simplest),
        cmocka_unit_test(test_between_is_inconclusive),
        cmocka_unit_test(test_a_costlier_kind_need_not_be_beaten),
        cmocka_unit_test(test_variants_of_one_kind),
        cmocka_unit_test(test_who_is_far_behind),
        cmocka_unit_test(test_missing_models),
        cmocka_unit_test(test_the_tax_may_decide),
        cmocka_unit_test(test_twin),
        cmocka_unit_test(test_busy_machine),
        cmocka_unit_test(test_levels_of_holm),
        cmocka_unit_test(test_rates),
        cmocka_unit_test(test_same_seed_same_verdict),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
