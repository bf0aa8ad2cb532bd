/* The contamination gauge: a reference spin, run delay and stolen time. */
#include "runtime/gauge.h"

#include <math.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

/* Dependent multiplications of about four cycles each: 1 to 2 ms. They miss no cache and allocate nothing. */
enum { SPIN_STEPS = 1000000 };

static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000U + (uint64_t)now.tv_nsec;
}

static double spin(void)
{
    uint64_t start = now_ns();
    uint64_t x = start | 1;
    for (int i = 0; i < SPIN_STEPS; i++) {
        x = x * 6364136223846793005U + 1442695040888963407U;
        __asm__ volatile("" : "+r"(x)); /* each step is done, none is folded into the next */
    }
    return (double)(now_ns() - start);
}

/* The number at `place` (from 0) of a file's first line; NaN where it cannot be read. */
static double read_number(const char *path, int place)
{
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return (double)NAN;
    }
    double number = (double)NAN;
    int words = fscanf(file, "cpu") == EOF ? -1 : 0; /* the name that begins /proc/stat, if there */
    for (int i = 0; i <= place && words >= 0; i++) {
        unsigned long long value = 0;
        if (fscanf(file, "%llu", &value) != 1) {
            number = (double)NAN;
            break;
        }
        number = (double)value;
    }
    fclose(file);
    return number;
}

static double run_delay(void)
{
    return read_number("/proc/thread-self/schedstat", 1);
}

static double steal_ticks(void)
{
    return read_number("/proc/stat", 7);
}

void gauge_begin(struct gauge *gauge)
{
    gauge->begin_ns = now_ns();
    gauge->begin_delay_ns = run_delay();
    gauge->begin_steal_ticks = steal_ticks();
    gauge->spin_ns = spin();
}

void gauge_end(struct gauge *gauge)
{
    const double tick_ns = 1e9 / (double)sysconf(_SC_CLK_TCK);
    double wall = (double)(now_ns() - gauge->begin_ns);
    double stolen = (steal_ticks() - gauge->begin_steal_ticks) * tick_ns;
    gauge->run_delay_ns = run_delay() - gauge->begin_delay_ns;
    gauge->stolen = wall < 1e7 ? (double)NAN : fmin(1, stolen / (wall * (double)sysconf(_SC_NPROCESSORS_ONLN)));
}
