/* Makes a bundle. */
#include "probes/bundle/bundle.h"

#include <elf.h>
#include <errno.h>
#include <link.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

struct packing {
    FILE *output;
    const char *name; /* of the output */
    uint64_t offset;
    size_t count;
    struct bundle_entry entries[BUNDLE_MOST_FILES];
};

static const char *base_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static int put(struct packing *packing, const void *bytes, size_t size)
{
    packing->offset += size;
    if (fwrite(bytes, 1, size, packing->output) == size)
        return 0;
    return bundle_fail("cannot write %s: %s", packing->name, strerror(errno));
}

static int add_bytes(struct packing *packing, struct bundle_entry *entry, const unsigned char *bytes, size_t size)
{
    uLongf packed_size = compressBound(size);
    unsigned char *packed = malloc(packed_size);
    if (!packed || compress2(packed, &packed_size, bytes, size, Z_DEFAULT_COMPRESSION) != Z_OK) {
        free(packed);
        return bundle_fail("memory is out");
    }
    entry->offset = packing->offset;
    entry->packed_size = packed_size;
    entry->size = size;
    int failed = put(packing, packed, packed_size);
    free(packed);
    return failed;
}

static int add_file(struct packing *packing, const char *path, enum bundle_role role)
{
    struct bundle_entry *entry = &packing->entries[packing->count];
    const char *name = base_of(path);
    if (packing->count == BUNDLE_MOST_FILES || strlen(name) >= sizeof entry->name)
        return bundle_fail("%s does not fit into a bundle", path);
    for (size_t i = 0; i < packing->count; i++)
        if (strcmp(packing->entries[i].name, name) == 0)
            return 0; /* it is there already */
    size_t size = 0;
    unsigned char *bytes = bundle_read_file(path, &size);
    if (!bytes)
        return bundle_fail("cannot read %s: %s", path, strerror(errno));
    *entry = (struct bundle_entry){.role = role};
    memcpy(entry->name, name, strlen(name) + 1);
    int failed = add_bytes(packing, entry, bytes, size);
    free(bytes);
    packing->count++;
    return failed;
}

/* The loader that a program asks for, malloc'ed; NULL with `*failed` 0: it needs none. */
static char *find_loader(const char *program, int *failed)
{
    size_t size = 0;
    unsigned char *bytes = bundle_read_file(program, &size);
    ElfW(Ehdr) head = {0};
    char *loader = NULL;
    *failed = 0;
    if (!bytes)
        *failed = bundle_fail("cannot read %s: %s", program, strerror(errno));
    else if (size > sizeof head)
        memcpy(&head, bytes, sizeof head);
    if (bytes && (memcmp(head.e_ident, ELFMAG, SELFMAG) != 0 || head.e_phentsize != sizeof(ElfW(Phdr))))
        *failed = bundle_fail("%s is no program of this machine (ELF)", program);
    for (size_t i = 0; !*failed && !loader && i < head.e_phnum; i++) {
        ElfW(Phdr) part;
        size_t at = head.e_phoff + i * sizeof part;
        if (at > size || size - at < sizeof part)
            break;
        memcpy(&part, bytes + at, sizeof part);
        if (part.p_type == PT_INTERP && part.p_offset < size && part.p_filesz <= size - part.p_offset)
            loader = strndup((const char *)bytes + part.p_offset, part.p_filesz);
    }
    free(bytes);
    return loader;
}

/* One line of what the loader lists: "libz.so.1 => /lib/libz.so.1 (0x7f…)". */
static int add_listed(struct packing *packing, char *line)
{
    char *arrow = strstr(line, " => ");
    if (!arrow)
        return 0; /* the loader itself, the vDSO */
    *arrow = '\0';
    char *path = arrow + 4;
    if (strncmp(path, "not found", 9) == 0)
        return bundle_fail("the shared library %s, which the program needs, is not found", line + strspn(line, "\t "));
    path[strcspn(path, " \n")] = '\0';
    int failed = add_file(packing, path, BUNDLE_LIBRARY);
    if (failed || strcmp(base_of(path), "libc.so.6") != 0)
        return failed;
    char unwinder[4096]; /* which libc loads when a thread is cancelled or ends itself */
    snprintf(unwinder, sizeof unwinder, "%.*s/libgcc_s.so.1", (int)(base_of(path) - path - 1), path);
    return access(unwinder, R_OK) == 0 ? add_file(packing, unwinder, BUNDLE_LIBRARY) : 0;
}

