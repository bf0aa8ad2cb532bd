/* How likely conditions hold and what descriptors may be, where the arguments of a call are not known for sure. */
#include "knowledge/internal.h"

#include <string.h>

/* How likely conditions about an unknown argument hold where the entry does not say. Special values and flags are
 * rarer than ordinary ones; programs that use them mostly pass constants, which are known. */
static const double default_likely[] = {
    [PREDICATE_IS] = 0.1,    [PREDICATE_IS_NOT] = 0.9, [PREDICATE_HAS] = 0.1, [PREDICATE_LACKS] = 0.9,
    [PREDICATE_BELOW] = 0.1, [PREDICATE_ABOVE] = 0.5,  [PREDICATE_FD] = 0.5,  [PREDICATE_STARTS_WITH] = 0.02,
};

static unsigned count_bits(fd_bits bits)
{
    return (unsigned)__builtin_popcount(bits);
}

static double number_holds(const struct predicate *predicate, int64_t value)
{
    switch (predicate->kind) {
    case PREDICATE_IS:
        return value == predicate->number;
    case PREDICATE_IS_NOT:
        return value != predicate->number;
    case PREDICATE_HAS:
        return (value & predicate->number) == predicate->number;
    case PREDICATE_LACKS:
        return (value & predicate->number) == 0;
    case PREDICATE_BELOW:
        return value < predicate->number;
    case PREDICATE_ABOVE:
        return value > predicate->number;
    case PREDICATE_FD:
    case PREDICATE_STARTS_WITH:
        break;
    }
    return 0;
}

static double descriptor_likely(const struct predicate *predicate, const struct api_argument *argument)
{
    double prior = predicate->likely >= 0 ? predicate->likely : (double)count_bits(predicate->fds) / FD_STATE_COUNT;
    if (!predicate->fds)
        return 0;
    if (!argument || !argument->fds)
        return prior;
    return (double)count_bits(argument->fds & predicate->fds) / count_bits(argument->fds);
}

double predicate_likely(const struct predicate *predicate, const struct api_argument *arguments,
                        unsigned argument_count)
{
    const struct api_argument *argument = predicate->argument < argument_count ? &arguments[predicate->argument] : NULL;
    if (predicate->kind == PREDICATE_FD)
        return descriptor_likely(predicate, argument);
    if (argument && argument->constant_known && predicate->kind != PREDICATE_STARTS_WITH)
        return number_holds(predicate, argument->constant);
    if (argument && argument->string && predicate->kind == PREDICATE_STARTS_WITH)
        return strncmp(argument->string, predicate->string, strlen(predicate->string)) == 0;
    if (argument && argument->string && predicate->number == 0) /* a string literal is not NULL */
        return predicate->kind == PREDICATE_IS ? 0 : 1;
    return predicate->likely >= 0 ? predicate->likely : default_likely[predicate->kind];
}

double knowledge_effect_likely(const struct effect *effect, const struct api_argument *arguments,
                               unsigned argument_count)
{
    double likely = 1;
    for (unsigned i = 0; i < effect->predicate_count; i++)
        likely *= predicate_likely(&effect->predicates[i], arguments, argument_count);
    for (const struct effect *other = effect->instead_of; other && likely > 0; other = other->instead_of) {
        double earlier = 1;
        for (unsigned i = 0; i < other->predicate_count; i++)
            earlier *= predicate_likely(&other->predicates[i], arguments, argument_count);
        likely *= 1 - earlier;
    }
    return likely;
}

/* The prior's weights of the states in `allowed`; they need not sum to 1. Returns their sum. */
static double prior_weights(const struct fd_prior *prior, fd_bits allowed, double weights[FD_STATE_COUNT])
{
    double sum = 0;
    for (unsigned state = 0; state < FD_STATE_COUNT; state++) {
        double share = state % 2 ? prior->nonblocking : 1 - prior->nonblocking;
        weights[state] = allowed >> state & 1 ? prior->kinds[state / 2] * share : 0;
        sum += weights[state];
    }
    return sum;
}

/* What was seen counts half by the prior and half alike: a rare kind that was seen is not rare here. */
static void seen_weights(const struct fd_prior *prior, fd_bits seen, double weights[FD_STATE_COUNT])
{
    double sum = prior_weights(prior, seen, weights);
    double alike = 1.0 / count_bits(seen);
    for (unsigned state = 0; state < FD_STATE_COUNT; state++) {
        double equal = seen >> state & 1 ? alike : 0;
        weights[state] = sum > 0 ? (weights[state] / sum + equal) / 2 : equal;
    }
}

/* Where descriptors were seen, they count, even if the value flow may have missed something: descriptors share their
 * slots with -1 and other numbers, so that something is nearly always missed, and nearly never a descriptor. */
void descriptor_weights(const struct fd_prior *prior, const struct api_argument *argument,
                        double weights[FD_STATE_COUNT])
{
    const fd_bits possible = (FD_BLOCKING_BITS | FD_NONBLOCKING_BITS) & (fd_bits)~prior->never;
    if (argument && (argument->fds & possible)) {
        seen_weights(prior, argument->fds & possible, weights);
        return;
    }
    double sum = prior_weights(prior, possible, weights);
    for (unsigned state = 0; state < FD_STATE_COUNT; state++)
        weights[state] /= sum;
}
