#include "engine/import_db.h"

#define COLUMNS "id,uid,at,user_uid,profile,file_name,hash,state,rows,tx,undone_tx,choices"

Err import_schema(Db *db)
{
    return db_exec(
        db, "CREATE TABLE IF NOT EXISTS impor(id INTEGER PRIMARY KEY, uid TEXT NOT NULL UNIQUE,"
            " at INTEGER NOT NULL, user_uid TEXT NOT NULL, profile TEXT NOT NULL,"
            " file_name TEXT NOT NULL, hash TEXT NOT NULL, state INTEGER NOT NULL,"
            " rows INTEGER NOT NULL, tx INTEGER NOT NULL, undone_tx INTEGER NOT NULL,"
            " choices TEXT NOT NULL);"
            "CREATE INDEX IF NOT EXISTS ix_impor_hash ON impor(hash);");
}

Err import_insert(WriteTx *tx, const ImportRun *run, int64_t *ret_id)
{
    return db_number(
        tx->db,
        "INSERT INTO impor(uid,at,user_uid,profile,file_name,hash,state,rows,tx,undone_tx,"
        "choices) VALUES(:uid,:at,:user,:profile,:file,:hash,:state,0,0,0,:choices)"
        " RETURNING id",
        ret_id, BIND(":uid", run->uid), BIND(":at", clock_now()), BIND(":user", run->user),
        BIND(":profile", run->profile), BIND(":file", run->file_name), BIND(":hash", run->hash),
        BIND(":state", run->state), BIND(":choices", run->choices.ptr ? run->choices : S("")));
}

Err import_update(WriteTx *tx, const ImportRun *run)
{
    return db_run(
        tx->db,
        "UPDATE impor SET state=:state,rows=:rows,tx=:tx,undone_tx=:undone,choices=:choices"
        " WHERE uid=:uid",
        BIND(":state", run->state), BIND(":rows", run->rows), BIND(":tx", run->tx),
        BIND(":undone", run->undone_tx), BIND(":choices", run->choices.ptr ? run->choices : S("")),
        BIND(":uid", run->uid));
}

static ImportRun read_run(Arena *a, Stmt *st)
{
    return (ImportRun){.id = row_int(st, 0),
                       .uid = row_text(a, st, 1),
                       .at = row_int(st, 2),
                       .user = row_text(a, st, 3),
                       .profile = row_text(a, st, 4),
                       .file_name = row_text(a, st, 5),
                       .hash = row_text(a, st, 6),
                       .state = (ImportState)row_int(st, 7),
                       .rows = row_int(st, 8),
                       .tx = row_int(st, 9),
                       .undone_tx = row_int(st, 10),
                       .choices = row_text(a, st, 11)};
}

static Err one_run(Arena *a, Stmt *st, ImportRun *ret)
{
    if (!st)
        return E_NOT_FOUND;
    *ret = read_run(a, st);
    stmt_done(st);
    return ERR_OK;
}

Err import_find(Db *db, Arena *a, Str uid, ImportRun *ret)
{
    Stmt *st;
    TRY(db_first(db, "SELECT " COLUMNS " FROM impor WHERE uid=:uid", &st, BIND(":uid", uid)));
    return one_run(a, st, ret);
}

Err import_applied_before(Db *db, Arena *a, Str profile, Str hash, Str user, ImportRun *ret)
{
    Stmt *st;
    TRY(db_first(db,
                 "SELECT " COLUMNS
                 " FROM impor WHERE hash=:hash AND profile=:profile AND user_uid=:user"
                 " AND state=2 ORDER BY id DESC LIMIT 1",
                 &st, BIND(":hash", hash), BIND(":profile", profile), BIND(":user", user)));
    return one_run(a, st, ret);
}

Err import_list(Db *db, Arena *a, Str user, ImportRuns *ret)
{
    *ret = (ImportRuns){0};
    Stmt *st;
    Err e;
    TRY(db_stmt(db,
                "SELECT " COLUMNS " FROM impor WHERE (:user IS NULL OR user_uid=:user)"
                " ORDER BY id DESC LIMIT 50",
                &st, BIND(":user", user)));
    while (stmt_next(st, &e))
        *ARENA_PUSH(a, *ret) = read_run(a, st);
    return e;
}

static Err current_version(Reader *rd, WrittenRow *w)
{
    Stmt *st;
    TRY(db_first(
        rd->db,
        z_printf(rd->arena, "SELECT uid,versi FROM %.*s WHERE id=:id", STR_ARG(w->reg->name)), &st,
        BIND(":id", w->rec)));
    if (!st)
        return E_NOT_FOUND;
    w->uid = row_text(rd->arena, st, 0);
    w->current = row_int(st, 1);
    stmt_done(st);
    return ERR_OK;
}

Err import_written(Reader *rd, const ImportRun *run, int64_t most, WrittenRows *ret)
{
    *ret = (WrittenRows){0};
    Stmt *st;
    Err e;
    TRY(db_stmt(rd->db,
                "SELECT h.reg,h.rec,h.ver FROM tx t JOIN riwayat h ON h.tx=t.id"
                " WHERE t.import=:run AND t.import<>0 AND t.actor=:user"
                " ORDER BY h.reg,h.rec DESC,h.ver DESC LIMIT :most",
                &st, BIND(":most", most), BIND(":run", run->id), BIND(":user", run->user)));
    while (stmt_next(st, &e)) {
        WrittenRow w = {.reg = model_reg(rd->store->model, row_text(rd->arena, st, 0)),
                        .rec = row_int(st, 1),
                        .version = row_int(st, 2)};
        if (w.reg)
            *ARENA_PUSH(rd->arena, *ret) = w;
    }
    TRY(e);
    for (size_t i = 0; i < ret->n; i++)
        TRY(current_version(rd, &ret->items[i]));
    return ERR_OK;
}

Err import_is_undone(Reader *rd, const ImportRun *run, const WrittenRow *w, bool *ret)
{
    return db_any(rd->db,
                  "SELECT 1 FROM riwayat h JOIN tx t ON t.id=h.tx WHERE h.reg=:reg AND h.rec=:rec"
                  " AND h.ver=:ver AND t.import=:run AND t.actor<>:user",
                  ret, BIND(":reg", w->reg->name), BIND(":rec", w->rec), BIND(":ver", w->current),
                  BIND(":run", run->id), BIND(":user", run->user));
}
