/* Latency percentiles of call records, as made and corrected for coordinated omission. */
#include "runtime/latency.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

enum { OCTAVE_BITS = 8 };
_Static_assert(1 << OCTAVE_BITS == LATENCY_OCTAVE_STEPS, "an octave's steps are a power of two");

/* Up to 255 ns each value has a bucket; from there on each octave has 256. */
static size_t bucket_of(uint64_t ns)
{
    if (ns < LATENCY_OCTAVE_STEPS) {
        return (size_t)ns;
    }
    unsigned shift = 63 - OCTAVE_BITS - (unsigned)__builtin_clzll(ns);
    return (size_t)shift * LATENCY_OCTAVE_STEPS + (size_t)(ns >> shift);
}

static uint64_t bucket_low(size_t bucket)
{
    if (bucket < LATENCY_OCTAVE_STEPS) {
        return bucket;
    }
    size_t shift = bucket / LATENCY_OCTAVE_STEPS - 1;
    return (uint64_t)(bucket % LATENCY_OCTAVE_STEPS + LATENCY_OCTAVE_STEPS) << shift;
}

static double bucket_middle(size_t bucket)
{
    uint64_t low = bucket_low(bucket);
    uint64_t width = bucket < LATENCY_OCTAVE_STEPS ? 1 : UINT64_C(1) << (bucket / LATENCY_OCTAVE_STEPS - 1);
    return (double)low + (double)(width - 1) / 2;
}

void latency_record(struct latency_histogram *histogram, uint64_t ns, uint64_t times)
{
    histogram->buckets[bucket_of(ns)] += times;
    histogram->count += times;
    histogram->max = ns > histogram->max ? ns : histogram->max;
}

double latency_percentile(const struct latency_histogram *histogram, double p)
{
    if (histogram->count == 0) {
        return (double)NAN;
    }
    double wanted = fmax(1, ceil(p * (double)histogram->count));
    uint64_t passed = 0;
    for (size_t i = 0; i < LATENCY_BUCKETS; i++) {
        passed += histogram->buckets[i];
        if ((double)passed >= wanted) {
            return fmin(bucket_middle(i), (double)histogram->max);
        }
    }
    return (double)histogram->max;
}

void latency_summary(const struct latency_histogram *histogram, struct concprobe_latency *summary)
{
    summary->p50 = latency_percentile(histogram, 0.5);
    summary->p90 = latency_percentile(histogram, 0.9);
    summary->p99 = latency_percentile(histogram, 0.99);
    summary->p999 = latency_percentile(histogram, 0.999);
    summary->max = histogram->count ? (double)histogram->max : (double)NAN;
}

/* A response, and those that its client would have seen had it gone on sending: r−I, r−2I, … down to I. */
static void record_with_expected(struct latency_histogram *histogram, uint64_t response, uint64_t interval)
{
    latency_record(histogram, response, 1);
    uint64_t last = response / interval;
    for (uint64_t i = 1; i < last;) {
        uint64_t missing = response - i * interval;
        uint64_t end = (response - bucket_low(bucket_of(missing))) / interval + 1; /* the first below this bucket */
        end = end < last ? end : last;
        latency_record(histogram, missing, end - i);
        i = end;
    }
}

struct span {
    uint64_t start, end;
};

static int compare_spans(const void *left, const void *right)
{
    const struct span *a = left;
    const struct span *b = right;
    return a->start != b->start ? (a->start > b->start) - (a->start < b->start) : (a->end > b->end) - (a->end < b->end);
}

static int compare_times(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left;
    uint64_t b = *(const uint64_t *)right;
    return (a > b) - (a < b);
}

/* Fills spans by start, and ends by themselves; returns how many calls were made. */
static size_t sort_calls(const struct call_record *records, size_t count, struct span *spans, uint64_t *ends)
{
    size_t made = 0;
    for (size_t i = 0; i < count; i++) {
        if (records[i].outcome != CALL_NOT_MADE) {
            uint64_t end = records[i].end_ns > records[i].start_ns ? records[i].end_ns : records[i].start_ns;
            spans[made] = (struct span){records[i].start_ns, end};
            ends[made++] = end;
        }
    }
    qsort(spans, made, sizeof *spans, compare_spans);
    qsort(ends, made, sizeof *ends, compare_times);
    return made;
}

int latency_add_block(struct latencies *latencies, const struct call_record *records, size_t count, unsigned k)
{
    struct span *spans = malloc((count + 1) * sizeof *spans);
    uint64_t *ends = malloc((count + 1) * sizeof *ends);
    size_t made = spans && ends ? sort_calls(records, count, spans, ends) : 0;
    if (made > 0) {
        double wall = (double)(ends[made - 1] - spans[0].start);
        uint64_t interval = (uint64_t)fmax(1, round(wall * k / (double)made));
        for (size_t i = 0; i < made; i++) {
            uint64_t due = i < k ? spans[0].start : ends[i - k];
            due = due < spans[i].start ? due : spans[i].start;
            latency_record(&latencies->made, spans[i].end - spans[i].start, 1);
            record_with_expected(&latencies->corrected, spans[i].end - due, interval);
        }
    }
    int result = spans && ends ? 0 : ENOMEM;
    free(spans);
    free(ends);
    return result;
}
