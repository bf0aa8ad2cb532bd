/* The class with the most probability, for log-normal CPU time and waiting.
 *
 * Either the waiting happens (its descriptors are what they seem, and its path is taken at all), and then W and C are
 * log-normal, so that ln(W / C) is normal and the share of waiting W / (W + C) lies below s where ln(W / C) lies below
 * ln(s / (1 - s)); or it does not, and all the time is CPU time.
 */
#include "analyzer/cost.h"

#include <math.h>

double cost_wait(const struct cost *cost)
{
    double sum = 0;
    for (int kind = 0; kind < WAIT_COUNT; kind++)
        sum += cost->wait[kind];
    return sum;
}

double happens_at_all(const struct expectations *expect, double reach)
{
    return reach / (reach + expect->even_reach);
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

static double share_of(double log_ratio)
{
    return 1 / (1 + exp(-log_ratio));
}

/* ln of the whole time, from its two parts. */
static struct logarithm whole_time(struct logarithm cpu, struct logarithm waiting)
{
    double share = share_of(waiting.mean - cpu.mean), time = exp(cpu.mean) + exp(waiting.mean);
    return (struct logarithm){log(time), hypot(share * waiting.spread, (1 - share) * cpu.spread)};
}

/* The quantile of the standard normal distribution, to 0.00045 (Abramowitz and Stegun, 26.2.23). */
static double normal_quantile(double q)
{
    double p = fmax(fmin(q, 1 - q), 1e-9), t = sqrt(-2 * log(p));
    double z = t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
    return q < 0.5 ? -z : z;
}

static enum class_kind kind_of_waiting(const struct cost *cost)
{
    double io = 0;
    for (int kind = 0; kind < WAIT_COUNT; kind++)
        io += wait_is_io((enum wait_kind)kind) ? cost->wait[kind] : 0;
    return io >= cost_wait(cost) / 2 ? CLASS_IO : CLASS_WAIT;
}

/* Most of what the function does is unresolved. */
static bool is_unresolved(const struct expectations *expect, const struct cost *cost)
{
    return cost->assumed >= expect->unresolved && cost->unknown >= 0.5;
}

/* Waiting that is reached so often is as likely as not to happen at all: the mean over its kinds. */
static double even_reach(const struct expectations *expect, const struct cost *cost)
{
    double sum = 0;
    for (int kind = 0; kind < WAIT_COUNT; kind++)
        sum += cost->wait[kind] * (kind == WAIT_LOCK      ? expect->even_reach_lock
                                   : kind == WAIT_PROCESS ? expect->even_reach_child
                                                          : expect->even_reach);
    return sum / cost_wait(cost);
}

static double waiting_happens(const struct expectations *expect, const struct cost *cost)
{
    return cost->wait_chance * cost->wait_reach / (cost->wait_reach + even_reach(expect, cost));
}

/* The q-quantile of the share of waiting. */
static double share_quantile(struct logarithm ratio, double happens, double q)
{
    if (q <= 1 - happens)
        return 0;
    return share_of(ratio.mean + ratio.spread * normal_quantile((q - (1 - happens)) / happens));
}

/* Adds the probabilities of the classes for one case, which has the weight `weight`. */
static void add_case(double probability[CLASS_COUNT], double weight, struct logarithm time, double mostly_cpu,
                     double not_waiting, enum class_kind waiting)
{
    double short_time = below(log(TRIVIAL_BELOW_NS), time);
    probability[CLASS_TRIVIAL] += weight * short_time;
    probability[CLASS_CPU] += weight * (1 - short_time) * mostly_cpu;
    probability[CLASS_MIXED] += weight * (1 - short_time) * (not_waiting - mostly_cpu);
    probability[waiting] += weight * (1 - short_time) * (1 - not_waiting);
}

/* Of ln(W / C): what makes both longer does not count. */
static double spread_of_ratio(const struct expectations *expect, const struct cost *cost)
{
    double variance =
        cost->cpu_spread * cost->cpu_spread + cost->wait_spread * cost->wait_spread - 2 * cost->covariance;
    return fmax(sqrt(fmax(variance, 0)), expect->ratio_spread);
}

void classify(const struct expectations *expect, const struct cost *cost, double quality,
              struct classification *classification)
{
    *classification = (struct classification){.class_kind = CLASS_TRIVIAL};
    double *probability = classification->probability, wait = cost_wait(cost),
           happens = wait > 0 ? waiting_happens(expect, cost) : 0;
    double longer = pow(1 + cost->parts / expect->long_function, expect->longer);
    struct logarithm cpu = {log(fmax(cost->cpu * longer * expect->benefit_of_doubt, 0.1)),
                            hypot(cost->cpu_spread, expect->model_spread)};
    add_case(probability, 1 - happens, cpu, 1, 1, CLASS_IO);
    if (happens > 0) {
        double alone = fmax(cost->wait_spread * cost->wait_spread - cost->covariance, 0);
        double tail = expect->waiting_tail * alone / 2;
        struct logarithm waiting = {log(wait) - tail, hypot(cost->wait_spread, expect->model_spread)};
        struct logarithm ratio = {waiting.mean - cpu.mean, spread_of_ratio(expect, cost)};
        double mostly_cpu = below(log(CPU_UP_TO_SHARE / (1 - CPU_UP_TO_SHARE)), ratio);
        double not_waiting = below(log(IO_FROM_SHARE / (1 - IO_FROM_SHARE)), ratio);
        add_case(probability, happens, whole_time(cpu, waiting), mostly_cpu, not_waiting, kind_of_waiting(cost));
        classification->share_low = share_quantile(ratio, happens, 0.1);
        classification->share = share_quantile(ratio, happens, 0.5);
        classification->share_high = share_quantile(ratio, happens, 0.9);
    }
    for (int kind = 0; kind < CLASS_COUNT; kind++)
        if (probability[kind] > probability[classification->class_kind])
            classification->class_kind = (enum class_kind)kind;
    double confidence = probability[classification->class_kind] * quality * (1 - expect->unreviewed * cost->unreviewed);
    if (is_unresolved(expect, cost))
        classification->class_kind = CLASS_UNKNOWN;
    classification->confidence = fmin(fmax(confidence, 0.05), 0.99);
}
