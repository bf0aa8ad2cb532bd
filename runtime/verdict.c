/* The verdict at one K: decides from the comparisons, the tax and the gauges, and says why in words. */
#include "runtime/verdict.h"

#include "runtime/compare.h"

#include "base/arena.h"

#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What one matrix of throughputs says, before the gauges are heard. */
struct finding {
    enum concprobe_decision decision; /* inconclusive unless found otherwise */
    size_t answer;                    /* COMPARE_NOBODY: nothing was measured */
    struct comparisons comparisons;
};

/* The simplest of the fastest and those tied with it; of equals, the first. */
static size_t simplest_tied(const struct verdict_input *input, const struct comparisons *comparisons)
{
    size_t simplest = comparisons->fastest;
    for (size_t i = 0; i < comparisons->count; i++) {
        size_t other = comparisons->others[i].model;
        if (comparisons->others[i].state != COMPARISON_TIED) {
            continue;
        }
        size_t mine = compare_plainness(input->models[other]);
        size_t best = compare_plainness(input->models[simplest]);
        if (mine < best || (mine == best && other < simplest)) {
            simplest = other;
        }
    }
    return simplest;
}

/* Whether a comparison leaves the answer in doubt: the other may be faster, or is simpler and may be as fast. */
static bool is_open(const struct verdict_input *input, size_t answer, const struct comparison *other)
{
    bool simpler = compare_plainness(input->models[other->model]) < compare_plainness(input->models[answer]);
    return other->state == COMPARISON_OPEN || (simpler && other->state != COMPARISON_BEATEN);
}

static const struct comparison *first_open(const struct verdict_input *input, size_t answer,
                                           const struct comparisons *comparisons)
{
    for (size_t i = 0; i < comparisons->count; i++) {
        if (is_open(input, answer, &comparisons->others[i])) {
            return &comparisons->others[i];
        }
    }
    return NULL;
}

/* Whether every model of another kind is beaten. */
static bool beats_all_kinds(const struct verdict_input *input, const struct comparisons *comparisons)
{
    size_t kind = compare_plainness(input->models[comparisons->fastest]);
    for (size_t i = 0; i < comparisons->count; i++) {
        const struct comparison *other = &comparisons->others[i];
        if (other->state != COMPARISON_BEATEN && compare_plainness(input->models[other->model]) != kind) {
            return false;
        }
    }
    return true;
}

static struct finding find(const struct verdict_input *input, const double *throughput)
{
    struct finding finding = {.decision = CONCPROBE_INCONCLUSIVE,
                              .comparisons = compare_all(input, throughput, VERDICT_ALPHA)};
    const struct comparisons *comparisons = &finding.comparisons;
    finding.answer = comparisons->fastest;
    if (comparisons->count == 0) {
        return finding;
    }
    size_t simplest = simplest_tied(input, comparisons);
    if (first_open(input, simplest, comparisons) == NULL) {
        finding.decision = beats_all_kinds(input, comparisons) ? CONCPROBE_WIN : CONCPROBE_TIE;
        finding.answer = simplest;
    }
    return finding;
}

/* The answer over the model that it is told against: logarithms. */
struct lead {
    size_t other; /* COMPARE_NOBODY: there is none */
    double middle;
    struct interval interval;
};

/* The comparison with one model; NULL: the fastest itself. */
static const struct comparison *comparison_with(const struct comparisons *comparisons, size_t model)
{
    for (size_t i = 0; i < comparisons->count; i++) {
        if (comparisons->others[i].model == model) {
            return &comparisons->others[i];
        }
    }
    return NULL;
}

/* What comes closest to the fastest; of a win, among the other kinds. */
static const struct comparison *next_of(const struct verdict_input *input, const struct finding *finding)
{
    const struct comparison *next = NULL;
    for (size_t i = 0; i < finding->comparisons.count; i++) {
        const struct comparison *other = &finding->comparisons.others[i];
        bool same_kind =
            compare_plainness(input->models[other->model]) == compare_plainness(input->models[finding->answer]);
        bool counts = finding->decision != CONCPROBE_WIN || !same_kind;
        if (counts && (next == NULL || other->lead.median < next->lead.median)) {
            next = other;
        }
    }
    return next;
}

