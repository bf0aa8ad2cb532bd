/* Instructions that Syscall User Dispatch lets through; see the header. */
#include "runtime/async/allowed_code.h"

#include "runtime/async/interception.h"

#include <stdbool.h>

#if defined(__x86_64__)

/* Each thunk is 16 bytes: `syscall` (2), `jmp *slot(%rip)` (6), padding. */
extern const char allowed_code_begin[], allowed_code_end[], allowed_thunks[];

__asm__(".pushsection concprobe_allowed, \"ax\", @progbits\n"
        ".balign 64\n"
        ".globl allowed_code_begin\n.hidden allowed_code_begin\n"
        "allowed_code_begin:\n"
        ".globl allowed_sigreturn\n.hidden allowed_sigreturn\n"
        ".type allowed_sigreturn, @function\n"
        "allowed_sigreturn:\n"
        "    mov $15, %eax\n" /* rt_sigreturn */
        "    syscall\n"
        ".size allowed_sigreturn, . - allowed_sigreturn\n"
        ".globl allowed_call\n.hidden allowed_call\n"
        ".type allowed_call, @function\n"
        "allowed_call:\n"
        "    .cfi_startproc\n"
        "    mov %rdi, %rax\n"
        "    mov %rsi, %rdi\n"
        "    mov %rdx, %rsi\n"
        "    mov %rcx, %rdx\n"
        "    mov %r8, %r10\n"
        "    mov %r9, %r8\n"
        "    mov 8(%rsp), %r9\n"
        "    syscall\n"
        "    ret\n"
        "    .cfi_endproc\n"
        ".size allowed_call, . - allowed_call\n"
        ".balign 16\n"
        ".globl allowed_thunks\n.hidden allowed_thunks\n"
        "allowed_thunks:\n"
        ".set slot, 0\n"
        ".rept 32\n" /* ALLOWED_THUNKS */
        "    syscall\n"
        "    jmp *allowed_slots + slot(%rip)\n"
        ".set slot, slot + 8\n"
        ".balign 16\n"
        ".endr\n"
        ".globl allowed_code_end\n.hidden allowed_code_end\n"
        "allowed_code_end:\n"
        ".popsection\n");

void *allowed_thunk(uintptr_t return_address)
{
    for (size_t i = 0; i < ALLOWED_THUNKS; i++) {
        uintptr_t taken = 0;
        if (__atomic_compare_exchange_n(&allowed_slots[i], &taken, return_address, false, __ATOMIC_RELAXED,
                                        __ATOMIC_RELAXED) ||
            taken == return_address) {
            return as_pointer((uintptr_t)(allowed_thunks + i * 16));
        }
    }
    return NULL;
}

const void *allowed_begin(void)
{
    return allowed_code_begin;
}

size_t allowed_size(void)
{
    return (size_t)(allowed_code_end - allowed_code_begin);
}

#else /* async is unavailable there; only pass-through needs system calls */

#include <errno.h>
#include <unistd.h>

long allowed_call(long number, long a, long b, long c, long d, long e, long f)
{
    long result = syscall(number, a, b, c, d, e, f);
    return result == -1 ? -errno : result;
}

void allowed_sigreturn(void)
{
}

void *allowed_thunk(uintptr_t return_address)
{
    (void)return_address;
    return NULL;
}

const void *allowed_begin(void)
{
    return NULL;
}

size_t allowed_size(void)
{
    return 0;
}

#endif
