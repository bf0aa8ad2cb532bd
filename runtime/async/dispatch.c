/* The handler of Syscall User Dispatch; see the header. Everything it calls must be safe wherever a system call is. */
#include "runtime/async/dispatch.h"

#include "runtime/async/allowed_code.h"
#include "runtime/async/emulate.h"
#include "runtime/async/loop.h"
#include "runtime/async/wait_meter.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <ucontext.h>

#if defined(__x86_64__)

/* linux/prctl.h, since Linux 5.11 */
enum { SET_DISPATCH = 59, DISPATCH_OFF = 0, DISPATCH_ON = 1 };

enum { CODE_USER_DISPATCH = 2 }; /* si_code of SIGSYS; asm-generic/siginfo.h */

/* What the kernel's rt_sigaction takes; libc's has no way to name another restorer. */
struct kernel_action {
    void (*handler)(int, siginfo_t *, void *);
    unsigned long flags;
    void (*restorer)(void);
    uint64_t mask;
};
enum { KERNEL_RESTORER = 0x04000000 };

/* Signal masks: applied to the frame, from which the kernel restores the mask on return. SIGSYS stays deliverable, as
 * a blocked one would kill the process at its next system call. */
static long change_mask(ucontext_t *frame, const long *a)
{
    if (a[3] != (long)sizeof(uint64_t)) {
        return -EINVAL;
    }
    uint64_t mask;
    uint64_t change = 0;
    memcpy(&mask, &frame->uc_sigmask, sizeof mask);
    uint64_t before = mask;
    if (a[1] != 0) {
        memcpy(&change, as_pointer((uintptr_t)a[1]), sizeof change);
        switch (a[0]) {
        case SIG_BLOCK:
            mask |= change;
            break;
        case SIG_UNBLOCK:
            mask &= ~change;
            break;
        case SIG_SETMASK:
            mask = change;
            break;
        default:
            return -EINVAL;
        }
        mask &= ~(UINT64_C(1) << (SIGSYS - 1));
        memcpy(&frame->uc_sigmask, &mask, sizeof mask);
        struct coroutine *current = coroutine_current();
        if (current != NULL) {
            loop_mask_changed(current, mask);
        }
    }
    if (a[2] != 0) {
        memcpy(as_pointer((uintptr_t)a[2]), &before, sizeof before);
    }
    return 0;
}

/* A system call that must be made where its caller stands: `frame` is sent through a thunk that makes it. */
static bool send_through_thunk(ucontext_t *frame)
{
    greg_t *registers = frame->uc_mcontext.gregs;
    void *thunk = allowed_thunk((uintptr_t)registers[REG_RIP]);
    if (thunk == NULL) {
        return false;
    }
    if (registers[REG_RAX] == SYS_vfork) {
        registers[REG_RAX] = SYS_fork; /* the child must not run in this memory with a ring that is not its own */
    }
    registers[REG_RIP] = (greg_t)(uintptr_t)thunk;
    return true;
}

/* Does it wait until the child runs another program? */
static bool is_spawn(long number, const long *a)
{
    uint64_t flags = number == SYS_clone ? (uint64_t)a[0] : 0;
    if (number == SYS_clone3) {
        memcpy(&flags, as_pointer((uintptr_t)a[0]), sizeof flags); /* the first of its structure */
    }
    return (flags & CLONE_VFORK) != 0;
}

static long answer(long number, const long *a)
{
    struct coroutine *current = coroutine_current();
    if (current != NULL) {
        current->loop->counts.dispatched++;
        return emulate(current, number, a);
    }
    if (interception.meter != NULL) {
        return wait_meter_call(interception.meter, number, a);
    }
    return emulate_pass(number, a);
}

/* The kernel's thread is the loop's; glibc has taken the coroutine's own for ended. */
static void end_of_thread(void)
{
    static const char words[] = "a call ended its thread (pthread_exit), which was the event loop's\n";
    const struct kernel_action normal = {0};
    const uint64_t none = 0; /* glibc blocks all signals at the end of a thread */
    allowed_call(SYS_write, 2, (long)(uintptr_t)words, sizeof words - 1, 0, 0, 0);
    allowed_call(SYS_rt_sigaction, SIGABRT, (long)(uintptr_t)&normal, 0, sizeof(uint64_t), 0, 0);
    allowed_call(SYS_rt_sigprocmask, SIG_SETMASK, (long)(uintptr_t)&none, 0, sizeof none, 0, 0);
    allowed_call(SYS_kill, allowed_call(SYS_getpid, 0, 0, 0, 0, 0, 0), SIGABRT, 0, 0, 0, 0);
    allowed_call(SYS_exit_group, 127, 0, 0, 0, 0, 0);
}

