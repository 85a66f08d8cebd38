#include "db.h"

#include "log.h"

#include <errno.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct Stmt {
    Stmt *next; /* in the bucket */
    Db *db;
    sqlite3_stmt *st;
    uint64_t hash;
    int refused; /* what binding a value answered; it would be NULL in its place */
    bool busy;
};

enum { BUCKETS = 256, CACHED_MAX = 1000, KNOWN = 512 };

/* A place that two share goes to whoever came last; the other makes its text again. */
typedef struct Known {
    const void *subject;
    unsigned form;
    Stmt *st;
} Known;

struct Db {
    sqlite3 *conn;
    Stmt *bucket[BUCKETS];
    Known known[KNOWN];
    size_t cached;
    int64_t run;
    Err failed; /* db_failed */
};

static Err err_of(int rc)
{
    switch (rc & 0xff) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE:
        return ERR_OK;
    case SQLITE_CONSTRAINT: /* any other constraint is our mistake, not the user's */
        return rc == SQLITE_CONSTRAINT_UNIQUE || rc == SQLITE_CONSTRAINT_PRIMARYKEY ||
                       rc == SQLITE_CONSTRAINT_ROWID
                   ? E_DUPLICATE
                   : E_DB;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_INTERRUPT:
        return E_BUSY;
    case SQLITE_FULL:
        return E_FULL;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return E_CORRUPT;
    default:
        return E_DB;
    }
}

/* The same; a sector that the disk does not give SQLite calls damage of the file. */
static Err err_on(Db *db, int rc)
{
    int n = 0;
    Err e = err_of(rc);
    if (e == E_CORRUPT && sqlite3_file_control(db->conn, "main", SQLITE_FCNTL_LAST_ERRNO, &n) == 0)
        e = n == EIO ? E_IO : e;
    return e;
}

/* ---- leaving ---- */

enum { STEPS_BETWEEN_LOOKS = 10000 }; /* of the engine's machine: a few milliseconds at most */

static _Thread_local atomic_bool *leave;

void db_leave_when(atomic_bool *asked)
{
    leave = asked;
}

static int asked_to_leave(void *asked)
{
    return atomic_load((atomic_bool *)asked);
}

