#include "model/reseal.h"

#include "base/file.h"
#include "guard/audit.h"
#include "guard/letterbox.h"
#include "model/reason.h"
#include "model/scrub.h"

/* The KEK for which it was done. */
#define META_RESEALED S("rahasia_untuk")

/* What seal_own closed: its purpose, where it lies, and the context as those who write it have it.
 */
static const struct Own {
    char purpose[9];
    const char *table, *column, *context;
} owns[] = {{OWN_SEED, "kode_kedua", "seed", "user_uid"},
            {OWN_DRAFT, "draf", "blob", "user_uid||'/'||reg||'/'||rec"},
            {OWN_FILTER, "saringan", "name", "uid"},
            {OWN_FILTER, "saringan", "query", "uid"},
            {OWN_LETTER, "kotak_masuk", "fault", "uid"}};

static Err reseal_one(Db *db, const Keyring *k, const struct Own *own, Arena *a, int64_t *last)
{
    Stmt *st;
    Str plain;
    TRY(db_first(db,
                 z_printf(a,
                          "SELECT rowid,%s,%s FROM %s WHERE rowid>:last AND %s IS NOT NULL"
                          " ORDER BY rowid",
                          own->context, own->column, own->table, own->column),
                 &st, BIND(":last", *last)));
    *last = st ? row_int(st, 0) : 0;
    if (!st)
        return ERR_OK;
    Str context = row_text(a, st, 1), blob = row_blob(a, st, 2);
    stmt_done(st);
    if (unseal_own(k, own->purpose, context, a, blob, &plain) != ERR_OK)
        return ERR_OK; /* damaged before: nobody reads it, and it keeps nobody from the rest */
    return db_run(
        db, z_printf(a, "UPDATE %s SET %s=:blob WHERE rowid=:row", own->table, own->column),
        BIND_BLOB(":blob", seal_own(k, own->purpose, context, a, plain)), BIND(":row", *last));
}

static Err reseal_column(Db *db, const Keyring *k, const struct Own *own)
{
    int64_t last = 0;
    Err e = ERR_OK;
    do {
        Arena *a = arena_new((size_t)64 << 20);
        e = reseal_one(db, k, own, a, &last);
        arena_free(a);
    } while (e == ERR_OK && last);
    return e;
}

/* ---- row hashes, words ---- */

typedef struct Rehash {
    Db *db;
    const Keyring *k;
    const Store *store;
} Rehash;

typedef struct Words {
    Reader rd;
    const Record *rec;
    Str about;
} Words;

/* What an older program, or a rule, wrote in clear. */
static Err close_entry(void *words, Str key, Str *value)
{
    Words *w = words;
    const Field *f = field_once_called(w->rec->reg, key);
    if (!f || !f->reason || !value->ptr || str_starts(*value, S(REASON_MARK)))
        return ERR_OK;
    return reason_seal(&w->rd, w->about, *value, value);
}

/* Once all of a record fits: nothing else is changed by it. */
static Err close_words(const Rehash *r, Arena *a, const Record *now, PastVersions *v)
{
    Words w = {.rec = now,
               .rd = {.store = r->store, .db = r->db, .keys = r->store->writer_keys, .arena = a}};
    Record is = past_begin(a, now);
    w.about = reason_subject(&w.rd, now);
    for (size_t i = 0; i < v->n; i++) {
        TRY(past_rewrite(a, v->items[i].delta, close_entry, &w, &v->items[i].delta));
        if (!past_step(a, &is, &v->items[i]))
            return E_CORRUPT;
        TRY(past_put(r->db, r->k, a, &is, &v->items[i]));
    }
    for (size_t i = 0; i < now->reg->field_count; i++)
        if (now->reg->fields[i]->reason)
            TRY(db_run(r->db,
                       z_printf(a, "UPDATE %.*s SET %.*s=:words WHERE id=:id",
                                STR_ARG(now->reg->name), STR_ARG(now->reg->fields[i]->name)),
                       BIND(":words", is.vals[i].text), BIND(":id", now->id)));
    return ERR_OK;
}