/* System calls that concern the interrupted frame itself. */
static bool handle_in_frame(ucontext_t *frame, const long *a)
{
    greg_t *registers = frame->uc_mcontext.gregs;
    switch (registers[REG_RAX]) {
    case SYS_rt_sigreturn: /* of another signal's handler: its frame lies where the stack pointer says */
        registers[REG_RIP] = (greg_t)(uintptr_t)allowed_sigreturn;
        return true;
    case SYS_clone:
    case SYS_clone3:
    case SYS_fork:
    case SYS_vfork:
        if (interception.meter != NULL && is_spawn(registers[REG_RAX], a)) {
            wait_meter_spawn(interception.meter);
        }
        return send_through_thunk(frame);
    case SYS_rt_sigprocmask:
        registers[REG_RAX] = change_mask(frame, a);
        return true;
    case SYS_exit:
        if (coroutine_current() != NULL) {
            end_of_thread();
        }
        return false;
    case SYS_rt_sigaction:
        if (a[0] != SIGSYS) {
            return false;
        }
        registers[REG_RAX] = 0; /* the handler of SIGSYS stays this one */
        return true;
    default:
        return false;
    }
}

static void on_system_call(int number, siginfo_t *info, void *context)
{
    ucontext_t *frame = context;
    greg_t *registers = frame->uc_mcontext.gregs;
    int saved = errno;
    if (info->si_code != CODE_USER_DISPATCH) { /* some policy forbids the call: as without this handler */
        const struct kernel_action normal = {0};
        allowed_call(SYS_rt_sigaction, number, (long)(uintptr_t)&normal, 0, sizeof(uint64_t), 0, 0);
        allowed_call(SYS_tgkill, allowed_call(SYS_getpid, 0, 0, 0, 0, 0, 0), allowed_call(SYS_gettid, 0, 0, 0, 0, 0, 0),
                     number, 0, 0, 0);
        return;
    }
    const long arguments[6] = {registers[REG_RDI], registers[REG_RSI], registers[REG_RDX],
                               registers[REG_R10], registers[REG_R8],  registers[REG_R9]};
    if (interception.meter != NULL) {
        wait_meter_spawned(interception.meter);
    }
    if (!handle_in_frame(frame, arguments)) {
        registers[REG_RAX] = answer(registers[REG_RAX], arguments);
    }
    errno = saved;
}

static int switch_on(const volatile unsigned char *selector)
{
    const struct kernel_action action = {
        .handler = on_system_call, .flags = SA_SIGINFO | SA_NODEFER | KERNEL_RESTORER, .restorer = allowed_sigreturn};
    long code = allowed_call(SYS_rt_sigaction, SIGSYS, (long)(uintptr_t)&action, 0, sizeof(uint64_t), 0, 0);
    if (code == 0) {
        code = allowed_call(SYS_prctl, SET_DISPATCH, DISPATCH_ON, (long)(uintptr_t)allowed_begin(),
                            (long)allowed_size(), (long)(uintptr_t)selector, 0);
    }
    return (int)-code;
}

int dispatch_start(char *reason, size_t size)
{
    int code = switch_on(&interception_page->selector);
    if (code != 0) {
        snprintf(reason, size, "%s",
                 code == EINVAL || code == ENOSYS ? "the kernel has no Syscall User Dispatch (Linux 5.11 is needed)"
                                                  : "Syscall User Dispatch is forbidden here");
    }
    return code;
}

int dispatch_thread_start(void)
{
    int code = interception_start();
    interception.selector = SELECTOR_BLOCK;
    return code != 0 ? code : switch_on(&interception.selector);
}

void dispatch_lane_start(void)
{
    if (coroutine_current() == NULL) {
        dispatch_thread_start(); /* without it the interposed functions alone give the lock up */
    }
}

void dispatch_stop(void)
{
    allowed_call(SYS_prctl, SET_DISPATCH, DISPATCH_OFF, 0, 0, 0, 0);
}

#else

int dispatch_start(char *reason, size_t size)
{
    snprintf(reason, size, "Syscall User Dispatch is used on x86-64 alone");
    return ENOSYS;
}

int dispatch_thread_start(void)
{
    return ENOSYS;
}

void dispatch_lane_start(void)
{
}

void dispatch_stop(void)
{
}

#endif
