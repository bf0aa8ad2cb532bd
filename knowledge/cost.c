/* The expected cost of one call: the variants that may hold, each with its probability, mixed.
 *
 * Times are log-normal. Within a variant they are added: means and variances add. Between variants the uncertainty is
 * about which one the call site is: first and second moments of the mixture are matched by one log-normal.
 */
#include "knowledge/internal.h"

#include <math.h>
#include <string.h>

#define MOST_ARGUMENTS 16
#define MOST_DESCRIPTORS 2
#define EXPECTED_SPREAD 0.7   /* of an argument of which only a typical value is known */
#define UNREVIEWED_SPREAD 2.0 /* of a function that nobody read up: a factor of 7 either way */
#define NEGLIGIBLE 1e-9

/* Mean and variance of a sum or of a mixture's part. */
struct moments {
    double mean;
    double variance;
};

/* Mean and second moment of a mixture while it is being added up. */
struct mixture {
    double mean;
    double square;
};

/* A call being asked about. */
struct question {
    const struct api *api;
    const struct profile *profile;
    struct api_argument arguments[MOST_ARGUMENTS];
    unsigned argument_count;
    unsigned descriptors[MOST_DESCRIPTORS]; /* the arguments whose descriptor matters */
    unsigned descriptor_count;
    double weights[MOST_VARIANTS][FD_KIND_COUNT]; /* the probability of each variant, by kind of its descriptor */
    double rest;                                  /* the probability that none holds */
};

static struct amount amount_product(struct amount a, struct amount b)
{
    return (struct amount){a.median * b.median, hypot(a.spread, b.spread)};
}

static double amount_mean(struct amount amount)
{
    return amount.median * exp(amount.spread * amount.spread / 2);
}

static struct moments amount_moments(struct amount amount)
{
    double mean = amount_mean(amount);
    return (struct moments){mean, mean * mean * expm1(amount.spread * amount.spread)};
}

/* The distribution function of the standard normal distribution. */
static double normal_below(double x)
{
    return erfc(-x / sqrt(2)) / 2;
}

/* Mean and variance of min(X, bound) for a log-normal X: the partial moments below the bound and the bound's own mass.
 * E[X^n; X < b] = exp(n μ + n² σ² / 2) Φ((ln b − μ − n σ²) / σ). */
static struct moments bounded_moments(struct amount amount, double bound)
{
    if (amount.median <= 0 || bound <= 0)
        return (struct moments){0, 0};
    if (amount.spread <= 0)
        return (struct moments){fmin(amount.median, bound), 0};
    double mu = log(amount.median);
    double sigma = amount.spread;
    double z = (log(bound) - mu) / sigma;
    double above = normal_below(-z);
    double mean = exp(mu + sigma * sigma / 2) * normal_below(z - sigma) + bound * above;
    double square = exp(2 * mu + 2 * sigma * sigma) * normal_below(z - 2 * sigma) + bound * bound * above;
    return (struct moments){mean, fmax(square - mean * mean, 0)};
}

static const struct api_argument *find_argument(const struct api_argument *arguments, unsigned count, int index)
{
    return index >= 0 && (unsigned)index < count ? &arguments[index] : NULL;
}

/* A number that an argument may have; false if nothing is known of it. */
static bool argument_amount(const struct api_argument *argument, struct amount *amount)
{
    if (argument && argument->constant_known)
        *amount = (struct amount){(double)argument->constant, 0};
    else if (argument && argument->expected_known)
        *amount = (struct amount){argument->expected, EXPECTED_SPREAD};
    else
        return false;
    return amount->median >= 0;
}

/* A size in units, as an amount whose median is the typical value; `unknown` is what a size is taken for of which
 * nothing is known, in bytes or items. */
static struct amount size_amount(const struct size_from *size, const struct profile *profile, enum quantity unknown,
                                 const struct api_argument *arguments, unsigned argument_count)
{
    const struct api_argument *argument = find_argument(arguments, argument_count, size->argument);
    struct amount first;
    struct amount second;
    if (size->string) {
        if (argument && argument->string)
            return (struct amount){(double)strlen(argument->string), 0};
        if (argument && argument->expected_known)
            return (struct amount){argument->expected, EXPECTED_SPREAD};
        return profile->quantities[QUANTITY_DEFAULT_STRING];
    }
    if (!argument_amount(argument, &first))
        return profile->quantities[unknown];
    if (size->times_argument < 0)
        return first;
    if (!argument_amount(find_argument(arguments, argument_count, size->times_argument), &second))
        return profile->quantities[unknown];
    return amount_product(first, second);
}

struct amount knowledge_callback_times(const struct effect *effect, const struct profile *profile,
                                       const struct api_argument *arguments, unsigned argument_count)
{
    if (effect->times.argument == -1)
        return (struct amount){1, 0};
    struct amount times = size_amount(&effect->times, profile, QUANTITY_DEFAULT_COUNT, arguments, argument_count);
    times.median = amount_mean(times);
    double turns = log2(fmax(times.median, 2));
    if (effect->log_times)
        return (struct amount){turns, times.spread / turns};
    if (effect->times_log)
        times.median *= turns;
    return times;
}

