#include "model/rekey.h"

#include "base/base64.h"
#include "base/file.h"
#include "model/files.h"
#include "model/key_chain.h"
#include "model/scrub.h"

/* Which key that comes the data are closed by: the hash of its wrapped form. */
#define META_REKEYED S("kunci_berganti")

typedef struct Run {
    Rekey *what;
    WriteTx *tx;
    const Keyring *keyring;
    Db *files;
    Dek from, to; /* only while the files are open */
    Arena *a;     /* of one record */
    const Record *rec;
} Run;

static SealPlace place_of(const Run *run, const Record *r, Str field)
{
    return (SealPlace){
        .reg = r->reg->name, .field = field, .record_uid = r->uid, .subject_uid = run->what->uid};
}

/* Closes a value anew, and the file it names. E_CORRUPT when the old key does not open it. */
static Err reseal_value(Run *run, const Record *r, Str name, Str blob, Str *ret)
{
    Str plain;
    const Field *f = field_once_called(r->reg, name);
    SealPlace at = place_of(run, r, f ? field_first_name(f) : name);
    TRY(unseal(run->keyring, &run->from, at, run->a, blob, &plain));
    *ret = seal(run->keyring, &run->to, (DataClass)blob.ptr[1], at, run->a, plain);
    run->what->values++;
    if (!f || f->kind != FK_FILE)
        return ERR_OK;
    FileReseal file = {run->keyring, f, plain, run->what->uid, &run->from, &run->to};
    return file_reseal(run->files, &file, &run->what->pieces);
}

/* ---- versions ---- */

/* What a version says of one field; what does not open stays as it is. */
static Err reseal_entry(void *ctx, Str key, Str *value)
{
    Run *run = ctx;
    Str blob, fresh;
    if (!str_ends(key, S("!")) || !value->ptr || !base64_decode(run->a, *value, &blob))
        return ERR_OK;
    Err e = reseal_value(run, run->rec, str_head(key, key.len - 1), blob, &fresh);
    if (e == ERR_OK)
        *value = base64_encode(run->a, fresh);
    run->what->left += e == E_CORRUPT;
    return e == E_CORRUPT ? ERR_OK : e;
}

/* A version that did not fit its hash keeps everything as it was: a new hash would hide that. */
static Err reseal_version(Run *run, PastVersion v, Record *was, Record *is)
{
    Arena *a = run->a;
    if (!past_step(a, was, &v) || !row_hash_fits(run->keyring, a, was, &v, false))
        return E_CORRUPT;
    run->rec = is;
    TRY(past_rewrite(a, v.delta, reseal_entry, run, &v.delta));
    if (!past_step(a, is, &v))
        return E_CORRUPT;
    return past_put(run->tx->db, run->keyring, a, is, &v);
}

/* ---- the row ---- */

/* The bytes that stand in the newest version; what no version holds is closed anew here. */
static Err put_value(Run *run, const Record *now, const Field *f, Str blob)
{
    Str old = now->vals[f->index].blob;
    if (!old.ptr)
        return ERR_OK;
    if (!blob.ptr || str_eq(blob, old))
        TRY(reseal_value(run, now, f->name, old, &blob));
    return db_run(run->tx->db,
                  z_printf(run->a, "UPDATE %.*s SET %.*s=:blob WHERE id=:id",
                           STR_ARG(now->reg->name), STR_ARG(f->name)),
                  BIND_BLOB(":blob", blob), BIND(":id", now->id));
}

static Err reseal_record(Run *run, const Record *now)
{
    PastVersions versions;
    Record was = past_begin(run->a, now), is = past_begin(run->a, now);
    TRY(past_versions(run->tx->db, run->a, now, &versions));
    for (size_t i = 0; i < versions.n; i++)
        TRY(reseal_version(run, versions.items[i], &was, &is));
    if (was.version != now->version ||
        !str_eq(row_hash(run->keyring, run->a, now, STR_NONE, STR_NONE),
                row_hash(run->keyring, run->a, &was, STR_NONE, STR_NONE)))
        return E_CORRUPT;
    for (size_t i = 0; i < now->reg->field_count; i++)
        if (now->reg->fields[i]->class_)
            TRY(put_value(run, now, now->reg->fields[i], is.vals[i].blob));
    return ERR_OK;
}

/* ---- all rows that the key closes ---- */

static Err reseal_row(Run *run, const Register *reg, int64_t id)
{
    Record now;
    run->a = arena_new(PAST_MEMORY);
    Err e = row_by_id(run->tx->db, run->a, reg, id, &now);
    if (e == ERR_OK)
        e = reseal_record(run, &now);
    arena_free(run->a);
    return e;
}

/* A chain that leads on from the record it refers to, or to one of several registers, is not asked
 * for in one statement: the domain has none, and one that comes must not lose what it closed. */
static bool is_plain(const Register *reg)
{
    const Register *to = reg->key == KEY_REF ? reg->key_ref->target : reg;
    return to && (to == reg || to->key == KEY_OWN || to->key == KEY_NONE);
}

