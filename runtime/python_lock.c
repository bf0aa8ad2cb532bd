/* CPython's functions around its lock, for probes of extension code: compiled against Python.h but run without an
 * interpreter, it takes and gives up the emulated lock.
 *
 * Weak, and not only that: where a real one comes later in the order of libraries (libpython is loaded), it is called.
 * An interpreter that is loaded after this library by dlopen() is not seen.
 */
#include "runtime/big_lock.h"

#include <dlfcn.h>

/* As in Python.h, which must not be needed to build this. */
typedef struct python_thread_state PyThreadState;
enum gil_state { GIL_STATE_LOCKED, GIL_STATE_UNLOCKED };

#define NAMED_BY_PYTHON __attribute__((weak, visibility("default")))

PyThreadState *PyEval_SaveThread(void);
void PyEval_RestoreThread(PyThreadState *thread);
int PyGILState_Ensure(void);
void PyGILState_Release(int state);
int PyGILState_Check(void);

static struct {
    PyThreadState *(*save_thread)(void);
    void (*restore_thread)(PyThreadState *thread);
    int (*ensure)(void);
    void (*release)(int state);
    int (*check)(void);
} real;

__attribute__((constructor)) static void find_real(void)
{
    /* POSIX lets dlsym()'s result be a function; ISO C does not let it be cast, so it is stored through a pointer. */
    *(void **)&real.save_thread = dlsym(RTLD_NEXT, "PyEval_SaveThread");
    *(void **)&real.restore_thread = dlsym(RTLD_NEXT, "PyEval_RestoreThread");
    *(void **)&real.ensure = dlsym(RTLD_NEXT, "PyGILState_Ensure");
    *(void **)&real.release = dlsym(RTLD_NEXT, "PyGILState_Release");
    *(void **)&real.check = dlsym(RTLD_NEXT, "PyGILState_Check");
}

NAMED_BY_PYTHON PyThreadState *PyEval_SaveThread(void)
{
    if (real.save_thread != NULL) {
        return real.save_thread();
    }
    concprobe_lock_release();
    return (PyThreadState *)&real; /* not NULL, as callers check; never looked into */
}

NAMED_BY_PYTHON void PyEval_RestoreThread(PyThreadState *thread)
{
    if (real.restore_thread != NULL) {
        real.restore_thread(thread);
    } else {
        concprobe_lock_acquire();
    }
}

NAMED_BY_PYTHON int PyGILState_Ensure(void)
{
    if (real.ensure != NULL) {
        return real.ensure();
    }
    if (big_lock_is_held()) {
        return GIL_STATE_LOCKED;
    }
    big_lock_take();
    return GIL_STATE_UNLOCKED;
}

NAMED_BY_PYTHON void PyGILState_Release(int state)
{
    if (real.release != NULL) {
        real.release(state);
    } else if (state == GIL_STATE_UNLOCKED) {
        big_lock_leave();
    }
}

NAMED_BY_PYTHON int PyGILState_Check(void)
{
    return real.check != NULL ? real.check() : big_lock_is_held();
}
