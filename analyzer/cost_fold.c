/* The sums of a function's groups → one sum: each guess widens what it holds, and expensive arms run less often.
 *
 * Branches are guessed by their shape, before costs are known. Measured on real programs, the guess is right on the
 * mean, but too low for what is cheap and too high for what is expensive: of the arms that were guessed at 0.2 to 0.6,
 * those that call something of less than a microsecond ran as often as guessed, those of 1, 10 and 100 µs in 0.7, 0.45
 * and 0.25 of that. A cache is asked more often than it is filled. That is true of computing only: what waits is what a
 * function is for, so that waiting keeps the guess (with waiting made as rare, the six programs of bench/truth lose 0.1
 * of the balance between cpu and io). Loops keep their turns: fewer turns where they are expensive gained on some
 * programs what they lost on others.
 */
#include "analyzer/cost_internal.h"

#include <math.h>

#define NOTHING 1.0 /* ns: makes no difference */

static double square(double x)
{
    return x * x;
}

/* What one execution of the group computes. Group 0 stands for an arm that is not there. */
static double computes(const struct cost_node *node, const struct group_sum *sums, uint32_t group)
{
    double frequency = node->groups[group].frequency;
    return group && frequency > 0 ? sums[group].cpu / frequency : 0;
}

static double rarer_by(const struct expectations *expect, double cpu)
{
    return cpu < NOTHING ? 1 : pow(1 + cpu / expect->cheap_arm, -expect->rarer_arm);
}

/* Adds a group to the one that holds it; `rarer` multiplies how often it runs, as far as it computes. */
static void fold(const struct cost_node *node, struct group_sum *sums, uint32_t group, double rarer)
{
    struct group_sum *sum = &sums[group], *parent = &sums[node->groups[group].parent];
    sum->rarer = rarer;
    parent->cpu += rarer * sum->cpu;
    parent->cpu_variance += square(rarer) * sum->cpu_variance;
    parent->wait += sum->wait;
    parent->wait_variance += sum->wait_variance;
    parent->covariance += rarer * sum->covariance;
}

/* An arm and the other one, if there is a group of it (else 0): their odds are weighed by what they cost. */
static void fold_arms(const struct expectations *expect, const struct cost_node *node, struct group_sum *sums,
                      uint32_t arm, uint32_t other)
{
    double likely = fmin(node->groups[arm].share, 1);
    double weight = rarer_by(expect, computes(node, sums, arm));
    double other_weight = rarer_by(expect, computes(node, sums, other));
    double both = likely * weight + (1 - likely) * other_weight;
    fold(node, sums, arm, weight / both);
    if (other)
        fold(node, sums, other, other_weight / both);
}

void cost_fold_groups(const struct expectations *expect, const struct cost_node *node, struct group_sum *sums,
                      uint32_t *others)
{
    for (uint32_t group = 0; group < node->group_count; group++)
        others[group] = 0;
    for (uint32_t group = node->group_count; group-- > 0;) {
        const struct frequency_group *guess = &node->groups[group];
        struct group_sum *sum = &sums[group];
        sum->cpu_variance += square(sum->cpu * guess->spread);
        sum->wait_variance += square(sum->wait * guess->spread);
        sum->covariance += sum->cpu * sum->wait * square(guess->spread);
        if (!group)
            break;
        if (guess->other)
            others[guess->other] = group; /* is folded with the first arm, which comes before it */
        else if (guess->is_arm)
            fold_arms(expect, node, sums, group, others[group]);
        else
            fold(node, sums, group, 1);
    }
    sums[0].rarer = 1;
    for (uint32_t group = 1; group < node->group_count; group++)
        sums[group].rarer *= sums[node->groups[group].parent].rarer;
}
