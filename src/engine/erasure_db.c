#include "engine/erasure_db.h"

#include "engine/retention_db.h"
#include "model/draft.h"
#include "model/reason.h"
#include "model/row.h"

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

Err erasure_find(Reader *rd, const Register *reg, Str uid, Record *ret)
{
    bool duty = model_duty(rd->store->model, rd->actor->subject->roles, "erase");
    TRY(duty ? row_by_uid(rd->db, rd->arena, reg, uid, ret)
             : store_get(rd, reg, uid, VERB_VOID, ret));
    return reg->key == KEY_OWN ? ERR_OK : E_FLOW;
}

static Err not_held(WriteTx *tx, const Erasure *e)
{
    Record r;
    bool held;
    TRY(row_by_uid(tx->db, tx->arena, e->reg, e->uid, &r));
    TRY(retention_held(tx->db, tx->arena, &r, &held));
    return held ? E_FLOW : ERR_OK;
}

Err erasure_ask(WriteTx *tx, void *erasure)
{
    const Erasure *e = erasure;
    TRY(not_held(tx, e));
    TRY(db_run(tx->db,
               "INSERT INTO hapus(uid,reg,asked_by,asked_at,why) VALUES(:uid,:reg,:by,:at,:why)"
               " ON CONFLICT(uid) DO UPDATE SET asked_by=excluded.asked_by,"
               " asked_at=excluded.asked_at, why=excluded.why",
               BIND(":uid", e->uid), BIND(":reg", e->reg->name),
               BIND(":by", e->actor->subject->uid), BIND(":at", clock_real()),
               BIND(":why", e->why)));
    return note(tx, e, S("erase:ask"));
}

Err erasure_asked(Db *db, Arena *a, Str uid, Str *ret_by)
{
    return db_text(db, "SELECT asked_by FROM hapus WHERE uid=:uid AND asked_at>:at", a, ret_by,
                   BIND(":uid", uid), BIND(":at", clock_real() - ERASURE_WISH_DAYS * DAY_MS));
}

Err erasure_note(WriteTx *tx, void *erasure)
{
    const Erasure *e = erasure;
    TRY(not_held(tx, e));
    TRY(db_run(tx->db, "UPDATE hapus SET done_by=:by, done_at=:at WHERE uid=:uid",
               BIND(":by", e->actor->subject->uid), BIND(":at", clock_real()),
               BIND(":uid", e->uid)));
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

typedef struct Settling {
    const Store *store;
    const StrList *uids; /* whose keys are gone; one noted meanwhile waits for its turn */
} Settling;

static Err settle_one(WriteTx *tx, const Store *s, Str uid)
{
    Str name;
    TRY(db_text(tx->db, "UPDATE hapus SET gone=1 WHERE uid=:uid RETURNING reg", tx->arena, &name,
                BIND(":uid", uid)));
    const Register *reg = model_reg(s->model, name);
    return reg ? store_rebuild_file(tx, s, reg, uid) : ERR_OK;
}

static Err settle(WriteTx *tx, void *settling)
{
    const Settling *s = settling;
    for (size_t i = 0; i < s->uids->n; i++)
        TRY(settle_one(tx, s->store, s->uids->items[i]));
    return ERR_OK;
}

Err erasure_finish(const Store *s, Arena *a)
{
    Db *db;
    StrList uids;
    Settling settling = {s, &uids};
    TRY(db_open(s->in->data_db, DB_WRITE, &db));
    Err e = noted(db, a, &uids);
    if (e == ERR_OK && uids.n) {
        e = destroy(s, &uids);
        if (e == ERR_OK)
            e = writer_run(s->writer, NULL, settle, &settling);
        if (e == ERR_OK)
            e = db_truncate_log(db);
    }
    db_close(db);
    return e;
}

/* ---- what stays on record ---- */

Err erasure_done(Reader *rd, ErasureRow *ret, size_t max, size_t *ret_n)
{
    Arena *a = rd->arena;
    Stmt *st;
    Err e = ERR_OK;
    *ret_n = 0;
    TRY(db_stmt(rd->db,
                "SELECT h.uid,h.reg,COALESCE(p.name,h.asked_by),COALESCE(q.name,h.done_by),h.why,"
                "h.asked_at,h.done_at FROM hapus h LEFT JOIN fakta_pengguna p ON p.uid=h.asked_by"
                " LEFT JOIN fakta_pengguna q ON q.uid=h.done_by WHERE h.done_at<>0"
                " ORDER BY h.done_at DESC, h.uid",
                &st));
    while (*ret_n < max && stmt_next(st, &e)) {
        const Register *reg = model_reg(rd->store->model, row_text(a, st, 1));
        ErasureRow *row = &ret[*ret_n];
        *row = (ErasureRow){.asked_by = row_text(a, st, 2),
                            .done_by = row_text(a, st, 3),
                            .why = reason_open(rd, row_text(a, st, 4)),
                            .asked_at = row_int(st, 5),
                            .done_at = row_int(st, 6)};
        if (reg && row_by_uid(rd->db, a, reg, row_text(a, st, 0), &row->rec) == ERR_OK)
            (*ret_n)++;
    }
    stmt_done(st);
    return e;
}
