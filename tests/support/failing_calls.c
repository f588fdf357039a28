/* Makes the N-th call on a file below a folder fail, for tests: LD_PRELOAD=failing_calls.so, then arm() in the process.

   Calls on other files, sockets and pipes are neither counted nor changed. Once counted past `at`, calls fail once, or
   for good ("a disk that stays full"). ENOSPC is only said by what writes or makes something, EIO by anything. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static char folder[4096];
static size_t folder_length;
static int error_number, for_good;
static long fail_at;
static atomic_long counted;
static char last_failed[64];

void arm(const char *below, int error, long at, int stays) {
    strncpy(folder, below, sizeof folder - 1);
    folder_length = strlen(folder);
    error_number = error, fail_at = at, for_good = stays;
    atomic_store(&counted, 0);
    last_failed[0] = 0;
}

void disarm(void) { folder_length = 0; }
long calls(void) { return atomic_load(&counted); }
const char *failed_call(void) { return last_failed; }

static int is_below(const char *path) {
    char here[4096];
    if (!folder_length || !path) return 0;
    if (path[0] != '/') path = getcwd(here, sizeof here);
    return path && strncmp(path, folder, folder_length) == 0;
}

static int is_below_fd(int fd) {
    char name[64], path[4096];
    if (!folder_length) return 0;
    snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(name, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return is_below(path);
}

static int fails(const char *name, int concerned) {
    if (!concerned) return 0;
    long number = atomic_fetch_add(&counted, 1) + 1;
    if (number != fail_at && !(for_good && number > fail_at)) return 0;
    if (!last_failed[0]) strncpy(last_failed, name, sizeof last_failed - 1);
    errno = error_number;
    return 1;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define WRITES(name, concerned) if ((concerned) && fails(name, 1)) return -1
#define ANY(name, concerned) if (error_number == EIO && (concerned) && fails(name, 1)) return -1

#define OPENED(name, path, flags)                                                   \
    mode_t mode = 0;                                                                \
    if ((flags) & (O_CREAT | O_TMPFILE)) {                                          \
        va_list more; va_start(more, flags); mode = va_arg(more, mode_t); va_end(more); \
    }                                                                               \
    if ((flags) & O_CREAT) { WRITES(name, is_below(path)); } else { ANY(name, is_below(path)); }

int open(const char *path, int flags, ...) { OPENED("open", path, flags) return REAL(open)(path, flags, mode); }
int open64(const char *path, int flags, ...) { OPENED("open", path, flags) return REAL(open64)(path, flags, mode); }
int openat(int at, const char *path, int flags, ...) { OPENED("openat", path, flags) return REAL(openat)(at, path, flags, mode); }

ssize_t write(int fd, const void *data, size_t size) { WRITES("write", is_below_fd(fd)); return REAL(write)(fd, data, size); }
ssize_t pwrite(int fd, const void *data, size_t size, off_t at) { WRITES("pwrite", is_below_fd(fd)); return REAL(pwrite)(fd, data, size, at); }
ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at) { WRITES("pwrite", is_below_fd(fd)); return REAL(pwrite64)(fd, data, size, at); }
ssize_t read(int fd, void *data, size_t size) { ANY("read", is_below_fd(fd)); return REAL(read)(fd, data, size); }
ssize_t pread(int fd, void *data, size_t size, off_t at) { ANY("pread", is_below_fd(fd)); return REAL(pread)(fd, data, size, at); }
ssize_t pread64(int fd, void *data, size_t size, off64_t at) { ANY("pread", is_below_fd(fd)); return REAL(pread64)(fd, data, size, at); }
int fsync(int fd) { WRITES("fsync", is_below_fd(fd)); return REAL(fsync)(fd); }
int fdatasync(int fd) { WRITES("fdatasync", is_below_fd(fd)); return REAL(fdatasync)(fd); }
int ftruncate(int fd, off_t size) { WRITES("ftruncate", is_below_fd(fd)); return REAL(ftruncate)(fd, size); }
int ftruncate64(int fd, off64_t size) { WRITES("ftruncate", is_below_fd(fd)); return REAL(ftruncate64)(fd, size); }
int rename(const char *from, const char *to) { WRITES("rename", is_below(to)); return REAL(rename)(from, to); }
int link(const char *from, const char *to) { WRITES("link", is_below(to)); return REAL(link)(from, to); }
int mkdir(const char *path, mode_t mode) { WRITES("mkdir", is_below(path)); return REAL(mkdir)(path, mode); }
int unlink(const char *path) { ANY("unlink", is_below(path)); return REAL(unlink)(path); }
