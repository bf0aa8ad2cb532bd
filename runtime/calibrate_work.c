/* Work in memory, by the C library. */
#include "runtime/calibrate_internal.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Keeps the compiler from leaving work out whose result nobody looks at. */
static inline void used(const void *memory)
{
    __asm__ volatile("" : : "r"(memory) : "memory");
}

static double copy_bytes(struct calibration_room *room)
{
    const int turns = 2000;
    double begin = cpu_now();
    for (int i = 0; i < turns; i++) {
        memcpy(room->copy, room->buffer, BLOCK_BYTES);
        used(room->copy);
    }
    return (cpu_now() - begin) / turns / (double)BLOCK_BYTES;
}

static double scan_bytes(struct calibration_room *room)
{
    const int turns = 2000;
    double begin = cpu_now();
    for (int i = 0; i < turns; i++) {
        used(room->buffer);
        used(memchr(room->buffer, 1, BLOCK_BYTES));
    }
    return (cpu_now() - begin) / turns / (double)BLOCK_BYTES;
}

static double allocate(struct calibration_room *room)
{
    const int turns = 20000;
    (void)room;
    double begin = cpu_now();
    for (int i = 0; i < turns; i++) {
        void *memory = malloc(64);
        used(memory);
        free(memory);
    }
    return (cpu_now() - begin) / turns / 2;
}

static double format(struct calibration_room *room)
{
    const int turns = 3000;
    double begin = cpu_now();
    for (int i = 0; i < turns; i++) {
        snprintf(room->copy, ROOM_BYTES, "%s has %d", "some text", i);
        used(room->copy);
    }
    return (cpu_now() - begin) / turns;
}

static double parse_number(struct calibration_room *room)
{
    const int turns = 20000;
    const char *digits = "123456";
    (void)room;
    double begin = cpu_now();
    for (int i = 0; i < turns; i++) {
        used(digits);
        long number = strtol(digits, NULL, 10);
        used(&number);
    }
    return (cpu_now() - begin) / turns;
}

static double lock(struct calibration_room *room)
{
    const int turns = 20000;
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    (void)room;
    double begin = cpu_now();
    for (int i = 0; i < turns; i++) {
        pthread_mutex_lock(&mutex);
        used(&mutex);
        pthread_mutex_unlock(&mutex);
    }
    return (cpu_now() - begin) / turns / 2;
}

const struct measure work_measures[] = {{"copy-byte", "a byte of a memcpy of 4 KiB, cached", copy_bytes, 1, NULL},
                                        {"scan-byte", "a byte of a memchr of 4 KiB, cached", scan_bytes, 1, NULL},
                                        {"allocate", "malloc or free of 64 bytes: half of both", allocate, 1, NULL},
                                        {"format", "snprintf of a string and a number", format, 1, NULL},
                                        {"parse-number", "strtol of six digits", parse_number, 1, NULL},
                                        {"atomic", "lock or unlock of a free mutex: half of both", lock, 1, NULL},
                                        {NULL, NULL, NULL, 0, NULL}};
