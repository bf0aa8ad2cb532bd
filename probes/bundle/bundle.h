/* A bundle: one executable file that holds a program of probes, its shared libraries and its loader.
 *
 *     this program, which is linked statically | deflated files | index | trailer
 *
 * Numbers are in the machine's byte order: a bundle runs only on machines of the kind that it was made on.
 */
#ifndef PROBES_BUNDLE_BUNDLE_H
#define PROBES_BUNDLE_BUNDLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { BUNDLE_MOST_FILES = 256 };

enum bundle_role { BUNDLE_LIBRARY, BUNDLE_LOADER, BUNDLE_PROGRAM };

struct bundle_entry {
    char name[108]; /* without a directory */
    uint32_t role;  /* enum bundle_role */
    uint64_t offset, packed_size, size;
};

struct bundle_trailer {
    char magic[16];
    char probe[64]; /* the one that runs; "" where the program has only one */
    uint64_t index_offset;
    uint64_t entry_count;
};

#define BUNDLE_MAGIC "concprobe-bundl1"

/* All of these return 0 or an exit code, after a message on standard error. */

/* Writes `output`: `self` (this program's file) and what `program` needs. `probe` may be "". */
int bundle_pack(const char *self, const char *output, const char *program, const char *probe);

/* Unpacks what `self` holds into a private directory, runs it with the arguments, and removes the directory. Returns
 * the program's exit code. */
int bundle_run(const char *self, FILE *bundle, const struct bundle_trailer *trailer, int count, char **arguments);

/* A whole file in memory, malloc'ed; NULL with errno. */
unsigned char *bundle_read_file(const char *path, size_t *size);

__attribute__((format(printf, 1, 2))) int bundle_fail(const char *format, ...);

#endif
