#include "guard/installation.h"

#include "clock.h"
#include "file.h"
#include "guard/account.h"
#include "guard/audit.h"
#include "guard/key_file.h"
#include "guard/reach.h"
#include "guard/second_factor.h"
#include "guard/session.h"
#include "rand.h"

/* Rows of meta. */
#define META_ID       S("installation")
#define META_PRACTICE S("practice")
#define META_ZONE     S("zone")
#define META_SHIFT    S("clock_shift")
#define META_CHECK    S("key_check")

Err meta_get(Db *db, Arena *a, Str key, Str *ret)
{
    Stmt *st;
    bool row;
    TRY(db_stmt(db, "SELECT nilai FROM meta WHERE kunci=:key", &st));
    stmt_text(st, ":key", key);
    TRY(stmt_step(st, &row));
    *ret = row ? row_text(a, st, 0) : STR_NONE;
    stmt_done(st);
    return ERR_OK;
}

Err meta_put(Db *db, Str key, Str value)
{
    Stmt *st;
    TRY(db_stmt(db,
                "INSERT INTO meta(kunci,nilai) VALUES(:key,:value)"
                " ON CONFLICT(kunci) DO UPDATE SET nilai=excluded.nilai",
                &st));
    stmt_text(st, ":key", key);
    stmt_text(st, ":value", value);
    return stmt_run(st);
}

static void set_paths(Arena *a, const char *dir, Installation *in)
{
    in->dir = str_z(a, str_of(dir));
    in->data_db = str_printf(a, "%s/sigap.db", dir).ptr;
    in->keys_db = str_printf(a, "%s/kunci.db", dir).ptr;
    in->files_db = str_printf(a, "%s/berkas.db", dir).ptr;
    in->key_file = str_printf(a, "%s/kek.key", dir).ptr;
}

/* ---- making one ---- */

static Err make_keys(const Installation *in)
{
    Db *db;
    TRY(db_open(in->keys_db, DB_WRITE, &db));
    Err e = keys_schema(db);
    db_close(db);
    return e;
}

/* The tables of attachments are made by whoever keeps them; here only the file. */
static Err make_files(const Installation *in)
{
    Db *db;
    TRY(db_open(in->files_db, DB_WRITE, &db));
    db_close(db);
    return ERR_OK;
}

static Err guard_tables(Db *db)
{
    TRY(db_exec(db, "CREATE TABLE meta(kunci " DB_TEXT " PRIMARY KEY, nilai " DB_TEXT ");"));
    TRY(account_schema(db));
    TRY(session_schema(db));
    TRY(db_exec(db, SECOND_FACTOR_TABLES));
    TRY(reach_schema(db));
    return audit_schema(db);
}

static Err identity(Db *db, Arena *a, const Installation *in)
{
    TRY(meta_put(db, META_ID, in->id));
    TRY(meta_put(db, META_PRACTICE, str_int(a, in->practice)));
    TRY(meta_put(db, META_ZONE, str_int(a, in->zone)));
    TRY(meta_put(db, META_SHIFT, S("0")));
    if (in->practice)
        TRY(meta_put(db, META_SECOND_FACTOR, S(SECOND_FACTOR_FREE)));
    return meta_put(db, META_CHECK, keyring_check(in->keyring, a));
}

static Err fill_data(Db *db, Arena *a, const Installation *in)
{
    TRY(db_begin(db));
    Err e = guard_tables(db);
    if (e == ERR_OK)
        e = identity(db, a, in);
    if (e == ERR_OK)
        e = db_commit(db);
    if (e != ERR_OK)
        db_rollback(db);
    return e;
}

static Err make_data(Arena *a, const Installation *in)
{
    Db *db;
    TRY(db_open(in->data_db, DB_WRITE, &db));
    Err e = fill_data(db, a, in);
    db_close(db);
    return e;
}

static Err create(Arena *a, Installation *in)
{
    TRY(file_mkdir(in->dir));
    if (file_exists(in->data_db) || file_exists(in->keys_db))
        return E_DUPLICATE;
    TRY(key_file_create(in->key_file));
    TRY(keyring_open(in->key_file, STR_NONE, in->id, &in->keyring));
    TRY(make_keys(in));
    TRY(make_files(in));
    return make_data(a, in);
}

Err installation_create(const char *dir, bool practice, int zone)
{
    Arena *a = arena_new(64 * 1024);
    Installation in = {.practice = practice, .zone = zone, .id = rand_uid(a)};
    set_paths(a, dir, &in);
    Err e = create(a, &in);
    installation_close(&in);
    arena_free(a);
    return e;
}

/* ---- opening it ---- */

static Err meta_number(Db *db, Arena *a, Str key, int64_t *ret)
{
    Str text;
    TRY(meta_get(db, a, key, &text));
    return str_i64(text, ret) ? ERR_OK : E_CORRUPT;
}

static Err read_identity(Db *db, Arena *a, Installation *in, Str *ret_check)
{
    int64_t practice, zone;
    TRY(meta_get(db, a, META_ID, &in->id));
    TRY(meta_get(db, a, META_CHECK, ret_check));
    TRY(meta_number(db, a, META_PRACTICE, &practice));
    TRY(meta_number(db, a, META_ZONE, &zone));
    TRY(meta_number(db, a, META_SHIFT, &in->clock_shift));
    if (!uid_shape(in->id) || zone < -12 * 60 || zone > 14 * 60)
        return E_CORRUPT;
    in->practice = practice == 1;
    in->zone = (int)zone;
    return ERR_OK;
}

/* A database without guard's tables is half made or none of ours. */
static Err read_meta(Arena *a, Installation *in, Str *ret_check)
{
    Db *db;
    StrList columns;
    TRY(db_open(in->data_db, DB_READ, &db));
    Err e = db_columns(db, a, S("meta"), &columns);
    if (e == ERR_OK)
        e = columns.n ? read_identity(db, a, in, ret_check) : E_CORRUPT;
    db_close(db);
    return e;
}

static Err open_keyring(Arena *a, Installation *in, Str passphrase, Str check)
{
    TRY(keyring_open(in->key_file, passphrase, in->id, &in->keyring));
    in->sealed_file = passphrase.ptr != NULL;
    if (str_eq(keyring_check(in->keyring, a), check))
        return ERR_OK;
    installation_close(in);
    return E_KEY;
}

static void set_clock(const Installation *in)
{
    clock_set_zone(in->zone);
    clock_shift(in->practice ? in->clock_shift : 0);
}

Err installation_identity(Arena *a, const char *dir, Installation *ret, Str *ret_check)
{
    *ret = (Installation){0};
    set_paths(a, dir, ret);
    return file_exists(ret->data_db) ? read_meta(a, ret, ret_check) : E_NOT_FOUND;
}

Err installation_unseal(Arena *a, const char *dir, Str passphrase, Installation *ret)
{
    Str check;
    Installation in;
    TRY(installation_identity(a, dir, &in, &check));
    TRY(open_keyring(a, &in, passphrase, check));
    set_clock(&in);
    *ret = in;
    return ERR_OK;
}

Err installation_open(Arena *a, const char *dir, Installation *ret)
{
    return installation_unseal(a, dir, STR_NONE, ret);
}

void installation_close(Installation *in)
{
    keyring_free(in->keyring);
    in->keyring = NULL;
}

Err installation_shift(Installation *in, Db *db, int64_t ms)
{
    Arena *a = arena_new(1024);
    Err e = in->practice ? meta_put(db, META_SHIFT, str_int(a, ms)) : E_DENIED;
    arena_free(a);
    TRY(e);
    in->clock_shift = ms;
    set_clock(in);
    return ERR_OK;
}
