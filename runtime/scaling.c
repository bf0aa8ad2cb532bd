/* A fit of the Universal Scalability Law, with intervals. */
#include "runtime/scaling.h"

#include "base/arena.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { LOG_LAMBDA, ROOT_SIGMA, ROOT_KAPPA, PARAMETERS };

struct point {
    double k, log_x;
};

struct points {
    struct point *items;
    size_t count;
};

struct fit {
    double parameters[PARAMETERS];
    double cost; /* sum of squared residuals */
};

/* log X(K) by the law, and its derivatives after the parameters where these are wanted. */
static double law(const double parameters[PARAMETERS], double k, double derivatives[PARAMETERS])
{
    double s = parameters[ROOT_SIGMA];
    double c = parameters[ROOT_KAPPA];
    double slowdown = 1 + s * s * (k - 1) + c * c * k * (k - 1);
    if (derivatives != NULL) {
        derivatives[LOG_LAMBDA] = 1;
        derivatives[ROOT_SIGMA] = -2 * s * (k - 1) / slowdown;
        derivatives[ROOT_KAPPA] = -2 * c * k * (k - 1) / slowdown;
    }
    return parameters[LOG_LAMBDA] + log(k) - log(slowdown);
}

static double cost_of(const struct points *points, const double parameters[PARAMETERS])
{
    double cost = 0;
    for (size_t i = 0; i < points->count; i++) {
        double residual = law(parameters, points->items[i].k, NULL) - points->items[i].log_x;
        cost += residual * residual;
    }
    return cost;
}

/* JᵀJ and Jᵀr of the least-squares problem. */
static void normal_equations(const struct points *points, const double parameters[PARAMETERS],
                             double matrix[PARAMETERS][PARAMETERS], double vector[PARAMETERS])
{
    for (int i = 0; i < PARAMETERS; i++) {
        vector[i] = 0;
        for (int j = 0; j < PARAMETERS; j++) {
            matrix[i][j] = 0;
        }
    }
    for (size_t n = 0; n < points->count; n++) {
        double row[PARAMETERS];
        double residual = law(parameters, points->items[n].k, row) - points->items[n].log_x;
        for (int i = 0; i < PARAMETERS; i++) {
            vector[i] += row[i] * residual;
            for (int j = 0; j < PARAMETERS; j++) {
                matrix[i][j] += row[i] * row[j];
            }
        }
    }
}

/* Solves matrix · x = vector for a positive definite matrix, in place; the solution is left in `vector`. */
static void solve(double matrix[PARAMETERS][PARAMETERS], double vector[PARAMETERS])
{
    for (int i = 0; i < PARAMETERS; i++) {
        for (int j = i + 1; j < PARAMETERS; j++) {
            double factor = matrix[j][i] / matrix[i][i];
            for (int column = i; column < PARAMETERS; column++) {
                matrix[j][column] -= factor * matrix[i][column];
            }
            vector[j] -= factor * vector[i];
        }
    }
    for (int i = PARAMETERS - 1; i >= 0; i--) {
        for (int j = i + 1; j < PARAMETERS; j++) {
            vector[i] -= matrix[i][j] * vector[j];
        }
        vector[i] /= matrix[i][i];
    }
}

/* One Levenberg–Marquardt step with this damping; false where it does not lower the cost. */
static bool improve(const struct points *points, double damping, struct fit *fit)
{
    double matrix[PARAMETERS][PARAMETERS];
    double step[PARAMETERS];
    normal_equations(points, fit->parameters, matrix, step);
    for (int i = 0; i < PARAMETERS; i++) {
        matrix[i][i] += damping * (matrix[i][i] + 1e-12);
    }
    solve(matrix, step);
    struct fit tried = *fit;
    for (int i = 0; i < PARAMETERS; i++) {
        tried.parameters[i] -= step[i];
    }
    tried.cost = cost_of(points, tried.parameters);
    if (!(tried.cost < fit->cost)) {
        return false;
    }
    *fit = tried;
    return true;
}

/* Descends from a start; λ begins at its best for the start's σ and κ. */
static struct fit descend(const struct points *points, double sigma, double kappa)
{
    enum { MOST_STEPS = 200 };
    struct fit fit = {.parameters = {0, sqrt(sigma), sqrt(kappa)}};
    double off = 0;
    for (size_t i = 0; i < points->count; i++) {
        off += points->items[i].log_x - law(fit.parameters, points->items[i].k, NULL);
    }
    fit.parameters[LOG_LAMBDA] = off / (double)points->count;
    fit.cost = cost_of(points, fit.parameters);
    double damping = 1e-3;
    for (int i = 0; i < MOST_STEPS && damping < 1e12; i++) {
        double before = fit.cost;
        bool better = improve(points, damping, &fit);
        damping *= better ? 0.1 : 10;
        if (better && before - fit.cost < 1e-14 * (1 + before)) {
            break;
        }
    }
    return fit;
}

/* The best of several descents: where σ or κ is 0 its root has no slope, so none starts there. */
static struct fit fit_points(const struct points *points)
{
    static const double starts[][2] = {{0.01, 1e-4}, {0.3, 1e-5}, {0.9, 1e-3}, {0.05, 0.05}};
    struct fit best = {.cost = HUGE_VAL};
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        struct fit fit = descend(points, starts[i][0], starts[i][1]);
        best = fit.cost < best.cost ? fit : best;
    }
    return best;
}

