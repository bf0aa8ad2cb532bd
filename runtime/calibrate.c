/* Calibration: batches in turn, their medians, and how quiet the machine was. */
#include "runtime/calibrate_internal.h"

#include "base/arena.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { USUAL_BATCHES = 25, WARM_UP = 2 };

/* Beyond these a second run may well differ by 20 %: found by runs beside a load on every processor. */
static const double most_stolen = 0.02, most_delayed = 0.05, most_noisy = 0.25, noisy_spread = 0.15;

static double clock_now(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

double cpu_now(void)
{
    return clock_now(CLOCK_THREAD_CPUTIME_ID);
}

double wall_now(void)
{
    return clock_now(CLOCK_MONOTONIC);
}

double batch_failed(struct calibration_room *room, const char *what)
{
    problems_add(room->problems, SEVERITY_ERROR, (struct place){0}, NULL, "cannot measure: %s: %s", what,
                 strerror(errno));
    return -1;
}

/* ---- how quiet it is ---- */

struct quietness {
    double stolen, all; /* of all processors, in ticks */
    double waited;      /* of this thread, ns */
    double wall;
};

/* /proc/stat, first line: user nice system idle iowait irq softirq steal … (proc(5)). */
static void read_stolen(struct quietness *now)
{
    FILE *file = fopen("/proc/stat", "r");
    double ticks[8] = {0};
    char word[8];
    if (!file)
        return;
    if (fscanf(file, "%7s", word) == 1)
        for (int i = 0; i < 8 && fscanf(file, "%lf", &ticks[i]) == 1; i++)
            now->all += ticks[i];
    now->stolen = ticks[7];
    fclose(file);
}

/* /proc/thread-self/schedstat: ns run, ns ready but not running, turns. */
static void read_waited(struct quietness *now)
{
    FILE *file = fopen("/proc/thread-self/schedstat", "r");
    double run = 0, waited = 0;
    if (!file)
        return;
    if (fscanf(file, "%lf %lf", &run, &waited) == 2)
        now->waited = waited;
    fclose(file);
}

static struct quietness look_around(void)
{
    struct quietness now = {.wall = wall_now()};
    read_stolen(&now);
    read_waited(&now);
    return now;
}

static void judge(struct calibration *calibration, const struct quietness *before)
{
    struct quietness after = look_around();
    unsigned noisy = 0, measured = 0;
    if (after.all > before->all)
        calibration->stolen = (after.stolen - before->stolen) / (after.all - before->all);
    calibration->delayed = (after.waited - before->waited) / (after.wall - before->wall);
    for (unsigned i = 0; i < calibration->count; i++) {
        measured += calibration->rows[i].reason == NULL;
        noisy += calibration->rows[i].reason == NULL && calibration->rows[i].spread > noisy_spread;
    }
    calibration->noisy = measured ? (double)noisy / measured : 0;
    calibration->quiet =
        calibration->stolen <= most_stolen && calibration->delayed <= most_delayed && calibration->noisy <= most_noisy;
}

/* ---- batches ---- */

struct series {
    const struct measure *measure;
    double *times;
    unsigned count;
};

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double quantile(const double *sorted, unsigned count, double at)
{
    double position = at * (count - 1);
    unsigned low = (unsigned)position;
    unsigned high = low + 1 < count ? low + 1 : low;
    return sorted[low] + (position - low) * (sorted[high] - sorted[low]);
}

static void summarise(struct series *series, struct calibrated *row)
{
    qsort(series->times, series->count, sizeof *series->times, by_value);
    row->batches = series->count;
    row->ns = quantile(series->times, series->count, 0.5);
    double quartiles = quantile(series->times, series->count, 0.75) - quantile(series->times, series->count, 0.25);
    row->spread = row->ns > 0 ? quartiles / 2 / row->ns : 0;
}

/* All measures once; the times of the first turns, with cold caches, are dropped. */
static bool run_turn(struct calibration_room *room, struct series *series, unsigned count, unsigned turn)
{
    for (unsigned i = 0; i < count; i++) {
        if (!series[i].times || turn % series[i].measure->every)
            continue;
        double time = series[i].measure->batch(room);
        if (time < 0)
            return false;
        if (turn >= WARM_UP)
            series[i].times[series[i].count++] = time;
    }
    return true;
}

static unsigned list_measures(const struct calibration_room *room, unsigned batches, struct series *series,
                              struct calibration *calibration)
{
    const struct measure *const tables[] = {work_measures, kernel_measures, disk_measures, net_measures};
    unsigned count = 0;
    for (size_t table = 0; table < sizeof tables / sizeof tables[0]; table++) {
        for (const struct measure *measure = tables[table]; measure->batch && count < MOST_CALIBRATED; measure++) {
            struct calibrated *row = &calibration->rows[count];
            const char *reason = NULL;
            *row = (struct calibrated){.quantity = measure->quantity, .what = measure->what};
            bool possible = !measure->possible || measure->possible(room, &reason);
            row->reason = possible ? NULL : reason;
            series[count++] = (struct series){measure, possible ? must_malloc(batches * sizeof(double)) : NULL, 0};
        }
    }
    return calibration->count = count;
}

static bool run_all(struct calibration_room *room, struct calibration *calibration)
{
    struct series series[MOST_CALIBRATED];
    unsigned batches = room->options->batches ? room->options->batches : USUAL_BATCHES;
    unsigned count = list_measures(room, batches, series, calibration);
    struct quietness before = look_around();
    bool good = true;
    for (unsigned turn = 0; good && turn < batches + WARM_UP; turn++)
        good = run_turn(room, series, count, turn);
    for (unsigned i = 0; i < count; i++) {
        if (good && series[i].count)
            summarise(&series[i], &calibration->rows[i]);
        free(series[i].times);
    }
    judge(calibration, &before);
    return good;
}

bool calibrate(const struct calibration_options *options, struct calibration *calibration, struct problems *problems)
{
    struct calibration_room room = {
        .options = options, .problems = problems, .file = -1, .direct = -1, .near = -1, .far = -1, .random = 1};
    bool good = false;
    *calibration = (struct calibration){.count = 0};
    room.buffer = aligned_alloc(BLOCK_BYTES, ROOM_BYTES); /* as direct reads want it */
    room.copy = aligned_alloc(BLOCK_BYTES, ROOM_BYTES);
    if (!room.buffer || !room.copy)
        die_out_of_memory(ROOM_BYTES);
    memset(room.buffer, 0, ROOM_BYTES);
    if (open_disk(&room) && open_net(&room))
        good = run_all(&room, calibration);
    close_net(&room);
    close_disk(&room);
    free(room.buffer);
    free(room.copy);
    return good;
}
