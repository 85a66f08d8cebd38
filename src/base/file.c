#include "file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>

Err file_read_fd(Arena *a, int fd, size_t max, Str *ret)
{
    Buf b = buf_new(a, 8192);
    char chunk[16384];
    for (;;) {
        ssize_t n = read(fd, chunk, sizeof chunk);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return E_IO;
        if (n == 0)
            break;
        if (b.len + (size_t)n > max)
            return E_TOO_LARGE;
        buf_put(&b, (Str){chunk, (size_t)n});
    }
    *ret = buf_str(&b);
    return ERR_OK;
}

Err file_read(Arena *a, const char *path, size_t max, Str *ret)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT || errno == ENOTDIR ? E_NOT_FOUND : E_IO;
    Err e = file_read_fd(a, fd, max, ret);
    close(fd);
    return e;
}

static void unmap(void *text)
{
    const Str *mapped = text;
    munmap((void *)(uintptr_t)mapped->ptr, mapped->len);
}

Err file_map(Arena *a, const char *path, Str *ret)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT || errno == ENOTDIR ? E_NOT_FOUND : E_IO;
    bool known = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
    size_t n = known ? (size_t)st.st_size : 0;
    void *bytes = n ? mmap(NULL, n, PROT_READ, MAP_PRIVATE, fd, 0) : NULL;
    close(fd);
    *ret = S("");
    if (!known || bytes == MAP_FAILED)
        return E_IO;
    if (!n)
        return ERR_OK;
    Str *mapped = ARENA_NEW(a, Str);
    *ret = *mapped = (Str){bytes, n};
    arena_defer(a, unmap, mapped);
    return ERR_OK;
}

static Err write_failed(void)
{
    return errno == ENOSPC || errno == EDQUOT ? E_FULL : E_IO;
}

Err file_write_fd(int fd, Str bytes)
{
    while (bytes.len) {
        ssize_t n = write(fd, bytes.ptr, bytes.len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return write_failed();
        bytes = str_from(bytes, (size_t)n);
    }
    return ERR_OK;
}

Err file_write_pieces(const char *path, Str (*next)(void *ctx), void *ctx)
{
    Arena *a = arena_new(8192);
    const char *beside = z_printf(a, "%s.baru", path);
    unlink(beside); /* of a run that was cut off; in a shared folder it may be somebody's link */
    int fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    Err e = fd < 0 ? write_failed() : ERR_OK;
    Str piece;
    while (e == ERR_OK && (piece = next(ctx)).len)
        e = file_write_fd(fd, piece);
    if (fd >= 0) {
        if (e == ERR_OK && fsync(fd) != 0)
            e = E_IO;
        close(fd);
    }
    if (e == ERR_OK && rename(beside, path) != 0)
        e = E_IO;
    arena_free(a);
    return e;
}

static Str all_at_once(void *ctx)
{
    Str *bytes = ctx, ret = *bytes;
    *bytes = STR_NONE;
    return ret;
}

Err file_write(const char *path, Str bytes)
{
    return file_write_pieces(path, all_at_once, &bytes);
}

Err file_chunks(const char *path, Err (*fn)(void *ctx, Str bytes), void *ctx)
{
    enum { PIECE = 256 * 1024 };
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT ? E_NOT_FOUND : E_IO;
    Arena *a = arena_new(PIECE + 1024);
    char *piece = arena_alloc(a, PIECE);
    Err e = ERR_OK;
    for (ssize_t n = 1; e == ERR_OK && n > 0;) {
        n = read(fd, piece, PIECE);
        if (n < 0)
            e = E_IO;
        else if (n > 0)
            e = fn(ctx, (Str){piece, (size_t)n});
    }
    arena_free(a);
    close(fd);
    return e;
}

static Err write_piece(void *fd, Str bytes)
{
    return file_write_fd(*(int *)fd, bytes);
}

Err file_copy(const char *from, const char *to)
{
    int fd = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return errno == EEXIST ? E_DUPLICATE : E_IO;
    Err e = file_chunks(from, write_piece, &fd);
    if (fsync(fd) != 0 && e == ERR_OK)
        e = E_IO;
    close(fd);
    if (e != ERR_OK)
        file_remove(to);
    return e;
}

Err file_size(const char *path, int64_t *ret)
{
    struct stat st;
    if (stat(path, &st) != 0)
        return errno == ENOENT ? E_NOT_FOUND : E_IO;
    *ret = st.st_size;
    return ERR_OK;
}

Err file_free_space(const char *path, int64_t *ret)
{
    struct statvfs st;
    if (statvfs(path, &st) != 0)
        return E_IO;
    *ret = (int64_t)st.f_bavail * (int64_t)st.f_frsize;
    return ERR_OK;
}

Err file_disk_size(const char *path, int64_t *ret)
{
    struct statvfs st;
    if (statvfs(path, &st) != 0)
        return E_IO;
    *ret = (int64_t)(st.f_blocks - st.f_bfree + st.f_bavail) * (int64_t)st.f_frsize;
    return ERR_OK;
}

Err file_reserve(const char *path, int64_t bytes)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return write_failed();
    bool got = posix_fallocate(fd, 0, bytes) == 0;
    close(fd);
    if (!got)
        file_remove(path);
    return got ? ERR_OK : E_FULL;
}

