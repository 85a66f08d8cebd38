#include "engine/backup_db.h"

#include "base/clock.h"
#include "base/file.h"
#include "guard/crypto.h"
#include "model/scrub.h"

#define COPY_BEFORE "sebelum-"

static const char *const databases[] = {"sigap.db", "kunci.db", "berkas.db"};
enum { DATABASES = COUNT(databases), SUM_SIZE = 32 };
enum { RECORDS_TRIED = 3 }; /* of each register, out of a new copy */

static const char *within(Arena *a, const char *dir, const char *name)
{
    return z_printf(a, "%s/%s", dir, name);
}

/* ---- making one ---- */

static Err copy_one(const char *from, const char *to)
{
    Db *db;
    if (file_exists(to))
        return E_DUPLICATE;
    TRY(db_open(from, DB_READ, &db));
    Err e = db_copy(db, to);
    db_close(db);
    return e;
}

/* Copies sigap.db, then kunci.db and berkas.db, into the folder: keys and bytes are written before
 * the data that need them, so copying the data first never leaves data without them. E_DUPLICATE
 * when a copy is there already. */
static Err backup_copy(const Installation *in, Arena *a, const char *dir)
{
    const char *const from[DATABASES] = {in->data_db, in->keys_db, in->files_db};
    for (size_t i = 0; i < DATABASES; i++)
        TRY(copy_one(from[i], within(a, dir, databases[i])));
    return ERR_OK;
}

static Err add_to_hash(void *hash, Str bytes)
{
    hash_raw(hash, bytes);
    return ERR_OK;
}

static Err sum_of(Arena *a, const char *path, Str *ret)
{
    unsigned char sum[SUM_SIZE];
    Hash h;
    hash_begin(&h, NULL, sizeof sum);
    Err e = file_chunks(path, add_to_hash, &h);
    hash_end(&h, sum, sizeof sum);
    *ret = hex_of(a, sum, sizeof sum);
    return e;
}

static Err write_sums(Arena *a, const char *dir)
{
    Buf b = buf_new(a, 512);
    for (size_t i = 0; i < DATABASES; i++) {
        Str sum;
        TRY(sum_of(a, within(a, dir, databases[i]), &sum));
        buf_printf(&b, "%.*s  %s\n", STR_ARG(sum), databases[i]);
    }
    return file_write(within(a, dir, BACKUP_SUMS), buf_str(&b));
}

/* A few records of each register out of the copy, with the model that wrote them. */
static Err try_records(const Store *s, Arena *a, const char *dir, BackupProof *p)
{
    Installation in = *s->in;
    Store copy = *s;
    ReadConn conn;
    Scrub sum;
    Problems problems = {.arena = a};
    in.data_db = within(a, dir, databases[0]);
    in.keys_db = within(a, dir, databases[1]);
    copy.in = &in;
    p->broken = str_of(databases[0]);
    TRY(readconn_open(&copy, &conn));
    Err e = scrub_sample(&copy, &conn, RECORDS_TRIED, &problems, &sum);
    readconn_close(&conn);
    TRY(e);
    p->records = sum.records;
    if (sum.faults)
        return E_CORRUPT;
    p->broken = STR_NONE;
    return ERR_OK;
}

Err backup_make(const Store *s, Arena *a, const char *dir, bool with_key, BackupProof *ret)
{
    const Installation *in = s->in;
    *ret = (BackupProof){0};
    TRY(file_mkdir(dir));
    if (file_exists(within(a, dir, BACKUP_SUMS)))
        return E_DUPLICATE;
    TRY(backup_copy(in, a, dir));
    if (with_key)
        TRY(file_copy(in->key_file, within(a, dir, BACKUP_KEY)));
    TRY(write_sums(a, dir));
    TRY(backup_check(a, dir, (BackupKey){.file = in->key_file, .open = in->keyring}, ret));
    return try_records(s, a, dir, ret);
}

/* ---- proving one ---- */

static Err check_sum(Arena *a, const char *dir, Str line, BackupProof *p)
{
    Str name, sum;
    ptrdiff_t blank = str_find(line, ' ');
    if (blank < 0)
        return E_CORRUPT;
    name = str_trim(str_from(line, (size_t)blank));
    p->broken = name;
    if (str_find(name, '/') >= 0)
        return E_CORRUPT;
    Err e = sum_of(a, within(a, dir, str_z(a, name)), &sum);
    if (e != ERR_OK)
        return e == E_NOT_FOUND ? E_CORRUPT : e;
    return str_eq(sum, str_head(line, (size_t)blank)) ? ERR_OK : E_CORRUPT;
}

static Err check_sums(Arena *a, const char *dir, BackupProof *p)
{
    Str text, line;
    size_t lines = 0;
    TRY(file_read(a, within(a, dir, BACKUP_SUMS), 4096, &text));
    while (str_cut(&text, '\n', &line))
        if (!str_empty(line)) {
            TRY(check_sum(a, dir, line, p));
            lines++;
        }
    p->broken = S(BACKUP_SUMS);
    return lines >= DATABASES ? ERR_OK : E_CORRUPT;
}