/* Starts `LOADER --list PROGRAM`, whose output comes from the pipe; 0 or errno. */
static int start_listing(char *loader, char *program, pid_t *child, int *from)
{
    int ends[2];
    if (pipe(ends) != 0)
        return errno;
    char list[] = "--list";
    char *const arguments[] = {loader, list, program, NULL};
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_addclose(&actions, ends[0]);
    int failed = posix_spawn(child, loader, &actions, NULL, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    if (failed)
        close(ends[0]);
    *from = ends[0];
    return failed;
}

static int add_libraries(struct packing *packing, char *loader, char *program)
{
    pid_t child;
    int from = -1, status = 0, failed = start_listing(loader, program, &child, &from);
    if (failed)
        return bundle_fail("cannot run %s: %s", loader, strerror(failed));
    FILE *list = fdopen(from, "r");
    char *line = NULL;
    size_t capacity = 0;
    while (list && !failed && getline(&line, &capacity, list) > 0)
        failed = add_listed(packing, line);
    free(line);
    if (list)
        fclose(list);
    waitpid(child, &status, 0);
    if (!failed && status != 0)
        failed = bundle_fail("%s --list %s ended with %d", loader, program, status);
    return failed ? failed : add_file(packing, loader, BUNDLE_LOADER);
}

static int add_program(struct packing *packing, const char *program)
{
    int failed;
    char *loader = find_loader(program, &failed);
    char *copy = strdup(program);
    if (!failed)
        failed = add_file(packing, program, BUNDLE_PROGRAM);
    if (!failed && loader && copy)
        failed = add_libraries(packing, loader, copy);
    free(copy);
    free(loader);
    return failed;
}

static int write_bundle(struct packing *packing, const char *self, const char *program, const char *probe)
{
    struct bundle_trailer trailer = {.magic = {0}};
    memcpy(trailer.magic, BUNDLE_MAGIC, sizeof trailer.magic);
    if (strlen(probe) >= sizeof trailer.probe)
        return bundle_fail("the probe's name is too long: %s", probe);
    memcpy(trailer.probe, probe, strlen(probe));
    size_t size = 0;
    unsigned char *bytes = bundle_read_file(self, &size);
    if (!bytes)
        return bundle_fail("cannot read %s: %s", self, strerror(errno));
    int failed = put(packing, bytes, size);
    free(bytes);
    if (!failed)
        failed = add_program(packing, program);
    trailer.index_offset = packing->offset;
    trailer.entry_count = packing->count;
    if (!failed)
        failed = put(packing, packing->entries, packing->count * sizeof *packing->entries);
    return failed ? failed : put(packing, &trailer, sizeof trailer);
}

int bundle_pack(const char *self, const char *output, const char *program, const char *probe)
{
    const mode_t everyone_runs = 0755;
    struct packing *packing = calloc(1, sizeof *packing);
    if (!packing)
        return bundle_fail("memory is out");
    packing->name = output;
    packing->output = fopen(output, "wbe");
    int failed = 0;
    if (!packing->output) {
        failed = bundle_fail("cannot write %s: %s", output, strerror(errno));
    } else {
        failed = write_bundle(packing, self, program, probe);
        if (!failed && fchmod(fileno(packing->output), everyone_runs) != 0)
            failed = bundle_fail("cannot make %s executable: %s", output, strerror(errno));
        if (fclose(packing->output) != 0 && !failed)
            failed = bundle_fail("cannot write %s: %s", output, strerror(errno));
        if (failed)
            unlink(output);
    }
    free(packing);
    return failed;
}
