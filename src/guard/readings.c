#include "guard/readings.h"

Err readings_note(WriteTx *tx, Str actor, Str day, Str uid)
{
    Stmt *st;
    TRY(db_stmt(tx->db,
                "INSERT INTO bacaan(day,actor,uid) VALUES(:day,:actor,:uid) ON CONFLICT DO NOTHING",
                &st));
    stmt_text(st, ":day", day);
    stmt_text(st, ":actor", actor);
    stmt_text(st, ":uid", uid);
    return stmt_run(st);
}

Err readings_allow(Db *db, Str actor, Str day, Str uid, int64_t budget)
{
    Stmt *st;
    bool row;
    if (!budget)
        return ERR_OK;
    TRY(db_stmt(db,
                "SELECT count(*), coalesce(sum(uid=:uid),0) FROM bacaan"
                " WHERE day=:day AND actor=:actor",
                &st));
    stmt_text(st, ":uid", uid);
    stmt_text(st, ":day", day);
    stmt_text(st, ":actor", actor);
    TRY(stmt_step(st, &row));
    bool allowed = row_int(st, 1) > 0 || row_int(st, 0) < budget;
    stmt_done(st);
    return allowed ? ERR_OK : E_BUDGET;
}

Err readings_high(Db *db, Arena *a, Str day, int64_t from, ReadingRow *ret, size_t max,
                  size_t *ret_n)
{
    Stmt *st;
    bool row;
    *ret_n = 0;
    TRY(db_stmt(db,
                "SELECT f.name, count(*) n FROM bacaan b JOIN fakta_pengguna f ON f.uid=b.actor"
                " WHERE b.day=:day GROUP BY b.actor, f.name HAVING count(*)>=:from"
                " ORDER BY n DESC, f.name LIMIT :max",
                &st));
    stmt_text(st, ":day", day);
    stmt_int(st, ":from", from);
    stmt_int(st, ":max", (int64_t)max);
    for (;;) {
        TRY(stmt_step(st, &row));
        if (!row)
            return ERR_OK;
        ret[(*ret_n)++] = (ReadingRow){row_text(a, st, 0), row_int(st, 1)};
    }
}

Err readings_sweep(WriteTx *tx, Str day)
{
    Stmt *st;
    TRY(db_stmt(tx->db, "DELETE FROM bacaan WHERE day<:day", &st));
    stmt_text(st, ":day", day);
    return stmt_run(st);
}