static Err reseal_rows(Run *run, int64_t subject)
{
    const Model *m = run->what->store->model;
    for (size_t i = 0; i < m->reg_count; i++) {
        const Register *reg = m->regs[i];
        IdList ids;
        if (!reg->has_sealed)
            continue;
        if (!is_plain(reg))
            return E_DOMAIN;
        TRY(key_chain_rows(run->tx->db, run->tx->arena, reg, run->what->reg, subject, &ids));
        for (size_t k = 0; k < ids.n; k++)
            TRY(reseal_row(run, reg, ids.items[k]));
    }
    return ERR_OK;
}

/* ---- the three stores ---- */

static Str comes_of(Arena *a, Str uid)
{
    return str_printf(a, KEY_COMES "%.*s", STR_ARG(uid));
}

/* Both keys, for as long as `fn` runs; the one that comes is on disk before. */
static Err with_keys(Run *run, Arena *a, Db *keys, int64_t subject, Str *ret_mark)
{
    Str wrapped, comes = comes_of(a, run->what->uid);
    TRY(keyring_dek(run->keyring, keys, run->what->uid, &run->from));
    keyring_new_dek(run->keyring, a, comes, &run->to, &wrapped);
    *ret_mark = plain_hash(a, wrapped);
    Err e = keys_put(keys, comes, wrapped);
    if (e == ERR_OK)
        e = db_begin(run->files);
    if (e == ERR_OK)
        e = db_end(run->files, reseal_rows(run, subject));
    dek_wipe(&run->from);
    dek_wipe(&run->to);
    return e;
}

static Err with_files(Rekey *r, WriteTx *tx, Db *keys)
{
    Run run = {.what = r, .tx = tx, .keyring = r->store->in->keyring};
    AuditAct act = {.store = r->store,
                    .actor = r->actor,
                    .action = S("key:rotate"),
                    .uid = r->uid,
                    .result = S("ok"),
                    .reg = r->reg};
    int64_t id;
    Str mark;
    TRY(row_id(tx->db, r->reg, r->uid, &id));
    TRY(files_open(r->store, &run.files));
    Err e = with_keys(&run, tx->arena, keys, id, &mark);
    db_close(run.files);
    TRY(e);
    TRY(meta_put(tx->db, META_REKEYED, mark));
    return store_audit_act(tx, &act);
}

static Err write_all(WriteTx *tx, void *rekey)
{
    Rekey *r = rekey;
    Db *keys;
    TRY(db_open(r->store->in->keys_db, DB_WRITE, &keys));
    Err e = with_files(r, tx, keys);
    db_close(keys);
    return e;
}

Err rekey_run(Rekey *r)
{
    r->values = r->pieces = r->left = 0;
    Err e = writer_run(r->store->writer, NULL, write_all, r);
    Err finished = rekey_finish(r->store->in);
    return e == ERR_OK ? finished : e;
}

/* ---- taking over ---- */

static Err truncate_log(const char *path)
{
    Db *db;
    TRY(db_open(path, DB_WRITE, &db));
    Err e = db_truncate_log(db);
    db_close(db);
    return e;
}

/* Files before the key: while a key waits, files may. */
static Err take_over(const Installation *in, Arena *a, Db *keys, Str subject, bool keep)
{
    Db *files;
    TRY(db_open(in->files_db, DB_WRITE, &files));
    Err e = files_take_over(files, keep);
    db_close(files);
    TRY(e);
    if (keep)
        TRY(keys_take_over(in->keyring, keys, a, subject));
    else
        TRY(keys_destroy(keys, comes_of(a, subject)));
    TRY(db_truncate_log(keys));
    return truncate_log(in->data_db);
}

static Err finish(const Installation *in, Arena *a, Db *keys, Str comes)
{
    Str wrapped, mark;
    Db *db;
    TRY(keys_wrapped(keys, a, comes, &wrapped));
    TRY(db_open(in->data_db, DB_READ, &db));
    Err e = meta_get(db, a, META_REKEYED, &mark);
    db_close(db);
    TRY(e);
    return take_over(in, a, keys, str_from(comes, sizeof KEY_COMES - 1),
                     str_eq(mark, plain_hash(a, wrapped)));
}

/* Absent when nothing waits, and where the key store cannot be read: who works with it tells that.
 */
static Str waiting(const Installation *in, Arena *a)
{
    Db *keys;
    Str comes = STR_NONE;
    if (!file_exists(in->keys_db) || db_open(in->keys_db, DB_READ, &keys) != ERR_OK)
        return comes;
    if (db_text(keys, "SELECT min(subject) FROM kunci WHERE subject>=:from AND subject<:to", a,
                &comes, BIND(":from", S(KEY_COMES)), BIND(":to", S("baru0"))) != ERR_OK)
        comes = STR_NONE;
    db_close(keys);
    return comes;
}

Err rekey_finish(const Installation *in)
{
    Arena *a = arena_new(1024 * 1024);
    Str comes = waiting(in, a);
    Db *keys;
    Err e = ERR_OK;
    if (comes.ptr) {
        e = db_open(in->keys_db, DB_WRITE, &keys);
        if (e == ERR_OK) {
            e = finish(in, a, keys, comes);
            db_close(keys);
        }
    }
    arena_free(a);
    return e;
}
