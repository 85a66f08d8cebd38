/* Put before the C library of a server under test (LD_PRELOAD): the call to the disk whose turn it is
 * fails once, as a broken disk would. FAILING_CALLS names a file of three numbers that the test maps as
 * well: calls left until one fails (0: none will), the errno it fails with, and how many have failed. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct Control {
    _Atomic long left;
    long error;
    _Atomic long failed;
} Control;

static Control *control;

__attribute__((constructor)) static void begin(void)
{
    const char *path = getenv("FAILING_CALLS");
    int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    void *at = fd < 0 ? MAP_FAILED
                      : mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    control = at == MAP_FAILED ? NULL : at;
}

static int fails(void)
{
    if (!control || atomic_load(&control->left) <= 0 || atomic_fetch_sub(&control->left, 1) != 1)
        return 0;
    atomic_fetch_add(&control->failed, 1);
    errno = (int)control->error;
    return 1;
}

/* Sockets, pipes and what is said to the terminal or the log are left alone. */
static int on_disk(int fd)
{
    struct stat st;
    return fd > 2 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
}

static int in_data(const char *path)
{
    return strstr(path, "/data/") != NULL;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

#define FAILING(type, name, params, args, when, bad)                                               \
    type name params                                                                               \
    {                                                                                              \
        static __typeof__(&name) real;                                                             \
        if (!real)                                                                                 \
            real = REAL(name);                                                                     \
        return when && fails() ? bad : real args;                                                  \
    }

FAILING(ssize_t, write, (int fd, const void *p, size_t n), (fd, p, n), on_disk(fd), -1)
FAILING(ssize_t, read, (int fd, void *p, size_t n), (fd, p, n), on_disk(fd), -1)
FAILING(ssize_t, pwrite, (int fd, const void *p, size_t n, off_t at), (fd, p, n, at), 1, -1)
FAILING(ssize_t, pwrite64, (int fd, const void *p, size_t n, off64_t at), (fd, p, n, at), 1, -1)
FAILING(ssize_t, pread, (int fd, void *p, size_t n, off_t at), (fd, p, n, at), 1, -1)
FAILING(ssize_t, pread64, (int fd, void *p, size_t n, off64_t at), (fd, p, n, at), 1, -1)
FAILING(int, fsync, (int fd), (fd), 1, -1)
FAILING(int, fdatasync, (int fd), (fd), 1, -1)
FAILING(int, ftruncate, (int fd, off_t n), (fd, n), on_disk(fd), -1)
FAILING(int, ftruncate64, (int fd, off64_t n), (fd, n), on_disk(fd), -1)
FAILING(int, rename, (const char *from, const char *to), (from, to), in_data(to), -1)

#define FAILING_OPEN(name)                                                                         \
    int name(const char *path, int flags, ...)                                                     \
    {                                                                                              \
        va_list rest;                                                                              \
        va_start(rest, flags);                                                                     \
        mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;                    \
        va_end(rest);                                                                              \
        return in_data(path) && fails() ? -1 : REAL(name)(path, flags, mode);                      \
    }

FAILING_OPEN(open)
FAILING_OPEN(open64)
