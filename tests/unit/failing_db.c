#include "failing_db.h"

#include <sqlite3.h>
#include <string.h>

static int left;
static bool hit;

void failing_db_at(int n)
{
    left = n;
    hit = false;
}

bool failing_db_ended(void)
{
    left = 0;
    return hit;
}

static bool fails(void)
{
    if (left == 0 || --left > 0)
        return false;
    hit = true;
    return true;
}

int __real_sqlite3_step(sqlite3_stmt *st);
int __real_sqlite3_exec(sqlite3 *db, const char *sql, sqlite3_callback each, void *ctx, char **ret);
int __real_sqlite3_prepare_v3(sqlite3 *db, const char *sql, int n, unsigned flags,
                              sqlite3_stmt **ret, const char **rest);
int __real_sqlite3_bind_text64(sqlite3_stmt *st, int at, const char *text, sqlite3_uint64 n,
                               void (*done)(void *), unsigned char encoding);
int __real_sqlite3_bind_blob64(sqlite3_stmt *st, int at, const void *bytes, sqlite3_uint64 n,
                               void (*done)(void *));
int __wrap_sqlite3_step(sqlite3_stmt *st);
int __wrap_sqlite3_exec(sqlite3 *db, const char *sql, sqlite3_callback each, void *ctx, char **ret);
int __wrap_sqlite3_prepare_v3(sqlite3 *db, const char *sql, int n, unsigned flags,
                              sqlite3_stmt **ret, const char **rest);
int __wrap_sqlite3_bind_text64(sqlite3_stmt *st, int at, const char *text, sqlite3_uint64 n,
                               void (*done)(void *), unsigned char encoding);
int __wrap_sqlite3_bind_blob64(sqlite3_stmt *st, int at, const void *bytes, sqlite3_uint64 n,
                               void (*done)(void *));

/* A rollback asks nothing of the disk. */
int __wrap_sqlite3_step(sqlite3_stmt *st)
{
    return strcmp(sqlite3_sql(st), "ROLLBACK") != 0 && fails() ? SQLITE_IOERR
                                                               : __real_sqlite3_step(st);
}

int __wrap_sqlite3_exec(sqlite3 *db, const char *sql, sqlite3_callback each, void *ctx, char **ret)
{
    return fails() ? SQLITE_IOERR : __real_sqlite3_exec(db, sql, each, ctx, ret);
}

int __wrap_sqlite3_prepare_v3(sqlite3 *db, const char *sql, int n, unsigned flags,
                              sqlite3_stmt **ret, const char **rest)
{
    return fails() ? SQLITE_IOERR : __real_sqlite3_prepare_v3(db, sql, n, flags, ret, rest);
}

/* The copy of a value asks for memory. */
int __wrap_sqlite3_bind_text64(sqlite3_stmt *st, int at, const char *text, sqlite3_uint64 n,
                               void (*done)(void *), unsigned char encoding)
{
    return fails() ? SQLITE_NOMEM : __real_sqlite3_bind_text64(st, at, text, n, done, encoding);
}

int __wrap_sqlite3_bind_blob64(sqlite3_stmt *st, int at, const void *bytes, sqlite3_uint64 n,
                               void (*done)(void *))
{
    return fails() ? SQLITE_NOMEM : __real_sqlite3_bind_blob64(st, at, bytes, n, done);
}