static Err check_intact(Arena *a, const char *dir, BackupProof *p)
{
    for (size_t i = 0; i < DATABASES; i++) {
        Db *db;
        int64_t bytes;
        const char *path = within(a, dir, databases[i]);
        p->broken = str_of(databases[i]);
        TRY(file_size(path, &bytes));
        p->bytes += bytes;
        TRY(db_open(path, DB_READ, &db));
        Err e = db_intact(db);
        db_close(db);
        TRY(e);
    }
    return ERR_OK;
}

/* Which key the copy wants, by the time it was made. */
static Err root_of_copy(Arena *a, const char *dir, RootSeal *ret)
{
    Db *keys;
    TRY(db_open(within(a, dir, databases[1]), DB_READ, &keys));
    Err e = root_seal_read(keys, a, ret);
    db_close(keys);
    return e;
}

static Err open_key(Db *db, Arena *a, const char *dir, BackupKey key, Str installation,
                    Keyring **ret)
{
    RootSeal root;
    Str check;
    TRY(meta_get(db, a, S("key_check"), &check));
    TRY(root_of_copy(a, dir, &root));
    TRY(keyring_open_under(key.file, key.passphrase, installation, root, ret));
    if (str_eq(keyring_check(*ret, a), check))
        return ERR_OK;
    keyring_free(*ret);
    return E_KEY;
}

static Err check_chain(Db *db, const Keyring *k, BackupProof *p)
{
    TRY(audit_verify(db, k, &p->audit));
    p->audited = true;
    return p->audit.bad_seq ? E_CORRUPT : ERR_OK;
}

static Err check_audit(Db *db, Arena *a, const char *dir, BackupKey key, BackupProof *p)
{
    Keyring *k;
    if (key.open)
        return check_chain(db, key.open, p);
    TRY(open_key(db, a, dir, key, p->installation, &k));
    Err e = check_chain(db, k, p);
    keyring_free(k);
    return e;
}

static Err check_data(Arena *a, const char *dir, BackupKey key, BackupProof *p)
{
    Db *db;
    p->broken = str_of(databases[0]);
    TRY(db_open(within(a, dir, databases[0]), DB_READ, &db));
    Err e = meta_get(db, a, S("installation"), &p->installation);
    if (e == ERR_OK && (key.open || file_exists(key.file)))
        e = check_audit(db, a, dir, key, p);
    db_close(db);
    return e;
}

Err backup_key_fits(Arena *a, const char *dir, BackupKey key)
{
    Db *db;
    Str installation;
    Keyring *k;
    TRY(db_open(within(a, dir, databases[0]), DB_READ, &db));
    Err e = meta_get(db, a, S("installation"), &installation);
    if (e == ERR_OK)
        e = open_key(db, a, dir, key, installation, &k);
    db_close(db);
    if (e == ERR_OK)
        keyring_free(k);
    return e;
}

bool backup_wants_key(Arena *a, const char *home, int64_t number)
{
    StrList names;
    RootSeal root;
    if (file_list(a, home, S(""), &names) != ERR_OK)
        return true;
    for (size_t i = 0; i < names.n; i++) {
        const char *dir = within(a, home, names.items[i].ptr);
        if (file_exists(within(a, dir, databases[1])) &&
            (root_of_copy(a, dir, &root) != ERR_OK ||
             number == (root.box.ptr ? (int64_t)root.version : 1)))
            return true;
    }
    return false;
}

Err backup_check(Arena *a, const char *dir, BackupKey key, BackupProof *ret)
{
    *ret = (BackupProof){0};
    TRY(check_sums(a, dir, ret));
    TRY(check_intact(a, dir, ret));
    TRY(check_data(a, dir, key, ret));
    ret->broken = STR_NONE;
    return ERR_OK;
}

/* ---- before a change ---- */

enum { ROOM_TO_WORK = 16 << 20 };

/* The copy and what the change itself may add. */
static Err room_in(const Installation *in, const char *dir, BackupBefore *ret)
{
    const char *const files[DATABASES] = {in->data_db, in->keys_db, in->files_db};
    ret->needed = ROOM_TO_WORK;
    for (size_t i = 0; i < DATABASES; i++) {
        int64_t bytes;
        TRY(file_size(files[i], &bytes));
        ret->needed += bytes + bytes / 10;
    }
    TRY(file_free_space(dir, &ret->room));
    return ret->needed > ret->room ? E_FULL : ERR_OK;
}

Err backup_before(const Installation *in, Db *db, Arena *a, Str what, BackupBefore *ret)
{
    Str model;
    BackupProof proof;
    *ret = (BackupBefore){0};
    TRY(meta_get(db, a, S("model"), &model));
    if (!model.ptr)
        return ERR_OK;
    TRY(room_in(in, in->dir, ret));
    Str dir = str_printf(a, "%s/" COPY_BEFORE "%.*s-%lld", in->dir, STR_ARG(what),
                         (long long)clock_now());
    TRY(file_mkdir(dir.ptr));
    TRY(backup_copy(in, a, dir.ptr));
    TRY(write_sums(a, dir.ptr));
    TRY(backup_check(a, dir.ptr, (BackupKey){.file = ""}, &proof));
    ret->dir = dir;
    return ERR_OK;
}

