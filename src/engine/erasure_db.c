#include "engine/erasure_db.h"

#include "model/draft.h"

static Err note(WriteTx *tx, const Erasure *e, Str action)
{
    AuditAct act = {.store = e->store,
                    .actor = e->actor,
                    .action = action,
                    .uid = e->uid,
                    .result = S("ok"),
                    .reg = e->reg};
    return store_audit_act(tx, &act);
}

Err erasure_ask(WriteTx *tx, void *erasure)
{
    const Erasure *e = erasure;
    Stmt *st;
    TRY(db_stmt(tx->db,
                "INSERT INTO hapus(uid,reg,asked_by,asked_at) VALUES(:uid,:reg,:by,:at)"
                " ON CONFLICT(uid) DO UPDATE SET asked_by=excluded.asked_by,"
                " asked_at=excluded.asked_at",
                &st));
    stmt_text(st, ":uid", e->uid);
    stmt_text(st, ":reg", e->reg->name);
    stmt_text(st, ":by", e->actor->subject->uid);
    stmt_int(st, ":at", clock_real());
    TRY(stmt_run(st));
    return note(tx, e, S("erase:ask"));
}

Err erasure_asked(Db *db, Arena *a, Str uid, Str *ret_by)
{
    Stmt *st;
    bool row;
    TRY(db_stmt(db, "SELECT asked_by FROM hapus WHERE uid=:uid AND asked_at>:at", &st));
    stmt_text(st, ":uid", uid);
    stmt_int(st, ":at", clock_real() - ERASURE_WISH_DAYS * DAY_MS);
    TRY(stmt_step(st, &row));
    *ret_by = row ? row_text(a, st, 0) : STR_NONE;
    stmt_done(st);
    return ERR_OK;
}

Err erasure_note(WriteTx *tx, void *erasure)
{
    const Erasure *e = erasure;
    Stmt *st;
    TRY(db_stmt(tx->db, "UPDATE hapus SET done_by=:by, done_at=:at WHERE uid=:uid", &st));
    stmt_text(st, ":by", e->actor->subject->uid);
    stmt_int(st, ":at", clock_real());
    stmt_text(st, ":uid", e->uid);
    TRY(stmt_run(st));
    TRY(draft_drop_record(tx, e->uid));
    return note(tx, e, S("erase"));
}

/* ---- the key ---- */

static Err noted(Db *db, Arena *a, StrList *ret)
{
    Stmt *st;
    *ret = (StrList){0};
    TRY(db_stmt(db, "SELECT uid FROM hapus WHERE done_at<>0 AND gone=0", &st));
    return stmt_texts(st, a, ret);
}

static Err destroy(const Store *s, const StrList *uids)
{
    Db *keys;
    Err e = ERR_OK;
    TRY(db_open(s->in->keys_db, DB_WRITE, &keys));
    for (size_t i = 0; e == ERR_OK && i < uids->n; i++)
        e = keys_destroy(keys, uids->items[i]);
    if (e == ERR_OK)
        e = db_truncate_log(keys);
    db_close(keys);
    return e;
}

static Err settle(WriteTx *tx, void *store)
{
    TRY(store_rebuild(tx, store));
    return db_exec(tx->db, "UPDATE hapus SET gone=1 WHERE done_at<>0 AND gone=0");
}

Err erasure_finish(const Store *s, Arena *a)
{
    Db *db;
    StrList uids;
    TRY(db_open(s->in->data_db, DB_WRITE, &db));
    Err e = noted(db, a, &uids);
    if (e == ERR_OK && uids.n) {
        e = destroy(s, &uids);
        if (e == ERR_OK)
            e = writer_run(s->writer, NULL, settle, (void *)(uintptr_t)s);
        if (e == ERR_OK)
            e = db_truncate_log(db);
    }
    db_close(db);
    return e;
}
