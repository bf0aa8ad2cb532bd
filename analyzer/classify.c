/* The class with the most probability, for log-normal CPU time and waiting.
 *
 * Either the waiting of a cause happens (its descriptors are what they seem, and its path is taken at all), and then W
 * and C are log-normal, so that ln(W / C) is normal and the share of waiting W / (W + C) lies below s where ln(W / C)
 * lies below ln(s / (1 - s)); or it does not, and all the time is CPU time. Causes are told apart, since a sleep that
 * is long and rare would else hide the answers of a peer that are awaited in every call.
 */
#include "analyzer/cost.h"

#include <math.h>

#define WIDEST_RATIO 50.0 /* of the logarithm of waiting to CPU time */
#define STEPS 30          /* of the search for a quantile: to 1e-7 of that */

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

/* Most of what the function does is unresolved. */
static bool is_unresolved(const struct expectations *expect, const struct cost *cost)
{
    return cost->assumed >= expect->unresolved && cost->unknown >= 0.5;
}

/* One way it may turn out: the causes, from the likeliest on, that do make it wait. */
struct waiting_case {
    double weight;
    double wait;                /* mean, ns */
    enum class_kind class_kind; /* if it is most of the time */
    struct logarithm ratio;     /* of waiting to CPU time */
};

/* The causes that something waits for, the likeliest first; returns their number. */
static uint32_t order_causes(const struct expectations *expect, const struct cost *cost,
                             enum wait_cause order[CAUSE_COUNT], double likely[CAUSE_COUNT])
{
    uint32_t count = 0;
    for (int i = 0; i < CAUSE_COUNT; i++) {
        enum wait_cause cause = (enum wait_cause)i;
        if (cost_wait_of(cost, cause) <= 0)
            continue;
        likely[cause] = waiting_happens(expect, cost, cause);
        uint32_t at = count++;
        for (; at > 0 && likely[order[at - 1]] < likely[cause]; at--)
            order[at] = order[at - 1];
        order[at] = cause;
    }
    return count;
}

/* The cases in which something waits. Causes are nested: where a rarer one happens, so do the likelier ones. Returns
 * the number of cases; *`happens` is how likely anything waits. */
static uint32_t find_cases(const struct expectations *expect, const struct cost *cost,
                           struct waiting_case cases[CAUSE_COUNT], double *happens)
{
    enum wait_cause order[CAUSE_COUNT];
    double likely[CAUSE_COUNT], wait = 0, io = 0;
    uint32_t count = order_causes(expect, cost, order, likely);
    for (uint32_t i = 0; i < count; i++) {
        for (int kind = 0; kind < WAIT_COUNT; kind++)
            if (cause_of_wait((enum wait_kind)kind) == order[i]) {
                wait += cost->wait[kind];
                io += wait_is_io((enum wait_kind)kind) ? cost->wait[kind] : 0;
            }
        cases[i] = (struct waiting_case){.weight = likely[order[i]] - (i + 1 < count ? likely[order[i + 1]] : 0),
                                         .wait = wait,
                                         .class_kind = io >= wait / 2 ? CLASS_IO : CLASS_WAIT};
    }
    *happens = count ? likely[order[0]] : 0;
    return count;
}

/* The q-quantile of the share of waiting. */
static double share_quantile(const struct waiting_case *cases, uint32_t count, double happens, double q)
{
    double low = -WIDEST_RATIO, high = WIDEST_RATIO;
    if (q <= 1 - happens)
        return 0;
    for (int step = 0; step < STEPS; step++) {
        double middle = (low + high) / 2, sum = 1 - happens;
        for (uint32_t i = 0; i < count; i++)
            sum += cases[i].weight * below(middle, cases[i].ratio);
        *(sum < q ? &low : &high) = middle;
    }
    return share_of(high);
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

/* Adds the case, and notes its ratio. */
static void add_waiting_case(const struct expectations *expect, const struct cost *cost, struct logarithm cpu,
                             struct waiting_case *found, double probability[CLASS_COUNT])
{
    double alone = fmax(cost->wait_spread * cost->wait_spread - cost->covariance, 0);
    double tail = expect->waiting_tail * alone / 2;
    struct logarithm waiting = {log(found->wait) - tail, hypot(cost->wait_spread, expect->model_spread)};
    struct logarithm ratio = {waiting.mean - cpu.mean, spread_of_ratio(expect, cost)};
    double mostly_cpu = below(log(CPU_UP_TO_SHARE / (1 - CPU_UP_TO_SHARE)), ratio);
    double not_waiting = below(log(IO_FROM_SHARE / (1 - IO_FROM_SHARE)), ratio);
    add_case(probability, found->weight, whole_time(cpu, waiting), mostly_cpu, not_waiting, found->class_kind);
    found->ratio = ratio;
}

void classify(const struct expectations *expect, const struct cost *cost, double quality,
              struct classification *classification)
{
    *classification = (struct classification){.class_kind = CLASS_TRIVIAL};
    struct waiting_case cases[CAUSE_COUNT];
    double *probability = classification->probability, happens;
    uint32_t count = find_cases(expect, cost, cases, &happens);
    double longer = pow(1 + cost->parts / expect->long_function, expect->longer);
    struct logarithm cpu = {log(fmax(cost->cpu * longer * expect->benefit_of_doubt, 0.1)),
                            hypot(cost->cpu_spread, expect->model_spread)};
    add_case(probability, 1 - happens, cpu, 1, 1, CLASS_IO);
    for (uint32_t i = 0; i < count; i++)
        add_waiting_case(expect, cost, cpu, &cases[i], probability);
    classification->share_low = share_quantile(cases, count, happens, 0.1);
    classification->share = share_quantile(cases, count, happens, 0.5);
    classification->share_high = share_quantile(cases, count, happens, 0.9);
    for (int kind = 0; kind < CLASS_COUNT; kind++)
        if (probability[kind] > probability[classification->class_kind])
            classification->class_kind = (enum class_kind)kind;
    double confidence = probability[classification->class_kind] * quality * (1 - expect->unreviewed * cost->unreviewed);
    if (is_unresolved(expect, cost))
        classification->class_kind = CLASS_UNKNOWN;
    classification->confidence = fmin(fmax(confidence, 0.05), 0.99);
}