static struct lead lead_of(const struct verdict_input *input, const struct finding *finding)
{
    const struct comparison *next = next_of(input, finding);
    if (next == NULL) {
        return (struct lead){.other = COMPARE_NOBODY};
    }
    const struct comparison *behind = comparison_with(&finding->comparisons, finding->answer);
    if (behind == NULL) {
        return (struct lead){next->model, next->lead.median, next->interval};
    }
    if (finding->decision == CONCPROBE_TIE) { /* a simpler one is the answer: told against the fastest */
        struct interval mirrored = {-behind->interval.high, -behind->interval.low};
        return (struct lead){finding->comparisons.fastest, -behind->lead.median, mirrored};
    }
    struct estimate estimate = compare_pair(input, input->throughput, finding->answer, next->model);
    double alpha = VERDICT_ALPHA / (double)finding->comparisons.count;
    return (struct lead){next->model, estimate.median, estimate_interval(&estimate, alpha)};
}

__attribute__((format(printf, 2, 3))) static void say(struct concprobe_verdict *verdict, const char *format, ...)
{
    size_t length = strlen(verdict->reason);
    va_list args;
    va_start(args, format);
    vsnprintf(verdict->reason + length, sizeof verdict->reason - length, format, args);
    va_end(args);
}

static const char *name_of(const struct verdict_input *input, size_t model)
{
    return input->models[model]->name;
}

static void say_open(const struct verdict_input *input, const struct finding *finding,
                     struct concprobe_verdict *verdict)
{
    const struct comparisons *comparisons = &finding->comparisons;
    if (comparisons->fastest == COMPARE_NOBODY) {
        say(verdict, "no model could be measured");
        return;
    }
    const struct comparison *open = first_open(input, simplest_tied(input, comparisons), comparisons);
    const char *fastest = name_of(input, comparisons->fastest);
    if (open == NULL) {
        say(verdict, "nothing to compare: only %s was measured", fastest);
    } else if (open->lead.count < VERDICT_MIN_ROUNDS) {
        say(verdict, "%s and %s have %zu rounds in common; %d are needed", fastest, name_of(input, open->model),
            open->lead.count, VERDICT_MIN_ROUNDS);
    } else {
        bool ahead = open->interval.low > log(VERDICT_MARGIN);
        say(verdict, "%s over %s is %.2f (%.2f–%.2f): %s", fastest, name_of(input, open->model), exp(open->lead.median),
            exp(open->interval.low), exp(open->interval.high),
            ahead ? "too noisy to be sure" : "neither 5 % ahead nor equal within 5 %");
    }
}

static void say_tie(const struct verdict_input *input, const struct finding *finding, const struct lead *lead,
                    struct concprobe_verdict *verdict)
{
    const char *answer = name_of(input, finding->answer);
    const struct comparison *other = comparison_with(&finding->comparisons, lead->other);
    if (other != NULL && other->state == COMPARISON_NO_FASTER) {
        say(verdict, "no other is 5 %% faster than %s, the simplest that may be the fastest; %s comes next: %.2f",
            answer, name_of(input, lead->other), exp(-lead->middle));
    } else {
        say(verdict, "%s and %s are equal within 5 %%; %s is the simplest that is", answer, name_of(input, lead->other),
            answer);
    }
}

static void say_finding(const struct verdict_input *input, const struct finding *finding, const struct lead *lead,
                        struct concprobe_verdict *verdict)
{
    if (finding->decision == CONCPROBE_INCONCLUSIVE) {
        say_open(input, finding, verdict);
    } else if (finding->decision == CONCPROBE_WIN) {
        say(verdict, "%s is %.2f times as fast as %s, the next (%.2f–%.2f)", name_of(input, finding->answer),
            verdict->lead, name_of(input, lead->other), verdict->lead_low, verdict->lead_high);
    } else {
        say_tie(input, finding, lead, verdict);
    }
}

static void put_ratio(double middle, struct interval interval, double ratios[3])
{
    ratios[0] = exp(middle);
    ratios[1] = exp(interval.low);
    ratios[2] = exp(interval.high);
}

static void fill_lead(const struct lead *lead, struct concprobe_verdict *verdict)
{
    double ratios[3] = {(double)NAN, (double)NAN, (double)NAN};
    if (lead->other != COMPARE_NOBODY) {
        put_ratio(lead->middle, lead->interval, ratios);
    }
    verdict->lead = ratios[0];
    verdict->lead_low = ratios[1];
    verdict->lead_high = ratios[2];
}

