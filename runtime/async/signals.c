/* Signals and an event loop: which waiting call one interrupts. */
#include "runtime/async/loop.h"

#include <signal.h>

/* Is every handler that is installed (those of SIGSYS and of faults are the runtime's) one that restarts calls? Which
 * signal it was the kernel does not tell; only where both kinds are installed this can be wrong. */
static bool all_restart(void)
{
    for (int number = 1; number < SIGRTMIN; number++) {
        struct sigaction action;
        bool ours = number == SIGSYS || number == SIGSEGV || number == SIGBUS;
        if (!ours && sigaction(number, NULL, &action) == 0 && action.sa_handler != SIG_DFL &&
            action.sa_handler != SIG_IGN && !(action.sa_flags & SA_RESTART)) {
            return false;
        }
    }
    return true;
}

/* As the kernel gives a signal to one thread, it ends one wait: the oldest that it can. */
void signals_interrupt(struct event_loop *loop)
{
    bool restart = all_restart();
    for (struct coroutine *waiting = loop->oldest; waiting != NULL; waiting = waiting->newer) {
        if (!(waiting->restartable && restart) && waiting->cause == WOKEN_BY_COMPLETION && !waiting->cancelled) {
            loop_end_wait(loop, waiting, WOKEN_BY_SIGNAL);
            return;
        }
    }
}
