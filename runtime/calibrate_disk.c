/* A folder's file system: a file of 4 MiB that has lost its name, so that nothing stays whatever happens. */
#include "runtime/calibrate_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool fill(struct calibration_room *room)
{
    for (off_t at = 0; at < FILE_BYTES; at += ROOM_BYTES) {
        ssize_t done = pwrite(room->file, room->buffer, ROOM_BYTES, at);
        if (done == ROOM_BYTES)
            continue;
        if (done >= 0)
            errno = ENOSPC;
        return false;
    }
    return fsync(room->file) == 0;
}

bool open_disk(struct calibration_room *room)
{
    static const char name[] = "/.concadvise-calibrate-XXXXXX";
    struct place place = {room->options->disk, 0, 0};
    int length = snprintf(room->path, sizeof room->path, "%s%s", room->options->disk, name);
    if (length < 0 || (size_t)length >= sizeof room->path) {
        problems_add(room->problems, SEVERITY_ERROR, place, NULL, "the folder's name is too long");
        return false;
    }
    room->file = mkstemp(room->path);
    if (room->file < 0) {
        problems_add(room->problems, SEVERITY_ERROR, place, "name a folder that can be written with --disk",
                     "no file can be made there: %s", strerror(errno));
        return false;
    }
    room->direct = open(room->path, O_RDONLY | O_DIRECT | O_CLOEXEC);
    unlink(room->path);
    room->path[strlen(room->options->disk)] = '\0'; /* what stays is the folder */
    if (fill(room))
        return true;
    problems_add(room->problems, SEVERITY_ERROR, place, "make room for 4 MiB, or name another folder with --disk",
                 "a file there cannot be written: %s", strerror(errno));
    return false;
}

void close_disk(struct calibration_room *room)
{
    if (room->file >= 0)
        close(room->file);
    if (room->direct >= 0)
        close(room->direct);
    room->file = room->direct = -1;
}

static off_t random_block(struct calibration_room *room)
{
    room->random = room->random * 1664525u + 1013904223u;
    return (off_t)((room->random >> 8) % (FILE_BYTES / BLOCK_BYTES)) * BLOCK_BYTES;
}

static double cached_read(struct calibration_room *room)
{
    const int turns = 1000;
    double begin = cpu_now();
    for (int i = 0; i < turns; i++)
        if (pread(room->file, room->copy, BLOCK_BYTES, random_block(room)) != BLOCK_BYTES)
            return batch_failed(room, "pread");
    return (cpu_now() - begin) / turns;
}

static bool is_direct(const struct calibration_room *room, const char **reason)
{
    *reason = "the file system has no direct reads";
    return room->direct >= 0;
}

static double direct_read(struct calibration_room *room)
{
    const int turns = 10;
    double begin = wall_now();
    for (int i = 0; i < turns; i++)
        if (pread(room->direct, room->copy, BLOCK_BYTES, random_block(room)) != BLOCK_BYTES)
            return batch_failed(room, "a direct read");
    return (wall_now() - begin) / turns;
}

static double sync_block(struct calibration_room *room)
{
    const int turns = 2;
    double time = 0;
    for (int i = 0; i < turns; i++) {
        if (pwrite(room->file, room->buffer, BLOCK_BYTES, random_block(room)) != BLOCK_BYTES)
            return batch_failed(room, "pwrite");
        double begin = wall_now();
        if (fsync(room->file) != 0)
            return batch_failed(room, "fsync");
        time += wall_now() - begin;
    }
    return time / turns;
}

const struct measure disk_measures[] = {
    {"cached-io", "pread of 4 KiB from the page cache", cached_read, 1, NULL},
    {"disk-read-wait", "pread of 4 KiB past the page cache", direct_read, 1, is_direct},
    {"disk-sync", "fsync after a write of 4 KiB", sync_block, 1, NULL},
    {NULL, NULL, NULL, 0, NULL}};