static void fill_over_serial(const struct verdict_input *input, size_t answer, struct concprobe_verdict *verdict)
{
    double ratios[3] = {(double)NAN, (double)NAN, (double)NAN};
    for (size_t i = 0; i < input->model_count && answer != COMPARE_NOBODY; i++) {
        if (strcmp(input->models[i]->name, "serial") != 0) {
            continue;
        }
        struct estimate estimate = compare_pair(input, input->throughput, answer, i);
        if (i == answer) {
            estimate.error = 0;
        }
        put_ratio(estimate.median, estimate_interval(&estimate, VERDICT_ALPHA), ratios);
    }
    verdict->over_serial = ratios[0];
    verdict->over_serial_low = ratios[1];
    verdict->over_serial_high = ratios[2];
}

static double log_twin(const void *context, size_t round)
{
    const struct verdict_input *input = context;
    double twin = input->rounds[round].twin;
    double model = input->throughput[round * input->model_count + input->twin_of];
    return twin > 0 && model > 0 ? log(twin / model) : (double)NAN;
}

static void fill_gauges(const struct verdict_input *input, struct concprobe_verdict *verdict)
{
    double *spins = must_malloc((input->round_count + 1) * sizeof *spins);
    size_t count = 0;
    for (size_t i = 0; i < input->round_count; i++) {
        if (input->rounds[i].spin_ns > 0) {
            spins[count++] = input->rounds[i].spin_ns;
        }
    }
    median(spins, count); /* sorts */
    verdict->gauge = quantile(spins, count, 0.9) / quantile(spins, count, 0.1) - 1;
    free(spins);

    double ratios[3] = {(double)NAN, (double)NAN, (double)NAN};
    if (input->twin_of != VERDICT_NO_TWIN) {
        struct sample sample = sample_make(input, log_twin, input);
        struct estimate estimate = estimate_median(&sample, input->seed ^ 0xaa);
        sample_free(&sample);
        put_ratio(estimate.median, estimate_interval(&estimate, VERDICT_ALPHA), ratios);
    }
    verdict->aa_ratio = ratios[0];
    verdict->aa_low = ratios[1];
    verdict->aa_high = ratios[2];
}

/* The median over the rounds of a share; 0 where it was not measured. */
static double median_share(const struct verdict_input *input, size_t offset)
{
    double *shares = must_malloc((input->round_count + 1) * sizeof *shares);
    size_t count = 0;
    for (size_t i = 0; i < input->round_count; i++) {
        double share = *(const double *)((const char *)&input->rounds[i] + offset);
        if (!isnan(share)) {
            shares[count++] = share;
        }
    }
    double middle = count ? median(shares, count) : 0;
    free(shares);
    return middle;
}

/* The verdict with and without the tax must have the same answer. */
static void hear_tax(const struct verdict_input *input, const struct finding *raw, struct concprobe_verdict *verdict)
{
    if (input->corrected == NULL || verdict->decision == CONCPROBE_INCONCLUSIVE) {
        return;
    }
    struct finding corrected = find(input, input->corrected);
    bool same = corrected.answer == raw->answer;
    if (corrected.decision == CONCPROBE_INCONCLUSIVE || !same) {
        verdict->decision = CONCPROBE_INCONCLUSIVE;
        verdict->reason[0] = '\0';
        say(verdict, "the tax of interception decides: %s with it, %s%s without", name_of(input, raw->answer),
            corrected.answer == COMPARE_NOBODY ? "nothing" : name_of(input, corrected.answer),
            corrected.decision == CONCPROBE_INCONCLUSIVE ? " or others" : "");
    } else if (corrected.decision == CONCPROBE_TIE && verdict->decision == CONCPROBE_WIN) {
        verdict->decision = CONCPROBE_TIE;
        say(verdict, "; a tie without the tax of interception");
    }
    free(corrected.comparisons.others);
}