/* κ whose part at the highest level is below a millionth is none: it only says where the descent stopped. */
static double kappa_of(const struct points *points, const struct fit *fit)
{
    double kappa = fit->parameters[ROOT_KAPPA] * fit->parameters[ROOT_KAPPA];
    double highest = points->items[points->count - 1].k;
    return kappa * highest * highest < 1e-6 ? 0 : kappa;
}

static double sigma_of(const struct fit *fit)
{
    return fit->parameters[ROOT_SIGMA] * fit->parameters[ROOT_SIGMA];
}

static int compare_levels(const void *left, const void *right)
{
    const struct scaling_level *a = *(const struct scaling_level *const *)left;
    const struct scaling_level *b = *(const struct scaling_level *const *)right;
    return (a->k > b->k) - (a->k < b->k);
}

/* The medians of log X by level, in the order of K, and their errors; levels that say too little are left out. */
static size_t level_estimates(const struct scaling_level *levels, size_t count, uint64_t seed, struct point *points,
                              struct estimate *estimates)
{
    const struct scaling_level **order = must_malloc((count + 1) * sizeof *order);
    for (size_t i = 0; i < count; i++) {
        order[i] = &levels[i];
    }
    qsort(order, count, sizeof *order, compare_levels);
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        const struct sample *rounds = &order[i]->rounds;
        double *logs = must_malloc((rounds->count + 1) * sizeof *logs);
        for (size_t j = 0; j < rounds->count; j++) {
            logs[j] = rounds->values[j] > 0 ? log(rounds->values[j]) : (double)NAN;
        }
        estimates[kept] = estimate_median(&(struct sample){logs, rounds->restarts, rounds->count}, seed + i);
        points[kept] = (struct point){.k = order[i]->k, .log_x = estimates[kept].median};
        kept += isnan(estimates[kept].error) ? 0 : 1;
        free(logs);
    }
    free(order);
    return kept;
}

static void bounds(double values[SCALING_RESAMPLES], double *low, double *high)
{
    median(values, SCALING_RESAMPLES); /* sorts */
    *low = quantile(values, SCALING_RESAMPLES, 0.025);
    *high = quantile(values, SCALING_RESAMPLES, 0.975);
}

static void fill_intervals(const struct points *points, const struct estimate *estimates, uint64_t seed,
                           struct concprobe_scaling *scaling)
{
    double lambdas[SCALING_RESAMPLES];
    double sigmas[SCALING_RESAMPLES];
    double kappas[SCALING_RESAMPLES];
    struct points drawn = {must_malloc(points->count * sizeof *drawn.items), points->count};
    struct random_source source;
    random_seed(&source, seed);
    for (int i = 0; i < SCALING_RESAMPLES; i++) {
        for (size_t j = 0; j < points->count; j++) {
            double t = student_quantile(random_unit(&source), estimates[j].freedom);
            drawn.items[j] = points->items[j];
            drawn.items[j].log_x += t * estimates[j].error;
        }
        struct fit fit = fit_points(&drawn);
        lambdas[i] = exp(fit.parameters[LOG_LAMBDA]);
        sigmas[i] = sigma_of(&fit);
        kappas[i] = kappa_of(&drawn, &fit);
    }
    free(drawn.items);
    bounds(lambdas, &scaling->lambda_low, &scaling->lambda_high);
    bounds(sigmas, &scaling->sigma_low, &scaling->sigma_high);
    bounds(kappas, &scaling->kappa_low, &scaling->kappa_high);
}

static void fill_fit(const struct points *points, struct concprobe_scaling *scaling)
{
    struct fit fit = fit_points(points);
    scaling->fitted = true;
    scaling->lambda = exp(fit.parameters[LOG_LAMBDA]);
    scaling->sigma = sigma_of(&fit);
    scaling->kappa = kappa_of(points, &fit);
    scaling->best_k = scaling->kappa > 0 ? fmax(1, sqrt(fmax(0, 1 - scaling->sigma) / scaling->kappa)) : HUGE_VAL;
    double miss = sqrt(fit.cost / (double)points->count);
    if (miss > 0.1) {
        snprintf(scaling->reason, sizeof scaling->reason,
                 "the law fits badly: it misses the measured throughput by %.0f %%", 100 * expm1(miss));
    }
}

void scaling_fit(const struct concprobe_model *model, const struct scaling_level *levels, size_t count, uint64_t seed,
                 struct concprobe_scaling *scaling)
{
    const double none = (double)NAN;
    *scaling = (struct concprobe_scaling){.model = model,
                                          .lambda = none,
                                          .lambda_low = none,
                                          .lambda_high = none,
                                          .sigma = none,
                                          .sigma_low = none,
                                          .sigma_high = none,
                                          .kappa = none,
                                          .kappa_low = none,
                                          .kappa_high = none,
                                          .best_k = none};
    struct points points = {must_malloc((count + 1) * sizeof *points.items), 0};
    struct estimate *estimates = must_malloc((count + 1) * sizeof *estimates);
    points.count = level_estimates(levels, count, seed, points.items, estimates);
    if (points.count >= SCALING_MIN_LEVELS) {
        fill_fit(&points, scaling);
        fill_intervals(&points, estimates, seed, scaling);
    } else {
        snprintf(scaling->reason, sizeof scaling->reason, "%zu levels of concurrency were measured; a fit needs %d",
                 points.count, SCALING_MIN_LEVELS);
    }
    free(points.items);
    free(estimates);
}