static Err settle(Db *db, DbMode mode)
{
    if (leave)
        sqlite3_progress_handler(db->conn, STEPS_BETWEEN_LOOKS, asked_to_leave, leave);
    sqlite3_busy_timeout(db->conn, 5000);
    sqlite3_db_config(db->conn, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(db->conn, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(db->conn, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
    sqlite3_db_config(db->conn, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
    /* A plan never depends on a value that is bound: kept statements are not prepared again. */
    sqlite3_db_config(db->conn, SQLITE_DBCONFIG_ENABLE_QPSG, 1, NULL);
    sqlite3_extended_result_codes(db->conn, 1);
    if (mode == DB_READ)
        return db_exec(db, "PRAGMA query_only=ON; PRAGMA temp_store=MEMORY;");
    /* Temporary pages hold what is in the database: never in a folder of the system. */
    return db_exec(db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA temp_store=MEMORY;"
                       "PRAGMA secure_delete=ON; PRAGMA foreign_keys=ON;"
                       "PRAGMA cache_size=-16384; PRAGMA wal_autocheckpoint=4000;");
}

/* Without counts of memory, which nobody reads, threads do not meet at every allocation. */
static void configure(void)
{
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

Err db_open(const char *path, DbMode mode, Db **ret)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    Db *db = calloc(1, sizeof *db);
    if (!db)
        BUG("out of memory");
    pthread_once(&once, configure);
    int flags = mode == DB_READ ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    int rc = sqlite3_open_v2(path, &db->conn, flags | SQLITE_OPEN_NOMUTEX, NULL);
    Err e = rc == SQLITE_CANTOPEN && mode == DB_READ ? E_NOT_FOUND : err_of(rc);
    if (e == ERR_OK)
        e = settle(db, mode);
    if (e != ERR_OK) {
        log_error("open %s: %s", path, sqlite3_errmsg(db->conn));
        db_close(db);
        return e;
    }
    *ret = db;
    return ERR_OK;
}

void db_close(Db *db)
{
    if (!db)
        return;
    for (size_t i = 0; i < BUCKETS; i++)
        for (Stmt *s = db->bucket[i], *next; s; s = next) {
            next = s->next;
            sqlite3_finalize(s->st);
            free(s);
        }
    sqlite3_close_v2(db->conn);
    free(db);
}

Err db_exec(Db *db, const char *sql)
{
    Err e = err_of(sqlite3_exec(db->conn, sql, NULL, NULL, NULL));
    if (e != ERR_OK)
        log_error("sql: %s", sqlite3_errmsg(db->conn));
    return e;
}

Err db_begin(Db *db)
{
    db->failed = ERR_OK;
    return db_exec(db, "BEGIN IMMEDIATE");
}

/* What every page does: prepared once, and not counted among its statements. */
static Err run_plain(Db *db, const char *sql)
{
    Stmt *st;
    TRY(db_stmt(db, sql, &st));
    Err e = err_of(sqlite3_step(st->st));
    if (e != ERR_OK)
        log_error("sql: %s", sqlite3_errmsg(db->conn));
    stmt_done(st);
    return e;
}

Err db_begin_late(Db *db)
{
    db->failed = ERR_OK;
    return run_plain(db, "BEGIN");
}

Err db_failed(const Db *db)
{
    return db->failed;
}

Err db_commit(Db *db)
{
    TRY(db->failed);
    return db_exec(db, "COMMIT");
}

/* A walk that an error cut short leaves its statement open. */
static void release_all(Db *db)
{
    for (size_t i = 0; i < BUCKETS; i++)
        for (Stmt *s = db->bucket[i]; s; s = s->next)
            stmt_done(s);
}

void db_rollback(Db *db)
{
    release_all(db);
    db->failed = ERR_OK;
    if (!sqlite3_get_autocommit(db->conn) && run_plain(db, "ROLLBACK") != ERR_OK)
        log_error("rollback failed");
}

Err db_end(Db *db, Err done)
{
    if (done == ERR_OK)
        done = db_commit(db);
    if (done != ERR_OK)
        db_rollback(db);
    return done;
}

/* BEGIN alone takes no snapshot: the first read does. */
Err db_begin_read(Db *db)
{
    TRY(db_begin_late(db));
    Err e = run_plain(db, "SELECT 1 FROM sqlite_schema LIMIT 1");
    if (e != ERR_OK) /* the next page finds the connection as it was */
        db_rollback(db);
    return e;
}

bool db_in_transaction(const Db *db)
{
    return !sqlite3_get_autocommit(db->conn);
}

Err db_savepoint(Db *db)
{
    return db_exec(db, "SAVEPOINT perintah");
}

Err db_release(Db *db)
{
    TRY(db->failed);
    return db_exec(db, "RELEASE perintah");
}

void db_rollback_to(Db *db)
{
    release_all(db);
    db->failed = ERR_OK;
    if (db_in_transaction(db) && db_exec(db, "ROLLBACK TO perintah; RELEASE perintah") != ERR_OK)
        log_error("rollback to savepoint failed");
}

unsigned db_version(Db *db)
{
    unsigned version = 0;
    sqlite3_file_control(db->conn, "main", SQLITE_FCNTL_DATA_VERSION, &version);
    return version;
}

int64_t db_statements_run(const Db *db)
{
    return db->run;
}

static uint64_t hash_text(const char *s)
{
    uint64_t h = 1469598103934665603u; /* FNV-1a */
    for (; *s; s++)
        h = (h ^ (unsigned char)*s) * 1099511628211u;
    return h;
}

static Err prepare(Db *db, const char *sql, Stmt **ret)
{
    Stmt *s = calloc(1, sizeof *s);
    if (!s)
        BUG("out of memory");
    int rc = sqlite3_prepare_v3(db->conn, sql, -1, SQLITE_PREPARE_PERSISTENT, &s->st, NULL);
    if (rc != SQLITE_OK) {
        free(s);
        log_error("prepare: %s: %.200s", sqlite3_errmsg(db->conn), sql);
        if ((rc & 0xff) == SQLITE_ERROR)
            BUG("statement does not prepare");
        return err_of(rc);
    }
    s->db = db;
    *ret = s;
    return ERR_OK;
}

/* Questions of readers come in ever new forms: when there are too many, all that rest are dropped.
 */
static void drop_cached(Db *db)
{
    memset(db->known, 0, sizeof db->known);
    for (size_t i = 0; i < BUCKETS; i++)
        for (Stmt **at = &db->bucket[i], *s; (s = *at);) {
            if (s->busy) {
                at = &s->next;
                continue;
            }
            *at = s->next;
            sqlite3_finalize(s->st);
            free(s);
            db->cached--;
        }
}

static Err cached_stmt(Db *db, const char *sql, Stmt **ret)
{
    uint64_t h = hash_text(sql);
    Stmt **head = &db->bucket[h % BUCKETS];
    for (Stmt *s = *head; s; s = s->next)
        if (s->hash == h && !s->busy && strcmp(sqlite3_sql(s->st), sql) == 0) {
            s->busy = true;
            *ret = s;
            return ERR_OK;
        }
    Stmt *s = NULL;
    if (db->cached >= CACHED_MAX)
        drop_cached(db);
    Err e = prepare(db, sql, &s);
    if (e != ERR_OK) {
        db->failed = e;
        return e;
    }
    db->cached++;
    s->hash = h;
    s->busy = true;
    s->next = *head;
    *head = s;
    *ret = s;
    return ERR_OK;
}

static Known *known_place(Db *db, const void *subject, unsigned form)
{
    uint64_t h = ((uint64_t)(uintptr_t)subject >> 4) * 31 + form;
    return &db->known[(h * 0x9e3779b97f4a7c15u >> 32) % KNOWN];
}

Stmt *db_known(Db *db, const void *subject, unsigned form)
{
    const Known *k = known_place(db, subject, form);
    if (!k->st || k->subject != subject || k->form != form || k->st->busy)
        return NULL;
    k->st->busy = true;
    return k->st;
}

void db_know(Stmt *st, const void *subject, unsigned form)
{
    *known_place(st->db, subject, form) = (Known){.subject = subject, .form = form, .st = st};
}

static int slot(Stmt *st, const char *name)
{
    int i = sqlite3_bind_parameter_index(st->st, name);
    if (i == 0)
        BUG("no such parameter");
    return i;
}

void stmt_int(Stmt *st, const char *name, int64_t value)
{
    sqlite3_bind_int64(st->st, slot(st, name), value);
}

/* A value that was not taken, for want of memory, must not be stored as none: the step fails. */
static void bound(Stmt *st, int rc)
{
    if (rc != SQLITE_OK)
        st->refused = rc;
}

void stmt_text(Stmt *st, const char *name, Str value)
{
    if (value.ptr)
        bound(st, sqlite3_bind_text64(st->st, slot(st, name), value.ptr, value.len,
                                      SQLITE_TRANSIENT, SQLITE_UTF8));
    else
        stmt_null(st, name);
}

void stmt_blob(Stmt *st, const char *name, Str value)
{
    if (value.ptr)
        bound(st,
              sqlite3_bind_blob64(st->st, slot(st, name), value.ptr, value.len, SQLITE_TRANSIENT));
    else
        stmt_null(st, name);
}

void stmt_null(Stmt *st, const char *name)
{
    sqlite3_bind_null(st->st, slot(st, name));
}

Bound bind_int(const char *name, int64_t value)
{
    return (Bound){.name = name, .kind = BIND_INT, .number = value};
}

Bound bind_text(const char *name, Str value)
{
    return (Bound){.name = name, .kind = BIND_TEXT, .bytes = value};
}

Err db_stmt_bound(Db *db, const char *sql, Stmt **ret, const Bound *values)
{
    TRY(cached_stmt(db, sql, ret));
    for (const Bound *v = values; v->name; v++)
        if (v->kind == BIND_INT)
            stmt_int(*ret, v->name, v->number);
        else if (v->kind == BIND_TEXT)
            stmt_text(*ret, v->name, v->bytes);
        else
            stmt_blob(*ret, v->name, v->bytes);
    return ERR_OK;
}

Err stmt_step(Stmt *st, bool *ret_row)
{
    if (!sqlite3_stmt_busy(st->st))
        st->db->run++;
    bool leaving = leave && atomic_load(leave);
    int rc = leaving ? SQLITE_INTERRUPT : st->refused ? st->refused : sqlite3_step(st->st);
    if (rc == SQLITE_ROW) {
        *ret_row = true;
        return ERR_OK;
    }
    Err e = err_on(st->db, rc);
    if (e == E_DB || e == E_CORRUPT || e == E_IO)
        log_error("step: %s", sqlite3_errmsg(st->db->conn));
    if (e != ERR_OK && e != E_DUPLICATE)
        st->db->failed = e;
    stmt_done(st);
    *ret_row = false;
    return e;
}

bool stmt_next(Stmt *st, Err *ret)
{
    bool row = false;
    *ret = stmt_step(st, &row);
    return row;
}

Err db_run_bound(Db *db, const char *sql, const Bound *values)
{
    Stmt *st;
    TRY(db_stmt_bound(db, sql, &st, values));
    return stmt_run(st);
}

Err db_first_bound(Db *db, const char *sql, Stmt **ret, const Bound *values)
{
    bool row;
    TRY(db_stmt_bound(db, sql, ret, values));
    TRY(stmt_step(*ret, &row));
    if (!row)
        *ret = NULL;
    return ERR_OK;
}

Err db_any_bound(Db *db, const char *sql, bool *ret, const Bound *values)
{
    Stmt *st;
    TRY(db_first_bound(db, sql, &st, values));
    *ret = st != NULL;
    stmt_done(st);
    return ERR_OK;
}

Err stmt_ids(Stmt *st, Arena *a, IdList *to)
{
    Err e;
    while (stmt_next(st, &e))
        *ARENA_PUSH(a, *to) = row_int(st, 0);
    return e;
}

Err db_ids_bound(Db *db, const char *sql, Arena *a, IdList *to, const Bound *values)
{
    Stmt *st;
    TRY(db_stmt_bound(db, sql, &st, values));
    return stmt_ids(st, a, to);
}

Err stmt_texts(Stmt *st, Arena *a, StrList *to)
{
    Err e;
    while (stmt_next(st, &e))
        *ARENA_PUSH(a, *to) = row_text(a, st, 0);
    return e;
}

Err stmt_run(Stmt *st)
{
    bool row;
    Err e = stmt_step(st, &row);
    if (e == ERR_OK && row)
        stmt_done(st);
    return e;
}

void stmt_done(Stmt *st)
{
    if (!st || !st->busy)
        return;
    sqlite3_reset(st->st);
    sqlite3_clear_bindings(st->st);
    st->refused = SQLITE_OK;
    st->busy = false;
}

int64_t row_int(Stmt *st, int column)
{
    return sqlite3_column_int64(st->st, column);
}

bool row_null(Stmt *st, int column)
{
    return sqlite3_column_type(st->st, column) == SQLITE_NULL;
}

Str row_text(Arena *a, Stmt *st, int column)
{
    return str_copy(a, row_peek(st, column));
}

Str row_peek(Stmt *st, int column)
{
    if (row_null(st, column))
        return STR_NONE;
    const char *p = (const char *)sqlite3_column_text(st->st, column);
    if (!p)
        BUG("out of memory");
    return (Str){p, (size_t)sqlite3_column_bytes(st->st, column)};
}

Str row_blob(Arena *a, Stmt *st, int column)
{
    if (row_null(st, column))
        return STR_NONE;
    const char *p = sqlite3_column_blob(st->st, column);
    return str_copy(a, (Str){p ? p : "", (size_t)sqlite3_column_bytes(st->st, column)});
}

int row_columns(Stmt *st)
{
    return sqlite3_column_count(st->st);
}

Err db_number_bound(Db *db, const char *sql, int64_t *ret, const Bound *values)
{
    Stmt *st;
    TRY(db_first_bound(db, sql, &st, values));
    *ret = st ? row_int(st, 0) : 0;
    stmt_done(st);
    return ERR_OK;
}

Err db_text_bound(Db *db, const char *sql, Arena *a, Str *ret, const Bound *values)
{
    Stmt *st;
    TRY(db_first_bound(db, sql, &st, values));
    *ret = st ? row_text(a, st, 0) : STR_NONE;
    stmt_done(st);
    return ERR_OK;
}

static Err names_of(Db *db, const char *sql, Arena *a, Str table, StrList *ret)
{
    Stmt *st;
    bool row;
    StrList names = {0};
    TRY(db_stmt(db, sql, &st));
    stmt_text(st, ":p", table);
    for (;;) {
        TRY(stmt_step(st, &row));
        if (!row)
            break;
        *ARENA_PUSH(a, names) = row_text(a, st, 0);
    }
    *ret = names;
    return ERR_OK;
}

Err db_columns(Db *db, Arena *a, Str table, StrList *ret)
{
    return names_of(db, "SELECT name FROM pragma_table_info(:p) ORDER BY cid", a, table, ret);
}

Err db_indexes(Db *db, Arena *a, Str table, StrList *ret)
{
    return names_of(db, "SELECT name FROM pragma_index_list(:p) ORDER BY name", a, table, ret);
}

Err db_copy(Db *db, const char *path)
{
    sqlite3 *to;
    int rc = sqlite3_open_v2(path, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL);
    if (rc == SQLITE_OK) {
        sqlite3_backup *b = sqlite3_backup_init(to, "main", db->conn, "main");
        rc = b ? sqlite3_backup_step(b, -1) : sqlite3_errcode(to);
        if (b && sqlite3_backup_finish(b) != SQLITE_OK)
            rc = sqlite3_errcode(to);
    }
    if (rc == SQLITE_DONE || rc == SQLITE_OK) /* one file that opens from a read-only medium */
        rc = sqlite3_exec(to, "PRAGMA journal_mode=DELETE", NULL, NULL, NULL);
    sqlite3_close_v2(to);
    return err_of(rc);
}

Err db_intact(Db *db)
{
    Stmt *st;
    bool row;
    Arena *a = arena_new(64 * 1024);
    Err e = db_stmt(db, "PRAGMA integrity_check(1)", &st);
    if (e == ERR_OK)
        e = stmt_step(st, &row);
    if (e == ERR_OK && !(row && str_is(row_text(a, st, 0), "ok")))
        e = err_on(db, SQLITE_CORRUPT);
    if (e == ERR_OK)
        stmt_done(st);
    arena_free(a);
    return e == E_DB ? E_CORRUPT : e;
}

Err db_truncate_log(Db *db)
{
    int rc = sqlite3_wal_checkpoint_v2(db->conn, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    return (rc & 0xff) == SQLITE_BUSY ? ERR_OK : err_of(rc);
}

const char *db_engine(void)
{
    return "SQLite " SQLITE_VERSION;
}
