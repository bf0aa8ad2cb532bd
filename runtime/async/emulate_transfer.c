/* read, write and their kin, on descriptors of every kind. */
#if defined(__x86_64__)

#include "runtime/async/emulation.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>

enum { WINDOW = 16 };             /* vectors handed to the ring at once */
enum { MOST_BYTES = 0x7ffff000 }; /* of one call, as the kernel limits it */
static const int64_t here = -1;   /* the descriptor's own position */

struct transfer {
    struct coroutine *current;
    int descriptor;
    bool writes;
    int64_t offset; /* or `here` */
    const struct iovec *vectors;
    size_t count;
    size_t total, done; /* bytes */
};

/* The call itself, told not to wait. */
static long try_now(const struct transfer *transfer, const struct iovec *vectors, size_t count)
{
    int64_t offset = transfer->offset == here ? here : transfer->offset + (int64_t)transfer->done;
    return allowed_call(transfer->writes ? SYS_pwritev2 : SYS_preadv2, transfer->descriptor, ARGUMENT(vectors),
                        (long)count, offset, 0, RWF_NOWAIT);
}

/* What is still to do, up to WINDOW vectors. */
static size_t rest(const struct transfer *transfer, struct iovec *window)
{
    size_t skip = transfer->done;
    size_t count = 0;
    size_t room = MOST_BYTES;
    for (size_t i = 0; i < transfer->count && count < WINDOW && room > 0; i++) {
        if (skip >= transfer->vectors[i].iov_len) {
            skip -= transfer->vectors[i].iov_len;
            continue;
        }
        size_t length = transfer->vectors[i].iov_len - skip;
        length = length < room ? length : room;
        window[count++] = (struct iovec){(char *)transfer->vectors[i].iov_base + skip, length};
        room -= length;
        skip = 0;
    }
    return count;
}

static long ring_transfer(const struct transfer *transfer, const struct iovec *window, size_t count, uint64_t deadline)
{
    uint64_t offset = transfer->offset == here ? UINT64_MAX : (uint64_t)transfer->offset + transfer->done;
    struct io_uring_sqe *operation = ring_operation(transfer->current);
    if (transfer->writes) {
        io_uring_prep_writev(operation, transfer->descriptor, window, (unsigned)count, offset);
    } else if (count == 1) {
        io_uring_prep_read(operation, transfer->descriptor, window->iov_base, (unsigned)window->iov_len, offset);
    } else {
        io_uring_prep_readv(operation, transfer->descriptor, window, (unsigned)count, offset);
    }
    return await_operation(transfer->current, operation, deadline, -EAGAIN);
}

/* Writing to pipes and sockets: waits until there is room and tries again, which raises SIGPIPE where it should. */
static long wait_and_write(const struct transfer *transfer, const struct iovec *window, size_t count, uint64_t deadline)
{
    for (;;) {
        long ready = await_ready(transfer->current, transfer->descriptor, POLLOUT, deadline, deadline == 0);
        if (ready <= 0) {
            return ready == 0 ? -EAGAIN : ready;
        }
        long result = try_now(transfer, window, count);
        if (result != -EAGAIN) {
            return result;
        }
    }
}

/* Files, to which O_NONBLOCK does not apply, and which give all that was asked for but at their end. */
static bool is_file(int descriptor)
{
    struct stat status;
    return allowed_call(SYS_fstat, descriptor, ARGUMENT(&status), 0, 0, 0, 0) == 0 &&
           (S_ISREG(status.st_mode) || S_ISBLK(status.st_mode) || S_ISDIR(status.st_mode));
}

/* After the first attempt, which did `transfer->done` bytes and can wait: the rest. */
static long transfer_rest(struct transfer *transfer, bool can_try, bool file)
{
    int option = transfer->writes ? SO_SNDTIMEO : SO_RCVTIMEO;
    uint64_t deadline = file ? 0 : socket_deadline(transfer->descriptor, option);
    while (transfer->done < transfer->total) {
        struct iovec window[WINDOW];
        size_t count = rest(transfer, window);
        long result = transfer->writes && can_try && !file ? wait_and_write(transfer, window, count, deadline)
                                                           : ring_transfer(transfer, window, count, deadline);
        if (result <= 0) {
            return transfer->done > 0 ? (long)transfer->done : result;
        }
        transfer->done += (size_t)result;
        if (!transfer->writes && !file) {
            break; /* pipes, sockets and terminals give what there is */
        }
    }
    return (long)transfer->done;
}

static long transfer(struct transfer *transfer, long number, const long *a)
{
    for (size_t i = 0; i < transfer->count; i++) {
        transfer->total += transfer->vectors[i].iov_len;
    }
    transfer->total = transfer->total < MOST_BYTES ? transfer->total : MOST_BYTES;
    long result =
        transfer->total == 0 ? emulate_direct(number, a) : try_now(transfer, transfer->vectors, transfer->count);
    bool refused = result == -EAGAIN || result == -EOPNOTSUPP;
    if (!refused && (result <= 0 || (size_t)result == transfer->total)) {
        return answered(transfer->current, result);
    }
    bool file = is_file(transfer->descriptor);
    bool nonblocking = is_nonblocking(transfer->descriptor);
    if (nonblocking && file && refused) {
        return coroutine_help(transfer->current, number, a); /* the ring would take O_NONBLOCK at its word */
    }
    if (nonblocking && result == -EOPNOTSUPP) {
        return emulate_direct(number, a); /* does not wait */
    }
    bool enough = result > 0 && !transfer->writes && !file;
    if (enough || (nonblocking && !file)) {
        return answered(transfer->current, result);
    }
    transfer->done = result > 0 ? (size_t)result : 0;
    return transfer_rest(transfer, result != -EOPNOTSUPP, file);
}

/* What the eight calls differ in. */
struct form {
    bool writes;
    bool vectors;    /* and their count, in place of a buffer and its size */
    bool positioned; /* by a fourth argument */
};

static struct form form_of(long number)
{
    switch (number) {
    case SYS_write:
        return (struct form){.writes = true};
    case SYS_pread64:
        return (struct form){.positioned = true};
    case SYS_pwrite64:
        return (struct form){.writes = true, .positioned = true};
    case SYS_readv:
        return (struct form){.vectors = true};
    case SYS_writev:
        return (struct form){.writes = true, .vectors = true};
    case SYS_preadv:
        return (struct form){.vectors = true, .positioned = true};
    case SYS_pwritev:
        return (struct form){.writes = true, .vectors = true, .positioned = true};
    default: /* read */
        return (struct form){0};
    }
}

long emulate_transfer(struct coroutine *current, long number, const long a[6])
{
    const struct form form = form_of(number);
    if (form.positioned && a[3] < 0) {
        return -EINVAL;
    }
    if (form.vectors && (a[2] < 0 || a[2] > IOV_MAX)) {
        return emulate_direct(number, a); /* wrong arguments */
    }
    const struct iovec buffer = {POINTER(a[1]), (size_t)a[2]};
    return transfer(&(struct transfer){.current = current,
                                       .descriptor = (int)a[0],
                                       .writes = form.writes,
                                       .offset = form.positioned ? a[3] : here,
                                       .vectors = form.vectors ? POINTER(a[1]) : &buffer,
                                       .count = form.vectors ? (size_t)a[2] : 1},
                    number, a);
}

#else

typedef int nothing_here; /* ISO C has no empty translation unit */

#endif
