/* The fastest of several models against each other one, with Holm's correction. */
#include "runtime/compare.h"

#include "base/arena.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct sample sample_make(const struct verdict_input *input, double (*value)(const void *context, size_t round),
                          const void *context)
{
    double *values = must_malloc((input->round_count + 1) * sizeof *values);
    unsigned *restarts = must_malloc((input->round_count + 1) * sizeof *restarts);
    for (size_t i = 0; i < input->round_count; i++) {
        values[i] = value(context, i);
        restarts[i] = input->rounds[i].restart;
    }
    return (struct sample){.values = values, .restarts = restarts, .count = input->round_count};
}

void sample_free(struct sample *sample)
{
    free((void *)sample->values);
    free((void *)sample->restarts);
}

struct pair {
    const double *throughput;
    size_t model_count, model, other;
};

static double log_ratio(const void *context, size_t round)
{
    const struct pair *pair = context;
    double above = pair->throughput[round * pair->model_count + pair->model];
    double below = pair->throughput[round * pair->model_count + pair->other];
    return above > 0 && below > 0 && isfinite(above) && isfinite(below) ? log(above / below) : (double)NAN;
}

struct estimate compare_pair(const struct verdict_input *input, const double *throughput, size_t model, size_t other)
{
    const struct pair pair = {throughput, input->model_count, model, other};
    struct sample sample = sample_make(input, log_ratio, &pair);
    struct estimate estimate = estimate_median(&sample, input->seed + (model << 16) + other);
    sample_free(&sample);
    return estimate;
}

static bool takes_part(const struct verdict_input *input, const double *throughput, size_t model)
{
    if (!input->models[model]->competes) {
        return false;
    }
    for (size_t i = 0; i < input->round_count; i++) {
        if (throughput[i * input->model_count + model] > 0) {
            return true;
        }
    }
    return false;
}

/* The median of a model's log ratios to another, without its error; NaN where no round has both. */
static double median_ratio(const struct verdict_input *input, const double *throughput, size_t model, size_t other)
{
    const struct pair pair = {throughput, input->model_count, model, other};
    double *values = must_malloc((input->round_count + 1) * sizeof *values);
    size_t count = 0;
    for (size_t i = 0; i < input->round_count; i++) {
        double value = log_ratio(&pair, i);
        if (!isnan(value)) {
            values[count++] = value;
        }
    }
    double middle = median(values, count);
    free(values);
    return middle;
}

/* The competitor whose median ratios to the others have the highest mean. */
static size_t find_fastest(const struct verdict_input *input, const double *throughput)
{
    size_t fastest = COMPARE_NOBODY;
    double highest = -HUGE_VAL;
    for (size_t i = 0; i < input->model_count; i++) {
        if (!takes_part(input, throughput, i)) {
            continue;
        }
        double score = 0;
        for (size_t j = 0; j < input->model_count; j++) {
            double ratio = j != i && takes_part(input, throughput, j) ? median_ratio(input, throughput, i, j) : 0;
            score += isnan(ratio) ? 0 : ratio;
        }
        if (score > highest) {
            highest = score;
            fastest = i;
        }
    }
    return fastest;
}

size_t compare_plainness(const struct concprobe_model *model)
{
    static const char *const kinds[] = {
#define MODEL(id, name, text) name,
#include "model/concepts.def"
    };
    size_t place = 0;
    while (place < sizeof kinds / sizeof *kinds && strcmp(kinds[place], model->model) != 0) {
        place++;
    }
    return place;
}

/* P of the claim that a verdict needs about another model: that it is no faster than the fastest by the margin. One of
 * a simpler kind would be the answer if it were as fast, so it must be beaten, or tied (two one-sided tests). */
static double needed_claim(const struct estimate *lead, bool simpler)
{
    struct estimate mirrored = *lead;
    mirrored.median = -lead->median;
    double margin = log(VERDICT_MARGIN);
    double not_faster = estimate_above(lead, -margin);
    if (!simpler) {
        return not_faster;
    }
    return fmin(estimate_above(lead, margin), fmax(estimate_above(&mirrored, -margin), not_faster));
}

static int compare_surety(const void *left, const void *right)
{
    const struct comparison *a = left;
    const struct comparison *b = right;
    return a->p != b->p ? (a->p > b->p) - (a->p < b->p) : (a->model > b->model) - (a->model < b->model);
}

/* Whether the lead is known to 3 % (95 %). */
static bool is_precise(const struct estimate *lead)
{
    struct interval plain = estimate_interval(lead, VERDICT_ALPHA);
    return plain.high - plain.low < 2 * log(1 + VERDICT_HALF_WIDTH);
}

static enum comparison_state state_of(const struct comparison *comparison, double alpha)
{
    double margin = log(VERDICT_MARGIN);
    if (comparison->lead.count < VERDICT_MIN_ROUNDS || isnan(comparison->interval.low)) {
        return COMPARISON_OPEN;
    }
    double strict = is_precise(&comparison->lead) ? alpha : alpha * VERDICT_STRICT;
    double surely_above = estimate_interval(&comparison->lead, strict).low;
    if (surely_above > margin) {
        return COMPARISON_BEATEN;
    }
    if (comparison->interval.low > -margin && comparison->interval.high < margin) {
        return COMPARISON_TIED;
    }
    return surely_above > -margin ? COMPARISON_NO_FASTER : COMPARISON_OPEN;
}

/* Holm's step-down: what comes after one that is open is open too. */
static void correct(struct comparisons *comparisons, double all_alpha)
{
    qsort(comparisons->others, comparisons->count, sizeof *comparisons->others, compare_surety);
    bool open = false;
    for (size_t i = 0; i < comparisons->count; i++) {
        struct comparison *comparison = &comparisons->others[i];
        double alpha = all_alpha / (double)(comparisons->count - i);
        comparison->interval = estimate_interval(&comparison->lead, alpha);
        comparison->state = open ? COMPARISON_OPEN : state_of(comparison, alpha);
        open = comparison->state == COMPARISON_OPEN;
    }
}

struct comparisons compare_all(const struct verdict_input *input, const double *throughput, double alpha)
{
    struct comparisons all = {.fastest = find_fastest(input, throughput)};
    if (all.fastest == COMPARE_NOBODY) {
        return all;
    }
    all.others = must_malloc(input->model_count * sizeof *all.others);
    for (size_t i = 0; i < input->model_count; i++) {
        if (i == all.fastest || !takes_part(input, throughput, i)) {
            continue;
        }
        struct comparison *comparison = &all.others[all.count++];
        *comparison = (struct comparison){.model = i, .lead = compare_pair(input, throughput, all.fastest, i)};
        bool simpler = compare_plainness(input->models[i]) < compare_plainness(input->models[all.fastest]);
        comparison->p = needed_claim(&comparison->lead, simpler);
    }
    correct(&all, alpha);
    return all;
}
