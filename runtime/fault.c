/* Stack overflows are told apart from other faults. */
#include "runtime/fault.h"

#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <ucontext.h>
#include <unistd.h>

enum { ALTERNATE_BYTES = 32 * 1024, BELOW_BYTES = 64 * 1024, ABOVE_BYTES = 1024 * 1024 };

static uintptr_t stack_pointer(const ucontext_t *context)
{
#if defined(__x86_64__)
    return (uintptr_t)context->uc_mcontext.gregs[REG_RSP];
#elif defined(__aarch64__)
    return (uintptr_t)context->uc_mcontext.sp;
#else
    (void)context;
    return 0;
#endif
}

/* An address next to the stack pointer that cannot be touched lies in the guard below the stack. Then the process dies
 * of SIGSTKFLT; else it goes back, faults again, and dies of that. */
static void on_fault(int number, siginfo_t *info, void *context)
{
#ifdef SIGSTKFLT
    uintptr_t stack = stack_pointer(context);
    uintptr_t address = (uintptr_t)info->si_addr;
    if (stack && address + BELOW_BYTES >= stack && address < stack + ABOVE_BYTES) {
        signal(SIGSTKFLT, SIG_DFL);
        kill(getpid(), SIGSTKFLT);
    }
#endif
    signal(number, SIG_DFL); /* not earlier: another thread may overflow its stack at the same time */
}

void fault_handler_install(void)
{
    struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
    sigemptyset(&action.sa_mask);
    sigaction(SIGSEGV, &action, NULL);
    sigaction(SIGBUS, &action, NULL);
}

void *fault_thread_enter(void)
{
    stack_t now;
    if (sigaltstack(NULL, &now) || !(now.ss_flags & SS_DISABLE))
        return NULL;
    void *memory = malloc(ALTERNATE_BYTES);
    stack_t stack = {.ss_sp = memory, .ss_size = ALTERNATE_BYTES};
    if (memory && sigaltstack(&stack, NULL)) {
        free(memory);
        memory = NULL;
    }
    return memory;
}

void fault_thread_leave(void *stack)
{
    if (!stack)
        return;
    stack_t none = {.ss_flags = SS_DISABLE};
    sigaltstack(&none, NULL);
    free(stack);
}