/* A duration in ns; false if it is none, or depends on an argument of which nothing is known. */
static bool duration_amount(const struct question *question, const struct duration *duration, struct amount *amount)
{
    switch (duration->kind) {
    case DURATION_NONE:
        return false;
    case DURATION_QUANTITY:
        *amount = question->profile->quantities[duration->quantity];
        amount->median *= duration->factor;
        if (duration->own_spread)
            amount->spread = duration->fixed.spread;
        return true;
    case DURATION_FIXED:
        *amount = duration->fixed;
        return true;
    case DURATION_ARGUMENT:
        if (!argument_amount(find_argument(question->arguments, question->argument_count, duration->argument), amount))
            return false;
        amount->median *= duration->factor;
        return true;
    }
    return false;
}

static void add_moments(struct moments *sum, struct moments term)
{
    sum->mean += term.mean;
    sum->variance += term.variance;
}

/* An argument that says how often a callback is called counts items, not bytes. */
static bool counts_items(const struct api *api, const struct size_from *size)
{
    for (unsigned i = 0; i < api->effect_count; i++)
        if (api->effects[i].kind == EFFECT_CALLBACK && size->argument >= 0 &&
            api->effects[i].times.argument == size->argument)
            return true;
    return false;
}

static struct moments cpu_moments(const struct question *question, const struct api_cost_variant *variant)
{
    struct moments sum = {0, 0};
    struct amount amount;
    if (duration_amount(question, &variant->cpu_call, &amount))
        add_moments(&sum, amount_moments(amount));
    if (duration_amount(question, &variant->cpu_byte, &amount)) {
        enum quantity unknown =
            counts_items(question->api, &variant->bytes) ? QUANTITY_DEFAULT_COUNT : QUANTITY_DEFAULT_LENGTH;
        struct amount size =
            size_amount(&variant->bytes, question->profile, unknown, question->arguments, question->argument_count);
        add_moments(&sum, amount_moments(amount_product(amount, size)));
    }
    return sum;
}

/* A sleep whose length is an argument that is not known. */
static struct amount typical_wait(const struct question *question, const struct api_cost_variant *variant)
{
    struct amount amount;
    if (duration_amount(question, &variant->wait, &amount))
        return amount;
    if (variant->wait.kind == DURATION_ARGUMENT)
        return question->profile->quantities[QUANTITY_SLEEP_DEFAULT];
    return (struct amount){0, 0};
}

static struct moments scaled(struct moments moments, double factor)
{
    return (struct moments){moments.mean * factor, moments.variance * factor * factor};
}

static struct moments wait_moments(const struct question *question, const struct api_cost_variant *variant)
{
    struct amount bound;
    struct amount share = {0, 0};
    struct amount tail = {0, 0};
    struct amount typical = typical_wait(question, variant);
    bool bounded = duration_amount(question, &variant->at_most, &bound);
    duration_amount(question, &variant->tail_share, &share);
    duration_amount(question, &variant->wait_tail, &tail);
    double limit = bounded ? amount_mean(bound) : INFINITY;
    double tail_share = fmin(share.median, 1);
    tail.spread = hypot(tail.spread, share.spread); /* how rare it is, is as uncertain as how long it is */
    struct moments sum = scaled(bounded ? bounded_moments(typical, limit) : amount_moments(typical), 1 - tail_share);
    add_moments(&sum, scaled(bounded ? bounded_moments(tail, limit) : amount_moments(tail), tail_share));
    return sum;
}

/* How often a call waits if the variant holds: always, or as often as its tail; never with a known time-out of 0. */
static double waits_how_often(const struct question *question, const struct api_cost_variant *variant)
{
    struct amount bound;
    struct amount share = {0, 0};
    if (!variant->waits || (duration_amount(question, &variant->at_most, &bound) && bound.median <= 0))
        return 0;
    if (variant->wait.kind != DURATION_NONE || !duration_amount(question, &variant->tail_share, &share))
        return 1;
    return fmin(share.median, 1);
}

static void add_descriptor(struct question *question, unsigned argument)
{
    for (unsigned i = 0; i < question->descriptor_count; i++)
        if (question->descriptors[i] == argument)
            return;
    if (question->descriptor_count < MOST_DESCRIPTORS && argument < MOST_ARGUMENTS)
        question->descriptors[question->descriptor_count++] = argument;
}

static void find_descriptors(struct question *question)
{
    for (unsigned i = 0; i < question->api->cost_count; i++) {
        const struct api_cost_variant *variant = &question->api->costs[i];
        for (unsigned j = 0; j < variant->when_count; j++)
            if (variant->when[j].kind == PREDICATE_FD && variant->when[j].fds)
                add_descriptor(question, variant->when[j].argument);
        if (variant->wait_kind_from_fd && variant->fd_argument >= 0)
            add_descriptor(question, (unsigned)variant->fd_argument);
    }
}

