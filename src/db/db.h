/* The only SQL door. One Db is one connection and belongs to one thread at a time; statements are
 * prepared once per connection and cached by their text. SQL keeps to what SQLite 3.40 and
 * PostgreSQL 15 both understand. Values are bound by name (":uid"), never spliced. */
#pragma once

#include "str.h"

#include <stdatomic.h>

typedef struct Db Db;
typedef struct Stmt Stmt;

typedef enum DbMode {
    DB_READ,  /* read-only connection */
    DB_WRITE, /* creates the file if missing; WAL, synchronous=FULL */
} DbMode;

MUST_CHECK Err db_open(const char *path, DbMode mode, Db **ret);
/* Finalizes the cached statements and closes. Accepts NULL. */
void db_close(Db *db);

/* For a thread that works behind the pages, before it opens anything: once `asked` is true, every
 * step on the connections it opens gives E_BUSY, one under way within milliseconds, so that an end
 * of the server need not wait for hours of checking. `asked` lives as long as the connections. */
void db_leave_when(atomic_bool *asked);

/* Runs one or several statements without parameters (DDL, pragmas). */
MUST_CHECK Err db_exec(Db *db, const char *sql);
MUST_CHECK Err db_begin(Db *db);      /* write transaction, taken at once */
MUST_CHECK Err db_begin_read(Db *db); /* one snapshot for a whole page, taken at once */
MUST_CHECK Err db_begin_late(Db *db); /* the same, taken by the first read: free until then */
/* What a statement failed with since its transaction began; an E_DUPLICATE is an answer and none.
 * Expressions take for absent what they cannot read, and tell nobody: so nothing worked out of it
 * is kept. */
Err db_failed(const Db *db);
MUST_CHECK Err db_commit(Db *db); /* fails as a statement did */
void db_rollback(Db *db);
/* Ends a transaction: commits it, unless what was done in it failed or the commit does; then all of
 * it is taken back. */
MUST_CHECK Err db_end(Db *db, Err done);
/* False also after a failure (a full disk) for which the engine took the transaction back by
 * itself. */
bool db_in_transaction(const Db *db);
MUST_CHECK Err db_savepoint(Db *db);
MUST_CHECK Err db_release(Db *db); /* keeps what was done since the savepoint, if nothing failed */
void db_rollback_to(Db *db);       /* undoes it and drops the savepoint */
/* A number that differs once anybody has committed since; to be compared on one connection only. */
unsigned db_version(Db *db);
/* Statements prepared on this connection so far and steps begun; for tests and benchmarks. */
int64_t db_statements_run(const Db *db);

/* One bound value: BIND(":uid", uid) of a Str (absent binds NULL) or of any whole number, BIND_BLOB
 * of bytes. A list of them ends the calls below that have dots. */
typedef struct Bound {
    const char *name;
    enum { BIND_INT, BIND_TEXT, BIND_BYTES } kind;
    int64_t number;
    Str bytes;
} Bound;
Bound bind_int(const char *name, int64_t value);
Bound bind_text(const char *name, Str value);
#define BIND(name, ...)                                                                            \
    _Generic((__VA_ARGS__), Str : bind_text, default : bind_int)(name, __VA_ARGS__)
#define BIND_BLOB(name, value) ((Bound){name, BIND_BYTES, 0, value})
/* What stands before the first is for the comma, since cppcheck knows no __VA_OPT__. */
#define BINDS(...) ((const Bound[]){{NULL}, ##__VA_ARGS__, {NULL}} + 1)

/* A ready statement. Text that fails to prepare is our bug and ends the process, except for E_BUSY
 * and lost files. */
#define db_stmt(db, sql, ret, ...) db_stmt_bound(db, sql, ret, BINDS(__VA_ARGS__))
MUST_CHECK Err db_stmt_bound(Db *db, const char *sql, Stmt **ret, const Bound *values);
/* Runs what returns no rows. */
#define db_run(db, sql, ...) db_run_bound(db, sql, BINDS(__VA_ARGS__))
MUST_CHECK Err db_run_bound(Db *db, const char *sql, const Bound *values);
/* The statement at its first row, to be released by stmt_done; NULL when there is no row. */
#define db_first(db, sql, ret, ...) db_first_bound(db, sql, ret, BINDS(__VA_ARGS__))
MUST_CHECK Err db_first_bound(Db *db, const char *sql, Stmt **ret, const Bound *values);
/* Whether there is a row. */
#define db_any(db, sql, ret, ...) db_any_bound(db, sql, ret, BINDS(__VA_ARGS__))
MUST_CHECK Err db_any_bound(Db *db, const char *sql, bool *ret, const Bound *values);
/* The first number of the first row, 0 when there is none; the first text, absent when there is
 * none. */
