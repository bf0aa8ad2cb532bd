/* The class with the most probability, for log-normal CPU time and waiting.
 *
 * With W and C log-normal, ln(W / C) is normal, and so the share of waiting W / (W + C) lies below s where ln(W / C)
 * lies below ln(s / (1 - s)). The expected costs are means; where the spread is wide the typical value lies below the
 * mean, but less so than for a log-normal, because a sum keeps its certain parts: TYPICAL_BELOW_MEAN.
 */
#include "analyzer/cost.h"

#include <math.h>

#define TYPICAL_BELOW_MEAN 0.5  /* times spread² / 2: how far ln(typical) lies below ln(mean); 1: a plain log-normal */
#define LEAST_SPREAD 0.35       /* nothing is known better than this */
#define UNKNOWN_CALL_NS 1000.0  /* a call that nobody knows may well take so long */
#define UNRESOLVED_DOMINATES 10 /* times what is known */
#define UNREVIEWED_COSTS 0.3    /* of the confidence is lost where all of the time comes from entries nobody read up */
#define TENTH 1.2816            /* the 90th percentile of the normal distribution */

double cost_wait(const struct cost *cost)
{
    double sum = 0;
    for (int kind = 0; kind < WAIT_COUNT; kind++)
        sum += cost->wait[kind];
    return sum;
}

/* ln of a log-normal quantity. */
struct logarithm {
    double mean;
    double spread;
};

static double below(double x, struct logarithm value)
{
    return 0.5 * erfc(-(x - value.mean) / (value.spread * sqrt(2)));
}

static struct logarithm typical(double mean, double spread)
{
    return (struct logarithm){log(mean) - TYPICAL_BELOW_MEAN * spread * spread / 2, fmax(spread, LEAST_SPREAD)};
}

static double share_of(double log_ratio)
{
    return 1 / (1 + exp(-log_ratio));
}

/* ln of the whole time, from its two parts. */
static struct logarithm whole_time(struct logarithm cpu, double wait, struct logarithm waiting)
{
    if (wait <= 0)
        return cpu;
    double share = share_of(waiting.mean - cpu.mean);
    double time = exp(cpu.mean) + exp(waiting.mean);
    return (struct logarithm){log(time), hypot(share * waiting.spread, (1 - share) * cpu.spread)};
}

static enum class_kind kind_of_waiting(const struct cost *cost)
{
    double io = 0;
    for (int kind = 0; kind < WAIT_COUNT; kind++)
        io += wait_is_io((enum wait_kind)kind) ? cost->wait[kind] : 0;
    return io >= cost_wait(cost) / 2 ? CLASS_IO : CLASS_WAIT;
}

/* Most of what the function does is unresolved. */
static bool is_unresolved(const struct cost *cost)
{
    return cost->unknown * UNKNOWN_CALL_NS > UNRESOLVED_DOMINATES * (cost->cpu + cost_wait(cost)) &&
           cost->unknown >= 0.5;
}

static void shares(const struct cost *cost, struct logarithm ratio, struct classification *classification)
{
    if (cost_wait(cost) <= 0)
        return;
    classification->share_low = share_of(ratio.mean - TENTH * ratio.spread);
    classification->share = share_of(ratio.mean);
    classification->share_high = share_of(ratio.mean + TENTH * ratio.spread);
}

void classify(const struct cost *cost, double quality, struct classification *classification)
{
    *classification = (struct classification){.class_kind = CLASS_TRIVIAL};
    double probability[CLASS_COUNT] = {0}, wait = cost_wait(cost);
    struct logarithm cpu = typical(fmax(cost->cpu, 0.1), cost->cpu_spread), waiting = {0, 0};
    struct logarithm ratio = {-INFINITY, 1};
    if (wait > 0) {
        waiting = typical(wait, cost->wait_spread);
        ratio = (struct logarithm){waiting.mean - cpu.mean, hypot(waiting.spread, cpu.spread)};
    }
    struct logarithm time = whole_time(cpu, wait, waiting);
    double short_time = below(log(TRIVIAL_BELOW_NS), time);
    double mostly_cpu = wait > 0 ? below(log(CPU_UP_TO_SHARE / (1 - CPU_UP_TO_SHARE)), ratio) : 1;
    double not_waiting = wait > 0 ? below(log(IO_FROM_SHARE / (1 - IO_FROM_SHARE)), ratio) : 1;
    probability[CLASS_TRIVIAL] = short_time;
    probability[CLASS_CPU] = (1 - short_time) * mostly_cpu;
    probability[CLASS_MIXED] = (1 - short_time) * (not_waiting - mostly_cpu);
    probability[kind_of_waiting(cost)] = (1 - short_time) * (1 - not_waiting);
    for (int kind = 0; kind < CLASS_COUNT; kind++)
        if (probability[kind] > probability[classification->class_kind])
            classification->class_kind = (enum class_kind)kind;
    double confidence = probability[classification->class_kind] * quality * (1 - UNREVIEWED_COSTS * cost->unreviewed);
    if (is_unresolved(cost))
        classification->class_kind = CLASS_UNKNOWN;
    classification->confidence = fmin(fmax(confidence, 0.05), 0.99);
    shares(cost, ratio, classification);
}