Err backup_room(const Installation *in, const char *dir)
{
    BackupBefore room = {0};
    return room_in(in, dir, &room);
}

/* ---- copies from before, grown old ---- */

bool backup_before_moment(Str name, int64_t *ret)
{
    Str piece, last = STR_NONE;
    if (!str_starts(name, S(COPY_BEFORE)))
        return false;
    while (str_cut(&name, '-', &piece))
        last = piece;
    return str_i64(last, ret);
}

static size_t newer_copies(const StrList *names, int64_t than)
{
    size_t n = 0;
    int64_t at;
    for (size_t i = 0; i < names->n; i++)
        n += backup_before_moment(names->items[i], &at) && at > than;
    return n;
}

/* A database, what SQLite left beside it while it was proved, or the list of hashes. */
static bool of_a_copy(Str name)
{
    bool known = str_is(name, BACKUP_SUMS);
    for (size_t i = 0; i < DATABASES; i++)
        known |= str_starts(name, str_of(databases[i]));
    return known;
}

static bool remove_copy(Arena *a, const char *dir)
{
    StrList files;
    if (file_list(a, dir, S(""), &files) != ERR_OK)
        return false;
    for (size_t i = 0; i < files.n; i++)
        if (!of_a_copy(files.items[i]))
            return false;
    file_remove_folder(dir);
    return !file_exists(dir);
}

Err backup_sweep(const Installation *in, Arena *a, size_t *ret_removed)
{
    const int64_t oldest = clock_now() - BACKUP_KEPT_DAYS * DAY_MS;
    StrList names;
    int64_t at;
    *ret_removed = 0;
    TRY(file_list(a, in->dir, S(""), &names));
    for (size_t i = 0; i < names.n; i++)
        if (backup_before_moment(names.items[i], &at) && at < oldest &&
            newer_copies(&names, at) >= BACKUP_KEPT)
            *ret_removed += remove_copy(a, within(a, in->dir, names.items[i].ptr));
    return ERR_OK;
}

/* ---- taking it back ---- */

static Err copy_back(Arena *a, const char *dir, const char *data)
{
    for (size_t i = 0; i < DATABASES; i++)
        TRY(file_copy(within(a, dir, databases[i]), within(a, data, databases[i])));
    return ERR_OK;
}

/* The key first: cut off behind it, the folder has no data yet and every key still has a name. */
static Err put_key(Arena *a, const char *dir, const char *data, BackupKey key)
{
    const char *own = within(a, data, BACKUP_KEY), *fresh = within(a, data, BACKUP_KEY ".new");
    StrList old;
    int64_t number = 0;
    if (backup_key_fits(a, dir, (BackupKey){.file = own, .passphrase = key.passphrase}) == ERR_OK)
        return ERR_OK;
    TRY(key_file_old(a, data, &old));
    for (size_t i = 0; i < old.n; i++)
        if (key_file_number(old.items[i]) > number)
            number = key_file_number(old.items[i]);
    file_remove(fresh);
    TRY(file_copy(key.file, fresh));
    TRY(key_file_set_aside(a, data, number + 1));
    return file_rename(fresh, own);
}

Err backup_restore(Arena *a, const char *dir, const char *data, BackupKey key, BackupProof *ret)
{
    *ret = (BackupProof){0};
    TRY(file_mkdir(data));
    for (size_t i = 0; i < DATABASES; i++)
        if (file_exists(within(a, data, databases[i])))
            return E_DUPLICATE;
    if (!file_exists(key.file))
        return E_KEY;
    TRY(backup_check(a, dir, key, ret));
    TRY(put_key(a, dir, data, key));
    Err e = copy_back(a, dir, data);
    for (size_t i = 0; e != ERR_OK && i < DATABASES; i++)
        file_remove(within(a, data, databases[i]));
    return e;
}

/* ---- on record ---- */

Err backup_note(WriteTx *tx, const BackupRow *row)
{
    return db_run(tx->db,
                  "INSERT INTO cadangan(at,place,bytes,result,took)"
                  " VALUES(:at,:place,:bytes,:result,:took)",
                  BIND(":at", row->at), BIND(":place", row->place), BIND(":bytes", row->bytes),
                  BIND(":result", row->result), BIND(":took", row->took));
}

Err backup_forget(WriteTx *tx, int64_t before)
{
    return db_run(tx->db, "DELETE FROM cadangan WHERE at<:before", BIND(":before", before));
}

Err backup_list(Db *db, Arena *a, BackupRow *ret, size_t max, size_t *ret_n)
{
    Stmt *st;
    Err e = ERR_OK;
    *ret_n = 0;
    TRY(db_stmt(db, "SELECT at,bytes,place,result,took FROM cadangan ORDER BY id DESC", &st));
    while (*ret_n < max && stmt_next(st, &e))
        ret[(*ret_n)++] = (BackupRow){.at = row_int(st, 0),
                                      .bytes = row_int(st, 1),
                                      .took = row_int(st, 4),
                                      .place = row_text(a, st, 2),
                                      .result = row_text(a, st, 3)};
    stmt_done(st);
    return e;
}
