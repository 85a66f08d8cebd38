/* Put before the C library of a program under test (LD_PRELOAD): the call whose turn it is fails
 * once, as with a broken disk, without memory, or without a descriptor or process left.
 * FAILING_CALLS names a file that the test maps as well: calls left until one fails (0: none will),
 * the errno it fails with (below 0: the program is killed there), how many have failed, which kind of call is counted, and the name of the
 * one that failed. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct Control {
    _Atomic long left;
    long error;
    _Atomic long failed;
    long kind;
    char name[32]; /* of the call that failed last */
} Control;

enum { DISK, MEMORY, SYSTEM, STEPS }; /* a step is of the disk as well: what others can see */

static Control *control;

__attribute__((constructor)) static void begin(void)
{
    const char *path = getenv("FAILING_CALLS");
    int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    void *at = fd < 0 ? MAP_FAILED
                      : mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    control = at == MAP_FAILED ? NULL : at;
}

static int fails(int kind, const char *name)
{
    if (!control || (control->kind != kind && !(kind == STEPS && control->kind == DISK)) || atomic_load(&control->left) <= 0 ||
        atomic_fetch_sub(&control->left, 1) != 1)
        return 0;
    atomic_fetch_add(&control->failed, 1);
    strncpy(control->name, name, sizeof control->name - 1);
    if (control->error < 0)
        raise(SIGKILL);
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

#define FAILING(kind, type, name, params, args, when, bad)                                         \
    type name params                                                                               \
    {                                                                                              \
        static __typeof__(&name) real;                                                             \
        if (!real)                                                                                 \
            real = REAL(name);                                                                     \
        return when && fails(kind, #name) ? bad : real args;                                       \
    }

FAILING(STEPS, ssize_t, write, (int fd, const void *p, size_t n), (fd, p, n), on_disk(fd), -1)
FAILING(DISK, ssize_t, read, (int fd, void *p, size_t n), (fd, p, n), on_disk(fd), -1)
FAILING(DISK, ssize_t, pwrite, (int fd, const void *p, size_t n, off_t at), (fd, p, n, at), 1, -1)
FAILING(DISK, ssize_t, pwrite64, (int fd, const void *p, size_t n, off64_t at), (fd, p, n, at), 1,
        -1)
FAILING(DISK, ssize_t, pread, (int fd, void *p, size_t n, off_t at), (fd, p, n, at), 1, -1)
FAILING(DISK, ssize_t, pread64, (int fd, void *p, size_t n, off64_t at), (fd, p, n, at), 1, -1)
FAILING(STEPS, int, fsync, (int fd), (fd), 1, -1)
FAILING(STEPS, int, fdatasync, (int fd), (fd), 1, -1)
FAILING(STEPS, int, ftruncate, (int fd, off_t n), (fd, n), on_disk(fd), -1)
FAILING(STEPS, int, ftruncate64, (int fd, off64_t n), (fd, n), on_disk(fd), -1)
FAILING(STEPS, int, rename, (const char *from, const char *to), (from, to), in_data(to), -1)
FAILING(STEPS, int, unlink, (const char *path), (path), in_data(path), -1)
FAILING(STEPS, int, mkdir, (const char *path, mode_t mode), (path, mode), in_data(path), -1)

#define FAILING_OPEN(name)                                                                         \
    int name(const char *path, int flags, ...)                                                     \
    {                                                                                              \
        va_list rest;                                                                              \
        va_start(rest, flags);                                                                     \
        mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;                    \
        va_end(rest);                                                                              \
        return in_data(path) && fails(DISK, #name) ? -1 : REAL(name)(path, flags, mode);           \
    }

FAILING_OPEN(open)
FAILING_OPEN(open64)

FAILING(MEMORY, void *, malloc, (size_t n), (n), 1, NULL)
FAILING(MEMORY, void *, calloc, (size_t n, size_t size), (n, size), 1, NULL)
FAILING(MEMORY, void *, realloc, (void *p, size_t n), (p, n), 1, NULL)
FAILING(MEMORY, void *, mmap, (void *at, size_t n, int prot, int flags, int fd, off_t from),
        (at, n, prot, flags, fd, from), 1, MAP_FAILED)
FAILING(MEMORY, void *, mmap64, (void *at, size_t n, int prot, int flags, int fd, off64_t from),
        (at, n, prot, flags, fd, from), 1, MAP_FAILED)

FAILING(SYSTEM, int, memfd_create, (const char *name, unsigned flags), (name, flags), 1, -1)
FAILING(SYSTEM, int, pipe2, (int ends[2], int flags), (ends, flags), 1, -1)
FAILING(SYSTEM, int, posix_spawn,
        (pid_t * pid, const char *path, const posix_spawn_file_actions_t *files,
         const posix_spawnattr_t *attr, char *const argv[], char *const envp[]),
        (pid, path, files, attr, argv, envp), 1, EAGAIN)
FAILING(SYSTEM, pid_t, waitpid, (pid_t pid, int *status, int flags), (pid, status, flags), 1, -1)
FAILING(SYSTEM, int, pthread_create,
        (pthread_t * thread, const pthread_attr_t *attr, void *(*fn)(void *), void *arg),
        (thread, attr, fn, arg), 1, EAGAIN)
FAILING(SYSTEM, ssize_t, getrandom, (void *p, size_t n, unsigned flags), (p, n, flags), 1, -1)
FAILING(SYSTEM, int, accept4, (int fd, struct sockaddr *from, socklen_t *n, int flags),
        (fd, from, n, flags), 1, -1)
FAILING(SYSTEM, int, epoll_ctl, (int ep, int op, int fd, struct epoll_event *event),
        (ep, op, fd, event), op != EPOLL_CTL_DEL, -1)
