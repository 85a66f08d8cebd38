#include "reader_child.h"

#include "file.h"
#include "working_copy.h"
#include "xlsx_sheet.h"

#include <errno.h>
#include <seccomp.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { SANITIZED = 1 };
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
enum { SANITIZED = 1 };
#else
enum { SANITIZED = 0 };
#endif
#else
enum { SANITIZED = 0 };
#endif

enum { CPU_SECONDS = 20, MEMORY = 256 * 1024 * 1024, OPEN_FILES = 8 };

static bool limit(__rlimit_resource_t what, rlim_t max)
{
    struct rlimit r = {.rlim_cur = max, .rlim_max = max};
    return setrlimit(what, &r) == 0;
}

static bool limit_self(void)
{
    bool ok = limit(RLIMIT_CORE, 0) && limit(RLIMIT_CPU, CPU_SECONDS) && limit(RLIMIT_FSIZE, 0) &&
              limit(RLIMIT_NOFILE, OPEN_FILES) && limit(RLIMIT_NPROC, 0);
    /* The sanitizer maps terabytes; the parent gives it a limit of its own. */
    if (ok && !SANITIZED)
        ok = limit(RLIMIT_AS, MEMORY) && limit(RLIMIT_DATA, MEMORY);
    return ok && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0;
}

static bool allow(scmp_filter_ctx ctx)
{
    static const int calls[] = {
        SCMP_SYS(read),         SCMP_SYS(lseek),         SCMP_SYS(fstat),
        SCMP_SYS(newfstatat),   SCMP_SYS(close),         SCMP_SYS(brk),
        SCMP_SYS(munmap),       SCMP_SYS(mremap),        SCMP_SYS(madvise),
        SCMP_SYS(exit),         SCMP_SYS(exit_group),    SCMP_SYS(futex),
        SCMP_SYS(getrandom),    SCMP_SYS(clock_gettime), SCMP_SYS(gettid),
        SCMP_SYS(getpid),       SCMP_SYS(tgkill),        SCMP_SYS(rt_sigprocmask),
        SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigreturn)};
    for (size_t i = 0; i < COUNT(calls); i++)
        if (seccomp_rule_add(ctx, SCMP_ACT_ALLOW, calls[i], 0) != 0)
            return false;
    /* Writing goes to standard output and error only; no memory becomes code. Opening is answered
     * with an error instead of death, for the C library looks for its time zone. */
    return seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(write), 1,
                            SCMP_A0(SCMP_CMP_MASKED_EQ, ~UINT64_C(3), 0)) == 0 &&
           seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1,
                            SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)) == 0 &&
           seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1,
                            SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)) == 0 &&
           seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EACCES), SCMP_SYS(openat), 0) == 0 &&
           seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EACCES), SCMP_SYS(open), 0) == 0;
}

/* From here on any other call ends the process. */
static bool filter_calls(void)
{
    if (SANITIZED)
        return true;
    scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_KILL_PROCESS);
    bool ok = ctx && allow(ctx) && seccomp_load(ctx) == 0;
    if (ctx)
        seccomp_release(ctx);
    return ok;
}

static bool to_stdout(void *ctx, Str bytes)
{
    (void)ctx;
    return file_write_fd(STDOUT_FILENO, bytes) == ERR_OK;
}

static XlsxFault copy_file(Arena *a, Str bytes)
{
    Str copy;
    XLSX_TRY(working_copy(a, bytes, 0, &copy));
    return to_stdout(NULL, copy) ? XLSX_OK : XLSX_OUTPUT;
}

static XlsxFault read_workbook(Arena *a, Str bytes)
{
    WireOut out = {.pending = buf_new(a, 256 * 1024), .pass = to_stdout};
    XlsxFault fault = xlsx_read(a, bytes, &out);
    /* Also on a fault: the sheet named last is where it happened. */
    return wire_end(&out) || fault != XLSX_OK ? fault : XLSX_OUTPUT;
}

bool reader_child_lock(void)
{
    tzset(); /* while files can still be opened */
    return limit_self() && filter_calls();
}

int reader_child_main(int argc, char **argv)
{
    bool copy = argc == 3 && strcmp(argv[2], READER_COPY) == 0;
    if (argc != 3 || (!copy && strcmp(argv[2], READER_XLSX) != 0))
        return 2;
    if (!reader_child_lock())
        return XLSX_EXIT + XLSX_SANDBOX;
    Arena *a = arena_new(MEMORY);
    Str bytes;
    XlsxFault fault = XLSX_OUTPUT;
    if (file_read_fd(a, STDIN_FILENO, WORKBOOK_MAX_BYTES, &bytes) == ERR_OK)
        fault = copy ? copy_file(a, bytes) : read_workbook(a, bytes);
    /* No arena_free: the memory goes with the process. _exit also spares exit handlers. */
    _exit(fault == XLSX_OK ? 0 : XLSX_EXIT + (int)fault);
}
