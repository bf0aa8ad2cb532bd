/* directory-walk: lists a directory and asks for every file's size. */
#include "probes/inputs.h"
#include "probes/scratch.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILES = 50 };

static const char directory_name[] = "walk";

static int walk_prepare(struct concprobe_call *call)
{
    if (mkdir(directory_name, 0700) != 0)
        return errno;
    for (unsigned i = 0; i < FILES; i++) {
        char name[32], content[1000] = {0};
        snprintf(name, sizeof name, "%s/file-%u", directory_name, i);
        int failed = scratch_write(name, content, input_choice(call, i, sizeof content));
        if (failed)
            return failed;
    }
    return 0;
}

static int walk_remove(struct concprobe_call *call)
{
    (void)call;
    for (unsigned i = 0; i < FILES; i++) {
        char name[32];
        snprintf(name, sizeof name, "%s/file-%u", directory_name, i);
        unlink(name);
    }
    rmdir(directory_name);
    return 0;
}

static int walk_call(struct concprobe_call *call)
{
    DIR *directory = opendir(directory_name);
    if (!directory)
        return errno;
    const int descriptor = dirfd(directory);
    uint64_t files = 0, bytes = 0;
    int failed = descriptor < 0 ? errno : 0;
    for (const struct dirent *entry = readdir(directory); entry && !failed; entry = readdir(directory)) {
        struct stat status;
        if (fstatat(descriptor, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) {
            failed = errno;
        } else if (S_ISREG(status.st_mode)) {
            files++;
            bytes += (uint64_t)status.st_size;
        }
    }
    closedir(directory);
    const uint64_t found[] = {files, bytes};
    if (failed)
        return failed;
    return files == FILES ? concprobe_result(call, found, sizeof found) : EBADMSG;
}

const struct concprobe_probe probe_directory_walk = {
    .abi = CONCPROBE_ABI,
    .name = "directory-walk",
    .summary = "lists 50 files and asks for their sizes",
    .stands_for = "find, backup, build systems: many system calls that seldom wait",
    .call = walk_call,
    .run_start = walk_prepare,
    .run_stop = walk_remove,
    .needs_disk = true,
};