#define db_number(db, sql, ret, ...) db_number_bound(db, sql, ret, BINDS(__VA_ARGS__))
MUST_CHECK Err db_number_bound(Db *db, const char *sql, int64_t *ret, const Bound *values);
#define db_text(db, sql, a, ret, ...) db_text_bound(db, sql, a, ret, BINDS(__VA_ARGS__))
MUST_CHECK Err db_text_bound(Db *db, const char *sql, Arena *a, Str *ret, const Bound *values);

/* For texts that are long and always the same for one thing of the model: the statement remembered
 * for (subject, form) on this connection, ready as from db_stmt; NULL when there is none or it is
 * in use, and then its text must be made. A subject lives as long as the connection. */
Stmt *db_known(Db *db, const void *subject, unsigned form);
void db_know(Stmt *st, const void *subject, unsigned form);
void stmt_int(Stmt *st, const char *name, int64_t value);
void stmt_text(Stmt *st, const char *name, Str value); /* absent binds NULL; copied */
void stmt_blob(Stmt *st, const char *name, Str value); /* absent binds NULL; copied */
void stmt_null(Stmt *st, const char *name);
/* Steps; at the end of the rows the statement is released by itself. E_DUPLICATE for a broken
 * unique index, E_DB otherwise. */
MUST_CHECK Err stmt_step(Stmt *st, bool *ret_row);
/* The same for a loop: false at the end of the rows and after a failure, which *ret tells. */
bool stmt_next(Stmt *st, Err *ret);
/* Appends the first column of every row. */
typedef ARENA_LIST(int64_t) IdList;
MUST_CHECK Err stmt_ids(Stmt *st, Arena *a, IdList *to);
#define db_ids(db, sql, a, to, ...) db_ids_bound(db, sql, a, to, BINDS(__VA_ARGS__))
MUST_CHECK Err db_ids_bound(Db *db, const char *sql, Arena *a, IdList *to, const Bound *values);
MUST_CHECK Err stmt_texts(Stmt *st, Arena *a, StrList *to);
/* Steps a statement that returns no rows. */
MUST_CHECK Err stmt_run(Stmt *st);
/* Releases a statement whose rows were not all read. Accepts NULL. */
void stmt_done(Stmt *st);

int64_t row_int(Stmt *st, int column); /* NULL gives 0 */
bool row_null(Stmt *st, int column);
Str row_text(Arena *a, Stmt *st, int column); /* NULL gives STR_NONE */
Str row_blob(Arena *a, Stmt *st, int column);
/* The text without a copy: valid until the next step. */
Str row_peek(Stmt *st, int column);
int row_columns(Stmt *st);

/* Column types of the common dialect. */
#define DB_INTEGER "INTEGER"
#define DB_TEXT    "TEXT"
#define DB_BLOB    "BLOB"
/* Ends CREATE TABLE of a table that lies in the order of its primary key and is its own index
 * (nothing on PostgreSQL). */
#define DB_CLUSTERED " WITHOUT ROWID"
/* Query over the numbers of one bound text "[1,2,3]" (unnest of an array on PostgreSQL). */
#define DB_EACH_NUMBER(param) "(SELECT value FROM json_each(" param "))"
/* Aggregate that joins texts with a blank (string_agg on PostgreSQL). */
#define DB_JOIN(expr, sep) "group_concat(" expr ",'" sep "')"

/* Names of the columns a table has; empty list when there is no such table. */
MUST_CHECK Err db_columns(Db *db, Arena *a, Str table, StrList *ret);
/* Names of the indexes a table has. */
MUST_CHECK Err db_indexes(Db *db, Arena *a, Str table, StrList *ret);
/* Online copy of the whole database into `path` (must not exist). */
MUST_CHECK Err db_copy(Db *db, const char *path);
/* Brings all of the log into the database and empties the log, so that nothing deleted rests in it;
 * what somebody still reads stays for the next time. */
MUST_CHECK Err db_truncate_log(Db *db);
/* Name and version of the engine. */
const char *db_engine(void);
/* Reads every page and index of the database; E_CORRUPT when something does not fit. */
MUST_CHECK Err db_intact(Db *db);
