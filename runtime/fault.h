/* Stack overflows are told apart from other faults: a process that ran into a guard page dies of SIGSTKFLT, which
 * nothing else sends. Without an architecture's or the kernel's help it dies of SIGSEGV as ever. */
#ifndef RUNTIME_FAULT_H
#define RUNTIME_FAULT_H

/* For this process and its children. */
void fault_handler_install(void);

/* Gives this thread an alternate stack, which the handler needs. Returns what fault_thread_leave() takes; NULL where
 * there is one already or memory is out. */
void *fault_thread_enter(void);
void fault_thread_leave(void *stack);

#endif