/* The kind of the variant's descriptor in the state that is being looked at. */
static unsigned descriptor_kind(const struct question *question, const struct api_cost_variant *variant)
{
    if (!variant->wait_kind_from_fd || variant->fd_argument < 0 || variant->fd_argument >= MOST_ARGUMENTS)
        return 0;
    fd_bits state = question->arguments[variant->fd_argument].fds;
    return state ? (unsigned)__builtin_ctz(state) / 2 : 0;
}

/* Gives the weight of one state of the descriptors to the variants, in their order. */
static void weigh_variants(struct question *question, double weight)
{
    for (unsigned i = 0; i < question->api->cost_count && weight > NEGLIGIBLE; i++) {
        const struct api_cost_variant *variant = &question->api->costs[i];
        double likely = 1;
        for (unsigned j = 0; j < variant->when_count && likely > 0; j++)
            likely *= predicate_likely(&variant->when[j], question->arguments, question->argument_count);
        question->weights[i][descriptor_kind(question, variant)] += weight * likely;
        weight *= 1 - likely;
    }
    question->rest += weight;
}

/* Goes through all states that the descriptors from number `next` on may have. */
static void weigh_states(struct question *question, unsigned next, double weight)
{
    if (next == question->descriptor_count) {
        weigh_variants(question, weight);
        return;
    }
    unsigned index = question->descriptors[next];
    struct api_argument before = question->arguments[index];
    double weights[FD_STATE_COUNT];
    enum fd_family family = index < question->api->argument_count ? question->api->families[index] : FD_FAMILY_ANY;
    descriptor_weights(&question->profile->fd_priors[family], &before, weights);
    for (unsigned state = 0; state < FD_STATE_COUNT; state++)
        if (weights[state] > 0) {
            question->arguments[index].fds = (fd_bits)(1u << state);
            question->arguments[index].fds_complete = true;
            weigh_states(question, next + 1, weight * weights[state]);
        }
    question->arguments[index] = before;
}

static void mix(struct mixture *mixture, struct moments part, double weight)
{
    mixture->mean += weight * part.mean;
    mixture->square += weight * (part.variance + part.mean * part.mean);
}

/* The log-normal with the mixture's first two moments. */
static struct amount mixture_amount(const struct mixture *mixture)
{
    if (mixture->mean <= 0)
        return (struct amount){0, 0};
    double ratio = mixture->square / (mixture->mean * mixture->mean);
    return (struct amount){mixture->mean, sqrt(log(fmax(ratio, 1)))};
}

static const enum wait_kind waits_of_kinds[FD_KIND_COUNT] = {
    [FD_NETWORK] = WAIT_NETWORK, [FD_DISK] = WAIT_DISK,         [FD_PIPE] = WAIT_PIPE,  [FD_TERMINAL] = WAIT_TERMINAL,
    [FD_DEVICE] = WAIT_DEVICE,   [FD_DATABASE] = WAIT_DATABASE, [FD_EVENT] = WAIT_IDLE,
};

static void add_variant(const struct question *question, unsigned index, struct mixture *cpu, struct mixture *waits,
                        double *wait_certain)
{
    const struct api_cost_variant *variant = &question->api->costs[index];
    double weight = 0;
    struct moments wait = variant->waits ? wait_moments(question, variant) : (struct moments){0, 0};
    for (unsigned kind = 0; kind < FD_KIND_COUNT; kind++) {
        enum wait_kind wait_kind = variant->wait_kind_from_fd ? waits_of_kinds[kind] : variant->wait_kind;
        mix(&waits[wait_kind], wait, question->weights[index][kind]);
        weight += question->weights[index][kind];
    }
    if (weight > 0)
        mix(cpu, cpu_moments(question, variant), weight);
    *wait_certain += weight * waits_how_often(question, variant);
}

static void widen(struct api_cost *cost)
{
    cost->cpu.spread = hypot(cost->cpu.spread, UNREVIEWED_SPREAD);
    for (unsigned kind = 0; kind < WAIT_COUNT; kind++)
        if (cost->wait[kind].median > 0)
            cost->wait[kind].spread = hypot(cost->wait[kind].spread, UNREVIEWED_SPREAD);
}

void knowledge_cost(const struct api *api, const struct profile *profile, const struct api_argument *arguments,
                    unsigned argument_count, struct api_cost *cost)
{
    struct question question = {.api = api, .profile = profile};
    struct mixture cpu = {0, 0};
    struct mixture waits[WAIT_COUNT] = {{0, 0}};
    question.argument_count = MOST_ARGUMENTS;
    for (unsigned i = 0; i < argument_count && i < MOST_ARGUMENTS; i++)
        question.arguments[i] = arguments[i];
    *cost = (struct api_cost){.wait_certain = 0};
    find_descriptors(&question);
    weigh_states(&question, 0, 1);
    for (unsigned i = 0; i < api->cost_count; i++)
        add_variant(&question, i, &cpu, waits, &cost->wait_certain);
    mix(&cpu, amount_moments(profile->quantities[QUANTITY_LIBRARY_CALL]), question.rest);
    cost->cpu = mixture_amount(&cpu);
    for (unsigned kind = 0; kind < WAIT_COUNT; kind++)
        cost->wait[kind] = mixture_amount(&waits[kind]);
    if (api->origin == API_UNREVIEWED)
        widen(cost);
}
