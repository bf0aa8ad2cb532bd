/* Inside calibration.
 *
 * calibrate.c         batches, medians, and how quiet the machine was
 * calibrate_work.c    work in memory, by the C library
 * calibrate_kernel.c  system calls, threads, processes
 * calibrate_disk.c    a folder's file system
 * calibrate_net.c     sockets of this machine, and an HTTP server
 */
#ifndef RUNTIME_CALIBRATE_INTERNAL_H
#define RUNTIME_CALIBRATE_INTERNAL_H

#include "runtime/calibrate.h"

#include <stdint.h>
#include <sys/socket.h>

/* What the measures work with; opened once, before the first batch. */
struct calibration_room {
    const struct calibration_options *options;
    struct problems *problems;
    char *buffer; /* ROOM_BYTES, as its copy */
    char *copy;
    char path[4096];                 /* of the folder */
    int file;                        /* in the folder, with a name no more: FILE_BYTES */
    int direct;                      /* the same, without the page cache; -1: the file system does not do that */
    int near, far;                   /* a TCP connection of this machine with itself */
    int echo_in, echo_out;           /* ends of pipes: of the thread that sends back each byte it gets */
    struct sockaddr_storage address; /* of the host */
    socklen_t address_length;
    uint32_t random;
};

enum { ROOM_BYTES = 1 << 14, FILE_BYTES = 4 << 20, BLOCK_BYTES = 4096 };

/* One batch: the ns of one operation (or of one byte); below 0 with a problem if it cannot go on. */
typedef double batch_function(struct calibration_room *room);

struct measure {
    const char *quantity; /* as in struct calibrated */
    const char *what;
    batch_function *batch;
    unsigned every; /* only every so manieth batch is run: of what takes long */
    bool (*possible)(const struct calibration_room *room, const char **reason); /* NULL: always */
};

extern const struct measure work_measures[], kernel_measures[], disk_measures[], net_measures[]; /* end with NULLs */

/* Open what the measures need; false with a problem. The close functions may be called in every case. */
bool open_disk(struct calibration_room *room);
void close_disk(struct calibration_room *room);
bool open_net(struct calibration_room *room);
void close_net(struct calibration_room *room);

/* ns since some moment: of this thread's CPU time, and of the clock on the wall. */
double cpu_now(void);
double wall_now(void);

/* A problem with the reason in errno; returns -1, as a batch that failed. */
double batch_failed(struct calibration_room *room, const char *what);

#endif
