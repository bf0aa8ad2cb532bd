/* The waiting of a cost, by cause. */
#include "analyzer/cost.h"

#include <math.h>

double cost_wait(const struct cost *cost)
{
    double sum = 0;
    for (int kind = 0; kind < WAIT_COUNT; kind++)
        sum += cost->wait[kind];
    return sum;
}

enum wait_cause cause_of_wait(enum wait_kind kind)
{
    switch (kind) {
    case WAIT_DNS:
        return CAUSE_NAME;
    case WAIT_SLEEP:
        return CAUSE_SLEEP;
    case WAIT_LOCK:
        return CAUSE_LOCK;
    case WAIT_PIPE:
        return CAUSE_PIPE;
    case WAIT_PROCESS:
        return CAUSE_PROCESS;
    default:
        return CAUSE_DESCRIPTOR;
    }
}

double cost_wait_of(const struct cost *cost, enum wait_cause cause)
{
    double sum = 0;
    for (int kind = 0; kind < WAIT_COUNT; kind++)
        sum += cause_of_wait((enum wait_kind)kind) == cause ? cost->wait[kind] : 0;
    return sum;
}

double cost_waits_how_often(const struct cost *cost)
{
    int most = 0;
    for (int cause = 1; cause < CAUSE_COUNT; cause++)
        if (cost_wait_of(cost, (enum wait_cause)cause) > cost_wait_of(cost, (enum wait_cause)most))
            most = cause;
    return fmin(cost->waiting[most].reach * cost->waiting[most].chance, 1);
}

double happens_at_all(const struct expectations *expect, double reach)
{
    return reach / (reach + expect->even_reach);
}

/* Waiting that is reached so often is as likely as not to happen at all. */
static double even_reach(const struct expectations *expect, enum wait_cause cause)
{
    switch (cause) {
    case CAUSE_PIPE:
        return expect->even_reach_pipe;
    case CAUSE_NAME:
        return expect->even_reach_name;
    case CAUSE_SLEEP:
        return expect->even_reach_sleep;
    case CAUSE_LOCK:
        return expect->even_reach_lock;
    case CAUSE_PROCESS:
        return expect->even_reach_process;
    default:
        return expect->even_reach;
    }
}

double waiting_happens(const struct expectations *expect, const struct cost *cost, enum wait_cause cause)
{
    const struct waiting *waiting = &cost->waiting[cause];
    return waiting->chance * waiting->reach / (waiting->reach + even_reach(expect, cause));
}

double cost_typical_waits(const struct expectations *expect, const struct cost *cost, double waits[WAIT_COUNT])
{
    bool likely[CAUSE_COUNT], any = false;
    double sum = 0;
    for (int cause = 0; cause < CAUSE_COUNT; cause++) {
        likely[cause] = cost_wait_of(cost, (enum wait_cause)cause) > 0 &&
                        waiting_happens(expect, cost, (enum wait_cause)cause) >= 0.5;
        any = any || likely[cause];
    }
    for (int kind = 0; kind < WAIT_COUNT; kind++) {
        waits[kind] = !any || likely[cause_of_wait((enum wait_kind)kind)] ? cost->wait[kind] : 0;
        sum += waits[kind];
    }
    return sum;
}
