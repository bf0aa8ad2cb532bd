/* Namespaces, mounts and the working directory. */
#include "runtime/walls.h"

#include "runtime/memory.h"

#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DIRECTORY_SHARE = 4 /* of the probe's memory limit may be files */, PATH_BYTES = 4096 };

static int flags_of(enum walls walls)
{
    static const int flags[] = {
        [WALLS_ALL] = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWPID,
        [WALLS_WITHOUT_USER] = CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWPID,
        [WALLS_WITHOUT_PID] = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC,
        [WALLS_NETWORK] = CLONE_NEWUSER | CLONE_NEWNET,
        [WALLS_NONE] = 0,
    };
    return flags[walls];
}

static bool write_file(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    size_t length = strlen(text);
    bool well = write(fd, text, length) == (ssize_t)length;
    close(fd);
    return well;
}

bool walls_leave(enum walls walls, const struct concprobe_probe *probe)
{
    int flags = flags_of(walls);
    if (probe->needs_network)
        flags &= ~CLONE_NEWNET;
    unsigned uid = geteuid();
    unsigned gid = getegid();
    if (flags && unshare(flags))
        return false;
    if (!(flags & CLONE_NEWUSER))
        return true;
    /* The same ids inside as outside. */
    char map[64];
    write_file("/proc/self/setgroups", "deny");
    snprintf(map, sizeof map, "%u %u 1", uid, uid);
    bool well = write_file("/proc/self/uid_map", map);
    snprintf(map, sizeof map, "%u %u 1", gid, gid);
    return well && write_file("/proc/self/gid_map", map);
}

static void raise_loopback(void)
{
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return;
    struct ifreq request = {.ifr_name = "lo"};
    if (!ioctl(fd, SIOCGIFFLAGS, &request)) {
        request.ifr_flags = (short)(request.ifr_flags | IFF_UP);
        ioctl(fd, SIOCSIFFLAGS, &request);
    }
    close(fd);
}

/* Makes a mount, and all below it where `deep`, read-only or writable. */
static bool set_read_only(const char *path, bool read_only, bool deep)
{
    struct mount_attr attributes = {.attr_set = read_only ? MOUNT_ATTR_RDONLY : 0,
                                    .attr_clr = read_only ? 0 : MOUNT_ATTR_RDONLY};
    return !mount_setattr(AT_FDCWD, path, deep ? AT_RECURSIVE : 0, &attributes, sizeof attributes);
}

/* Lets a later mount on /tmp show what is there now, and keep changes in `store`. */
static void overlay_tmp(const char *store)
{
    char upper[PATH_BYTES];
    char work[PATH_BYTES];
    char options[3 * PATH_BYTES];
    snprintf(upper, sizeof upper, "%s/upper", store);
    snprintf(work, sizeof work, "%s/scratch", store);
    if (mkdir(upper, 01777) || chmod(upper, 01777) || mkdir(work, 0700))
        return;
    snprintf(options, sizeof options, "lowerdir=/tmp,upperdir=%s,workdir=%s", upper, work);
    mount("overlay", "/tmp", "overlay", MS_NOSUID | MS_NODEV, options);
}

/* A tmpfs on the directory holds the working directory (unless on disk) and the changes to /tmp; then the working
 * directory is bound over it, so that its path stays what it was. */
static bool mount_directory(const struct concprobe_probe *probe, const char *directory)
{
    char options[64];
    char path[PATH_BYTES];
    int on_disk = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
    snprintf(options, sizeof options, "size=%zu,mode=0700", memory_limit(probe->memory_bytes) / DIRECTORY_SHARE);
    if (on_disk < 0 || mount("tmpfs", directory, "tmpfs", MS_NOSUID | MS_NODEV, options)) {
        close(on_disk);
        return false;
    }
    snprintf(path, sizeof path, "%s/work", directory);
    bool well = !mkdir(path, 0700);
    int in_memory = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    overlay_tmp(directory);
    snprintf(path, sizeof path, "/proc/self/fd/%d", probe->needs_disk ? on_disk : in_memory);
    well = well && !mount(path, directory, NULL, MS_BIND, NULL) && set_read_only(directory, false, false);
    close(in_memory);
    close(on_disk);
    return well;
}

/* RLIMIT_NPROC binds no root; the namespace's own number of PIDs does (Linux 6.14; older ones refuse, or have but one
 * number for all, which is not ours to write: there the write fails in a user namespace). */
static void limit_pids(unsigned tasks)
{
    char text[16];
    snprintf(text, sizeof text, "%u", tasks);
    write_file("/proc/sys/kernel/pid_max", text);
}

static bool furnish_mounts(enum walls walls, const struct concprobe_probe *probe, const char *directory, unsigned tasks)
{
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
        return false;
    set_read_only("/", true, true);
    if (flags_of(walls) & CLONE_NEWPID) {
        if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL))
            return false;
        if (flags_of(walls) & CLONE_NEWUSER)
            limit_pids(tasks);
    }
    mount("tmpfs", "/dev/shm", "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777");
    return mount_directory(probe, directory);
}

bool walls_furnish(enum walls walls, const struct concprobe_probe *probe, const char *directory, unsigned tasks)
{
    int flags = flags_of(walls);
    if (flags & CLONE_NEWNET && !probe->needs_network)
        raise_loopback();
    if (flags & CLONE_NEWNS && !furnish_mounts(walls, probe, directory, tasks))
        return false;
    setenv("TMPDIR", directory, 1);
    return !chdir(directory);
}
