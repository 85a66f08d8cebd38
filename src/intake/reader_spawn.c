#include "reader_spawn.h"

#include "clock.h"
#include "file.h"
#include "reader_child.h"
#include "working_copy.h"
#include "xlsx_wire.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { DEADLINE_MS = 30 * 1000, PATIENCE_MS = 3 * 1000 };

/* What is asked of the child, and who takes its answer as it comes. */
typedef struct Job {
    char kind[sizeof READER_XLSX];
    Str bytes;
    void *ctx;
    XlsxFault (*take)(void *ctx, Str piece);
} Job;

/* Nothing of our environment is the child's business. The sanitizer's limits stand in for those the
 * child cannot set under it; without a sanitizer nobody reads them. */
static char *const child_env[] = {
    (char[]){"ASAN_OPTIONS=detect_leaks=0:hard_rss_limit_mb=1024:abort_on_error=0"}, NULL};

/* The file as a descriptor at its start. Memory, not a pipe: the child can then read at leisure
 * while we only read, so neither waits for the other, and a dead child raises no SIGPIPE here. */
static int file_in_memory(Str bytes)
{
    int fd = memfd_create("urai", MFD_CLOEXEC);
    if (fd < 0)
        return -1;
    if (file_write_fd(fd, bytes) == ERR_OK && lseek(fd, 0, SEEK_SET) == 0)
        return fd;
    close(fd);
    return -1;
}

static bool start(char *kind, int in, int out, pid_t *ret_pid)
{
    char name[] = "sigap", verb[] = "urai";
    char *argv[] = {name, verb, kind, NULL};
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attr;
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    if (posix_spawn_file_actions_init(&files) != 0)
        return false;
    if (posix_spawnattr_init(&attr) != 0) {
        posix_spawn_file_actions_destroy(&files);
        return false;
    }
    bool ok =
        posix_spawn_file_actions_adddup2(&files, in, STDIN_FILENO) == 0 &&
        posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO) == 0 &&
        posix_spawn_file_actions_addclosefrom_np(&files, 3) == 0 &&
        posix_spawnattr_setsigmask(&attr, &none) == 0 &&
        posix_spawnattr_setsigdefault(&attr, &all) == 0 &&
        posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF) == 0 &&
        posix_spawn(ret_pid, "/proc/self/exe", &files, &attr, argv, child_env) == 0;
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attr);
    return ok;
}

/* Reads until the child closes its end. */
static XlsxFault receive(int fd, const Job *job)
{
    char piece[65536];
    int64_t deadline = clock_steady() + DEADLINE_MS;
    for (;;) {
        int64_t left = deadline - clock_steady();
        if (left <= 0)
            return XLSX_MEMORY;
        struct pollfd p = {.fd = fd, .events = POLLIN};
        int ready = poll(&p, 1, (int)left);
        if (ready <= 0)
            continue; /* interrupted, or late: seen above */
        ssize_t n = read(fd, piece, sizeof piece);
        if (n < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (n < 0)
            return XLSX_SANDBOX;
        if (n == 0)
            return XLSX_OK;
        XLSX_TRY(job->take(job->ctx, (Str){piece, (size_t)n}));
    }
}

/* Ends the child: at once, or after a moment in which it may end itself. Gives its wait status. */
static bool reap(pid_t pid, bool now, int *ret_status)
{
    int64_t patience = now ? 0 : clock_steady() + PATIENCE_MS;
    bool killed = false;
    for (;;) {
        if (!killed && clock_steady() >= patience) {
            kill(pid, SIGKILL);
            killed = true;
        }
        pid_t got = waitpid(pid, ret_status, killed ? 0 : WNOHANG);
        if (got == pid)
            return true;
        if (got < 0 && errno != EINTR)
            return false;
        if (!killed)
            clock_sleep(1);
    }
}

static XlsxFault fault_of_status(int status)
{
    if (WIFEXITED(status)) {
        int fault = WEXITSTATUS(status) - XLSX_EXIT;
        if (WEXITSTATUS(status) == 0)
            return XLSX_OK;
        return fault > XLSX_OK && fault < XLSX_FAULTS ? (XlsxFault)fault : XLSX_SANDBOX;
    }
    int signal = WTERMSIG(status);
    /* ABRT is how base/arena ends without memory; KILL and XCPU are the limits. */
    return signal == SIGABRT || signal == SIGKILL || signal == SIGXCPU ? XLSX_MEMORY : XLSX_SANDBOX;
}

static XlsxFault run(int file, int ends[2], Job *job)
{
    pid_t pid;
    bool started = start(job->kind, file, ends[1], &pid);
    close(ends[1]);
    ends[1] = -1;
    if (!started)
        return XLSX_SANDBOX;
    XlsxFault received = receive(ends[0], job);
    int status;
    if (!reap(pid, received != XLSX_OK, &status))
        return XLSX_SANDBOX;
    return received != XLSX_OK ? received : fault_of_status(status);
}

static XlsxFault spawn(Job *job)
{
    int ends[2];
    int file = file_in_memory(job->bytes);
    if (file < 0)
        return XLSX_SANDBOX;
    XlsxFault fault = XLSX_SANDBOX;
    if (pipe2(ends, O_CLOEXEC) == 0) {
        fault = run(file, ends, job);
        close(ends[0]);
    }
    close(file);
    return fault;
}

static XlsxFault take_cells(void *ctx, Str piece)
{
    return wire_take(ctx, piece);
}

XlsxFault reader_spawn_xlsx(Str bytes, WireIn *in)
{
    return spawn(&(Job){READER_XLSX, bytes, in, take_cells});
}

typedef struct Copy {
    Buf bytes;
    size_t max;
} Copy;

static XlsxFault take_copy(void *ctx, Str piece)
{
    Copy *c = ctx;
    if (piece.len > c->max - c->bytes.len)
        return XLSX_BOMB;
    buf_put(&c->bytes, piece);
    return XLSX_OK;
}

XlsxFault reader_spawn_copy(Arena *a, Str bytes, Str *ret)
{
    Copy c = {buf_new(a, bytes.len + 64), bytes.len + WORKING_COPY_GROWS};
    XlsxFault fault = spawn(&(Job){READER_COPY, bytes, &c, take_copy});
    *ret = buf_str(&c.bytes);
    return fault;
}
