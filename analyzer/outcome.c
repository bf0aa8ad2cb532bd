/* How control leaves parts of a function, and how likely arms are by what they do. */
#include "analyzer/outcome.h"

#include <math.h>

#define LEAST_PASSING 0.05 /* what is left more surely than that is left on purpose */

void outcome_add(struct outcome *sum, const struct outcome *part, double by)
{
    sum->leave += by * part->leave;
    sum->again += by * part->again;
    sum->back += by * part->back;
    sum->away += by * part->away;
    sum->retry += by * part->retry;
    sum->forever += by * part->forever;
    sum->cold += by * part->cold;
    sum->log += by * part->log;
    sum->sleep += by * part->sleep;
}

double outcome_exits(const struct outcome *outcome)
{
    return outcome->leave + outcome->again + outcome->back + outcome->away + outcome->retry + outcome->forever;
}

static bool may_be_left(const struct outcome *part)
{
    return part->next > LEAST_PASSING && part->next < 1;
}

/* Makes the part be left as seldom as `next` says; what happens inside stays. */
static void pass_more(struct outcome *part, double next)
{
    struct outcome softened = {.next = next, .returned = part->returned};
    outcome_add(&softened, part, (1 - next) / (1 - part->next));
    softened.cold = part->cold;
    softened.log = part->log;
    softened.sleep = part->sleep;
    *part = softened;
}

void outcome_soften_exits(const struct expectations *expect, struct outcome *parts, uint32_t count)
{
    double hazard = 0;
    for (uint32_t i = 0; i < count; i++)
        if (may_be_left(&parts[i]))
            hazard -= log(parts[i].next);
    if (hazard <= expect->likely_exits)
        return;
    for (uint32_t i = 0; i < count; i++)
        if (may_be_left(&parts[i]))
            pass_more(&parts[i], pow(parts[i].next, sqrt(expect->likely_exits / hazard)));
}

static bool goes_away(const struct outcome *outcome)
{
    return outcome->back + outcome->away > 0.9;
}

static double leaving_arm_likely(const struct expectations *expect, const struct outcome *arm, bool only_leaves)
{
    if (arm->returned == RETURNED_ERROR)
        return expect->error_arm;
    if (arm->returned == RETURNED_OTHER)
        return expect->other_arm;
    if (arm->log >= 0.5)
        return expect->log_arm / 2;
    return only_leaves ? expect->guarding_arm : expect->leaving_arm;
}

double outcome_arm_likely(const struct expectations *expect, const struct outcome *arm, const struct outcome *other,
                          bool only_leaves)
{
    if (arm->cold >= 0.5 && other->cold < 0.5)
        return expect->cold_arm;
    if (arm->sleep >= 0.5 && other->sleep < 0.5)
        return expect->sleep_arm;
    if (goes_away(arm) && !goes_away(other))
        return leaving_arm_likely(expect, arm, only_leaves);
    if (arm->log >= 0.5 && other->log < 0.5)
        return expect->log_arm;
    return 0.5;
}

double outcome_combine(double a, double b)
{
    double both = a * b, neither = (1 - a) * (1 - b);
    return both + neither > 0 ? both / (both + neither) : 0.5;
}
