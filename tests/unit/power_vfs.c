#include "power_vfs.h"

#include <fcntl.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SECTOR = 512, PATH_ROOM = 256 };

/* A write or truncation that no sync followed yet. */
typedef struct Unsynced {
    struct Unsynced *earlier;
    char path[PATH_ROOM];
    int64_t at, size_before;
    int n; /* bytes from `at` on */
    unsigned char before[];
} Unsynced;

typedef struct File {
    sqlite3_file base;
    const char *path;
    sqlite3_file *real; /* behind this struct */
} File;

static struct {
    pthread_mutex_t lock;
    sqlite3_vfs vfs, *real;
    Unsynced *last;
    int64_t steps, cut_at;
    unsigned chance;
    atomic_bool cut; /* asked about without the lock too */
    bool lies;
} disk = {.lock = PTHREAD_MUTEX_INITIALIZER};

static sqlite3_file *real_of(sqlite3_file *f)
{
    return ((File *)(void *)f)->real;
}

static unsigned chance(unsigned below)
{
    return (unsigned)rand_r(&disk.chance) % below;
}

/* One step; false when the power is or goes off with it. */
static bool step(void)
{
    if (!disk.cut && ++disk.steps == disk.cut_at)
        disk.cut = true;
    return !disk.cut;
}

static void remember(File *f, int64_t at, int n)
{
    sqlite3_int64 size = 0;
    Unsynced *u = calloc(1, sizeof *u + (size_t)n);
    f->real->pMethods->xFileSize(f->real, &size);
    snprintf(u->path, sizeof u->path, "%s", f->path);
    u->at = at;
    u->n = n;
    u->size_before = size;
    f->real->pMethods->xRead(f->real, u->before, n, at); /* zeros behind the end */
    u->earlier = disk.last;
    disk.last = u;
}

static void forget(const char *path)
{
    for (Unsynced **at = &disk.last, *u; (u = *at);) {
        if (path && strcmp(u->path, path) != 0) {
            at = &u->earlier;
            continue;
        }
        *at = u->earlier;
        free(u);
    }
}

/* ---- methods of a file ---- */

static int do_close(sqlite3_file *f)
{
    return real_of(f)->pMethods->xClose(real_of(f));
}

static int do_read(sqlite3_file *f, void *p, int n, sqlite3_int64 at)
{
    return real_of(f)->pMethods->xRead(real_of(f), p, n, at);
}

/* The write during which the power goes may be torn: some sectors of it came through. */
static int do_write(sqlite3_file *f, const void *p, int n, sqlite3_int64 at)
{
    pthread_mutex_lock(&disk.lock);
    bool was_cut = disk.cut, on = step();
    int part = on ? n : was_cut ? 0 : (int)chance((unsigned)n / SECTOR + 1) * SECTOR;
    if (part) {
        remember((File *)(void *)f, at, part);
        real_of(f)->pMethods->xWrite(real_of(f), p, part, at);
    }
    pthread_mutex_unlock(&disk.lock);
    return on ? SQLITE_OK : SQLITE_IOERR_WRITE;
}

static int do_truncate(sqlite3_file *f, sqlite3_int64 size)
{
    sqlite3_int64 now = 0;
    pthread_mutex_lock(&disk.lock);
    bool on = step();
    real_of(f)->pMethods->xFileSize(real_of(f), &now);
    if (on && now > size)
        remember((File *)(void *)f, size, (int)(now - size));
    int rc = on ? real_of(f)->pMethods->xTruncate(real_of(f), size) : SQLITE_IOERR_TRUNCATE;
    pthread_mutex_unlock(&disk.lock);
    return rc;
}

/* The process lives on, so the real sync would only cost time. */
static int do_sync(sqlite3_file *f, int flags)
{
    (void)flags;
    pthread_mutex_lock(&disk.lock);
    bool on = step();
    if (on && !disk.lies)
        forget(((File *)(void *)f)->path);
    pthread_mutex_unlock(&disk.lock);
    return on ? SQLITE_OK : SQLITE_IOERR_FSYNC;
}

static int do_size(sqlite3_file *f, sqlite3_int64 *ret)
{
    return real_of(f)->pMethods->xFileSize(real_of(f), ret);
}

static int do_lock(sqlite3_file *f, int level)
{
    return real_of(f)->pMethods->xLock(real_of(f), level);
}

static int do_unlock(sqlite3_file *f, int level)
{
    return real_of(f)->pMethods->xUnlock(real_of(f), level);
}

