/* The contamination gauge: a reference spin, run delay and stolen time. */
#include "runtime/gauge.h"

#include "runtime/execution.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

/* Dependent multiplications of about four cycles each: 1 to 2 ms. They miss no cache and allocate nothing. */
enum { SPIN_STEPS = 1000000 };

#define SHORTEST_NS 5e7 /* below it the kernel's ticks of 10 ms say nothing */

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

static double run_delay(void)
{
    double running = 0;
    double delay = (double)NAN;
    FILE *file = fopen("/proc/thread-self/schedstat", "re");
    if (file != NULL) {
        if (fscanf(file, "%lf %lf", &running, &delay) != 2) {
            delay = (double)NAN;
        }
        fclose(file);
    }
    return delay;
}

/* What all CPUs together have done since the machine started, in ns. */
static void read_cpus(double *busy, double *steal)
{
    const double tick_ns = 1e9 / (double)sysconf(_SC_CLK_TCK);
    enum { USER, NICE, SYSTEM, IDLE, IOWAIT, IRQ, SOFTIRQ, STEAL, COUNT };
    double ticks[COUNT];
    int read = 0;
    FILE *file = fopen("/proc/stat", "re");
    if (file != NULL) {
        read = fscanf(file, "cpu %lf %lf %lf %lf %lf %lf %lf %lf", &ticks[USER], &ticks[NICE], &ticks[SYSTEM],
                      &ticks[IDLE], &ticks[IOWAIT], &ticks[IRQ], &ticks[SOFTIRQ], &ticks[STEAL]);
        fclose(file);
    }
    *busy = *steal = (double)NAN;
    if (read == COUNT) {
        *busy = (ticks[USER] + ticks[NICE] + ticks[SYSTEM] + ticks[IRQ] + ticks[SOFTIRQ]) * tick_ns;
        *steal = ticks[STEAL] * tick_ns;
    }
}

void gauge_begin(struct gauge *gauge)
{
    gauge->begin_ns = now_ns();
    gauge->begin_delay_ns = run_delay();
    read_cpus(&gauge->begin_busy, &gauge->begin_steal);
    gauge->spin_ns = spin();
}

static double all_cpus_ns(const struct gauge *gauge)
{
    return gauge->wall_ns * (double)sysconf(_SC_NPROCESSORS_ONLN);
}

void gauge_end(struct gauge *gauge)
{
    double busy = 0;
    double steal = 0;
    read_cpus(&busy, &steal);
    gauge->wall_ns = (double)(now_ns() - gauge->begin_ns);
    gauge->run_delay_ns = run_delay() - gauge->begin_delay_ns;
    bool told = gauge->wall_ns >= SHORTEST_NS;
    gauge->stolen = told ? fmin(1, (steal - gauge->begin_steal) / all_cpus_ns(gauge)) : (double)NAN;
    gauge->busy_ns = told ? busy - gauge->begin_busy : (double)NAN;
}

double gauge_others(const struct gauge *gauge, double own_ns)
{
    double others = (gauge->busy_ns - own_ns - gauge->spin_ns) / all_cpus_ns(gauge);
    return isnan(others) ? others : fmin(1, fmax(0, others));
}
