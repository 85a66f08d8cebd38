#include "model/reseal.h"

#include "guard/letterbox.h"

/* The KEK for which it was done. */
#define META_RESEALED S("rahasia_untuk")

/* What seal_own closed: its purpose, where it lies, and the context as those who write it have it.
 */
static const struct Own {
    char purpose[9];
    const char *table, *column, *context;
} owns[] = {{"totpseed", "kode_kedua", "seed", "user_uid"},
            {"sgpdraf", "draf", "blob", "user_uid||'/'||reg||'/'||rec"},
            {"sgpsari", "saringan", "name", "uid"},
            {"sgpsari", "saringan", "query", "uid"},
            {"sgpkotak", "kotak_masuk", "fault", "uid"}};

static Err reseal_one(Db *db, const Keyring *k, const struct Own *own, Arena *a, int64_t *last)
{
    Stmt *st;
    Str plain;
    TRY(db_first(db,
                 str_printf(a,
                            "SELECT rowid,%s,%s FROM %s WHERE rowid>:last AND %s IS NOT NULL"
                            " ORDER BY rowid",
                            own->context, own->column, own->table, own->column)
                     .ptr,
                 &st, BIND(":last", *last)));
    *last = st ? row_int(st, 0) : 0;
    if (!st)
        return ERR_OK;
    Str context = row_text(a, st, 1), blob = row_blob(a, st, 2);
    stmt_done(st);
    if (unseal_own(k, own->purpose, context, a, blob, &plain) != ERR_OK)
        return ERR_OK; /* damaged before: nobody reads it, and it keeps nobody from the rest */
    return db_run(
        db, str_printf(a, "UPDATE %s SET %s=:blob WHERE rowid=:row", own->table, own->column).ptr,
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

static Err reseal(WriteTx *tx, void *store)
{
    const Store *s = store;
    const Keyring *k = s->in->keyring;
    StrList columns;
    TRY(store_rebuild_blind(tx, s));
    for (size_t i = 0; i < sizeof owns / sizeof *owns; i++) {
        TRY(db_columns(tx->db, tx->arena, str_of(owns[i].table), &columns));
        if (columns.n) /* a table of a server that never ran is not there */
            TRY(reseal_column(tx->db, k, &owns[i]));
    }
    TRY(letterbox_reseal(tx->db, tx->arena, k));
    return meta_put(tx->db, META_RESEALED, str_int(tx->arena, keyring_version(k)));
}

Err reseal_finish(Store *s)
{
    unsigned version = keyring_version(s->in->keyring);
    Arena *a = arena_new(64 * 1024);
    Db *db = NULL;
    Str done;
    Err e = db_open(s->in->data_db, DB_READ, &db);
    if (e == ERR_OK)
        e = meta_get(db, a, META_RESEALED, &done);
    bool due = e == ERR_OK && version > 1 && !str_eq(done, str_int(a, version));
    db_close(db);
    arena_free(a);
    return due ? writer_run(s->writer, NULL, reseal, s) : e;
}