static int do_reserved(sqlite3_file *f, int *ret)
{
    return real_of(f)->pMethods->xCheckReservedLock(real_of(f), ret);
}

static int do_control(sqlite3_file *f, int op, void *arg)
{
    return real_of(f)->pMethods->xFileControl(real_of(f), op, arg);
}

static int do_sector(sqlite3_file *f)
{
    return real_of(f)->pMethods->xSectorSize(real_of(f));
}

static int do_traits(sqlite3_file *f)
{
    return real_of(f)->pMethods->xDeviceCharacteristics(real_of(f));
}

static int do_shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **ret)
{
    return real_of(f)->pMethods->xShmMap(real_of(f), page, size, extend, ret);
}

static int do_shm_lock(sqlite3_file *f, int at, int n, int flags)
{
    return real_of(f)->pMethods->xShmLock(real_of(f), at, n, flags);
}

static void do_shm_barrier(sqlite3_file *f)
{
    real_of(f)->pMethods->xShmBarrier(real_of(f));
}

static int do_shm_unmap(sqlite3_file *f, int remove)
{
    return real_of(f)->pMethods->xShmUnmap(real_of(f), remove);
}

static const sqlite3_io_methods methods = {.iVersion =
                                               2, /* no memory maps: they would go past us */
                                           .xClose = do_close,
                                           .xRead = do_read,
                                           .xWrite = do_write,
                                           .xTruncate = do_truncate,
                                           .xSync = do_sync,
                                           .xFileSize = do_size,
                                           .xLock = do_lock,
                                           .xUnlock = do_unlock,
                                           .xCheckReservedLock = do_reserved,
                                           .xFileControl = do_control,
                                           .xSectorSize = do_sector,
                                           .xDeviceCharacteristics = do_traits,
                                           .xShmMap = do_shm_map,
                                           .xShmLock = do_shm_lock,
                                           .xShmBarrier = do_shm_barrier,
                                           .xShmUnmap = do_shm_unmap};

/* ---- the disk ---- */

static int do_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags, int *ret)
{
    (void)vfs;
    File *file = (File *)(void *)f;
    file->path = name ? name : "";
    file->real = (sqlite3_file *)(void *)(file + 1);
    int rc = disk.real->xOpen(disk.real, name, file->real, flags, ret);
    file->base.pMethods = file->real->pMethods ? &methods : NULL;
    return rc;
}

/* A name that goes is gone: what was written under it cannot come back. */
static int do_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
    (void)vfs;
    pthread_mutex_lock(&disk.lock);
    bool on = step();
    if (on)
        forget(name);
    pthread_mutex_unlock(&disk.lock);
    return on ? disk.real->xDelete(disk.real, name, sync) : SQLITE_IOERR_DELETE;
}

void power_install(void)
{
    disk.real = sqlite3_vfs_find(NULL);
    disk.vfs = *disk.real;
    disk.vfs.zName = "power";
    disk.vfs.szOsFile = (int)sizeof(File) + disk.real->szOsFile;
    disk.vfs.xOpen = do_open;
    disk.vfs.xDelete = do_delete;
    sqlite3_vfs_register(&disk.vfs, 1);
}

void power_lies(void)
{
    disk.lies = true;
}

void power_on(int64_t cut_at, unsigned seed)
{
    disk.steps = 0;
    disk.cut_at = cut_at;
    disk.chance = seed;
    disk.cut = false;
}

int64_t power_steps(void)
{
    return disk.steps;
}

bool power_is_cut(void)
{
    return disk.cut;
}

/* ---- after the cut ---- */

static void put_back(const Unsynced *u, bool all)
{
    int fd = open(u->path, O_RDWR);
    if (fd < 0)
        return;
    for (int i = 0; i < u->n; i += SECTOR)
        if (all || chance(2)) {
            int n = u->n - i < SECTOR ? u->n - i : SECTOR;
            if (pwrite(fd, u->before + i, (size_t)n, u->at + i) != n)
                abort();
        }
    if (all && ftruncate(fd, u->size_before) != 0)
        abort();
    close(fd);
}

/* Now and then all of it is lost, now and then nothing, mostly any part of it. */
void power_settle(void)
{
    unsigned kind = chance(4);
    for (const Unsynced *u = disk.last; disk.cut && kind != 1 && u; u = u->earlier)
        put_back(u, kind == 0);
    forget(NULL);
    power_on(0, disk.chance);
}
