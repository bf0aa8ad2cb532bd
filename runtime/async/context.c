/* Switching between stacks: what the System V ABI lets a callee change is given up, the rest is kept on the stack. */
#include "runtime/async/context.h"

#if defined(__x86_64__)

/* Layout of a resting stack, upwards: MXCSR and x87 control word, r15, r14, r13, r12, rbx, rbp, return address. */
void context_enter(void) __attribute__((visibility("hidden")));

__asm__(".text\n"
        ".balign 16\n"
        ".globl context_switch\n.hidden context_switch\n"
        ".type context_switch, @function\n"
        "context_switch:\n"
        "    .cfi_startproc\n"
        "    push %rbp\n"
        "    push %rbx\n"
        "    push %r12\n"
        "    push %r13\n"
        "    push %r14\n"
        "    push %r15\n"
        "    sub $8, %rsp\n"
        "    stmxcsr (%rsp)\n"
        "    fnstcw 4(%rsp)\n"
        "    mov %rsp, (%rdi)\n"
        "    mov %rsi, %rsp\n"
        "    wrfsbase %rdx\n"
        "    ldmxcsr (%rsp)\n"
        "    fldcw 4(%rsp)\n"
        "    add $8, %rsp\n"
        "    pop %r15\n"
        "    pop %r14\n"
        "    pop %r13\n"
        "    pop %r12\n"
        "    pop %rbx\n"
        "    pop %rbp\n"
        "    ret\n"
        "    .cfi_endproc\n"
        ".size context_switch, . - context_switch\n"
        ".globl context_enter\n.hidden context_enter\n"
        ".type context_enter, @function\n"
        "context_enter:\n" /* the outermost frame: unwinders stop here */
        "    .cfi_startproc\n"
        "    .cfi_undefined rip\n"
        "    mov %r12, %rdi\n"
        "    call *%r13\n"
        "    ud2\n"
        "    .cfi_endproc\n"
        ".size context_enter, . - context_enter\n");

void *context_make(void *top, void (*entry)(void *), void *argument)
{
    uint64_t *stack = (uint64_t *)((char *)top - (uintptr_t)top % 16);
    uint32_t mxcsr;
    uint16_t control;
    __asm__ volatile("stmxcsr %0\n\tfnstcw %1" : "=m"(mxcsr), "=m"(control));
    stack -= 2; /* so that the stack is aligned where context_enter calls */
    *--stack = (uint64_t)(uintptr_t)context_enter;
    *--stack = 0;                             /* rbp */
    *--stack = 0;                             /* rbx */
    *--stack = (uint64_t)(uintptr_t)argument; /* r12 */
    *--stack = (uint64_t)(uintptr_t)entry;    /* r13 */
    *--stack = 0;                             /* r14 */
    *--stack = 0;                             /* r15 */
    *--stack = (uint64_t)control << 32 | mxcsr;
    return stack;
}

uint64_t context_fs_base(void)
{
    uint64_t base;
    __asm__ volatile("rdfsbase %0" : "=r"(base));
    return base;
}

struct self_test {
    void *outside, *inside;
    uint64_t fs_base;
    unsigned visits;
    bool aligned;
};

static void visit(void *argument)
{
    struct self_test *test = argument;
    for (;;) {
        test->visits++;
        test->aligned = (uintptr_t)__builtin_frame_address(0) % 16 == 0;
        context_switch(&test->inside, test->outside, test->fs_base);
    }
}

bool context_self_test(void)
{
    _Alignas(16) unsigned char stack[8192];
    struct self_test test = {.fs_base = context_fs_base()};
    volatile double kept = 1.5;
    uint64_t marker = 0x0123456789abcdef;
    __asm__ volatile("" : "+r"(marker));
    test.inside = context_make(stack + sizeof stack, visit, &test);
    for (unsigned i = 0; i < 3; i++) {
        context_switch(&test.outside, test.inside, test.fs_base);
    }
    __asm__ volatile("" : "+r"(marker));
    return test.visits == 3 && test.aligned && kept == 1.5 && marker == 0x0123456789abcdef &&
           context_fs_base() == test.fs_base;
}

#else

void *context_make(void *top, void (*entry)(void *), void *argument)
{
    (void)entry;
    (void)argument;
    return top;
}

void context_switch(void **from, void *to, uint64_t fs_base)
{
    (void)to;
    (void)fs_base;
    *from = NULL;
}

uint64_t context_fs_base(void)
{
    return 0;
}

bool context_self_test(void)
{
    return false;
}

#endif
