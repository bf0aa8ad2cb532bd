/* child-pipe: a child process that answers through a pipe, for each call. */
#include "runtime/concprobe.h"

#include <errno.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* What the child does: answers once. It does not wait for its input to end, as the children of other threads may hold
 * the other end. Only what is allowed after fork in a program with threads. */
static _Noreturn void answer(int from, int to)
{
    unsigned char byte = 0;
    const struct timespec work = {.tv_nsec = 3000000};
    if (read(from, &byte, 1) != 1)
        _exit(1);
    nanosleep(&work, NULL);
    byte ^= 0xFF;
    _exit(write(to, &byte, 1) == 1 ? 0 : 1);
}

/* Sends a byte and reads the answer; closes both ends. */
static int ask(int to, int from, unsigned char *byte)
{
    int failed = write(to, byte, 1) == 1 ? 0 : errno;
    close(to);
    if (!failed && read(from, byte, 1) != 1)
        failed = EPIPE;
    close(from);
    return failed;
}

static int child_call(struct concprobe_call *call)
{
    int request[2], reply[2];
    unsigned char byte = (unsigned char)(call->number & 0xFF);
    if (pipe(request) != 0)
        return errno;
    if (pipe(reply) != 0) {
        int reason = errno;
        close(request[0]);
        close(request[1]);
        return reason;
    }
    pid_t child = fork();
    if (child == 0) {
        close(request[1]);
        close(reply[0]);
        answer(request[0], reply[1]);
    }
    close(request[0]);
    close(reply[1]);
    if (child < 0) {
        close(request[1]);
        close(reply[0]);
        return EAGAIN;
    }
    int failed = ask(request[1], reply[0], &byte), status = 0;
    if (waitpid(child, &status, 0) != child)
        return errno;
    if (failed || status != 0)
        return failed ? failed : ECHILD;
    return concprobe_result(call, &byte, sizeof byte);
}

const struct concprobe_probe probe_child_pipe = {
    .abi = CONCPROBE_ABI,
    .name = "child-pipe",
    .summary = "starts a child, asks it through a pipe, and waits for its end; the child takes 3 ms",
    .stands_for = "popen, CGI, filters, helper programs",
    .call = child_call,
};
