/* The file of a record: made, mapped, grown. */
#include "runtime/recorder/recorder.h"

#include <fcntl.h>
#include <link.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define RECORD_MODE 0666u /* a process that becomes somebody else still opens it for its threads */

/* Straight system calls: the wrappers of call_wrappers.c must not see the recorder's own. */
static int open_file(const char *path, int flags)
{
    return (int)syscall(SYS_openat, AT_FDCWD, path, flags | O_RDWR | O_CLOEXEC, RECORD_MODE);
}

static void *map_part(int file, uint64_t offset, uint64_t size)
{
    if (syscall(SYS_ftruncate, file, offset + size) != 0)
        return NULL;
    long address = syscall(SYS_mmap, NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, offset);
    return address == -1 ? NULL : (void *)address; // NOLINT(performance-no-int-to-ptr)
}

/* A new file for this process; a number above 0 where the process had another one before an exec. */
static int open_new_file(void)
{
    const int most_execs = 10000;
    for (int i = 0; i < most_execs; i++) {
        snprintf(recorder.file, sizeof recorder.file, "%s/" RECORD_PREFIX "%ld.%d", recorder.directory,
                 syscall(SYS_getpid), i);
        int file = open_file(recorder.file, O_CREAT | O_EXCL);
        if (file >= 0) /* whatever the umask */
            syscall(SYS_fchmod, file, RECORD_MODE);
        if (file >= 0 || access(recorder.file, F_OK) != 0)
            return file;
    }
    return -1;
}

static void fill_header(struct record_header *header)
{
    memcpy(header->magic, RECORD_MAGIC, sizeof header->magic);
    header->process = (uint32_t)syscall(SYS_getpid);
    header->parent = (uint32_t)syscall(SYS_getppid);
    header->started = clock_ns(CLOCK_MONOTONIC);
    header->function_count = 1;
    long length = syscall(SYS_readlinkat, AT_FDCWD, "/proc/self/exe", header->executable, RECORD_PATH - 1);
    header->executable[length > 0 ? length : 0] = '\0';
}

/* What a forked child has in common with its parent. */
static void copy_header(struct record_header *header, const struct record_header *from)
{
    uint32_t count = from->function_count < RECORD_FUNCTIONS ? from->function_count : RECORD_FUNCTIONS;
    header->function_count = count;
    memcpy(header->functions, from->functions, count * sizeof *header->functions);
    header->module_count = from->module_count;
    memcpy(header->modules, from->modules, from->module_count * sizeof *header->modules);
    header->hook_ns = from->hook_ns;
    header->sample_ns = from->sample_ns;
    header->counted_hook_ns = from->counted_hook_ns;
}

bool record_create(void)
{
    const uint64_t size = RECORD_THREAD_OFFSET(0);
    int file = open_new_file();
    if (file < 0)
        return false;
    struct record_header *header = map_part(file, 0, size);
    syscall(SYS_close, file);
    if (!header)
        return false;
    fill_header(header);
    if (recorder.header) {
        copy_header(header, recorder.header);
        syscall(SYS_munmap, recorder.header, size);
    }
    recorder.header = header;
    if (!header->module_count)
        record_note_modules();
    return true;
}

struct record_thread *record_map_slot(void)
{
    /* Not kept open: programs close files that they do not know. */
    int file = open_file(recorder.file, 0);
    struct record_thread *slot = NULL;
    if (file >= 0) {
        slot = map_part(file, RECORD_THREAD_OFFSET(recorder.header->thread_count), RECORD_THREAD_SIZE);
        syscall(SYS_close, file);
    }
    if (slot)
        recorder.header->thread_count++;
    else
        recorder.header->lost_threads++;
    return slot;
}

void record_unmap_slot(struct record_thread *slot)
{
    syscall(SYS_munmap, slot, RECORD_THREAD_SIZE);
}

static struct record_module *find_module(uint64_t address)
{
    struct record_header *header = recorder.header;
    for (uint32_t i = 0; i < header->module_count; i++)
        if (address >= header->modules[i].low && address < header->modules[i].high)
            return &header->modules[i];
    return NULL;
}

bool record_knows_address(uint64_t address)
{
    return find_module(address) != NULL;
}

static int note_module(struct dl_phdr_info *info, size_t size, void *data)
{
    (void)size;
    (void)data;
    uint64_t low = UINT64_MAX, high = 0;
    for (unsigned i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &info->dlpi_phdr[i];
        if (part->p_type != PT_LOAD)
            continue;
        uint64_t begin = info->dlpi_addr + part->p_vaddr, end = begin + part->p_memsz;
        low = begin < low ? begin : low;
        high = end > high ? end : high;
    }
    struct record_header *header = recorder.header;
    if (low > high || find_module(low))
        return 0;
    if (header->module_count == RECORD_MODULES)
        return 1;
    struct record_module *module = &header->modules[header->module_count];
    module->low = low;
    module->high = high;
    module->bias = info->dlpi_addr;
    const char *name = info->dlpi_name && *info->dlpi_name ? info->dlpi_name : header->executable;
    snprintf(module->path, sizeof module->path, "%s", name);
    __atomic_store_n(&header->module_count, header->module_count + 1, __ATOMIC_RELEASE);
    return 0;
}

void record_note_modules(void)
{
    dl_iterate_phdr(note_module, NULL);
}