/* A version that does not fit the key of before keeps its hash: another would hide that. */
static Err rehash_record(void *rehash, Arena *a, const Record *now)
{
    const Rehash *r = rehash;
    PastVersions versions;
    Record past = past_begin(a, now);
    bool fits, all = true;
    TRY(past_versions(r->db, a, now, &versions));
    for (size_t i = 0; i < versions.n; i++) {
        const PastVersion *v = &versions.items[i];
        fits = past_step(a, &past, v) && row_hash_fits(r->k, a, &past, v, true);
        if (fits)
            TRY(past_put(r->db, r->k, a, &past, v));
        all &= fits;
    }
    all &= now->reg->has_reasons && str_eq(row_hash(r->k, a, now, STR_NONE, STR_NONE),
                                           row_hash(r->k, a, &past, STR_NONE, STR_NONE));
    return all ? close_words(r, a, now, &versions) : ERR_OK;
}

/* Of a record itself only what names it is read, where nothing else is asked: the values are in its
 * history. */
static Err rehash_all(Rehash r, const Model *m, Arena *a)
{
    for (size_t i = 0; i < m->reg_count; i++) {
        PastWalk walk = {.want = {.all = m->regs[i]->has_reasons,
                                  .field = ARENA_ARRAY(a, m->regs[i]->field_count, bool)},
                         .fn = rehash_record,
                         .ctx = &r};
        TRY(past_each(r.db, a, m->regs[i], walk));
    }
    return ERR_OK;
}

static Err reseal(WriteTx *tx, void *store)
{
    static const AuditRow first = {
        .actor = S("sistem:kunci"), .action = S("key:epoch"), .result = S("ok")};
    const Store *s = store;
    const Keyring *k = s->in->keyring;
    StrList columns;
    TRY(audit_append(tx, k, &first));
    TRY(store_rebuild_blind(tx, s));
    TRY(rehash_all((Rehash){tx->db, k, s}, s->model, tx->arena));
    for (size_t i = 0; i < COUNT(owns); i++) {
        TRY(db_columns(tx->db, tx->arena, str_of(owns[i].table), &columns));
        if (columns.n) /* a table of a server that never ran is not there */
            TRY(reseal_column(tx->db, k, &owns[i]));
    }
    TRY(letterbox_reseal(tx->db, tx->arena, k));
    return meta_put(tx->db, META_RESEALED, str_int(tx->arena, keyring_version(k)));
}

/* ---- files of the import desk ---- */

enum { STAGED_MAX = 256 * 1024 * 1024 };

static Err reseal_file(const Keyring *k, Arena *a, const char *path, Str uid)
{
    Str sealed, plain;
    TRY(file_read(a, path, STAGED_MAX, &sealed));
    if (unseal_own(k, OWN_IMPORT, uid, a, sealed, &plain) != ERR_OK)
        return ERR_OK; /* as above */
    return file_write(path, seal_own(k, OWN_IMPORT, uid, a, plain));
}

static Err reseal_staged(const Installation *in, Arena *names)
{
    StrList files;
    const char *dir = z_printf(names, "%s/" STAGING_FOLDER, in->dir);
    if (!file_exists(dir))
        return ERR_OK;
    TRY(file_list(names, dir, S(STAGING_SEALED), &files));
    Err e = ERR_OK;
    for (size_t i = 0; i < files.n && e == ERR_OK; i++) {
        Arena *a = arena_new(SIZE_MAX);
        Str rest = files.items[i], uid;
        (void)str_cut(&rest, '.', &uid);
        const char *path = z_printf(a, "%s/%.*s", dir, STR_ARG(files.items[i]));
        e = reseal_file(in->keyring, a, path, uid);
        arena_free(a);
    }
    return e;
}

/* ---- all of it ---- */

static Err forget_before(const Installation *in, Arena *a)
{
    Db *keys;
    TRY(db_open(in->keys_db, DB_WRITE, &keys));
    Err e = keys_forget_before(in->keyring, keys, a);
    db_close(keys);
    return e;
}

/* Whether it is due only the key store says, which is closed by the new key: who has the old one
 * could set any mark in the data. */
Err reseal_finish(Store *s)
{
    if (!keyring_has_before(s->in->keyring))
        return ERR_OK;
    Arena *a = arena_new(16 * 1024 * 1024);
    Err e = reseal_staged(s->in, a);
    if (e == ERR_OK)
        e = writer_run(s->writer, NULL, reseal, s);
    if (e == ERR_OK)
        e = forget_before(s->in, a);
    arena_free(a);
    return e;
}