Err file_facts(const char *path, FileFacts *ret)
{
    struct stat st;
    if (stat(path, &st) != 0)
        return E_NOT_FOUND;
    *ret = (FileFacts){.mode = st.st_mode & 07777,
                       .owner = st.st_uid,
                       .disk_major = major(st.st_dev),
                       .disk_minor = minor(st.st_dev)};
    return ERR_OK;
}

void file_remove(const char *path)
{
    (void)remove(path);
}

bool file_exists(const char *path)
{
    return access(path, F_OK) == 0;
}

bool file_is_folder(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode) && access(path, W_OK) == 0;
}

Err file_mkdir(const char *path)
{
    return mkdir(path, 0700) == 0 || errno == EEXIST ? ERR_OK : E_IO;
}

static int by_name(const void *x, const void *y)
{
    return str_cmp(*(const Str *)x, *(const Str *)y);
}

Err file_list(Arena *a, const char *dir, Str suffix, StrList *ret)
{
    DIR *d = opendir(dir);
    if (!d)
        return errno == ENOENT ? E_NOT_FOUND : E_IO;
    StrList list = {0};
    for (struct dirent *e; (e = readdir(d));) {
        Str name = str_of(e->d_name);
        if (name.ptr[0] != '.' && str_ends(name, suffix))
            *ARENA_PUSH(a, list) = str_copy(a, name);
    }
    closedir(d);
    if (list.n)
        qsort(list.items, list.n, sizeof(Str), by_name);
    *ret = list;
    return ERR_OK;
}

void file_remove_folder(const char *path)
{
    Arena *a = arena_new(1024 * 1024);
    StrList names = {0};
    if (file_list(a, path, S(""), &names) == ERR_OK)
        for (size_t i = 0; i < names.n; i++)
            file_remove(z_printf(a, "%s/%.*s", path, STR_ARG(names.items[i])));
    (void)rmdir(path);
    arena_free(a);
}

int file_open_folder(const char *path)
{
    return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

void file_close_folder(int folder)
{
    close(folder);
}

bool file_lock(int folder, bool alone)
{
    return flock(folder, alone ? LOCK_EX | LOCK_NB : LOCK_SH) == 0;
}

/* A name is on disk when its folder is. */
static Err sync_folder_of(const char *path)
{
    Arena *a = arena_new(8192);
    const char *slash = strrchr(path, '/');
    int fd = file_open_folder(slash ? str_z(a, (Str){path, (size_t)(slash - path) + 1}) : ".");
    bool ok = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0)
        file_close_folder(fd);
    arena_free(a);
    return ok ? ERR_OK : E_IO;
}

Err file_rename(const char *from, const char *to)
{
    return rename(from, to) == 0 ? sync_folder_of(to) : E_IO;
}
