#include "guard/installation.h"

#include "clock.h"
#include "file.h"
#include "guard/account.h"
#include "guard/audit.h"
#include "guard/key_file.h"
#include "guard/reach.h"
#include "guard/role_grant.h"
#include "guard/second_factor.h"
#include "guard/session.h"
#include "guard/whence.h"
#include "rand.h"

#include <string.h>

/* Rows of meta. */
#define META_ID       S("installation")
#define META_PRACTICE S("practice")
#define META_ZONE     S("zone")
#define META_SHIFT    S("clock_shift")
#define META_CHECK    S("key_check")

/* Beside the key file: the one that comes. */
#define KEY_NEXT ".berikut"

Err meta_get(Db *db, Arena *a, Str key, Str *ret)
{
    return db_text(db, "SELECT nilai FROM meta WHERE kunci=:key", a, ret, BIND(":key", key));
}

Err meta_put(Db *db, Str key, Str value)
{
    return db_run(db,
                  "INSERT INTO meta(kunci,nilai) VALUES(:key,:value)"
                  " ON CONFLICT(kunci) DO UPDATE SET nilai=excluded.nilai",
                  BIND(":key", key), BIND(":value", value));
}

static void set_paths(Arena *a, const char *dir, Installation *in)
{
    in->dir = str_z(a, str_of(dir));
    in->data_db = z_printf(a, "%s/sigap.db", dir);
    in->keys_db = z_printf(a, "%s/kunci.db", dir);
    in->files_db = z_printf(a, "%s/berkas.db", dir);
    in->key_file = z_printf(a, "%s/" KEY_FILE, dir);
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
    TRY(db_exec(db, ROLE_GRANT_TABLE));
    TRY(db_exec(db, WHENCE_TABLE));
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
    return db_end(db, e);
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

Err root_seal_read(Db *keys, Arena *a, RootSeal *ret)
{
    Stmt *st;
    StrList columns;
    *ret = (RootSeal){0};
    TRY(db_columns(keys, a, S("kek"), &columns));
    if (!columns.n)
        return ERR_OK;
    TRY(db_first(keys, "SELECT version,root FROM kek ORDER BY version DESC", &st));
    if (st)
        *ret = (RootSeal){(unsigned)row_int(st, 0), row_blob(a, st, 1)};
    stmt_done(st);
    return ERR_OK;
}

Err installation_root(Arena *a, const Installation *in, RootSeal *ret)
{
    Db *db;
    *ret = (RootSeal){0};
    if (!file_exists(in->keys_db))
        return ERR_OK; /* told by whoever opens it to work with */
    TRY(db_open(in->keys_db, DB_READ, &db));
    Err e = root_seal_read(db, a, ret);
    db_close(db);
    return e;
}

static const char *next_key(Arena *a, const Installation *in)
{
    return z_printf(a, "%s" KEY_NEXT, in->key_file);
}

/* The new key takes its place; the old one, if it is still there, is kept for the copies made
 * before. */
static Err change_key_file(Arena *a, const Installation *in, unsigned old)
{
    TRY(key_file_set_aside(a, in->dir, old));
    return file_rename(next_key(a, in), in->key_file);
}

/* A rotation that was cut off after its commit: the key store wants the key that waits beside. */
static Err open_next(Arena *a, Installation *in, Str passphrase, RootSeal root)
{
    const char *next = next_key(a, in);
    if (!root.box.ptr || !file_exists(next))
        return E_KEY;
    TRY(keyring_open_under(next, passphrase, in->id, root, &in->keyring));
    return change_key_file(a, in, root.version - 1);
}

static Err open_keyring(Arena *a, Installation *in, Str passphrase, Str check)
{
    RootSeal root;
    TRY(installation_root(a, in, &root));
    Err e = keyring_open_under(in->key_file, passphrase, in->id, root, &in->keyring);
    if (e == E_KEY)
        e = open_next(a, in, passphrase, root);
    if (e == ERR_OK && !str_eq(keyring_check(in->keyring, a), check))
        e = E_KEY;
    if (e != ERR_OK)
        installation_close(in);
    in->sealed_file = passphrase.ptr != NULL;
    return e;
}

/* ---- another key ---- */

static Err rewrap_all(const Installation *in, const Keyring *next, RootSeal root, int64_t *ret_n)
{
    Db *db;
    TRY(db_open(in->keys_db, DB_WRITE, &db));
    Err e = db_begin(db);
    if (e == ERR_OK)
        e = db_end(db, keys_rewrap(in->keyring, next, root, db, ret_n));
    if (e == ERR_OK)
        e = db_truncate_log(db);
    db_close(db);
    return e;
}

/* Where the audit chain stands, which nobody else writes to now. */
static Err end_of_chain(const Installation *in, Arena *a, Epoch *ret)
{
    Db *db;
    Str mac;
    TRY(db_open(in->data_db, DB_READ, &db));
    Err e = audit_head(db, a, &ret->row, &mac);
    db_close(db);
    TRY(e);
    if (mac.len != sizeof ret->mac)
        return E_CORRUPT;
    memcpy(ret->mac, mac.ptr, sizeof ret->mac);
    ret->at = clock_real();
    return ERR_OK;
}

Err installation_rotate(Installation *in, Arena *a, Str passphrase, int64_t *ret_n)
{
    RootSeal root;
    Keyring *next;
    Epoch found;
    if (!file_lock(in->lock, true))
        return E_BUSY;
    TRY(end_of_chain(in, a, &found));
    TRY(keyring_next(in->keyring, a, found, &root, &next));
    Err e = keyring_write(next, next_key(a, in), passphrase);
    if (e == ERR_OK)
        e = rewrap_all(in, next, root, ret_n);
    if (e == ERR_OK)
        e = change_key_file(a, in, keyring_version(in->keyring));
    if (e == ERR_OK) {
        keyring_free(in->keyring);
        in->keyring = next;
    } else
        keyring_free(next);
    return e;
}

void installation_clock(const Installation *in)
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
    int lock = file_open_folder(dir);
    if (lock < 0)
        return E_NOT_FOUND;
    (void)file_lock(lock, false); /* waits for a change of keys to end */
    Err e = installation_identity(a, dir, &in, &check);
    if (e == ERR_OK)
        e = open_keyring(a, &in, passphrase, check);
    if (e != ERR_OK) {
        file_close_folder(lock);
        return e;
    }
    in.lock = lock;
    installation_clock(&in);
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
    if (in->lock)
        file_close_folder(in->lock);
    in->lock = 0;
}

Err installation_shift(Installation *in, Db *db, int64_t ms)
{
    Arena *a = arena_new(1024);
    Err e = in->practice ? meta_put(db, META_SHIFT, str_int(a, ms)) : E_DENIED;
    arena_free(a);
    TRY(e);
    in->clock_shift = ms;
    installation_clock(in);
    return ERR_OK;
}
