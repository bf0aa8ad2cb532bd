/* The mutable globals of interception; see the header. */
#include "runtime/async/interception.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

_Thread_local struct interception interception;
struct interception_page *interception_page;
uintptr_t allowed_slots[ALLOWED_THUNKS];
next_function *interception_next[HOOK_COUNT];

int interception_start(void)
{
    if (interception_page == NULL) {
        size_t size = (size_t)sysconf(_SC_PAGESIZE);
        void *page = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (page == MAP_FAILED) {
            return errno;
        }
        if (madvise(page, size, MADV_WIPEONFORK) != 0) {
            int code = errno;
            munmap(page, size);
            return code;
        }
        interception_page = page;
    }
    interception_page->alive = 1;
    return 0;
}
