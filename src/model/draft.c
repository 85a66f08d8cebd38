#include "model/draft.h"

#include "base/clock.h"

static const char PURPOSE[8] = "sgpdraf";

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

static void bind_key(Stmt *st, const DraftKey *k)
{
    stmt_text(st, ":user", k->user_uid);
    stmt_text(st, ":reg", k->reg);
    stmt_text(st, ":rec", k->rec);
}

Err draft_put(WriteTx *tx, void *arg)
{
    const DraftPut *put = arg;
    Stmt *st;
    if (put->text.len > DRAFT_MAX)
        return E_TOO_LARGE;
    Str blob = seal_own(put->key.store->in->keyring, PURPOSE, context_of(tx->arena, &put->key),
                        tx->arena, put->text);
    TRY(db_stmt(tx->db,
                "INSERT INTO draf(user_uid, reg, rec, blob, at) VALUES(:user, :reg, :rec, :blob, "
                ":at) ON CONFLICT(user_uid, reg, rec) DO UPDATE SET blob=excluded.blob, "
                "at=excluded.at",
                &st));
    bind_key(st, &put->key);
    stmt_blob(st, ":blob", blob);
    stmt_int(st, ":at", clock_now());
    return stmt_run(st);
}

Err draft_drop(WriteTx *tx, void *arg)
{
    Stmt *st;
    TRY(db_stmt(tx->db, "DELETE FROM draf WHERE user_uid=:user AND reg=:reg AND rec=:rec", &st));
    bind_key(st, arg);
    return stmt_run(st);
}

Err draft_drop_record(WriteTx *tx, Str uid)
{
    Stmt *st;
    TRY(draft_schema(tx->db));
    TRY(db_stmt(tx->db, "DELETE FROM draf WHERE rec=:uid OR rec='+'||:uid", &st));
    stmt_text(st, ":uid", uid);
    return stmt_run(st);
}

Err draft_sweep(WriteTx *tx, void *none)
{
    (void)none;
    Stmt *st;
    TRY(db_stmt(tx->db, "DELETE FROM draf WHERE at<:at", &st));
    stmt_int(st, ":at", clock_now() - (int64_t)DRAFT_DAYS * 86400 * 1000);
    return stmt_run(st);
}

Err draft_get(Reader *rd, DraftKey key, Str *ret_text, int64_t *ret_at)
{
    Stmt *st;
    bool row;
    TRY(db_stmt(rd->db, "SELECT blob, at FROM draf WHERE user_uid=:user AND reg=:reg AND rec=:rec",
                &st));
    bind_key(st, &key);
    TRY(stmt_step(st, &row));
    *ret_text = STR_NONE;
    if (!row)
        return ERR_OK;
    Str blob = row_blob(rd->arena, st, 0);
    *ret_at = row_int(st, 1);
    stmt_done(st);
    return unseal_own(rd->store->in->keyring, PURPOSE, context_of(rd->arena, &key), rd->arena, blob,
                      ret_text);
}

Err draft_count(Reader *rd, Str user_uid, int64_t *ret)
{
    *ret = 0;
    return db_one_int(rd->db, "SELECT count(*) FROM draf WHERE user_uid=:p", user_uid, ret);
}

Err draft_list(Reader *rd, Str user_uid, DraftRow *ret, size_t max, size_t *ret_n)
{
    Stmt *st;
    bool row;
    size_t n = 0;
    TRY(db_stmt(rd->db, "SELECT reg, rec, at FROM draf WHERE user_uid=:user ORDER BY at DESC",
                &st));
    stmt_text(st, ":user", user_uid);
    for (;;) {
        TRY(stmt_step(st, &row));
        if (!row)
            break;
        if (n < max)
            ret[n++] =
                (DraftRow){row_text(rd->arena, st, 0), row_text(rd->arena, st, 1), row_int(st, 2)};
    }
    *ret_n = n;
    return ERR_OK;
}
