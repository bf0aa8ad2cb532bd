/* How control leaves parts of a function, and how likely arms are by what they do. */
#include "analyzer/outcome.h"

#include <math.h>

#define COLD_ARM 0.05
#define ERROR_ARM 0.035 /* returns a negative constant */
#define LOG_ARM 0.1
#define SLEEP_ARM 0.05     /* waits before it tries again, or slows down on purpose */
#define LEAVING_ARM 0.3    /* does something and returns or jumps away, the other arm goes on */
#define GUARDING_ARM 0.45  /* returns at once: often there is nothing to do */
#define LIKELY_EXITS 1.0   /* -ln of the chance to get through a sequence, before exits are taken to be rarer */
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
    struct outcome softened = {.next = next, .error = part->error};
    outcome_add(&softened, part, (1 - next) / (1 - part->next));
    softened.cold = part->cold;
    softened.log = part->log;
    softened.sleep = part->sleep;
    *part = softened;
}

void outcome_soften_exits(struct outcome *parts, uint32_t count)
{
    double hazard = 0;
    for (uint32_t i = 0; i < count; i++)
        if (may_be_left(&parts[i]))
            hazard -= log(parts[i].next);
    if (hazard <= LIKELY_EXITS)
        return;
    for (uint32_t i = 0; i < count; i++)
        if (may_be_left(&parts[i]))
            pass_more(&parts[i], pow(parts[i].next, sqrt(LIKELY_EXITS / hazard)));
}

static bool goes_away(const struct outcome *outcome)
{
    return outcome->back + outcome->away > 0.9;
}

double outcome_arm_likely(const struct outcome *arm, const struct outcome *other, bool only_leaves)
{
    if (arm->cold >= 0.5 && other->cold < 0.5)
        return COLD_ARM;
    if (arm->sleep >= 0.5 && other->sleep < 0.5)
        return SLEEP_ARM;
    if (goes_away(arm) && !goes_away(other))
        return arm->error ? ERROR_ARM : arm->log >= 0.5 ? LOG_ARM / 2 : only_leaves ? GUARDING_ARM : LEAVING_ARM;
    if (arm->log >= 0.5 && other->log < 0.5)
        return LOG_ARM;
    return 0.5;
}

double outcome_combine(double a, double b)
{
    double both = a * b, neither = (1 - a) * (1 - b);
    return both + neither > 0 ? both / (both + neither) : 0.5;
}
