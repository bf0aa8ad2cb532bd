/* Medians with clustered bootstrap errors, Student's t, and the random numbers for them. */
#include "runtime/statistics.h"

#include "base/arena.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static uint64_t rotate(uint64_t x, unsigned by)
{
    return (x << by) | (x >> (64 - by));
}

static uint64_t splitmix64(uint64_t *state)
{
    uint64_t z = (*state += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

void random_seed(struct random_source *source, uint64_t seed)
{
    for (size_t i = 0; i < 4; i++) {
        source->state[i] = splitmix64(&seed);
    }
}

uint64_t random_next(struct random_source *source)
{
    uint64_t *s = source->state;
    uint64_t result = rotate(s[1] * 5, 7) * 9;
    uint64_t shifted = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= shifted;
    s[3] = rotate(s[3], 45);
    return result;
}

double random_unit(struct random_source *source)
{
    return (double)(random_next(source) >> 11) * 0x1p-53;
}

size_t random_below(struct random_source *source, size_t bound)
{
    uint64_t rest = UINT64_MAX - UINT64_MAX % bound; /* above it, small numbers would come up too often */
    uint64_t drawn = random_next(source);
    while (drawn >= rest) {
        drawn = random_next(source);
    }
    return (size_t)(drawn % bound);
}

static int compare_doubles(const void *left, const void *right)
{
    double a = *(const double *)left;
    double b = *(const double *)right;
    return (a > b) - (a < b);
}

double median(double *values, size_t count)
{
    qsort(values, count, sizeof *values, compare_doubles);
    return quantile(values, count, 0.5);
}

double quantile(const double *sorted, size_t count, double p)
{
    if (count == 0) {
        return (double)NAN;
    }
    double place = p * (double)(count - 1);
    size_t below = (size_t)place;
    if (below + 1 >= count) {
        return sorted[count - 1];
    }
    return sorted[below] + (place - (double)below) * (sorted[below + 1] - sorted[below]);
}

/* P(|T| ≤ t) for t ≥ 0, by the finite sums of Abramowitz & Stegun 26.7.3 and 26.7.4. */
static double student_within(double t, unsigned freedom)
{
    double angle = atan(t / sqrt((double)freedom));
    double sine = sin(angle);
    double square = cos(angle) * cos(angle);
    bool odd = freedom % 2 == 1;
    double term = odd ? cos(angle) : 1;
    double sum = freedom == 1 ? 0 : term;
    for (unsigned i = odd ? 3 : 2; i + 1 < freedom; i += 2) {
        term *= square * (double)(i - 1) / (double)i;
        sum += term;
    }
    return odd ? M_2_PI * (angle + sine * sum) : sine * sum;
}

double student_probability(double t, unsigned freedom)
{
    double within = student_within(fabs(t), freedom);
    return t < 0 ? 0.5 - within / 2 : 0.5 + within / 2;
}

double student_quantile(double p, unsigned freedom)
{
    if (p < 0.5) {
        return -student_quantile(1 - p, freedom);
    }
    double low = 0;
    double high = 1;
    while (student_probability(high, freedom) < p && high < 1e12) {
        high *= 2;
    }
    for (int i = 0; i < 80; i++) {
        double middle = (low + high) / 2;
        *(student_probability(middle, freedom) < p ? &low : &high) = middle;
    }
    return (low + high) / 2;
}

/* The values of a sample in runs, one for each cluster. */
struct clusters {
    double *values;
    size_t *starts; /* cluster i is values[starts[i]] … values[starts[i + 1] − 1] */
    size_t count;
};

/* Groups a sample's values by restart; each value is a cluster of its own where there is only one restart. */
static void clusters_make(struct clusters *clusters, const struct sample *sample)
{
    bool *taken = must_malloc(sample->count + 1);
    memset(taken, 0, sample->count + 1);
    clusters->values = must_malloc((sample->count + 1) * sizeof *clusters->values);
    clusters->starts = must_malloc((sample->count + 2) * sizeof *clusters->starts);
    clusters->count = 0;
    size_t filled = 0;
    for (size_t i = 0; i < sample->count; i++) {
        if (taken[i] || isnan(sample->values[i])) {
            continue;
        }
        clusters->starts[clusters->count++] = filled;
        for (size_t j = i; j < sample->count; j++) {
            if (sample->restarts[j] == sample->restarts[i] && !isnan(sample->values[j])) {
                clusters->values[filled++] = sample->values[j];
                taken[j] = true;
            }
        }
    }
    clusters->starts[clusters->count] = filled;
    free(taken);
}

static void clusters_split(struct clusters *clusters)
{
    clusters->count = clusters->starts[clusters->count];
    for (size_t i = 0; i <= clusters->count; i++) {
        clusters->starts[i] = i;
    }
}

/* The median of as many clusters as there are, drawn with replacement. */
static double resampled_median(const struct clusters *clusters, struct random_source *source, double *scratch)
{
    size_t filled = 0;
    for (size_t i = 0; i < clusters->count; i++) {
        size_t drawn = random_below(source, clusters->count);
        size_t size = clusters->starts[drawn + 1] - clusters->starts[drawn];
        memcpy(scratch + filled, clusters->values + clusters->starts[drawn], size * sizeof *scratch);
        filled += size;
    }
    return median(scratch, filled);
}

static double bootstrap_error(const struct clusters *clusters, uint64_t seed)
{
    size_t largest = 0;
    for (size_t i = 0; i < clusters->count; i++) {
        size_t size = clusters->starts[i + 1] - clusters->starts[i];
        largest = size > largest ? size : largest;
    }
    double *scratch = must_malloc(clusters->count * largest * sizeof *scratch);
    struct random_source source;
    random_seed(&source, seed);
    double mean = 0;
    double squares = 0; /* Welford's sums */
    for (int i = 1; i <= BOOTSTRAP_RESAMPLES; i++) {
        double value = resampled_median(clusters, &source, scratch);
        double off = value - mean;
        mean += off / i;
        squares += off * (value - mean);
    }
    free(scratch);
    double few = (double)clusters->count / (double)(clusters->count - 1);
    return sqrt(squares / (BOOTSTRAP_RESAMPLES - 1) * few);
}

struct estimate estimate_median(const struct sample *sample, uint64_t seed)
{
    struct clusters clusters;
    clusters_make(&clusters, sample);
    struct estimate estimate = {
        .error = (double)NAN, .count = clusters.starts[clusters.count], .restarts = (unsigned)clusters.count};
    if (clusters.count == 1) {
        clusters_split(&clusters);
    }
    if (clusters.count >= 2) {
        estimate.freedom = (unsigned)clusters.count - 1;
        estimate.error = bootstrap_error(&clusters, seed);
    }
    estimate.median = median(clusters.values, estimate.count);
    free(clusters.values);
    free(clusters.starts);
    return estimate;
}

struct interval estimate_interval(const struct estimate *estimate, double alpha)
{
    if (isnan(estimate->error)) {
        return (struct interval){(double)NAN, (double)NAN};
    }
    double half = estimate->error * student_quantile(1 - alpha / 2, estimate->freedom);
    return (struct interval){estimate->median - half, estimate->median + half};
}

double estimate_above(const struct estimate *estimate, double bound)
{
    if (isnan(estimate->error)) {
        return 1;
    }
    if (estimate->error == 0) {
        return estimate->median > bound ? 0 : 1;
    }
    return 1 - student_probability((estimate->median - bound) / estimate->error, estimate->freedom);
}
