/* Calls about files as a whole: open, close, sync, remove, lock. */
#if defined(__x86_64__)

#include "runtime/async/emulation.h"

#include <fcntl.h>
#include <sys/file.h>

long emulate_fsync(struct coroutine *current, long number, const long a[6])
{
    struct io_uring_sqe *operation = ring_operation(current);
    io_uring_prep_fsync(operation, (int)a[0], number == SYS_fdatasync ? IORING_FSYNC_DATASYNC : 0);
    return await_operation(current, operation, 0, 0);
}

long emulate_fallocate(struct coroutine *current, long number, const long a[6])
{
    (void)number;
    struct io_uring_sqe *operation = ring_operation(current);
    io_uring_prep_fallocate(operation, (int)a[0], (int)a[1], a[2], a[3]);
    return await_operation(current, operation, 0, 0);
}

static long open_at(struct coroutine *current, int folder, long path, long flags, long mode)
{
    struct io_uring_sqe *operation = ring_operation(current);
    io_uring_prep_openat(operation, folder, POINTER(path), (int)flags, (mode_t)mode);
    return await_operation(current, operation, 0, 0);
}

long emulate_open(struct coroutine *current, long number, const long a[6])
{
    (void)number;
    return open_at(current, AT_FDCWD, a[0], a[1], a[2]);
}

long emulate_openat(struct coroutine *current, long number, const long a[6])
{
    (void)number;
    return open_at(current, (int)a[0], a[1], a[2], a[3]);
}

long emulate_creat(struct coroutine *current, long number, const long a[6])
{
    (void)number;
    return open_at(current, AT_FDCWD, a[0], O_CREAT | O_WRONLY | O_TRUNC, a[1]);
}

/* The loop's own descriptors are not there for the code that it runs. */
static bool is_ours(const struct coroutine *current, long descriptor)
{
    return descriptor == current->loop->ring.ring_fd || descriptor == current->loop->helped_event;
}

long emulate_close(struct coroutine *current, long number, const long a[6])
{
    (void)number;
    if (is_ours(current, (int)a[0])) {
        return -EBADF;
    }
    struct io_uring_sqe *operation = ring_operation(current);
    io_uring_prep_close(operation, (int)a[0]);
    return await_operation(current, operation, 0, 0);
}

/* Around the loop's own descriptors. */
long emulate_close_range(struct coroutine *current, long number, const long a[6])
{
    unsigned first = (unsigned)a[0];
    unsigned last = (unsigned)a[1];
    unsigned low = (unsigned)current->loop->ring.ring_fd;
    unsigned high = (unsigned)current->loop->helped_event;
    if (low > high) {
        unsigned swap = low;
        low = high;
        high = swap;
    }
    if (first > last) {
        return -EINVAL;
    }
    const unsigned kept[] = {low, high};
    for (unsigned i = 0; i < 2; i++) {
        if (kept[i] < first || kept[i] > last) {
            continue;
        }
        if (kept[i] > first) {
            long code = allowed_call(number, first, kept[i] - 1, a[2], 0, 0, 0);
            if (code != 0) {
                return code;
            }
        }
        if (kept[i] == last) {
            return 0;
        }
        first = kept[i] + 1;
    }
    return allowed_call(number, first, last, a[2], 0, 0, 0);
}

long emulate_unlink(struct coroutine *current, long number, const long a[6])
{
    (void)number;
    struct io_uring_sqe *operation = ring_operation(current);
    io_uring_prep_unlinkat(operation, AT_FDCWD, POINTER(a[0]), 0);
    return await_operation(current, operation, 0, 0);
}

long emulate_unlinkat(struct coroutine *current, long number, const long a[6])
{
    (void)number;
    struct io_uring_sqe *operation = ring_operation(current);
    io_uring_prep_unlinkat(operation, (int)a[0], POINTER(a[1]), (int)a[2]);
    return await_operation(current, operation, 0, 0);
}

long emulate_rename(struct coroutine *current, long number, const long a[6])
{
    (void)number;
    struct io_uring_sqe *operation = ring_operation(current);
    io_uring_prep_renameat(operation, AT_FDCWD, POINTER(a[0]), AT_FDCWD, POINTER(a[1]), 0);
    return await_operation(current, operation, 0, 0);
}

long emulate_renameat(struct coroutine *current, long number, const long a[6])
{
    unsigned flags = number == SYS_renameat2 ? (unsigned)a[4] : 0;
    struct io_uring_sqe *operation = ring_operation(current);
    io_uring_prep_renameat(operation, (int)a[0], POINTER(a[1]), (int)a[2], POINTER(a[3]), flags);
    return await_operation(current, operation, 0, 0);
}

/* Locks of files: only where another has it, the shell waits for it. */
long emulate_fcntl(struct coroutine *current, long number, const long a[6])
{
    if (a[1] != F_SETLKW && a[1] != F_OFD_SETLKW) {
        return emulate_direct(number, a);
    }
    long at_once = allowed_call(number, a[0], a[1] == F_SETLKW ? F_SETLK : F_OFD_SETLK, a[2], 0, 0, 0);
    return at_once == -EAGAIN || at_once == -EACCES ? coroutine_help(current, number, a) : at_once;
}

long emulate_flock(struct coroutine *current, long number, const long a[6])
{
    long at_once = allowed_call(number, a[0], a[1] | LOCK_NB, 0, 0, 0, 0);
    return at_once == -EWOULDBLOCK && !(a[1] & LOCK_NB) ? coroutine_help(current, number, a) : at_once;
}

#else

typedef int nothing_here; /* ISO C has no empty translation unit */

#endif
