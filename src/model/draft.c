#include "model/draft.h"

#include "base/clock.h"

Err draft_schema(Db *db)
{
    return db_exec(db, "CREATE TABLE IF NOT EXISTS draf("
                       "user_uid " DB_TEXT " NOT NULL, reg " DB_TEXT " NOT NULL, rec " DB_TEXT
                       " NOT NULL, blob " DB_BLOB " NOT NULL, at " DB_INTEGER
                       " NOT NULL, PRIMARY KEY(user_uid, reg, rec))");
}

static Str context_of(Arena *a, const DraftKey *k)
{
    return str_printf(a, "%.*s/%.*s/%.*s", STR_ARG(k->user_uid), STR_ARG(k->reg), STR_ARG(k->rec));
}

#define BIND_KEY(key)                                                                              \
    BIND(":user", (key).user_uid), BIND(":reg", (key).reg), BIND(":rec", (key).rec)

Err draft_put(WriteTx *tx, void *arg)
{
    const DraftPut *put = arg;
    if (put->text.len > DRAFT_MAX)
        return E_TOO_LARGE;
    Str blob = seal_own(put->key.store->in->keyring, OWN_DRAFT, context_of(tx->arena, &put->key),
                        tx->arena, put->text);
    return db_run(tx->db,
                  "INSERT INTO draf(user_uid, reg, rec, blob, at) VALUES(:user, :reg, :rec, :blob, "
                  ":at) ON CONFLICT(user_uid, reg, rec) DO UPDATE SET blob=excluded.blob, "
                  "at=excluded.at",
                  BIND_KEY(put->key), BIND_BLOB(":blob", blob), BIND(":at", clock_now()));
}

Err draft_drop(WriteTx *tx, void *arg)
{
    const DraftKey *key = arg;
    return db_run(tx->db, "DELETE FROM draf WHERE user_uid=:user AND reg=:reg AND rec=:rec",
                  BIND_KEY(*key));
}

Err draft_drop_record(WriteTx *tx, Str uid)
{
    TRY(draft_schema(tx->db));
    return db_run(tx->db, "DELETE FROM draf WHERE rec=:uid OR rec='+'||:uid", BIND(":uid", uid));
}

Err draft_sweep(WriteTx *tx, void *none)
{
    (void)none;
    return db_run(tx->db, "DELETE FROM draf WHERE at<:at",
                  BIND(":at", clock_now() - (int64_t)DRAFT_DAYS * 86400 * 1000));
}

Err draft_get(Reader *rd, DraftKey key, Str *ret_text, int64_t *ret_at)
{
    Stmt *st;
    TRY(db_first(rd->db, "SELECT blob, at FROM draf WHERE user_uid=:user AND reg=:reg AND rec=:rec",
                 &st, BIND_KEY(key)));
    *ret_text = STR_NONE;
    if (!st)
        return ERR_OK;
    Str blob = row_blob(rd->arena, st, 0);
    *ret_at = row_int(st, 1);
    stmt_done(st);
    return unseal_own(rd->store->in->keyring, OWN_DRAFT, context_of(rd->arena, &key), rd->arena,
                      blob, ret_text);
}

Err draft_count(Reader *rd, Str user_uid, int64_t *ret)
{
    return db_number(rd->db, "SELECT count(*) FROM draf WHERE user_uid=:user", ret,
                     BIND(":user", user_uid));
}

Err draft_list(Reader *rd, Str user_uid, DraftRow *ret, size_t max, size_t *ret_n)
{
    Stmt *st;
    Err e = ERR_OK;
    size_t n = 0;
    TRY(db_stmt(rd->db, "SELECT reg, rec, at FROM draf WHERE user_uid=:user ORDER BY at DESC", &st,
                BIND(":user", user_uid)));
    while (n < max && stmt_next(st, &e))
        ret[n++] =
            (DraftRow){row_text(rd->arena, st, 0), row_text(rd->arena, st, 1), row_int(st, 2)};
    stmt_done(st);
    *ret_n = n;
    return e;
}