/* What the gauges take back of a decision, or remark. */
static void hear_gauges(const struct verdict_input *input, struct concprobe_verdict *verdict)
{
    bool decided = verdict->decision != CONCPROBE_INCONCLUSIVE;
    bool biased = verdict->aa_low > VERDICT_AA_BIAS || verdict->aa_high < 1 / VERDICT_AA_BIAS;
    bool busy = verdict->gauge > VERDICT_SPREAD_LIMIT &&
                !(verdict->decision == CONCPROBE_WIN && verdict->lead_low > VERDICT_MARGIN * (1 + verdict->gauge));
    if (decided && (biased || busy)) {
        verdict->decision = CONCPROBE_INCONCLUSIVE;
        say(verdict, ", but ");
    } else if (biased || verdict->aa_low > 1 || verdict->aa_high < 1 || verdict->gauge > VERDICT_SPREAD_REMARK) {
        say(verdict, "; ");
    }
    if (biased || verdict->aa_low > 1 || verdict->aa_high < 1) {
        say(verdict, "%s over itself was %.3f (%.3f–%.3f)", name_of(input, input->twin_of), verdict->aa_ratio,
            verdict->aa_low, verdict->aa_high);
    } else if (verdict->gauge > VERDICT_SPREAD_REMARK) {
        say(verdict, "the machine was %s: the same work took up to %.0f %% longer",
            verdict->gauge > VERDICT_SPREAD_LIMIT ? "too busy" : "not quiet", 100 * verdict->gauge);
    }
    double stolen = median_share(input, offsetof(struct verdict_round, stolen));
    double others = median_share(input, offsetof(struct verdict_round, others));
    if (stolen > VERDICT_STEAL_REMARK) {
        say(verdict, "; %.0f %% of its time was stolen", 100 * stolen);
    }
    if (others > VERDICT_OTHERS_REMARK) {
        say(verdict, "; others used %.0f %% of the CPUs", 100 * others);
    }
}

void verdict_judge(const struct verdict_input *input, struct concprobe_verdict *verdict)
{
    *verdict = (struct concprobe_verdict){.k = input->k};
    struct finding raw = find(input, input->throughput);
    verdict->decision = raw.decision;
    verdict->best = raw.answer == COMPARE_NOBODY ? NULL : input->models[raw.answer];
    struct lead lead = lead_of(input, &raw);
    fill_lead(&lead, verdict);
    fill_over_serial(input, raw.answer, verdict);
    fill_gauges(input, verdict);
    say_finding(input, &raw, &lead, verdict);
    hear_tax(input, &raw, verdict);
    hear_gauges(input, verdict);
    free(raw.comparisons.others);
}

struct column {
    const double *throughput;
    size_t model_count, model;
};

static double log_throughput(const void *context, size_t round)
{
    const struct column *column = context;
    double value = column->throughput[round * column->model_count + column->model];
    return value > 0 ? log(value) : (double)NAN;
}

void verdict_throughput(const struct verdict_input *input, size_t model, double *calls_per_second, double *low,
                        double *high)
{
    const struct column column = {input->throughput, input->model_count, model};
    struct sample sample = sample_make(input, log_throughput, &column);
    struct estimate estimate = estimate_median(&sample, input->seed + model);
    sample_free(&sample);
    double ratios[3];
    put_ratio(estimate.median, estimate_interval(&estimate, VERDICT_ALPHA), ratios);
    *calls_per_second = ratios[0];
    *low = ratios[1];
    *high = ratios[2];
}

/* Whether no comparison of one matrix would gain from more rounds. */
static bool is_settled(const struct verdict_input *input, const double *throughput)
{
    struct comparisons surely = compare_all(input, throughput, VERDICT_ALPHA * VERDICT_LOOK);
    size_t answer = simplest_tied(input, &surely);
    bool settled = true;
    for (size_t i = 0; i < surely.count && settled; i++) {
        const struct comparison *other = &surely.others[i];
        struct interval interval = estimate_interval(&other->lead, VERDICT_ALPHA);
        bool precise = (interval.high - interval.low) / 2 < log(1 + VERDICT_HALF_WIDTH);
        settled = other->lead.count >= VERDICT_MIN_ROUNDS &&
                  (precise || interval.low > log(VERDICT_FAR) || !is_open(input, answer, other));
    }
    free(surely.others);
    return settled;
}

bool verdict_enough(const struct verdict_input *input)
{
    return input->round_count >= VERDICT_MIN_ROUNDS && is_settled(input, input->throughput) &&
           (input->corrected == NULL || is_settled(input, input->corrected));
}

static bool is_far(const struct comparisons *comparisons, size_t model)
{
    const struct comparison *other = comparison_with(comparisons, model);
    return other != NULL && other->lead.count >= VERDICT_MIN_ROUNDS && other->interval.low > log(VERDICT_FAR);
}

void verdict_far_behind(const struct verdict_input *input, bool *far)
{
    const double *without_tax = input->corrected ? input->corrected : input->throughput;
    struct comparisons raw = compare_all(input, input->throughput, VERDICT_ALPHA);
    struct comparisons corrected = compare_all(input, without_tax, VERDICT_ALPHA);
    for (size_t i = 0; i < input->model_count; i++) {
        far[i] = far[i] || (is_far(&raw, i) && is_far(&corrected, i));
    }
    free(raw.others);
    free(corrected.others);
}
