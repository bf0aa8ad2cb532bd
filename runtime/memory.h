/* What a process and its descendants take, read from /proc. */
#ifndef RUNTIME_MEMORY_H
#define RUNTIME_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { KERNEL_STACK_BYTES = 16 * 1024 }; /* of a thread: THREAD_SIZE of x86-64 and arm64; no file tells it */

/* PSS, kernel stacks and page tables of this process and all its descendants, in bytes: what is shared is counted once,
 * which a sum of RSS does not do. Shared memory (shmem) is left out: the library's own call records lie there. NaN
 * where /proc does not tell (Linux before 5.4). */
double memory_of_process_tree(void);

/* What counts against RLIMIT_DATA of this process; NaN where /proc does not tell. */
double memory_data_bytes(void);

/* Is the machine about to run out of memory? */
bool memory_is_short(void);

/* CPU time that a process and its living descendants have used, in seconds. */
double memory_tree_cpu_seconds(pid_t root);

/* How many descriptors this process has open; 0 where /proc does not tell. */
unsigned open_files(void);

/* The children of a process. Returns how many there are; the first `capacity` of them in `children`. */
size_t process_children(pid_t parent, pid_t *children, size_t capacity);

/* The number that a file begins with; −1 where there is none. */
double number_in_file(const char *path);

/* Half of the machine's memory, or what the probe declares: the limit for all processes of a model, in bytes. */
size_t memory_limit(size_t declared);

#endif
