/* System calls that io_uring has no form of: the coroutine's own parked thread makes them. It has the right thread
 * identifier (which priority-inheriting mutexes need), belongs to the same process, and exists already.
 */
#include "runtime/async/allowed_code.h"
#include "runtime/async/loop.h"

#include <linux/futex.h>
#include <sys/syscall.h>

/* Not FUTEX_PRIVATE_FLAG: since Linux 6.16 a process has few hash buckets of its own, and thousands of parked shells
 * in them would slow every futex of the process down. */
static long futex(const _Atomic uint32_t *word, int operation, uint32_t value)
{
    return allowed_call(SYS_futex, (long)(uintptr_t)word, operation, value, 0, 0, 0);
}

void helper_finished(struct coroutine *coroutine)
{
    struct event_loop *loop = coroutine->loop;
    struct coroutine *head = atomic_load_explicit(&loop->helped, memory_order_relaxed);
    do {
        coroutine->next = head;
    } while (!atomic_compare_exchange_weak_explicit(&loop->helped, &head, coroutine, memory_order_release,
                                                    memory_order_relaxed));
    uint64_t one = 1;
    allowed_call(SYS_write, loop->helped_event, (long)(uintptr_t)&one, sizeof one, 0, 0, 0);
}

/* In the shell, until it is told to end. Nothing here touches thread-local storage, which is the coroutine's now. */
void shell_serve(struct coroutine *coroutine)
{
    for (;;) {
        uint32_t order = atomic_load_explicit(&coroutine->order, memory_order_acquire);
        if (order == SHELL_END) {
            return;
        }
        if (order == SHELL_CALL) {
            const long *a = coroutine->arguments;
            coroutine->answer = allowed_call(coroutine->number, a[0], a[1], a[2], a[3], a[4], a[5]);
            atomic_store_explicit(&coroutine->order, SHELL_IDLE, memory_order_release);
            helper_finished(coroutine);
        } else {
            futex(&coroutine->order, FUTEX_WAIT, order);
        }
    }
}

void helper_collect(struct event_loop *loop)
{
    uint64_t count;
    loop->helped_armed = false;
    allowed_call(SYS_read, loop->helped_event, (long)(uintptr_t)&count, sizeof count, 0, 0, 0);
    struct coroutine *done = atomic_exchange_explicit(&loop->helped, NULL, memory_order_acquire);
    while (done != NULL) {
        struct coroutine *next = done->next;
        loop->helping--;
        loop_complete(loop, done, 0);
        done = next;
    }
}

long coroutine_help(struct coroutine *current, long number, const long arguments[6])
{
    current->number = number;
    for (unsigned i = 0; i < 6; i++) {
        current->arguments[i] = arguments[i];
    }
    current->loop->helping++;
    current->loop->counts.helped++;
    atomic_store_explicit(&current->order, SHELL_CALL, memory_order_release);
    futex(&current->order, FUTEX_WAKE, 1);
    enum wake_cause cause;
    coroutine_await(current, &(struct await){.outstanding = 1}, &cause);
    return current->answer;
}
